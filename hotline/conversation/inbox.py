"""Step 1: a message is saved once, with its turn; a duplicate is recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.conversation.rating import rated_conversation
from hotline.conversation.turns import utc_now
from hotline.errors import BadInput, NotFound
from hotline.records import Conversation, Inbound, Message
from hotline.store import attachments, conversations, turns
from hotline.store.database import Database
from hotline.store.words import add_alert

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

    async def save(self, inbound: Inbound, *, fragments: bool, urgent: bool, alerts: Sequence[str] = ()) -> Saved:
        """Store the message in one transaction. Urgent ones get a turn of their own at once.

        `alerts` are the kinds of things in it that a supervisor must see.
        """
        now = utc_now()
        async with self._database.write() as connection:
            citizen = await conversations.lock_citizen(connection, inbound.channel, inbound.sender, now)
            if inbound.external_id:
                twin = await conversations.find_duplicate(connection, citizen.id, inbound.external_id)
                if twin and twin.turn_id:
                    of_twin = await conversations.get_conversation(connection, twin.conversation_id)
                    return Saved(twin.turn_id, of_twin, None)
            rated = await rated_conversation(connection, citizen, inbound.text, now)
            conversation = rated or await conversations.current_conversation(
                connection, citizen, now, (inbound.channel, inbound.sender))
            whole = urgent or rated is not None
            turn_id = await self._turn(connection, conversation, inbound, fragments and not whole, now)
            await _claim(connection, inbound, conversation)
            message = await conversations.add_inbound(connection, inbound, conversation, turn_id, now)
            for kind in alerts:
                await add_alert(connection, conversation.id, message.id, kind, now)
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


async def _claim(connection: AsyncConnection, inbound: Inbound, conversation: Conversation) -> None:
    """What the house keeps for this citizen goes to the conversation. Raises BadInput for what is not theirs."""
    try:
        await attachments.claim(
            connection, inbound.attachments, inbound.channel, inbound.sender, conversation.id)
    except NotFound as error:
        raise BadInput("no such attachment", "attachments.url") from error


async def _answers_a_button(connection: AsyncConnection, conversation: Conversation, text: str) -> bool:
    """A click on an offered button is a whole message: nothing more is waited for."""
    if len(text) > 200:
        return False
    last = await conversations.last_outgoing(connection, conversation.id)
    return last is not None and any(button.get("payload") == text for button in last.buttons)
