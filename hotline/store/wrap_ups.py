"""Wrap-ups (小结): how an agent's part of a conversation ended, and the citizen's score for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import Conversation
from hotline.store.conversations import get_conversation, new_id
from hotline.store.desk_tables import wrap_ups
from hotline.store.tables import conversations

RESULTS = ("solved", "ticket", "callback", "transferred_out", "no_reply", "spam", "other")


@dataclass(frozen=True)
class WrapUp:
    """One wrap-up; `score` is the citizen's answer, 1 to 5."""

    id: str
    conversation_id: str
    agent_id: str
    result: str
    text: str
    at: datetime
    score: int | None = None


async def add_wrap_up(
    connection: AsyncConnection, conversation_id: str, agent_id: str, result: str, text: str, now: datetime
) -> None:
    """Note how it ended, in the transaction that gives the conversation away."""
    await connection.execute(insert(wrap_ups).values(
        id=new_id(), conversation_id=conversation_id, agent_id=agent_id, result=result, text=text, at=now))


async def wrap_ups_of(connection: AsyncConnection, citizen_id: str, limit: int = 20) -> Sequence[WrapUp]:
    """A citizen's wrap-ups, newest first."""
    rows = await connection.execute(
        select(wrap_ups).join(conversations, conversations.c.id == wrap_ups.c.conversation_id)
        .where(conversations.c.citizen_id == citizen_id).order_by(wrap_ups.c.at.desc()).limit(limit))
    return [WrapUp(**dict(row._mapping)) for row in rows]


async def to_be_scored(connection: AsyncConnection, citizen_id: str, since: datetime) -> Conversation | None:
    """The citizen's last closed conversation whose wrap-up still waits for a score."""
    found = (await connection.execute(
        select(conversations.c.id).join(wrap_ups, wrap_ups.c.conversation_id == conversations.c.id)
        .where(conversations.c.citizen_id == citizen_id, conversations.c.closed_at > since, wrap_ups.c.score.is_(None),
               wrap_ups.c.at == conversations.c.closed_at)
        .order_by(wrap_ups.c.at.desc()).limit(1))).scalar()
    return await get_conversation(connection, found) if found else None


async def score(connection: AsyncConnection, conversation_id: str, value: int) -> bool:
    """The citizen's score for the last wrap-up of a conversation, once; False when there was one before."""
    newest = select(wrap_ups.c.id).where(wrap_ups.c.conversation_id == conversation_id).order_by(
        wrap_ups.c.at.desc()).limit(1).scalar_subquery()
    result = await connection.execute(update(wrap_ups).where(
        wrap_ups.c.id == newest, wrap_ups.c.score.is_(None)).values(score=value))
    return result.rowcount == 1
