"""Notes that agents write for each other; citizens never see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import Conversation
from hotline.store.conversations import new_id
from hotline.store.desk_tables import notes


@dataclass(frozen=True)
class Note:
    """A note; with `to_agent` it is a whisper to that agent alone."""

    id: str
    conversation_id: str
    citizen_id: str
    agent_id: str
    to_agent: str | None
    text: str
    at: datetime


async def add_note(
    connection: AsyncConnection, conversation: Conversation, agent_id: str, text: str, now: datetime,
    to_agent: str | None = None,
) -> Note:
    """Write a note beside a conversation."""
    note = Note(new_id(), conversation.id, conversation.citizen_id, agent_id, to_agent, text, now)
    await connection.execute(insert(notes).values(**vars(note)))
    return note


async def notes_of(
    connection: AsyncConnection, citizen_id: str, reader: str, *, all_whispers: bool = False, limit: int = 100
) -> list[Note]:
    """The newest notes about a citizen, oldest first; whispers only for those they concern, or for all."""
    query = select(notes).where(notes.c.citizen_id == citizen_id)
    if not all_whispers:
        query = query.where(readable(reader))
    rows = (await connection.execute(query.order_by(notes.c.at.desc(), notes.c.id).limit(limit))).all()
    return [Note(**dict(row._mapping)) for row in reversed(rows)]


def readable(reader: str) -> ColumnElement[bool]:
    """The condition under which an agent may read a note."""
    return or_(notes.c.to_agent.is_(None), notes.c.to_agent == reader, notes.c.agent_id == reader)
