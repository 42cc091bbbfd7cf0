"""Quality checks: which closed conversations may be drawn, and the score sheets about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.conversations import new_id
from hotline.store.desk_tables import desk_events, score_sheets
from hotline.store.tables import conversations


@dataclass(frozen=True)
class Closed:
    """A conversation that an agent closed, not yet judged."""

    conversation_id: str
    agent_id: str
    channel: str
    closed_at: datetime


@dataclass(frozen=True)
class Sheet:
    """A reviewer's judgement: `scores` by item, 0 to 100 each; `total` is weighted."""

    id: str
    conversation_id: str
    agent_id: str
    reviewer_id: str
    scores: dict[str, int]
    total: int
    text: str
    at: datetime


async def closed_without_sheet(
    connection: AsyncConnection, start: datetime, end: datetime, agent_id: str = ""
) -> list[Closed]:
    """What agents, or one of them, closed from `start` up to `end` and nobody has judged."""
    judged = select(score_sheets.c.conversation_id)
    query = select(desk_events.c.conversation_id, desk_events.c.agent_id, conversations.c.channel,
                   func.max(desk_events.c.at).label("closed_at")).join(
        conversations, conversations.c.id == desk_events.c.conversation_id).where(
        desk_events.c.kind == "closed", desk_events.c.agent_id.is_not(None), desk_events.c.at >= start,
        desk_events.c.at < end, desk_events.c.conversation_id.not_in(judged))
    if agent_id:
        query = query.where(desk_events.c.agent_id == agent_id)
    rows = await connection.execute(query.group_by(
        desk_events.c.conversation_id, desk_events.c.agent_id, conversations.c.channel))
    return [Closed(**dict(row._mapping)) for row in rows]


async def closed_by(connection: AsyncConnection, conversation_id: str) -> str | None:
    """The agent who closed a conversation."""
    found: str | None = (await connection.execute(select(desk_events.c.agent_id).where(
        desk_events.c.conversation_id == conversation_id, desk_events.c.kind == "closed")
        .order_by(desk_events.c.seq.desc()).limit(1))).scalar()
    return found


async def has_sheet(connection: AsyncConnection, conversation_id: str) -> bool:
    """Whether somebody has judged it."""
    found = await connection.execute(select(score_sheets.c.id).where(
        score_sheets.c.conversation_id == conversation_id).limit(1))
    return found.first() is not None


async def add_sheet(
    connection: AsyncConnection, conversation_id: str, agent_id: str, reviewer_id: str, scores: dict[str, int],
    total: int, text: str, now: datetime,
) -> Sheet:
    """Write a judgement; the caller holds the citizen's lock and has looked that there is none."""
    sheet = Sheet(new_id(), conversation_id, agent_id, reviewer_id, scores, total, text, now)
    await connection.execute(insert(score_sheets).values(**vars(sheet)))
    return sheet


async def sheets(
    connection: AsyncConnection, start: datetime, end: datetime, agent_id: str = ""
) -> list[Sheet]:
    """Judgements written from `start` up to `end`, newest first; of one agent's work or of everybody's."""
    query = select(score_sheets).where(score_sheets.c.at >= start, score_sheets.c.at < end)
    if agent_id:
        query = query.where(score_sheets.c.agent_id == agent_id)
    rows = await connection.execute(query.order_by(score_sheets.c.at.desc(), score_sheets.c.id))
    return [Sheet(**dict(row._mapping)) for row in rows]
