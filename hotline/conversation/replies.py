"""Who waits for a turn's messages: requests that stay open until the turn has something to say."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from hotline.conversation import texts
from hotline.conversation.turns import Attempt, utc_now
from hotline.conversation.voice import Voice
from hotline.records import Message
from hotline.store import conversations, turns
from hotline.store.database import Database

LOOK_AGAIN = 1.0


class Replies:
    """Turns of this process tell when they have ended; those that another process runs are looked up."""

    def __init__(self, database: Database, voice: Voice) -> None:
        self._database = database
        self._voice = voice
        self._waiting: dict[str, set[asyncio.Future[list[Message]]]] = defaultdict(set)
        self._fresh: set[str] = set()

    def opened(self, turn_id: str) -> None:
        """This process has just stored a message of this turn: there are no replies to look up yet."""
        self._fresh.add(turn_id)

    def ended(self, turn_id: str, attempt: Attempt) -> None:
        """After a commit: wake whoever waits for it."""
        self._fresh.discard(turn_id)
        for future in self._waiting.get(turn_id, ()):
            if attempt.messages and not future.done():
                future.set_result(list(attempt.messages))

    async def of(self, turn_id: str, timeout: float | None = None, say_late: bool = True) -> list[Message]:
        """The turn's stored messages, as soon as there are any.

        After `timeout` seconds an honest sentence, or with `say_late` off nothing.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Message]] = loop.create_future()
        self._waiting[turn_id].add(future)
        deadline = None if timeout is None else loop.time() + timeout
        try:
            while True:
                stored = await self._stored(turn_id)
                if stored:
                    return stored
                left = LOOK_AGAIN if deadline is None else deadline - loop.time()
                if left <= 0:
                    return await self._say_late(turn_id) if say_late else []
                # Another process may run the turn: look again each second.
                done, _ = await asyncio.wait({future}, timeout=min(left, LOOK_AGAIN))
                if done and future.result():
                    return future.result()
        finally:
            self._waiting[turn_id].discard(future)
            if not self._waiting[turn_id]:
                del self._waiting[turn_id]

    async def _stored(self, turn_id: str) -> list[Message]:
        if turn_id in self._fresh:
            self._fresh.discard(turn_id)
            return []
        async with self._database.read() as connection:
            return await conversations.turn_messages(connection, turn_id, "out")

    async def _say_late(self, turn_id: str) -> list[Message]:
        """The turn waits behind others: an honest sentence now, the answer as a later message."""
        async with self._database.write() as connection:
            turn = await turns.get_turn(connection, turn_id)
            stored = await conversations.turn_messages(connection, turn_id, "out")
            if stored:
                return stored
            conversation = await conversations.get_conversation(connection, turn.conversation_id)
            return [await conversations.add_reply(
                connection, texts.LATE, conversation, utc_now(), turn_id=turn_id,
                pushed=self._voice.pushes(conversation))]
