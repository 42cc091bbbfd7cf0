"""What the case backend must still be told: claimed by one sender at a time, in order within a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update
from sqlalchemy import case as sql_case
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import JSON
from hotline.store.tables import case_outbox, cases

# Stands in `last_error` from the moment of sending until an answer: a crash in between is an unclear send too.
UNCLEAR = "unclear"


@dataclass(frozen=True)
class OutboxRow:
    """One entry: `doubtful` when an earlier attempt may have reached the backend all the same."""

    seq: int
    key: str
    receipt: str
    kind: str
    body: JSON
    status: str
    attempts: int
    last_error: str | None
    created_at: datetime
    doubtful: bool = False


async def add_outbox(
    connection: AsyncConnection, receipt: str, kind: str, body: JSON, key: str, now: datetime
) -> bool:
    """Put an entry in; False when one with this key is there."""
    if await in_outbox(connection, key):
        return False
    await connection.execute(insert(case_outbox).values(
        key=key, receipt=receipt, kind=kind, body=body, status="pending", attempts=0, not_before=now, created_at=now))
    return True


async def in_outbox(connection: AsyncConnection, key: str) -> bool:
    """Whether there is an entry with this key, sent or not."""
    return (await connection.execute(select(case_outbox.c.seq).where(case_outbox.c.key == key))).first() is not None


async def claim(
    connection: AsyncConnection, now: datetime, lease: timedelta, limit: int
) -> list[OutboxRow]:
    """Take the first entry of up to `limit` tickets, emergencies first; nobody else gets them within `lease`.

    An entry waits for the earlier ones of its ticket; a refused filing holds back what follows it.
    """
    query = (select(case_outbox).join(cases, cases.c.receipt == case_outbox.c.receipt)
             .where(case_outbox.c.status == "pending", case_outbox.c.not_before <= now, ~_waits())
             .order_by(sql_case((cases.c.emergency.is_(None), 1), else_=0), case_outbox.c.seq).limit(limit))
    claimed = []
    for row in (await connection.execute(query)).all():
        taken = await connection.execute(update(case_outbox).where(
            case_outbox.c.seq == row.seq, case_outbox.c.attempts == row.attempts, case_outbox.c.status == "pending")
            .values(attempts=row.attempts + 1, not_before=now + lease, last_error=UNCLEAR))
        if taken.rowcount == 1:
            claimed.append(_row(row, row.attempts + 1))
    return claimed


async def next_due(connection: AsyncConnection) -> datetime | None:
    """When the next entry may be tried; one that waits for an earlier one of its ticket does not count."""
    at: datetime | None = (await connection.execute(select(func.min(case_outbox.c.not_before)).where(
        case_outbox.c.status == "pending", ~_waits()))).scalar()
    return at


async def mark_done(connection: AsyncConnection, row: OutboxRow, now: datetime) -> bool:
    """The backend has it; False when the lease had passed to another sender."""
    return await _mark(connection, row, status="done", done_at=now, last_error=None)


async def mark_failed(
    connection: AsyncConnection, row: OutboxRow, not_before: datetime, error: str, *, unclear: bool
) -> bool:
    """Try again at `not_before`; once unclear it stays so until the backend has been asked."""
    text = f"{UNCLEAR}: {error}" if unclear or row.doubtful else error
    return await _mark(connection, row, not_before=not_before, last_error=text[:200])


async def mark_flagged(connection: AsyncConnection, row: OutboxRow, error: str) -> bool:
    """The backend refused it for good: a person must look at it."""
    return await _mark(connection, row, status="flagged", last_error=error[:200])


async def release_claims(connection: AsyncConnection, now: datetime) -> int:
    """Give back what a dead process had claimed; only where no other process can be sending."""
    result = await connection.execute(update(case_outbox).where(
        case_outbox.c.status == "pending", case_outbox.c.last_error == UNCLEAR).values(not_before=now))
    return int(result.rowcount)


async def retry_flagged(connection: AsyncConnection, receipt: str, now: datetime) -> int:
    """The operator has mended the cause: flagged entries of a ticket are sent again."""
    result = await connection.execute(update(case_outbox).where(
        case_outbox.c.receipt == receipt, case_outbox.c.status == "flagged").values(
            status="pending", not_before=now, last_error=UNCLEAR))
    return int(result.rowcount)


async def flagged(connection: AsyncConnection, limit: int = 100) -> list[OutboxRow]:
    """Entries a person must look at, oldest first."""
    rows = await connection.execute(select(case_outbox).where(
        case_outbox.c.status == "flagged").order_by(case_outbox.c.seq).limit(limit))
    return [_row(row, row.attempts) for row in rows]


async def outbox_count(connection: AsyncConnection, status: str) -> int:
    """How many entries are pending, done or flagged."""
    return int((await connection.execute(select(func.count()).select_from(case_outbox).where(
        case_outbox.c.status == status))).scalar_one())


async def oldest_pending(connection: AsyncConnection) -> datetime | None:
    """Since when the oldest entry has been waiting."""
    at: datetime | None = (await connection.execute(select(func.min(case_outbox.c.created_at)).where(
        case_outbox.c.status == "pending"))).scalar()
    return at


def _waits() -> ColumnElement[bool]:
    """There is an earlier entry of the same ticket that must go first."""
    earlier = case_outbox.alias()
    return select(earlier.c.seq).where(
        earlier.c.receipt == case_outbox.c.receipt, earlier.c.seq < case_outbox.c.seq,
        or_(earlier.c.status == "pending", and_(earlier.c.status == "flagged", earlier.c.kind == "file"))).exists()


async def _mark(connection: AsyncConnection, row: OutboxRow, **values: Any) -> bool:
    result = await connection.execute(update(case_outbox).where(
        case_outbox.c.seq == row.seq, case_outbox.c.attempts == row.attempts, case_outbox.c.status == "pending")
        .values(**values))
    return bool(result.rowcount == 1)


def _row(row: Row[Any], attempts: int) -> OutboxRow:
    return OutboxRow(
        seq=row.seq, key=row.key, receipt=row.receipt, kind=row.kind, body=row.body, status=row.status,
        attempts=attempts, last_error=row.last_error, created_at=row.created_at,
        doubtful=(row.last_error or "").startswith(UNCLEAR))
