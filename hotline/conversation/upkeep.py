"""The single steps of the queue's keeper, each inside the keeper's transaction and under the citizen's lock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.conversation import texts, waiting_texts
from hotline.conversation.emergencies import PRIORITY
from hotline.conversation.ownership import BACK, enqueue, give
from hotline.conversation.voice import Voice
from hotline.records import Conversation, Message
from hotline.store import conversations, presence
from hotline.store.desk_events import add_event
from hotline.store.handing import free_agent
from hotline.text.words import is_english

# Who has lost an agent comes before everybody but emergencies.
RETURNED = 80


@dataclass(frozen=True)
class Change:
    """The conversation after a step, what was said, and the desk's event besides `owner`, if any."""

    conversation: Conversation
    messages: Sequence[Message]
    kind: str = ""


class Upkeep:
    """Each step returns None when there is nothing to do any more."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    async def give_back(self, connection: AsyncConnection, row: Conversation, now: datetime) -> Change | None:
        """The owner's connection is lost: the conversation returns to the head of the queue."""
        if row.owner != "agent" or row.agent_id is None or not await presence.is_gone(connection, row.agent_id, now):
            return None
        await add_event(connection, row.id, "returned", now, row.agent_id)
        row, place = await enqueue(connection, row, now, priority=max(row.priority, RETURNED))
        message = await self._voice.say(connection, row, waiting_texts.agent_lost(place), None)
        return Change(row, [message], "returned")

    def assign_to(
        self, agent_id: str
    ) -> Callable[[AsyncConnection, Conversation, datetime], Awaitable[Change | None]]:
        """The step that gives a waiting conversation to this agent. It raises Conflict when he has no room."""

        async def step(connection: AsyncConnection, row: Conversation, now: datetime) -> Change | None:
            if row.owner != "queue":
                return None
            agent = await free_agent(connection, agent_id, now)
            row = await give(connection, row, agent, "assigned", now)
            return Change(row, [await self._voice.say(connection, row, texts.taken(agent.name), agent.id)])

        return step

    async def offer(self, connection: AsyncConnection, row: Conversation, now: datetime) -> Change | None:
        """Nobody has answered in time: the citizen is told, and may choose another way."""
        if row.queued_at is None:
            return None
        place = await conversations.queue_position(connection, row)
        waited = round((now - row.queued_at).total_seconds(), 3)
        await add_event(connection, row.id, "offered", now, row.agent_id, why="late", seconds=waited)
        row = await conversations.update_conversation(
            connection, row, now, offered_at=now, told_position=place or None)
        english = await self._english(connection, row)
        way = waiting_texts.still_coming if row.priority >= PRIORITY else waiting_texts.offer
        return Change(row, [await self._voice.say(connection, row, way(place, english), None)], "queue")

    async def abandon(self, connection: AsyncConnection, row: Conversation, now: datetime) -> Change | None:
        """The citizen has left: back to the bot. An emergency waits for a person all the same."""
        if row.owner != "queue" or row.priority >= PRIORITY:
            return None
        await add_event(connection, row.id, "abandoned", now)
        english = await self._english(connection, row)
        row = await conversations.update_conversation(connection, row, now, **BACK)
        return Change(row, [await self._voice.say(connection, row, waiting_texts.abandoned(english), None)])

    async def tell_place(self, connection: AsyncConnection, row: Conversation, now: datetime) -> Change | None:
        """The citizen has moved up."""
        place = await conversations.queue_position(connection, row)
        if not place or (row.told_position is not None and place >= row.told_position):
            return None
        row = await conversations.update_conversation(connection, row, now, told_position=place)
        reply = texts.queued(place, await self._english(connection, row))
        return Change(row, [await self._voice.say(connection, row, reply, None)])

    async def _english(self, connection: AsyncConnection, row: Conversation) -> bool:
        """Whether the citizen writes English, by the last words."""
        said = await conversations.history(connection, row.citizen_id, limit=1, direction="in")
        return bool(said) and is_english(said[-1].text or "")
