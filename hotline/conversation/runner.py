"""Runs turns: one at a time for a citizen, in order, until each is done; picks up what a dead process left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Row

from hotline.background import wait_until
from hotline.conversation.turns import Attempt, Turns, utc_now
from hotline.errors import HotlineError
from hotline.store import turns as store
from hotline.store.database import Database

log = structlog.get_logger(__name__)
Ended = Callable[[str, Attempt], Awaitable[None]]


class Runner:
    """One task per citizen with open turns. `ended` is told of every attempt that stored something."""

    def __init__(self, database: Database, turns: Turns, worker: str, ended: Ended) -> None:
        self._database = database
        self._turns = turns
        self._worker = worker
        self._ended = ended
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._woken: dict[str, asyncio.Event] = {}
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take over what is left. The only process of a database need not wait for leases to run out."""
        await self._recover(everything=self._database.sqlite)
        self._loop = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop working; what is open stays open in the database."""
        tasks = [task for task in [self._loop, *self._tasks.values()] if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self, citizen_id: str) -> None:
        """There is something to do for this citizen, or it may be done earlier than thought."""
        self._woken.setdefault(citizen_id, asyncio.Event()).set()
        if citizen_id not in self._tasks:
            self._tasks[citizen_id] = asyncio.create_task(self._run(citizen_id))

    async def now(self, turn_id: str) -> None:
        """Attempt a turn at once, past the citizen's other turns: emergencies."""
        await self._attempt(turn_id)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(5)
            try:
                await self._recover(everything=False)
            except Exception:
                log.exception("recovery_failed")

    async def _recover(self, everything: bool) -> None:
        async with self._database.write() as connection:
            abandoned = await store.claim_abandoned(connection, self._worker, utc_now(), everything)
        if abandoned:
            log.info("turns_taken_over", citizens=len(abandoned))
        for citizen_id in abandoned:
            self.wake(citizen_id)

    async def _run(self, citizen_id: str) -> None:
        try:
            while await self._step(citizen_id):
                pass
        finally:
            del self._tasks[citizen_id]
            if self._woken.pop(citizen_id).is_set():
                self.wake(citizen_id)

    async def _step(self, citizen_id: str) -> bool:
        """Do the oldest open turn, or wait for it; False when there is none."""
        woken = self._woken[citizen_id]
        woken.clear()
        try:
            async with self._database.read() as connection:
                row = await store.first_open(connection, citizen_id)
            if row is None:
                return woken.is_set()
            wait = self._wait(row)
            if wait > 0:
                await wait_until(woken, wait)
            else:
                await self._attempt(row.id)
        except HotlineError as error:
            log.error("turn_failed", citizen=citizen_id, error=type(error).__name__)
            await asyncio.sleep(1)
        except Exception:
            # The database may be away; the turn is kept there and tried again.
            log.exception("turn_broke", citizen=citizen_id)
            await asyncio.sleep(1)
        return True

    def _wait(self, row: Row[Any]) -> float:
        now: datetime = utc_now()
        if row.worker != self._worker and row.lease_until and row.lease_until > now:
            return 0.2
        return float((row.not_before - now).total_seconds())

    async def _attempt(self, turn_id: str) -> None:
        attempt = await self._turns.attempt(turn_id)
        await self._ended(turn_id, attempt)
