"""Canned replies: an agent's own ones and everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import NotFound
from hotline.store.conversations import new_id
from hotline.store.desk_tables import canned


@dataclass(frozen=True)
class Canned:
    """A text that is ready; without `owner_id` it is everybody's, without `skill` it fits everywhere."""

    id: str
    owner_id: str | None
    skill: str | None
    title: str
    text: str
    updated_at: datetime


async def canned_for(connection: AsyncConnection, agent_id: str) -> list[Canned]:
    """What an agent may use, by title: shared ones and their own."""
    rows = await connection.execute(select(canned).where(or_(
        canned.c.owner_id.is_(None), canned.c.owner_id == agent_id)).order_by(canned.c.title, canned.c.id))
    return [Canned(**dict(row._mapping)) for row in rows]


async def get_canned(connection: AsyncConnection, canned_id: str, agent_id: str) -> Canned:
    """One that this agent may use. Raises NotFound for another's, too."""
    row = (await connection.execute(select(canned).where(
        canned.c.id == canned_id, or_(canned.c.owner_id.is_(None), canned.c.owner_id == agent_id)))).first()
    if row is None:
        raise NotFound("no such canned reply")
    return Canned(**dict(row._mapping))


async def add_canned(
    connection: AsyncConnection, owner_id: str | None, skill: str | None, title: str, text: str, now: datetime
) -> Canned:
    """Keep a new one."""
    new = Canned(new_id(), owner_id, skill, title, text, now)
    await connection.execute(insert(canned).values(**vars(new)))
    return new


async def change_canned(
    connection: AsyncConnection, canned_id: str, skill: str | None, title: str, text: str, now: datetime
) -> None:
    """Write one anew."""
    await connection.execute(update(canned).where(canned.c.id == canned_id).values(
        skill=skill, title=title, text=text, updated_at=now))


async def drop_canned(connection: AsyncConnection, canned_id: str) -> None:
    """Throw one away."""
    await connection.execute(delete(canned).where(canned.c.id == canned_id))
