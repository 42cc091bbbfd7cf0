"""Who waits since when: the queue in its order, and the citizen's oldest unanswered word of each conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import Conversation
from hotline.store.tables import conversations, messages


async def queued(connection: AsyncConnection) -> list[Conversation]:
    """Everybody who waits for an agent, in the order that they are told."""
    rows = await connection.execute(select(conversations).where(conversations.c.owner == "queue").order_by(
        conversations.c.priority.desc(), conversations.c.queued_at, conversations.c.id))
    return [Conversation(**dict(row._mapping)) for row in rows]


async def not_offered(connection: AsyncConnection, queued_before: datetime) -> list[Conversation]:
    """Conversations queued before then that no agent has answered and whose citizen was offered no other way."""
    answered = exists().where(
        messages.c.conversation_id == conversations.c.id, messages.c.author == "agent",
        messages.c.created_at >= conversations.c.queued_at)
    rows = await connection.execute(select(conversations).where(
        conversations.c.owner.in_(("queue", "agent")), conversations.c.queued_at <= queued_before,
        conversations.c.offered_at.is_(None), conversations.c.closed_at.is_(None), not_(answered))
        .order_by(conversations.c.queued_at))
    return [Conversation(**dict(row._mapping)) for row in rows]


async def last_heard(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, datetime]:
    """When each conversation's citizen last said something."""
    return await _last(connection, ids, messages.c.direction == "in")


async def last_said(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, datetime]:
    """When each conversation's citizen was last told something."""
    return await _last(connection, ids, messages.c.direction == "out")


async def unanswered(connection: AsyncConnection, rows: Sequence[Conversation]) -> dict[str, datetime]:
    """Since when each of these conversations waits for a person's answer; without those that do not wait.

    The wait begins with the hand-over, later with the citizen's first word after the last answer.
    """
    ids = [row.id for row in rows]
    answered = await _last(connection, ids, messages.c.author == "agent")
    spoken = await _first_words_since(connection, ids)
    waits: dict[str, datetime] = {}
    for row in rows:
        since = [spoken[row.id]] if row.id in spoken else []
        last = answered.get(row.id)
        if row.queued_at is not None and (last is None or last < row.queued_at):
            since.append(row.queued_at)
        if since:
            waits[row.id] = min(since)
    return waits


def unanswered_messages(ids: Iterable[str], what: ColumnElement[Any]) -> Select[Any]:
    """`what` of the citizen's messages since the bot or an agent last spoke, by conversation."""
    wanted = list(ids)
    answered = select(messages.c.conversation_id, func.max(messages.c.seq).label("seq")).where(
        messages.c.conversation_id.in_(wanted), messages.c.author.in_(("agent", "bot"))
    ).group_by(messages.c.conversation_id).subquery()
    return (select(messages.c.conversation_id, what)
            .outerjoin(answered, answered.c.conversation_id == messages.c.conversation_id)
            .where(messages.c.conversation_id.in_(wanted), messages.c.direction == "in",
                   or_(answered.c.seq.is_(None), messages.c.seq > answered.c.seq))
            .group_by(messages.c.conversation_id))


async def _last(
    connection: AsyncConnection, ids: Sequence[str], condition: ColumnElement[bool]
) -> dict[str, datetime]:
    rows = await connection.execute(
        select(messages.c.conversation_id, func.max(messages.c.created_at).label("at"))
        .where(messages.c.conversation_id.in_(ids), condition).group_by(messages.c.conversation_id))
    return {row.conversation_id: row.at for row in rows}


async def _first_words_since(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, datetime]:
    rows = await connection.execute(unanswered_messages(ids, func.min(messages.c.created_at).label("at")))
    return {row.conversation_id: row.at for row in rows}
