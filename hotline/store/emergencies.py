"""Emergencies: open until confirmed or silent, alarmed meanwhile; and the operator's texts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import Emergency
from hotline.store.conversations import new_id
from hotline.store.tables import emergencies, house_texts


async def active(connection: AsyncConnection, conversation_id: str, silent_before: datetime) -> list[Emergency]:
    """Emergencies of a conversation that go on: not ended and not silent since `silent_before`."""
    rows = await connection.execute(select(emergencies).where(
        emergencies.c.conversation_id == conversation_id, emergencies.c.ended_at.is_(None),
        emergencies.c.last_at > silent_before).order_by(emergencies.c.opened_at))
    return [_record(row) for row in rows]


async def latest(connection: AsyncConnection, conversation_id: str, kind: str, since: datetime) -> Emergency | None:
    """The newest emergency of a kind whose last sign of life is later than `since`, ended or not."""
    row = (await connection.execute(select(emergencies).where(
        emergencies.c.conversation_id == conversation_id, emergencies.c.kind == kind,
        emergencies.c.last_at > since).order_by(emergencies.c.opened_at.desc()).limit(1))).first()
    return _record(row) if row else None


async def open_emergency(
    connection: AsyncConnection, conversation_id: str, kind: str, receipt: str, place_asked: bool, now: datetime
) -> str:
    """A new emergency; returns its id."""
    emergency_id = new_id()
    await connection.execute(insert(emergencies).values(
        id=emergency_id, conversation_id=conversation_id, kind=kind, receipt=receipt, place_asked=place_asked,
        opened_at=now, last_at=now))
    return emergency_id


async def touch(connection: AsyncConnection, emergency_id: str, now: datetime) -> None:
    """The citizen said something: the silence starts anew."""
    await connection.execute(update(emergencies).where(emergencies.c.id == emergency_id).values(last_at=now))


async def confirm(
    connection: AsyncConnection, now: datetime, agent_id: str, *, emergency_id: str | None = None,
    conversation_id: str | None = None,
) -> list[str]:
    """Somebody has seen it: the alarm stops. Returns the ids that were open."""
    change = update(emergencies).where(emergencies.c.ended_at.is_(None))
    if emergency_id is not None:
        change = change.where(emergencies.c.id == emergency_id)
    if conversation_id is not None:
        change = change.where(emergencies.c.conversation_id == conversation_id)
    # One statement: two agents who press at once confirm it once.
    return list((await connection.execute(change.values(
        confirmed_at=now, confirmed_by=agent_id, ended_at=now).returning(emergencies.c.id))).scalars())


async def end_silent(connection: AsyncConnection, silent_before: datetime, now: datetime) -> int:
    """End what has been silent too long; returns how many."""
    result = await connection.execute(update(emergencies).where(
        emergencies.c.ended_at.is_(None), emergencies.c.last_at <= silent_before).values(ended_at=now))
    return int(result.rowcount)


async def to_alarm(connection: AsyncConnection, opened_before: datetime, sent_before: datetime) -> list[Emergency]:
    """Unconfirmed emergencies whose duty alarm is due, first or again."""
    rows = await connection.execute(select(emergencies).where(
        emergencies.c.ended_at.is_(None), emergencies.c.opened_at <= opened_before,
        or_(emergencies.c.webhook_at.is_(None), emergencies.c.webhook_at <= sent_before)))
    return [_record(row) for row in rows]


async def alarmed(connection: AsyncConnection, emergency_id: str, now: datetime) -> None:
    """The duty list was told."""
    await connection.execute(update(emergencies).where(emergencies.c.id == emergency_id).values(webhook_at=now))


async def texts(connection: AsyncConnection) -> dict[str, str]:
    """The operator's own texts by name."""
    return {row.name: row.text for row in await connection.execute(select(house_texts))}


def _record(row: Row[Any]) -> Emergency:
    return Emergency(**dict(row._mapping))
