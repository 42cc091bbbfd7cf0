"""One attempt at a turn: emergency, gate or bot, and its commit in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.conversation import texts, unheard
from hotline.conversation.bot_client import Bot
from hotline.conversation.commands import Executor, fill
from hotline.conversation.emergencies import EmergencyDesk
from hotline.conversation.routing import route
from hotline.conversation.timing import Timings
from hotline.conversation.understood import with_knowledge
from hotline.conversation.waiting import Heard, WaitingRoom
from hotline.emergency import Detector, Emergency
from hotline.errors import BotUnavailable, Conflict
from hotline.records import BotResult, Conversation, Message, Reply, Turn
from hotline.settings import Settings
from hotline.store import conversations, emergencies, turns, wrap_ups
from hotline.store.database import Database
from hotline.text.scores import only_score
from hotline.text.words import is_english

log = structlog.get_logger(__name__)
Probe = Callable[[str], None]


def utc_now() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(timezone.utc)


def window_of(turn: Turn, now: datetime) -> datetime:
    """Until when the citizen's own request may carry the answer (`metadata.answer_until`); `now` where none waits."""
    until = turn.metadata.get("answer_until")
    return datetime.fromisoformat(until) if isinstance(until, str) else now


@dataclass(frozen=True)
class Attempt:
    """How an attempt ended: the messages it stored, and when to try again (None: the turn is done)."""

    messages: Sequence[Message]
    again_at: datetime | None = None
    conversation: Conversation | None = None
    emergency: bool = False
    queued: bool = False
    left_queue: bool = False
    outcome: str = ""


class Turns:
    """Takes turns. `probe` is called with a step's name after it; tests kill the process there."""

    def __init__(
        self, database: Database, bot: Bot, executor: Executor, detector: Detector, emergency_desk: EmergencyDesk,
        waiting: WaitingRoom, pushed: set[str], settings: Settings, worker: str, probe: Probe, timings: Timings,
    ) -> None:
        self._database = database
        self._bot = bot
        self._executor = executor
        self._detector = detector
        self._emergencies = emergency_desk
        self._waiting = waiting
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
                found = self._found(turn.text)
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
                if unheard.concerns(turn):
                    return await self._unheard(turn)
                # Only the answer to our "how was it?" is saved into a closed conversation (see rating.py).
                score = only_score(turn.text) if conversation.closed_at else None
                if score is not None:
                    return await self._rated(turn, score)
                return await self._choice(turn, conversation) or await self._ask_bot(turn, conversation)
            except Conflict as conflict:
                log.info("turn_attempt_dropped", turn=turn.id, why=str(conflict))

    def _found(self, text: str) -> Emergency | None:
        """Fragments sent one after the other may be one word cut in two: they are read apart and together."""
        found = self._detector.detect(text)
        return self._detector.detect(text.replace("\n", "")) if found is None and "\n" in text else found

    async def _emergency(self, turn: Turn, found: Emergency) -> Attempt:
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await self._locked(connection, turn)
            replies, conversation = await self._emergencies.handle(connection, conversation, turn, found, now)
            replies = [*replies, *unheard.beside(turn)]
            stored = await self._store(connection, replies, conversation, turn, now)
            await turns.finish(connection, turn.id, "emergency", now, fragments=turn.fragments)
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
            heard = await self._waiting.heard(connection, conversation, turn, now)
            said = [*unheard.beside(turn), *heard.replies]
            stored = await self._store(connection, said, heard.conversation, turn, now)
            await turns.finish(connection, turn.id, "gate", now, fragments=turn.fragments)
        self._probe("committed")
        return Attempt(stored, conversation=heard.conversation, outcome="gate",
                       left_queue=heard.conversation.owner == "bot")

    async def _choice(self, turn: Turn, before: Conversation) -> Attempt | None:
        """Outside the hours a call-back was offered: the answer to it is the house's, all else is the bot's."""
        if before.offered_at is None:
            return None
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await self._locked(connection, turn)
            if conversation.version != before.version:
                raise Conflict("the conversation changed meanwhile")
            heard = await self._waiting.chosen(connection, conversation, turn, now)
            if heard is None:
                return None
            stored = await self._store(connection, heard.replies, heard.conversation, turn, now)
            await turns.finish(connection, turn.id, "offer", now, fragments=turn.fragments)
        self._probe("committed")
        return Attempt(stored, conversation=heard.conversation, outcome="offer")

    async def _unheard(self, turn: Turn) -> Attempt:
        """What the bot cannot take in: a voice goes to the agents, for the rest other words are asked for."""
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await self._locked(connection, turn)
            if conversation.owner != "bot":
                raise Conflict("taken meanwhile")
            replies = list(unheard.beside(turn))
            if unheard.is_voice(turn):
                entered = await self._waiting.enter(
                    connection, conversation, turn.text, now, reason="voice", parse={})
                conversation = entered.conversation
                replies += entered.replies
            stored = await self._store(connection, replies, conversation, turn, now)
            await turns.finish(connection, turn.id, "unheard", now, fragments=turn.fragments)
        self._probe("committed")
        return Attempt(stored, conversation=conversation, queued=conversation.owner == "queue", outcome="unheard")

    async def _rated(self, turn: Turn, score: int) -> Attempt:
        """The citizen's score for the agent, which is none of the bot's business."""
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await self._locked(connection, turn)
            await wrap_ups.score(connection, conversation.id, score)
            stored = await self._store(connection, [texts.rated(score)], conversation, turn, now)
            await turns.finish(connection, turn.id, "rated", now, fragments=turn.fragments)
        self._probe("committed")
        return Attempt(stored, conversation=conversation, outcome="rated")

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
            entered: Heard | None = None
            if effects.hand_over:
                entered = await self._waiting.enter(
                    connection, conversation, turn.text, now, reason=effects.hand_over, parse=result.parse,
                    state=result.state)
                conversation = entered.conversation
            else:
                conversation = await conversations.update_conversation(
                    connection, conversation, now, state=result.state, offered_at=None)
            replies = fill(result.messages, effects.case, conversation.told_position or 0)
            if entered:
                replies = entered.after(replies)
            replies += unheard.beside(turn)
            stored = await self._store(connection, replies, conversation, turn, now)
            await turns.finish(connection, turn.id, "bot", now, with_knowledge(result), result.model,
                               fragments=turn.fragments)
        self._probe("committed")
        return Attempt(stored, conversation=conversation, queued=conversation.owner == "queue", outcome="bot")

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
            # While the citizen's request is open and another try fits in, the answer itself may still be first.
            said = again < window_of(turn, now) or await conversations.turn_messages(connection, turn.id, "out")
            stored = [] if said else await self._store(connection, [late], conversation, turn, now)
            await turns.postpone(connection, turn.id, self._worker, again)
        return Attempt(stored, again_at=again, conversation=conversation, outcome=reason)

    async def _give_up(
        self, connection: AsyncConnection, turn: Turn, conversation: Conversation, now: datetime
    ) -> Attempt:
        entered = await self._waiting.enter(
            connection, conversation, turn.text, now, reason="bot_failed", parse={})
        stored = await self._store(connection, entered.replies, entered.conversation, turn, now)
        await turns.finish(connection, turn.id, "bot_failed", now, fragments=turn.fragments)
        return Attempt(stored, conversation=entered.conversation, queued=entered.conversation.owner == "queue",
                       outcome="bot_failed")

    async def _locked(self, connection: AsyncConnection, turn: Turn) -> Conversation:
        """The conversation as it is now, nobody else writing to its citizen; the turn must still be open."""
        await conversations.lock_citizen_by_id(connection, turn.citizen_id)
        return await conversations.get_conversation(connection, turn.conversation_id)

    async def _store(
        self, connection: AsyncConnection, replies: Sequence[Reply], conversation: Conversation, turn: Turn,
        now: datetime,
    ) -> list[Message]:
        pushed, until = conversation.channel in self._pushed, window_of(turn, now)
        return [await conversations.add_reply(connection, reply, conversation, now, turn_id=turn.id, pushed=pushed,
                                              not_before=until if until > now else None) for reply in replies]

    def _silent_before(self) -> datetime:
        return utc_now() - timedelta(seconds=self._settings.emergency_silence)
