"""The audit log as it is read; migration 0002 has the triggers that keep it as it was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.desk_tables import audit


@dataclass(frozen=True)
class Entry:
    """Who did what to what; `subject` is an id, never anybody's words."""

    seq: int
    agent_id: str
    action: str
    subject: str
    at: datetime


async def page(
    connection: AsyncConnection, *, agent_id: str = "", action: str = "", before: int | None = None, limit: int = 100
) -> tuple[list[Entry], bool]:
    """Entries newest first, older than number `before`, and whether there are more."""
    query = select(audit)
    if agent_id:
        query = query.where(audit.c.agent_id == agent_id)
    if action:
        query = query.where(audit.c.action == action)
    if before is not None:
        query = query.where(audit.c.seq < before)
    rows = (await connection.execute(query.order_by(audit.c.seq.desc()).limit(limit + 1))).all()
    return [Entry(**dict(row._mapping)) for row in rows[:limit]], len(rows) > limit


async def noted_since(
    connection: AsyncConnection, agent_id: str, action: str, subject: str, since: datetime
) -> bool:
    """Whether the log has this already, not long ago."""
    found = await connection.execute(select(audit.c.seq).where(
        audit.c.agent_id == agent_id, audit.c.action == action, audit.c.subject == subject, audit.c.at > since,
    ).limit(1))
    return found.first() is not None
