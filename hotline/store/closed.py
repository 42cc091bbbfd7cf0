"""Conversations that agents have closed, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import Conversation
from hotline.store.desk_tables import agents, desk_events, wrap_ups
from hotline.store.tables import conversations, messages

ENDS = ("closed", "merged")


@dataclass(frozen=True)
class Closed:
    """One closed conversation, who closed it and with which result."""

    conversation: Conversation
    agent_name: str | None
    result: str | None


async def closed_page(
    connection: AsyncConnection, *, before: datetime | None = None, words: str = "", limit: int = 50
) -> tuple[list[Closed], bool]:
    """Those closed before then that hold the words, and whether there are more."""
    query = select(conversations).where(conversations.c.closed_at.is_not(None))
    if before is not None:
        query = query.where(conversations.c.closed_at < before)
    if words:
        query = query.where(_holds(words))
    rows = (await connection.execute(
        query.order_by(conversations.c.closed_at.desc(), conversations.c.id).limit(limit + 1))).all()
    found = [Conversation(**dict(row._mapping)) for row in rows[:limit]]
    names = await _closed_by(connection, [row.id for row in found])
    results = await _results(connection, [row.id for row in found])
    return [Closed(row, names.get(row.id), results.get(row.id)) for row in found], len(rows) > limit


def _holds(words: str) -> ColumnElement[bool]:
    """What was said holds the words, or the citizen's short number or the agent's name is just that."""
    said = exists().where(
        messages.c.conversation_id == conversations.c.id, messages.c.text.contains(words, autoescape=True))
    closer = exists().where(
        desk_events.c.conversation_id == conversations.c.id, desk_events.c.kind.in_(ENDS),
        desk_events.c.agent_id == agents.c.id, agents.c.name == words)
    short = func.lower(conversations.c.citizen_id).endswith(words.lower(), autoescape=True)
    return or_(said, closer, short) if len(words) == 4 else or_(said, closer)


async def _closed_by(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, str]:
    rows = await connection.execute(
        select(desk_events.c.conversation_id, agents.c.name).join(agents, agents.c.id == desk_events.c.agent_id)
        .where(desk_events.c.conversation_id.in_(ids), desk_events.c.kind.in_(ENDS)).order_by(desk_events.c.seq))
    return {row.conversation_id: row.name for row in rows}


async def _results(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, str]:
    rows = await connection.execute(select(wrap_ups.c.conversation_id, wrap_ups.c.result).where(
        wrap_ups.c.conversation_id.in_(ids)).order_by(wrap_ups.c.at))
    return {row.conversation_id: row.result for row in rows}
