"""What happened to each ticket, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.tables import case_events


@dataclass(frozen=True)
class CaseEvent:
    """One thing that happened to a ticket.

    `kind`: filed, sent, add, urge, withdraw, rate, address; change (the backend moved it and the citizen is still
    to be told), status (they were told).
    """

    seq: int
    receipt: str
    kind: str
    status: str | None
    text: str | None
    at: datetime


async def add_event(
    connection: AsyncConnection, receipt: str, kind: str, at: datetime, *, status: str | None = None,
    text: str | None = None,
) -> None:
    """Note one thing."""
    await connection.execute(insert(case_events).values(
        receipt=receipt, kind=kind, at=at, status=status, text=text or None))


async def events_of(connection: AsyncConnection, receipt: str) -> list[CaseEvent]:
    """A ticket's history, oldest first."""
    rows = await connection.execute(select(case_events).where(
        case_events.c.receipt == receipt).order_by(case_events.c.seq))
    return [_event(row) for row in rows]


async def untold(connection: AsyncConnection, limit: int = 200) -> list[CaseEvent]:
    """Changes that the citizen has not been told yet, oldest first."""
    rows = await connection.execute(select(case_events).where(
        case_events.c.kind == "change").order_by(case_events.c.seq).limit(limit))
    return [_event(row) for row in rows]


async def status_before(connection: AsyncConnection, event: CaseEvent) -> str:
    """The stage a ticket was in before this event."""
    found = (await connection.execute(select(case_events.c.status).where(
        case_events.c.receipt == event.receipt, case_events.c.seq < event.seq, case_events.c.status.is_not(None))
        .order_by(case_events.c.seq.desc()).limit(1))).scalar()
    return str(found or "pending")


async def told(connection: AsyncConnection, seqs: Sequence[int]) -> None:
    """The citizen was told of these changes."""
    if seqs:
        await connection.execute(update(case_events).where(
            case_events.c.seq.in_(seqs), case_events.c.kind == "change").values(kind="status"))


async def last_change(connection: AsyncConnection) -> datetime | None:
    """The backend's time of the newest change that we know of; where following it goes on after a restart."""
    at: datetime | None = (await connection.execute(select(func.max(case_events.c.at)).where(
        case_events.c.kind.in_(("change", "status"))))).scalar()
    return at


def _event(row: Row[Any]) -> CaseEvent:
    return CaseEvent(**dict(row._mapping))
