"""Closed months: figures that were written down once and are never counted again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import Conflict
from hotline.records import JSON
from hotline.store.desk_tables import frozen_months


async def freeze(connection: AsyncConnection, month: str, body: JSON, agent_id: str, now: datetime) -> None:
    """Write a month's figures down. Raises Conflict when that has been done."""
    try:
        async with connection.begin_nested():
            await connection.execute(insert(frozen_months).values(month=month, body=body, agent_id=agent_id, at=now))
    except IntegrityError as error:
        raise Conflict("这个月已经封账") from error


async def frozen(connection: AsyncConnection, months: Iterable[str]) -> dict[str, JSON]:
    """The figures of those of these months ('2026-11') that are frozen."""
    rows = await connection.execute(select(frozen_months).where(frozen_months.c.month.in_(sorted(set(months)))))
    return {row.month: row.body for row in rows}


async def frozen_list(connection: AsyncConnection) -> list[tuple[str, datetime]]:
    """Which months are frozen and since when, newest first."""
    rows = await connection.execute(
        select(frozen_months.c.month, frozen_months.c.at).order_by(frozen_months.c.month.desc()))
    return [(row.month, row.at) for row in rows]
