"""What happened to conversations at the desk, in order: reports and the three-minute rule are counted from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import JSON
from hotline.store.desk_tables import desk_events


@dataclass(frozen=True)
class DeskEvent:
    """One thing that happened; `agent_id` is who did it, empty for the house or the citizen."""

    conversation_id: str
    kind: str
    agent_id: str | None
    body: JSON
    at: datetime


async def add_event(
    connection: AsyncConnection, conversation_id: str, kind: str, now: datetime, agent_id: str | None = None,
    **body: Any,
) -> None:
    """Note one thing in the transaction that does it."""
    await connection.execute(insert(desk_events).values(
        conversation_id=conversation_id, kind=kind, agent_id=agent_id, body=body, at=now))


async def events_of(connection: AsyncConnection, conversation_id: str) -> list[DeskEvent]:
    """A conversation's events, oldest first."""
    rows = await connection.execute(
        select(desk_events.c.conversation_id, desk_events.c.kind, desk_events.c.agent_id, desk_events.c.body,
               desk_events.c.at)
        .where(desk_events.c.conversation_id == conversation_id).order_by(desk_events.c.seq))
    return [DeskEvent(**dict(row._mapping)) for row in rows]


async def last_kind(connection: AsyncConnection, conversation_id: str, kinds: Sequence[str]) -> str | None:
    """Which of these kinds happened last."""
    return (await connection.execute(select(desk_events.c.kind).where(
        desk_events.c.conversation_id == conversation_id, desk_events.c.kind.in_(kinds))
        .order_by(desk_events.c.seq.desc()).limit(1))).scalar()


async def gave_back_since(
    connection: AsyncConnection, conversation_ids: Sequence[str], since: datetime
) -> set[tuple[str, str]]:
    """Who gave which conversation away, or lost it, since then: (conversation, agent)."""
    rows = await connection.execute(select(desk_events.c.conversation_id, desk_events.c.agent_id).where(
        desk_events.c.conversation_id.in_(conversation_ids), desk_events.c.at > since,
        desk_events.c.agent_id.is_not(None), desk_events.c.kind.in_(("released", "returned", "transferred"))))
    return {(row.conversation_id, row.agent_id) for row in rows}
