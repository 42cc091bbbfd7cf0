"""One attempt at a turn: emergency, gate or bot, and its commit in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.conversation import texts
from hotline.conversation.bot_client import Bot
from hotline.conversation.commands import Executor, fill
from hotline.conversation.emergencies import EmergencyDesk
from hotline.conversation.routing import route
from hotline.conversation.timing import Timings
from hotline.emergency import Emergency, detect
from hotline.errors import BotUnavailable, Conflict
from hotline.records import BotResult, Conversation, Message, Reply, Turn
from hotline.settings import Settings
from hotline.store import conversations, emergencies, turns
from hotline.store.database import Database
from hotline.text.words import is_english

log = structlog.get_logger(__name__)
Probe = Callable[[str], None]


def utc_now() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Attempt:
    """How an attempt ended: the messages it stored, and when to try again (None: the turn is done)."""

    messages: Sequence[Message]
    again_at: datetime | None = None
    conversation: Conversation | None = None
    emergency: bool = False
    queued: bool = False
    outcome: str = ""


class Turns:
    """Takes turns. `probe` is called with a step's name after it; tests kill the process there."""

    def __init__(
        self, database: Database, bot: Bot, executor: Executor, emergency_desk: EmergencyDesk, pushed: set[str],
        settings: Settings, worker: str, probe: Probe, timings: Timings,
    ) -> None:
        self._database = database
        self._bot = bot
        self._executor = executor
        self._emergencies = emergency_desk
        self._pushed = pushed
        self._settings = settings
        self._worker = worker
        self._probe = probe
        self._timings = timings

    async def attempt(self, turn_id: str) -> Attempt:
        """Try once, wherever the conversation stands now; effects of a stale attempt are thrown away."""
        while True:
            async with self._database.read() as connection:
                turn = await turns.get_turn(connection, turn_id)
                conversation = await conversations.get_conversation(connection, turn.conversation_id)
                found = detect(turn.text) or detect(turn.text.replace("\n", ""))
                # Nearly all messages are about no danger, with the bot: they are spared a query.
                active = await emergencies.active(connection, conversation.id, self._silent_before()) if found else []
            if turn.status == "done":
                return Attempt(())
            self._probe("emergency_checked")
            way = route(conversation.owner, found.kind if found else None, active)
            self._probe("routed")
            try:
                if way == "emergency" and found is not None:
                    return await self._emergency(turn, found)
                if way == "house":
                    return await self._house(turn)
                return await self._ask_bot(turn, conversation)
            except Conflict as conflict:
                log.info("turn_attempt_dropped", turn=turn.id, why=str(conflict))

    async def _emergency(self, turn: Turn, found: Emergency) -> Attempt:
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await self._locked(connection, turn)
            replies, conversation = await self._emergencies.handle(connection, conversation, turn, found, now)
            stored = await self._store(connection, replies, conversation, turn.id, now)
            await turns.finish(connection, turn.id, "emergency", now)
        self._probe("committed")
        return Attempt(stored, conversation=conversation, emergency=True, queued=True, outcome="emergency")

    async def _house(self, turn: Turn) -> Attempt:
        """The gate: a person has the conversation, the bot is not called."""
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await self._locked(connection, turn)
            if conversation.owner == "bot":
                raise Conflict("given back meanwhile")
            await self._emergencies.heard(connection, conversation, turn, now)
            english = is_english(turn.text)
            position = await conversations.queue_position(connection, conversation)
            reply = texts.queued(position, english) if position else texts.with_agent(english)
            stored = await self._store(connection, [reply], conversation, turn.id, now)
            await turns.finish(connection, turn.id, "gate", now)
        self._probe("committed")
        return Attempt(stored, conversation=conversation, outcome="gate")

    async def _ask_bot(self, turn: Turn, conversation: Conversation) -> Attempt:
        try:
            with self._timings.step("bot"):
                result = await self._bot.turn(turn, conversation)
            self._probe("bot_answered")
            with self._timings.step("commit"):
                return await self._commit(turn, conversation, result)
        except BotUnavailable as failure:
            log.warning("bot_attempt_failed", turn=turn.id, attempt=turn.attempts + 1, reason=failure.reason)
            return await self._failed(turn, conversation, failure.reason)

    async def _commit(self, turn: Turn, before: Conversation, result: BotResult) -> Attempt:
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await self._locked(connection, turn)
            if conversation.version != before.version:
                raise Conflict("the conversation changed while the bot was thinking")
            effects = await self._executor.execute(connection, conversation, result.commands, now)
            values: dict[str, object] = {"state": result.state}
            if effects.hand_over:
                values |= {"owner": "queue", "queued_at": now, "handover_reason": effects.hand_over}
            conversation = await conversations.update_conversation(connection, conversation, now, **values)
            position = await conversations.queue_position(connection, conversation)
            replies = fill(result.messages, effects.case, position)
            if effects.hand_over and not any((reply.custom or {}).get("type") == "handover" for reply in replies):
                replies.append(texts.queued(position))
            stored = await self._store(connection, replies, conversation, turn.id, now)
            await turns.finish(connection, turn.id, "bot", now, result.parse, result.model)
        self._probe("committed")
        return Attempt(stored, conversation=conversation, queued=bool(effects.hand_over), outcome="bot")

    async def _failed(self, turn: Turn, before: Conversation, reason: str) -> Attempt:
        """An honest sentence first, another try later, a person in the end."""
        now = utc_now()
        last = turn.attempts + 1 >= self._settings.bot_attempts
        async with self._database.write() as connection:
            conversation = await self._locked(connection, turn)
            if conversation.version != before.version:
                raise Conflict("the conversation changed while the bot was failing")
            if last:
                return await self._give_up(connection, turn, conversation, now)
            again = now + timedelta(seconds=self._settings.retry_seconds * 2**turn.attempts)
            late = texts.LATE_EN if is_english(turn.text) else texts.LATE
            stored = [] if turn.attempts else await self._store(connection, [late], conversation, turn.id, now)
            await turns.postpone(connection, turn.id, self._worker, again)
        return Attempt(stored, again_at=again, conversation=conversation, outcome=reason)

    async def _give_up(
        self, connection: AsyncConnection, turn: Turn, conversation: Conversation, now: datetime
    ) -> Attempt:
        conversation = await conversations.update_conversation(
            connection, conversation, now, owner="queue", queued_at=now, handover_reason="bot_failed")
        position = await conversations.queue_position(connection, conversation)
        stored = await self._store(connection, [texts.bot_failed(position)], conversation, turn.id, now)
        await turns.finish(connection, turn.id, "bot_failed", now)
        return Attempt(stored, conversation=conversation, queued=True, outcome="bot_failed")

    async def _locked(self, connection: AsyncConnection, turn: Turn) -> Conversation:
        """The conversation as it is now, nobody else writing to its citizen; the turn must still be open."""
        await conversations.lock_citizen_by_id(connection, turn.citizen_id)
        return await conversations.get_conversation(connection, turn.conversation_id)

    async def _store(
        self, connection: AsyncConnection, replies: Sequence[Reply], conversation: Conversation, turn_id: str,
        now: datetime,
    ) -> list[Message]:
        pushed = conversation.channel in self._pushed
        return [await conversations.add_reply(connection, reply, conversation, now, turn_id=turn_id,
                                              pushed=pushed) for reply in replies]

    def _silent_before(self) -> datetime:
        return utc_now() - timedelta(seconds=self._settings.emergency_silence)
