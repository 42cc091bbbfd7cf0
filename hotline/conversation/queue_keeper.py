"""The clock of the queue: lost agents, assignment, the three-minute rule, who has left, who has moved up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.background import wait_until
from hotline.conversation.assignment import PAUSE, choose
from hotline.conversation.events import Event
from hotline.conversation.turns import utc_now
from hotline.conversation.upkeep import Change, Upkeep
from hotline.conversation.voice import Voice
from hotline.errors import HotlineError
from hotline.records import Conversation
from hotline.settings import Settings
from hotline.store import desk_events, presence, waits
from hotline.store.database import Database
from hotline.store.handing import GONE_AFTER

log = structlog.get_logger(__name__)
EVERY = 1.0
# After a pause of the house (a restart, a database that was away) everybody's page first gets time to come back.
GAP = timedelta(seconds=10)
NOTICE_PAUSE = timedelta(seconds=30)
Step = Callable[[AsyncConnection, Conversation, datetime], Awaitable[Change | None]]


class QueueKeeper:
    """Looks each second, and when somebody begins to wait. Each change is one transaction of one conversation.

    Several processes may run one each: whoever comes second finds the conversation changed and leaves it.
    """

    def __init__(self, database: Database, voice: Voice, settings: Settings) -> None:
        self._database = database
        self._voice = voice
        self._settings = settings
        self._upkeep = Upkeep(voice)
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._statuses: dict[str, str] = {}

    async def start(self) -> None:
        """Watch until stopped."""
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop watching."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """Somebody has begun to wait."""
        self._woken.set()

    async def _watch(self) -> None:
        last, steady_since = None, utc_now()
        while True:
            now = utc_now()
            if last is None or now - last > GAP:
                steady_since = now
            try:
                await self.once(now, returns=now - steady_since > GONE_AFTER)
                last = now
            except Exception:
                log.exception("queue_keeper_broke")
                last = None
            if await wait_until(self._woken, EVERY):
                self._woken.clear()

    async def once(self, now: datetime, *, returns: bool = True) -> None:
        """Do what is due now. Without `returns` no agent counts as lost yet."""
        if returns:
            async with self._database.read() as connection:
                lost = await presence.lost(connection, now)
            for row in lost:
                await self._change(row, self._upkeep.give_back, now)
        if self._settings.assign == "auto":
            await self._assign(now)
        await self._offer(now)
        await self._abandon(now)
        await self._tell_places(now)
        await self._tell_presence(now)

    async def _assign(self, now: datetime) -> None:
        async with self._database.read() as connection:
            rows = await waits.queued(connection)
            people = await presence.everybody(connection) if rows else []
            gave_back = await desk_events.gave_back_since(connection, [row.id for row in rows], now - PAUSE)
        for row in rows:
            chosen = choose(row, people, gave_back, now)
            if chosen is None:
                continue
            if await self._change(row, self._upkeep.assign_to(chosen.agent.id), now):
                people = [replace(one, chats=one.chats + (one is chosen)) for one in people]

    async def _offer(self, now: datetime) -> None:
        async with self._database.read() as connection:
            rows = await waits.not_offered(connection, now - timedelta(seconds=self._settings.answer_seconds))
        for row in rows:
            await self._change(row, self._upkeep.offer, now)

    async def _abandon(self, now: datetime) -> None:
        silent_before = now - timedelta(seconds=self._settings.abandon_seconds)
        async with self._database.read() as connection:
            rows = [row for row in await waits.queued(connection) if row.queued_at and row.queued_at <= silent_before]
            heard = await waits.last_heard(connection, [row.id for row in rows])
        for row in rows:
            if heard.get(row.id, row.created_at) <= silent_before:
                await self._change(row, self._upkeep.abandon, now)

    async def _tell_places(self, now: datetime) -> None:
        async with self._database.read() as connection:
            rows = await waits.queued(connection)
            said = await waits.last_said(connection, [row.id for row in rows])
        for place, row in enumerate(rows, 1):
            better = row.told_position is None or place < row.told_position
            if better and self._voice.freely(row) and now - said.get(row.id, row.created_at) >= NOTICE_PAUSE:
                await self._change(row, self._upkeep.tell_place, now)

    async def _tell_presence(self, now: datetime) -> None:
        """Desks hear of whoever has come or gone, whichever process his page is connected to."""
        async with self._database.read() as connection:
            people = await presence.everybody(connection)
        statuses = {one.agent.id: one.status(now) for one in people}
        for agent_id, status in statuses.items():
            if self._statuses.get(agent_id) != status:
                self._voice.hub.publish(Event("presence", "", {"agent_id": agent_id, "status": status}))
        self._statuses = statuses

    async def _change(self, seen: Conversation, step: Step, now: datetime) -> bool:
        """Carry out one step, unless the conversation has changed since it was looked at."""
        try:
            async with self._database.write() as connection:
                row = await self._voice.locked(connection, seen.id)
                change = await step(connection, row, now) if row.version == seen.version else None
        except HotlineError as error:
            log.info("queue_step_dropped", conversation=seen.id, why=type(error).__name__)
            return False
        if change is None:
            return False
        if change.conversation.owner != seen.owner:
            self._voice.owner(change.conversation)
        if change.kind:
            self._voice.hub.publish(Event(change.kind, seen.id, {"owner": change.conversation.owner}))
        self._voice.out(change.conversation, change.messages)
        return True
