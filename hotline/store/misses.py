"""What citizens asked and the knowledge base did not have."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.tables import messages, turns

CHUNK = 500


@dataclass(frozen=True)
class Miss:
    """One turn that found nothing; `text` are the citizen's words as sent."""

    turn_id: str
    conversation_id: str
    at: datetime
    text: str


async def misses(connection: AsyncConnection, since: datetime, limit: int, refusals: Collection[str]) -> list[Miss]:
    """Turns since then that found nothing, newest first.

    `refusals` are answers to offered questions ("都不是"): there the question is what the citizen said before.
    """
    rows = (await connection.execute(select(turns.c.id, turns.c.conversation_id, turns.c.created_at).where(
        turns.c.created_at >= since, turns.c.parse[("knowledge", "decision")].as_string() == "none")
        .order_by(turns.c.created_at.desc(), turns.c.id).limit(limit))).all()
    words = await _words(connection, [row.id for row in rows])
    found = [Miss(row.id, row.conversation_id, row.created_at, words.get(row.id, "")) for row in rows]
    return [miss if miss.text not in refusals else await _asked_before(connection, miss) for miss in found]


async def count_misses(connection: AsyncConnection, since: datetime) -> int:
    """How many turns since then found nothing."""
    return int((await connection.execute(select(func.count()).select_from(turns).where(
        turns.c.created_at >= since, turns.c.parse[("knowledge", "decision")].as_string() == "none"))).scalar_one())


async def _words(connection: AsyncConnection, turn_ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(turn_ids), CHUNK):
        rows = await connection.execute(select(messages.c.turn_id, messages.c.text).where(
            messages.c.turn_id.in_(turn_ids[start:start + CHUNK]), messages.c.direction == "in",
            messages.c.text.is_not(None)).order_by(messages.c.seq))
        for row in rows:
            found[row.turn_id] = f"{found[row.turn_id]}\n{row.text}" if row.turn_id in found else row.text
    return found


async def _asked_before(connection: AsyncConnection, miss: Miss) -> Miss:
    first = select(func.min(messages.c.seq)).where(messages.c.turn_id == miss.turn_id).scalar_subquery()
    row = (await connection.execute(select(messages.c.text).where(
        messages.c.conversation_id == miss.conversation_id, messages.c.direction == "in", messages.c.seq < first,
        messages.c.text.is_not(None)).order_by(messages.c.seq.desc()).limit(1))).first()
    return miss if row is None else Miss(miss.turn_id, miss.conversation_id, miss.at, row.text)
