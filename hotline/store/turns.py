"""Turns: what is still to be done, who works on it and until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import Conflict, NotFound
from hotline.records import JSON, Conversation, Turn
from hotline.store.conversations import new_id, turn_messages
from hotline.store.tables import messages, turns

LEASE = timedelta(seconds=30)


async def add_turn(
    connection: AsyncConnection, conversation: Conversation, worker: str, not_before: datetime, metadata: JSON,
    now: datetime,
) -> str:
    """Open a turn that this worker holds; returns its id."""
    turn_id = new_id()
    await connection.execute(insert(turns).values(
        id=turn_id, conversation_id=conversation.id, citizen_id=conversation.citizen_id, status="open", attempts=0,
        worker=worker, lease_until=not_before + LEASE, not_before=not_before, metadata=metadata, created_at=now))
    return turn_id


async def waiting_turn(connection: AsyncConnection, conversation_id: str, now: datetime) -> Row[Any] | None:
    """A turn that still waits for more fragments."""
    return (await connection.execute(select(turns).where(
        turns.c.conversation_id == conversation_id, turns.c.status == "open", turns.c.attempts == 0,
        turns.c.not_before > now).order_by(turns.c.created_at.desc()).limit(1))).first()


async def extend(connection: AsyncConnection, turn_id: str, not_before: datetime, metadata: JSON) -> None:
    """Another fragment came: wait a little longer."""
    await connection.execute(update(turns).where(turns.c.id == turn_id).values(
        not_before=not_before, lease_until=not_before + LEASE, metadata=metadata))


async def get_turn(connection: AsyncConnection, turn_id: str) -> Turn:
    """A turn with the text and attachments of its messages. Raises NotFound."""
    row = (await connection.execute(select(turns).where(turns.c.id == turn_id))).first()
    if row is None:
        raise NotFound("no such turn")
    return await _turn(connection, row)


async def first_open(connection: AsyncConnection, citizen_id: str) -> Row[Any] | None:
    """The citizen's oldest unfinished turn (columns of `turns`)."""
    return (await connection.execute(select(turns).where(
        turns.c.citizen_id == citizen_id, turns.c.status == "open")
        .order_by(turns.c.created_at, turns.c.id).limit(1))).first()


async def start(connection: AsyncConnection, turn_id: str, worker: str, now: datetime) -> None:
    """Count an attempt and hold the turn. Raises Conflict when another worker holds it."""
    result = await connection.execute(update(turns).where(
        turns.c.id == turn_id, turns.c.status == "open",
        or_(turns.c.worker == worker, turns.c.lease_until < now)).values(
            worker=worker, lease_until=now + LEASE, attempts=turns.c.attempts + 1))
    if result.rowcount != 1:
        raise Conflict("another worker has the turn")


async def postpone(connection: AsyncConnection, turn_id: str, worker: str, not_before: datetime) -> None:
    """An attempt failed: count it and try again at `not_before`."""
    await connection.execute(update(turns).where(turns.c.id == turn_id, turns.c.status == "open").values(
        attempts=turns.c.attempts + 1, worker=worker, not_before=not_before, lease_until=not_before + LEASE))


async def finish(
    connection: AsyncConnection, turn_id: str, outcome: str, now: datetime, parse: JSON | None = None,
    model: str | None = None, fragments: int | None = None,
) -> None:
    """Close a turn. Raises Conflict when it was closed before: its effects must not happen twice.

    Also when it has other than `fragments` messages by now: one that waited for its turn to write came in after the
    attempt had read the others, and would stay unanswered.
    """
    query = update(turns).where(turns.c.id == turn_id, turns.c.status == "open")
    if fragments is not None:
        query = query.where(select(func.count()).select_from(messages).where(
            messages.c.turn_id == turn_id, messages.c.direction == "in").scalar_subquery() == fragments)
    result = await connection.execute(query.values(
        status="done", outcome=outcome, parse=parse, model=model, done_at=now, attempts=turns.c.attempts + 1))
    if result.rowcount != 1:
        raise Conflict("the turn is done already, or has grown")


async def claim_abandoned(connection: AsyncConnection, worker: str, now: datetime, everything: bool) -> list[str]:
    """Take over open turns whose worker is gone; returns their citizens.

    `everything` also takes turns whose lease runs on: right after a start of the only process.
    """
    condition = (turns.c.worker != worker) if everything else (turns.c.lease_until < now)
    rows = (await connection.execute(select(turns.c.id, turns.c.citizen_id).where(
        turns.c.status == "open", condition).with_for_update(skip_locked=True))).all()
    if rows:
        await connection.execute(update(turns).where(turns.c.id.in_([row.id for row in rows])).values(
            worker=worker, lease_until=now + LEASE))
    return sorted({row.citizen_id for row in rows})


async def open_count(connection: AsyncConnection) -> int:
    """How many turns are unfinished."""
    return int((await connection.execute(
        select(func.count()).select_from(turns).where(turns.c.status == "open"))).scalar_one())


async def _turn(connection: AsyncConnection, row: Row[Any]) -> Turn:
    parts = await turn_messages(connection, row.id, "in")
    return Turn(
        id=row.id, conversation_id=row.conversation_id, citizen_id=row.citizen_id, status=row.status,
        text="\n".join(part.text for part in parts if part.text), attempts=row.attempts, created_at=row.created_at,
        not_before=row.not_before, metadata=row.metadata,
        attachments=tuple(attachment for part in parts for attachment in part.attachments),
        fragments=len(parts))
