"""Counts by the city's day for the room's trends: what was meant, where, by which channel, and how it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.desk_tables import desk_events
from hotline.store.dialects import city_day, tenth
from hotline.store.tables import cases, conversations, turns

BINS = 10  # of the confidence, from 0 to 1
UNSURE = "nlu_fallback"


@dataclass(frozen=True)
class Count:
    """How many of one day have this key."""

    day: str
    key: str
    number: int


@dataclass(frozen=True)
class Understood:
    """Turns of one day that the bot took alike: intent, domain, the knowledge base's decision, the confidence's tenth.

    `sure` is the sum of their confidences. What is not known is None.
    """

    day: str
    intent: str | None
    domain: str | None
    decision: str | None
    tenth: int | None
    number: int
    sure: float


async def understood(connection: AsyncConnection, start: datetime, end: datetime) -> list[Understood]:
    """How the bot took its turns: one look at all of them, for reading their JSON is what takes the time."""
    parse, sure = turns.c.parse, turns.c.parse["confidence"].as_float()
    inner = select(
        city_day(turns.c.created_at).label("day"), parse["intent"].as_string().label("intent"),
        parse["domain"].as_string().label("domain"), parse[("knowledge", "decision")].as_string().label("decision"),
        tenth(sure).label("tenth"), sure.label("sure")).where(_bots(start, end)).subquery()
    keys = (inner.c.day, inner.c.intent, inner.c.domain, inner.c.decision, inner.c.tenth)
    rows = await connection.execute(select(
        *keys, func.count().label("number"), func.coalesce(func.sum(inner.c.sure), 0.0).label("sure"))
        .group_by(*keys).order_by(inner.c.day))
    return [Understood(**dict(row._mapping)) for row in rows]


async def by_place(connection: AsyncConnection, start: datetime, end: datetime) -> list[Count]:
    """Turns that the bot took, by the place that they name."""
    return await _by(connection, turns.c.parse["place"].as_string(), turns.c.created_at, _bots(start, end))


async def by_channel(connection: AsyncConnection, start: datetime, end: datetime) -> list[Count]:
    """All turns by the channel they came on."""
    joined = select().select_from(turns.join(conversations, conversations.c.id == turns.c.conversation_id))
    return await _by(connection, conversations.c.channel, turns.c.created_at, _during(turns.c.created_at, start, end),
                     joined)


async def tickets_by_address(connection: AsyncConnection, start: datetime, end: datetime) -> list[Count]:
    """Tickets by their address as it was given; empty where there is none."""
    return await _by(connection, func.coalesce(cases.c.address, ""), cases.c.created_at,
                     _during(cases.c.created_at, start, end))


async def talks(connection: AsyncConnection, start: datetime, end: datetime) -> list[Count]:
    """Conversations in which somebody wrote, each once a day (key '')."""
    return await _distinct(connection, turns.c.conversation_id, turns.c.created_at,
                           _during(turns.c.created_at, start, end))


async def handed_over(connection: AsyncConnection, start: datetime, end: datetime) -> list[Count]:
    """Conversations that went into the queue, each once a day (key '')."""
    return await _distinct(connection, desk_events.c.conversation_id, desk_events.c.at,
                           and_(desk_events.c.kind == "queued", _during(desk_events.c.at, start, end)))


async def _by(
    connection: AsyncConnection, key: ColumnElement[str], at: ColumnElement[datetime], where: ColumnElement[bool],
    base: Select[tuple[()]] | None = None,
) -> list[Count]:
    # Grouped outside: the parameters of an expression that is written twice are not the same to PostgreSQL.
    query = (select() if base is None else base).add_columns(city_day(at).label("day"), key.label("key"))
    inner = query.where(where, key.is_not(None)).subquery()
    rows = await connection.execute(select(inner.c.day, inner.c.key, func.count().label("number"))
                                    .group_by(inner.c.day, inner.c.key).order_by(inner.c.day, inner.c.key))
    return [Count(row.day, row.key, int(row.number)) for row in rows]


async def _distinct(
    connection: AsyncConnection, what: ColumnElement[str], at: ColumnElement[datetime], where: ColumnElement[bool]
) -> list[Count]:
    inner = select(city_day(at).label("day"), what.label("what")).where(where).distinct().subquery()
    rows = await connection.execute(select(inner.c.day, func.count().label("number"))
                                    .group_by(inner.c.day).order_by(inner.c.day))
    return [Count(row.day, "", int(row.number)) for row in rows]


def _during(at: ColumnElement[datetime], start: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(at >= start, at < end)


def _bots(start: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(_during(turns.c.created_at, start, end), turns.c.outcome == "bot")


def sums(counts: Sequence[Count] | Sequence[Understood]) -> dict[str, int]:
    """The number of each day, all keys together."""
    found: dict[str, int] = {}
    for count in counts:
        found[count.day] = found.get(count.day, 0) + count.number
    return found
