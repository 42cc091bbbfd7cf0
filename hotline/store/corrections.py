"""What agents corrected in the bot's understanding: labels for the training room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import NotFound
from hotline.records import Conversation
from hotline.store.conversations import new_id
from hotline.store.desk_tables import corrections
from hotline.store.tables import turns


@dataclass(frozen=True)
class Correction:
    """One field of one turn: what was heard and what is right."""

    turn_id: str
    field: str
    heard: str | None
    right: str
    agent_id: str
    at: datetime


async def correct_service(
    connection: AsyncConnection, conversation: Conversation, turn_id: str, right: str, agent_id: str, now: datetime
) -> None:
    """Say which service a turn was about; a later word replaces an earlier one. Raises NotFound."""
    row = (await connection.execute(select(turns.c.parse).where(
        turns.c.id == turn_id, turns.c.conversation_id == conversation.id))).first()
    if row is None:
        raise NotFound("no such turn")
    heard = (row.parse or {}).get("service_code")
    values = {"right": right, "agent_id": agent_id, "at": now}
    try:
        async with connection.begin_nested():
            await connection.execute(insert(corrections).values(
                id=new_id(), turn_id=turn_id, conversation_id=conversation.id, citizen_id=conversation.citizen_id,
                field="service", heard=str(heard)[:60] if heard else None, **values))
    except IntegrityError:
        await connection.execute(update(corrections).where(
            corrections.c.turn_id == turn_id, corrections.c.field == "service").values(**values))


async def corrections_of(connection: AsyncConnection, conversation_id: str) -> list[Correction]:
    """A conversation's corrections."""
    rows = await connection.execute(select(
        corrections.c.turn_id, corrections.c.field, corrections.c.heard, corrections.c.right, corrections.c.agent_id,
        corrections.c.at).where(corrections.c.conversation_id == conversation_id))
    return [Correction(**dict(row._mapping)) for row in rows]
