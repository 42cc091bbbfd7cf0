"""Who got which version of an article, and who was offered a correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.article_versions import Version
from hotline.store.tables import conversations, messages
from hotline.store.training_tables import correction_offers

# A front door answers from its index for so long after a change; then only the old words tell.
LATE = timedelta(minutes=1)


@dataclass(frozen=True)
class Recipient:
    """A conversation that got a version; `seq` and `turn_id` are of the last message that had it."""

    seq: int
    conversation_id: str
    citizen_id: str
    channel: str
    turn_id: str | None
    at: datetime
    offered_at: datetime | None


async def recipients(
    connection: AsyncConnection, version: Version, *, before: int | None = None, limit: int = 100
) -> list[Recipient]:
    """Conversations that got this version, the last ones first; each once."""
    got = select(messages.c.conversation_id, func.max(messages.c.seq).label("seq")).where(_had(version)).group_by(
        messages.c.conversation_id).subquery()
    query = select(
        messages.c.seq, messages.c.conversation_id, messages.c.citizen_id, conversations.c.channel, messages.c.turn_id,
        messages.c.created_at.label("at"), correction_offers.c.at.label("offered_at"),
    ).join(got, got.c.seq == messages.c.seq).join(
        conversations, conversations.c.id == messages.c.conversation_id).outerjoin(
        correction_offers, and_(correction_offers.c.conversation_id == messages.c.conversation_id,
                                correction_offers.c.article_id == version.article_id,
                                correction_offers.c.version == version.version))
    if before is not None:
        query = query.where(messages.c.seq < before)
    rows = await connection.execute(query.order_by(messages.c.seq.desc()).limit(limit))
    return [Recipient(**dict(row._mapping)) for row in rows]


async def asked_in(connection: AsyncConnection, turn_ids: Sequence[str]) -> dict[str, str]:
    """The citizen's words of these turns, by turn."""
    rows = await connection.execute(select(messages.c.turn_id, messages.c.text).where(
        messages.c.turn_id.in_(turn_ids), messages.c.direction == "in", messages.c.text.is_not(None))
        .order_by(messages.c.seq))
    found: dict[str, str] = {}
    for row in rows:
        found[row.turn_id] = f"{found[row.turn_id]} {row.text}" if row.turn_id in found else row.text
    return found


async def was_offered(connection: AsyncConnection, version: Version, citizen_id: str) -> bool:
    """Whether this citizen was told, in whichever conversation. The caller holds the citizen's lock."""
    return (await connection.execute(select(correction_offers.c.seq).join(
        conversations, conversations.c.id == correction_offers.c.conversation_id).where(
        correction_offers.c.article_id == version.article_id, correction_offers.c.version == version.version,
        conversations.c.citizen_id == citizen_id).limit(1))).first() is not None


async def add_offer(
    connection: AsyncConnection, version: Version, conversation_id: str, author_id: str, now: datetime
) -> bool:
    """Note that a conversation was offered the correction; False when it was before."""
    there = await connection.execute(select(correction_offers.c.seq).where(
        correction_offers.c.article_id == version.article_id, correction_offers.c.version == version.version,
        correction_offers.c.conversation_id == conversation_id))
    if there.first() is not None:
        return False
    await connection.execute(insert(correction_offers).values(
        article_id=version.article_id, version=version.version, conversation_id=conversation_id, author_id=author_id,
        at=now))
    return True


def _had(version: Version) -> ColumnElement[bool]:
    """A message with this version's answer."""
    article = and_(
        messages.c.direction == "out", messages.c.author == "bot",
        messages.c.body[("custom", "type")].as_string() == "answer",
        messages.c.body[("custom", "article")].as_string() == version.article_id)
    if version.live_until is None:
        return and_(article, messages.c.created_at >= version.live_from)
    answer = version.article.answer
    late = and_(messages.c.created_at < version.live_until + LATE,
                func.substr(messages.c.text, 1, len(answer)) == answer)
    return and_(article, messages.c.created_at >= version.live_from,
                or_(messages.c.created_at < version.live_until, late))
