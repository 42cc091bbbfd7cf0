"""The house with the queue's keeper beside it, whose clock the tests move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy import update

from hotline.conversation.queue_keeper import QueueKeeper
from hotline.records import Agent, Conversation, Message
from hotline.store import agents, conversations, presence
from hotline.store.desk_events import DeskEvent, events_of
from hotline.store.desk_tables import agents as agents_table
from tests.stage import Stage


def now(seconds: float = 0) -> datetime:
    return datetime.now(timezone.utc) + timedelta(seconds=seconds)


@dataclass
class Desk:
    """The house with the queue's keeper, whose clock the test moves."""

    house: Stage
    keeper: QueueKeeper

    async def agent(self, name: str, skills: Sequence[str] = agents.SKILLS, most: int = 5) -> Agent:
        """Somebody who has just come online."""
        async with self.house.database.write() as connection:
            made = await agents.add_agent(
                connection, username=name, name=name, roles=["agent"], password_hash="x", must_change=False,
                now=now(), skills=skills)
            await connection.execute(update(agents_table).where(agents_table.c.id == made.id).values(most_chats=most))
        await self.status(made, "online")
        return made

    async def status(self, agent: Agent, status: str, seconds: float = 0) -> None:
        async with self.house.database.write() as connection:
            await presence.choose(connection, agent.id, status, now(seconds))

    async def seen(self, agent: Agent, seconds: float) -> None:
        async with self.house.database.write() as connection:
            await presence.seen(connection, [agent.id], now(seconds))

    async def waiting(self, sender: str = "citizen", text: str = "转人工") -> str:
        return (await self.house.ask(text, sender=sender))[0].conversation_id

    async def row(self, conversation: str) -> Conversation:
        async with self.house.database.read() as connection:
            return await conversations.get_conversation(connection, conversation)

    async def events(self, conversation: str) -> list[DeskEvent]:
        async with self.house.database.read() as connection:
            return await events_of(connection, conversation)

    async def kinds(self, conversation: str) -> list[str]:
        return [event.kind for event in await self.events(conversation)]

    async def told(self, sender: str = "citizen") -> Message:
        return (await self.house.door.history("rest", sender, outgoing_only=True))[-1]

    async def offered(self, sender: str = "citizen") -> str:
        talk = await self.waiting(sender)
        await self.keeper.once(now(181))
        return talk
