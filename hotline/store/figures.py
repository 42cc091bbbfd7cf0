"""Counts of the desk's work, by agent or by skill, over a stretch of time: the board and the reports read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.desk_tables import desk_events, wrap_ups
from hotline.store.tables import conversations, messages

# The city's rule for online media: an answer within three minutes.
IN_TIME_SECONDS = 180
Key = Literal["agent", "skill"]
Counts = dict[str, float]


async def counts(connection: AsyncConnection, start: datetime, end: datetime, by: Key) -> dict[str, Counts]:
    """Counts from `start` up to `end` by agent id ('' for what no agent did) or by skill.

    Names: each kind of desk event; `answer_seconds` and `in_time` of the answers, `first_seconds` of the first
    ones; `messages` written by agents; `wrapped`, `scored`, `score_sum` and `result_*` of the wrap-ups.
    """
    found: defaultdict[str, Counts] = defaultdict(dict)
    await _events(connection, start, end, by, found)
    await _messages(connection, start, end, by, found)
    await _wrap_ups(connection, start, end, by, found)
    return dict(found)


def add_up(parts: Iterable[Mapping[str, Counts]]) -> dict[str, Counts]:
    """The sum of several such counts, key by key."""
    total: defaultdict[str, Counts] = defaultdict(dict)
    for part in parts:
        for key, values in part.items():
            for name, number in values.items():
                total[key][name] = total[key].get(name, 0) + number
    return dict(total)


def total(counted: Mapping[str, Counts]) -> Counts:
    """All keys together."""
    return add_up({"": values} for values in counted.values()).get("", {})


async def _events(
    connection: AsyncConnection, start: datetime, end: datetime, by: Key, found: defaultdict[str, Counts]
) -> None:
    event = desk_events
    seconds = event.c.body["seconds"].as_float()
    key = func.coalesce(event.c.agent_id, "") if by == "agent" else _skill(event.c.conversation_id, event.c.at)
    rows = select(
        key.label("key"), event.c.kind, seconds.label("seconds"),
        case((seconds <= IN_TIME_SECONDS, 1), else_=0).label("in_time"),
    ).where(event.c.at >= start, event.c.at < end).subquery()
    for row in await connection.execute(
            select(rows.c.key, rows.c.kind, func.count().label("number"), func.sum(rows.c.seconds).label("seconds"),
                   func.sum(rows.c.in_time).label("in_time")).group_by(rows.c.key, rows.c.kind)):
        counted = found[row.key]
        counted[row.kind] = row.number
        if row.kind == "answered":
            counted |= {"answer_seconds": float(row.seconds or 0), "in_time": int(row.in_time or 0)}
        if row.kind == "first_answer":
            counted["first_seconds"] = float(row.seconds or 0)


async def _messages(
    connection: AsyncConnection, start: datetime, end: datetime, by: Key, found: defaultdict[str, Counts]
) -> None:
    key = func.coalesce(messages.c.agent_id, "") if by == "agent" else _skill(
        messages.c.conversation_id, messages.c.created_at)
    rows = select(key.label("key")).where(
        messages.c.author == "agent", messages.c.created_at >= start, messages.c.created_at < end).subquery()
    for row in await connection.execute(
            select(rows.c.key, func.count().label("number")).group_by(rows.c.key)):
        found[row.key]["messages"] = row.number


async def _wrap_ups(
    connection: AsyncConnection, start: datetime, end: datetime, by: Key, found: defaultdict[str, Counts]
) -> None:
    key = wrap_ups.c.agent_id if by == "agent" else _skill(wrap_ups.c.conversation_id, wrap_ups.c.at)
    rows = select(key.label("key"), wrap_ups.c.result, wrap_ups.c.score).where(
        wrap_ups.c.at >= start, wrap_ups.c.at < end).subquery()
    for row in await connection.execute(
            select(rows.c.key, rows.c.result, func.count().label("number"),
                   func.count(rows.c.score).label("scored"), func.sum(rows.c.score).label("score_sum"))
            .group_by(rows.c.key, rows.c.result)):
        counted = found[row.key]
        counted[f"result_{row.result}"] = row.number
        for name, number in (("wrapped", row.number), ("scored", row.scored), ("score_sum", row.score_sum or 0)):
            counted[name] = counted.get(name, 0) + int(number)


def _skill(conversation_id: ColumnElement[str], at: ColumnElement[datetime]) -> ColumnElement[Any]:
    """What the conversation was queued for at the time: giving it back resets the conversation's own skill."""
    before = desk_events.alias("before")
    skill = before.c.body["skill"].as_string()
    last = select(skill).where(
        before.c.conversation_id == conversation_id, before.c.at <= at, skill.is_not(None),
    ).order_by(before.c.seq.desc()).limit(1).scalar_subquery()
    own = select(conversations.c.skill).where(conversations.c.id == conversation_id).scalar_subquery()
    return func.coalesce(last, own)
