"""Step 1: a message is saved once, with its turn; a duplicate is recognised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.conversation.turns import utc_now
from hotline.records import Conversation, Inbound, Message
from hotline.store import conversations, turns
from hotline.store.database import Database

LONGEST_WAIT = timedelta(seconds=6)


@dataclass(frozen=True)
class Saved:
    """Where a message went. `message` is None for a duplicate."""

    turn_id: str
    conversation: Conversation
    message: Message | None


class Inbox:
    """Writes messages; `window` is how long a turn waits for more fragments on channels that send them."""

    def __init__(self, database: Database, worker: str, window: float) -> None:
        self._database = database
        self._worker = worker
        self._window = timedelta(seconds=window)

    async def save(self, inbound: Inbound, *, fragments: bool, urgent: bool) -> Saved:
        """Store the message in one transaction. Urgent ones get a turn of their own at once."""
        now = utc_now()
        async with self._database.write() as connection:
            citizen = await conversations.lock_citizen(connection, inbound.channel, inbound.sender, now)
            conversation = await conversations.current_conversation(connection, citizen, now)
            if inbound.external_id:
                twin = await conversations.find_duplicate(connection, citizen.id, inbound.external_id)
                if twin and twin.turn_id:
                    return Saved(twin.turn_id, conversation, None)
            turn_id = await self._turn(connection, conversation, inbound, fragments and not urgent, now)
            message = await conversations.add_inbound(connection, inbound, conversation, turn_id, now)
        return Saved(turn_id, conversation, message)

    async def _turn(
        self, connection: AsyncConnection, conversation: Conversation, inbound: Inbound, fragments: bool,
        now: datetime,
    ) -> str:
        if not fragments:
            return await turns.add_turn(connection, conversation, self._worker, now, inbound.metadata, now)
        complete = await _answers_a_button(connection, conversation, inbound.text)
        not_before = now if complete else now + self._window
        waiting = await turns.waiting_turn(connection, conversation.id, now)
        if waiting is None:
            return await turns.add_turn(connection, conversation, self._worker, not_before, inbound.metadata, now)
        until = min(not_before, waiting.created_at + LONGEST_WAIT)
        await turns.extend(connection, waiting.id, until, {**waiting.metadata, **inbound.metadata})
        return str(waiting.id)


async def _answers_a_button(connection: AsyncConnection, conversation: Conversation, text: str) -> bool:
    """A click on an offered button is a whole message: nothing more is waited for."""
    if len(text) > 200:
        return False
    last = await conversations.last_outgoing(connection, conversation.id)
    return last is not None and any(button.get("payload") == text for button in last.buttons)
