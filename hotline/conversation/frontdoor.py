"""The public face of the room: what channels, the desk and the case room ask of conversations."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.base import Connector
from hotline.conversation import texts
from hotline.conversation.delivery import Delivery
from hotline.conversation.events import Event, EventHub
from hotline.conversation.inbox import Inbox
from hotline.conversation.limits import RateLimit, clean
from hotline.conversation.runner import Runner
from hotline.conversation.timing import Timings
from hotline.conversation.turns import Attempt, Probe, Turns, utc_now
from hotline.emergency import detect
from hotline.errors import BadInput, Conflict, NotFound
from hotline.records import Agent, Case, Conversation, Inbound, Message, Reply
from hotline.settings import Settings
from hotline.store import conversations, emergencies, turns
from hotline.store.database import Database

log = structlog.get_logger(__name__)


class FrontDoor:
    """Implements `connectors.base.House` and the desk's side of a conversation."""

    def __init__(
        self, database: Database, settings: Settings, steps: Turns, connectors: Mapping[str, Connector],
        worker: str, probe: Probe, timings: Timings,
    ) -> None:
        self._database = database
        self._settings = settings
        self._connectors = connectors
        self._probe = probe
        self._timings = timings
        self._rate = RateLimit(settings.rate_messages, settings.rate_seconds)
        self._inbox = Inbox(database, worker, settings.fragment_seconds)
        self._waiting: dict[str, set[asyncio.Future[list[Message]]]] = defaultdict(set)
        self._fresh: set[str] = set()
        self._urgent: set[asyncio.Task[None]] = set()
        self.hub = EventHub()
        self.delivery = Delivery(database, connectors)
        self.runner = Runner(database, steps, worker, self._ended)
        self.counts: dict[str, int] = defaultdict(int)
        self._wake_cases: Any = lambda: None

    def on_cases(self, wake: Any) -> None:
        """What to call when a commit may have left something for the case backend."""
        self._wake_cases = wake

    async def start(self) -> None:
        """Take up what is open."""
        await self.runner.start()

    async def stop(self) -> None:
        """Stop in order; nothing is lost, everything is in the database."""
        await self.runner.stop()
        for task in self._urgent:
            task.cancel()
        await asyncio.gather(*self._urgent, return_exceptions=True)
        await self.delivery.stop()

    # --- channels ---------------------------------------------------------------------------------------------

    async def receive(self, inbound: Inbound) -> str:
        """Steps 1 to 3: save once, then look for an emergency, then hand the turn to the runner."""
        inbound = clean(inbound, self._settings.max_text)
        with self._timings.step("detect"):
            urgent = detect(inbound.text) is not None
        if not urgent:
            self._rate.check(inbound.channel, inbound.sender)
        with self._timings.step("save"):
            saved = await self._inbox.save(
                inbound, fragments=self._connectors[inbound.channel].fragments, urgent=urgent)
        self._probe("saved")
        self.counts["messages" if saved.message else "duplicates"] += 1
        if saved.message:
            self._fresh.add(saved.turn_id)
            self.hub.publish(Event("message", saved.conversation.id, {"message": saved.message.id}))
        if urgent:
            task = asyncio.create_task(self._at_once(saved.turn_id, saved.conversation.citizen_id))
            self._urgent.add(task)
            task.add_done_callback(self._urgent.discard)
        else:
            self.runner.wake(saved.conversation.citizen_id)
        return saved.turn_id

    async def replies(self, turn_id: str, timeout: float | None = None) -> list[Message]:
        """The turn's stored messages, as soon as there are any. After `timeout` seconds an honest sentence."""
        future: asyncio.Future[list[Message]] = asyncio.get_running_loop().create_future()
        self._waiting[turn_id].add(future)
        deadline = None if timeout is None else asyncio.get_running_loop().time() + timeout
        try:
            while True:
                # A turn that this process has just opened will tell us; others must be looked up.
                if turn_id in self._fresh:
                    self._fresh.discard(turn_id)
                else:
                    async with self._database.read() as connection:
                        stored = await conversations.turn_messages(connection, turn_id, "out")
                    if stored:
                        return stored
                left = 1.0 if deadline is None else deadline - asyncio.get_running_loop().time()
                if left <= 0:
                    return await self._say_late(turn_id)
                # Another process may run the turn: look again each second.
                done, _ = await asyncio.wait({future}, timeout=min(left, 1.0))
                if done and future.result():
                    return future.result()
        finally:
            self._waiting[turn_id].discard(future)
            if not self._waiting[turn_id]:
                del self._waiting[turn_id]

    async def history(
        self, channel: str, sender: str, after: str | None = None, limit: int = 200, outgoing_only: bool = False,
    ) -> list[Message]:
        """See `connectors.base.House`. Raises BadInput for an unknown `after`."""
        async with self._database.read() as connection:
            citizen = await conversations.citizen_of(connection, channel, sender)
            if citizen is None:
                if after is not None:
                    raise BadInput("no such message", "after")
                return []
            try:
                return await conversations.history(
                    connection, citizen.id, after=after, limit=limit, direction="out" if outgoing_only else None)
            except NotFound as error:
                raise BadInput("no such message", "after") from error

    async def delivered(self, channel: str, sender: str, message_id: str) -> None:
        """See `connectors.base.House`."""
        async with self._database.write() as connection:
            citizen = await conversations.citizen_of(connection, channel, sender)
            if citizen:
                await conversations.mark_delivered(connection, citizen.id, message_id)

    async def typing(self, channel: str, sender: str) -> None:
        """See `connectors.base.House`."""
        async with self._database.read() as connection:
            citizen = await conversations.citizen_of(connection, channel, sender)
        if citizen and citizen.conversation_id:
            self.hub.publish(Event("typing", citizen.conversation_id, {"who": "citizen"}))

    # --- desk -------------------------------------------------------------------------------------------------

    async def take(self, conversation_id: str, agent: Agent) -> Conversation:
        """An agent takes a conversation; whoever takes it has seen its emergency. Raises Conflict, NotFound."""
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await self._locked(connection, conversation_id)
            if conversation.owner == "agent" and conversation.agent_id == agent.id:
                return conversation
            if conversation.owner == "agent":
                raise Conflict("已被其他坐席接起")
            if conversation.closed_at is not None:
                raise Conflict("会话已结束")
            conversation = await conversations.update_conversation(
                connection, conversation, now, owner="agent", agent_id=agent.id)
            confirmed = await emergencies.confirm(connection, now, agent.id, conversation_id=conversation_id)
            message = await self._say(connection, conversation, texts.taken(agent.name), agent)
        self._publish_owner(conversation)
        if confirmed:
            self.hub.publish(Event("confirmed", conversation_id, {"emergencies": confirmed}))
        self._out(conversation, [message])
        return conversation

    async def say(self, conversation_id: str, agent: Agent, text: str, key: str | None = None) -> Message:
        """The owner's answer to the citizen, once per key. Raises BadInput, Conflict, NotFound."""
        if not isinstance(text, str) or not 1 <= len(text.strip()) <= 2000:
            raise BadInput("一条消息要有 1 到 2000 个字", "text")
        async with self._database.write() as connection:
            conversation = await self._locked(connection, conversation_id)
            if key:
                twin = await conversations.find_duplicate(connection, conversation.citizen_id, f"desk:{key}")
                if twin:
                    return twin
            _owner_only(conversation, agent)
            message = await self._say(connection, conversation, Reply(text=text.strip(), author="agent"), agent, key)
        self._out(conversation, [message])
        return message

    async def release(
        self, conversation_id: str, agent: Agent, to: Literal["bot", "closed"], text: str | None = None
    ) -> Conversation:
        """Give back to the bot, or close. Raises BadInput, Conflict, NotFound."""
        if to not in ("bot", "closed"):
            raise BadInput("to must be bot or closed", "to")
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await self._locked(connection, conversation_id)
            _owner_only(conversation, agent)
            conversation = await conversations.update_conversation(
                connection, conversation, now, owner="bot", agent_id=None, queued_at=None, priority=0,
                handover_reason=None, skill="general", closed_at=now if to == "closed" else None)
            farewell = texts.closed() if to == "closed" else texts.given_back()
            said = [Reply(text=text.strip(), author="agent")] if text and text.strip() else []
            messages = [await self._say(connection, conversation, reply, agent) for reply in [*said, farewell]]
        self._publish_owner(conversation)
        self._out(conversation, messages)
        return conversation

    async def confirm_emergency(self, emergency_id: str, agent: Agent) -> None:
        """Somebody has seen the alarm. Raises NotFound when it is not open."""
        async with self._database.write() as connection:
            if not await emergencies.confirm(connection, utc_now(), agent.id, emergency_id=emergency_id):
                raise NotFound("no such open emergency")
        self.hub.publish(Event("confirmed", "", {"emergencies": [emergency_id]}))

    async def agent_typing(self, conversation_id: str, agent: Agent) -> None:
        """Show the citizen that an answer is on its way."""
        async with self._database.read() as connection:
            conversation = await conversations.get_conversation(connection, conversation_id)
        if conversation.agent_id == agent.id:
            await self._connectors[conversation.channel].agent_typing(conversation.sender)

    def subscribe(self) -> AbstractAsyncContextManager[asyncio.Queue[Event]]:
        """Events for the desk."""
        return self.hub.subscribe()

    # --- other rooms ------------------------------------------------------------------------------------------

    async def notify(self, case: Case, reply: Reply) -> None:
        """A notice about a ticket, to the conversation it was filed in or the citizen's current one."""
        now = utc_now()
        async with self._database.write() as connection:
            citizen = await conversations.lock_citizen_by_id(connection, case.citizen_id)
            conversation = await conversations.get_conversation(
                connection, citizen.conversation_id or case.conversation_id)
            message = await conversations.add_reply(
                connection, reply, conversation, now, turn_id=None, pushed=self._pushes(conversation))
        self._out(conversation, [message])

    # --- inside -----------------------------------------------------------------------------------------------

    async def _at_once(self, turn_id: str, citizen_id: str) -> None:
        try:
            await self.runner.now(turn_id)
        except Exception:
            # The runner tries again; whatever broke must not leave a person with a leak unanswered.
            log.exception("urgent_turn_broke", turn=turn_id)
        self.runner.wake(citizen_id)

    async def _ended(self, turn_id: str, attempt: Attempt) -> None:
        """After a commit: wake whoever waits for it."""
        self.counts[f"turns_{attempt.outcome or 'again'}"] += 1
        self._fresh.discard(turn_id)
        for future in self._waiting.get(turn_id, ()):
            if attempt.messages and not future.done():
                future.set_result(list(attempt.messages))
        conversation = attempt.conversation
        if conversation is None:
            return
        self._out(conversation, attempt.messages)
        if attempt.queued:
            kind = "emergency" if attempt.emergency else "queue"
            self.hub.publish(Event(kind, conversation.id, {"owner": conversation.owner}))
        self._wake_cases()

    def _out(self, conversation: Conversation, stored: Any) -> None:
        for message in stored:
            self.hub.publish(Event("message", conversation.id, {"message": message.id}))
        self._probe("outbox")
        self.delivery.wake(conversation.citizen_id, conversation.channel, conversation.sender)

    def _publish_owner(self, conversation: Conversation) -> None:
        self.hub.publish(Event("owner", conversation.id, {
            "owner": conversation.owner, "agent_id": conversation.agent_id,
            "closed": conversation.closed_at is not None}))

    async def _say_late(self, turn_id: str) -> list[Message]:
        """The turn waits behind others: an honest sentence now, the answer as a later message."""
        async with self._database.write() as connection:
            turn = await turns.get_turn(connection, turn_id)
            stored = await conversations.turn_messages(connection, turn_id, "out")
            if stored:
                return stored
            conversation = await conversations.get_conversation(connection, turn.conversation_id)
            return [await conversations.add_reply(
                connection, texts.LATE, conversation, utc_now(), turn_id=turn_id, pushed=self._pushes(conversation))]

    async def _locked(self, connection: AsyncConnection, conversation_id: str) -> Conversation:
        conversation = await conversations.get_conversation(connection, conversation_id)
        await conversations.lock_citizen_by_id(connection, conversation.citizen_id)
        return await conversations.get_conversation(connection, conversation_id)

    async def _say(
        self, connection: AsyncConnection, conversation: Conversation, reply: Reply, agent: Agent,
        key: str | None = None,
    ) -> Message:
        return await conversations.add_reply(
            connection, reply, conversation, utc_now(), turn_id=None, pushed=self._pushes(conversation),
            agent_id=agent.id, external_id=f"desk:{key}" if key else None)

    def _pushes(self, conversation: Conversation) -> bool:
        connector = self._connectors.get(conversation.channel)
        return connector is not None and connector.pushes


def _owner_only(conversation: Conversation, agent: Agent) -> None:
    if conversation.owner != "agent" or conversation.agent_id != agent.id:
        raise Conflict("这个会话不在您手里")


