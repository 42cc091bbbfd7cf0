"""What the desk reads: the queue with its last words, a conversation's context. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import NotFound
from hotline.records import Case, Conversation, Emergency, Message
from hotline.store.cases import case_of
from hotline.store.conversations import message_of
from hotline.store.desk_tables import alerts
from hotline.store.last_words import LastWords, last_words
from hotline.store.tables import cases, conversations, emergencies, messages, turns
from hotline.store.waits import unanswered_messages


@dataclass(frozen=True)
class Waiting:
    """One conversation as the list shows it. `unread`: citizen's messages since the bot's or an agent's last."""

    conversation: Conversation
    emergencies: tuple[Emergency, ...]
    last: LastWords
    unread: int


@dataclass(frozen=True)
class Understood:
    """What the bot made of one turn."""

    turn_id: str
    text: str
    parse: dict[str, Any]
    model: str | None
    outcome: str | None
    created_at: datetime


async def open_conversations(connection: AsyncConnection) -> list[Conversation]:
    """Everything a person has to do with: queued, with an agent, or in an emergency nobody has confirmed.

    In the order of the queue, which is the order that citizens are told.
    """
    alarm = exists().where(emergencies.c.conversation_id == conversations.c.id, emergencies.c.ended_at.is_(None))
    open_here = and_(conversations.c.closed_at.is_(None), conversations.c.owner.in_(("queue", "agent")))
    rows = await connection.execute(select(conversations).where(or_(open_here, alarm)).order_by(
        conversations.c.priority.desc(), conversations.c.queued_at, conversations.c.id))
    return [Conversation(**dict(row._mapping)) for row in rows]


async def queue(connection: AsyncConnection) -> list[Waiting]:
    """`open_conversations` with emergencies, last words and unread counts."""
    rows = await open_conversations(connection)
    ids = [conversation.id for conversation in rows]
    alarms = await open_emergencies(connection, ids)
    last = await last_words(connection, ids)
    unread = await _unread(connection, ids)
    return [
        Waiting(
            conversation=row, emergencies=tuple(alarms.get(row.id, ())),
            last=last.get(row.id) or LastWords("", "house", row.updated_at), unread=unread.get(row.id, 0))
        for row in rows
    ]


async def open_emergencies(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, list[Emergency]]:
    """Emergencies that nobody has confirmed and that are not silent, by conversation."""
    found: dict[str, list[Emergency]] = {}
    rows = await connection.execute(select(emergencies).where(
        emergencies.c.conversation_id.in_(ids), emergencies.c.ended_at.is_(None)).order_by(emergencies.c.opened_at))
    for row in rows:
        found.setdefault(row.conversation_id, []).append(Emergency(**dict(row._mapping)))
    return found


async def all_emergencies(connection: AsyncConnection, conversation_id: str) -> list[Emergency]:
    """Every emergency of a conversation, oldest first."""
    rows = await connection.execute(select(emergencies).where(
        emergencies.c.conversation_id == conversation_id).order_by(emergencies.c.opened_at))
    return [Emergency(**dict(row._mapping)) for row in rows]


async def emergency_conversation(connection: AsyncConnection, emergency_id: str) -> str:
    """Whose emergency it is. Raises NotFound."""
    found = (await connection.execute(
        select(emergencies.c.conversation_id).where(emergencies.c.id == emergency_id))).scalar()
    if found is None:
        raise NotFound("no such emergency")
    return str(found)


async def page(
    connection: AsyncConnection, citizen_id: str, *, before: str | None = None, after: str | None = None,
    limit: int = 200,
) -> tuple[list[Message], bool]:
    """A stretch of the citizen's messages over all conversations, in order, and whether there are more that way.

    `before` and `after` are message ids, exclusive; without them the newest. Raises NotFound for a foreign id.
    """
    query = select(messages).where(messages.c.citizen_id == citizen_id)
    if after is not None:
        query = query.where(messages.c.seq > await _seq(connection, citizen_id, after)).order_by(messages.c.seq)
    else:
        if before is not None:
            query = query.where(messages.c.seq < await _seq(connection, citizen_id, before))
        query = query.order_by(messages.c.seq.desc())
    rows = list((await connection.execute(query.limit(limit + 1))).all())
    found = rows[:limit] if after is not None else rows[:limit][::-1]
    return [message_of(row) for row in found], len(rows) > limit


async def conversation_messages(
    connection: AsyncConnection, conversation_id: str, limit: int = 200
) -> list[Message]:
    """The newest messages of one conversation, in order."""
    rows = (await connection.execute(select(messages).where(messages.c.conversation_id == conversation_id)
                                     .order_by(messages.c.seq.desc()).limit(limit))).all()
    return [message_of(row) for row in reversed(rows)]


async def understood(connection: AsyncConnection, conversation_id: str, limit: int = 5) -> list[Understood]:
    """The newest turns that the bot parsed, newest first, with the citizen's words."""
    rows = (await connection.execute(select(turns).where(
        turns.c.conversation_id == conversation_id, turns.c.status == "done", turns.c.parse.is_not(None))
        .order_by(turns.c.created_at.desc()).limit(limit * 3))).all()
    # JSON columns may hold a JSON null, which is not SQL's NULL: look at the value itself.
    parsed = [row for row in rows if row.parse][:limit]
    texts: dict[str, list[str]] = {}
    for row in await connection.execute(select(messages.c.turn_id, messages.c.text).where(
            messages.c.turn_id.in_([row.id for row in parsed]), messages.c.direction == "in")
            .order_by(messages.c.seq)):
        texts.setdefault(row.turn_id, []).append(row.text or "")
    return [Understood(row.id, "\n".join(texts.get(row.id, ())), row.parse, row.model, row.outcome, row.created_at)
            for row in parsed]


async def citizen_cases(connection: AsyncConnection, citizen_id: str, limit: int = 30) -> list[Case]:
    """A citizen's tickets, newest first."""
    rows = await connection.execute(select(cases).where(cases.c.citizen_id == citizen_id)
                                    .order_by(cases.c.created_at.desc()).limit(limit))
    return [case_of(row) for row in rows]


async def case_phone(connection: AsyncConnection, receipt: str) -> str | None:
    """The full phone number of a ticket. Raises NotFound."""
    row = (await connection.execute(select(cases.c.phone).where(cases.c.receipt == receipt))).first()
    if row is None:
        raise NotFound("no such case")
    return row.phone or None


async def unseen_alerts(connection: AsyncConnection) -> int:
    """How many alerts no supervisor has looked at."""
    return int((await connection.execute(
        select(func.count()).select_from(alerts).where(alerts.c.seen_at.is_(None)))).scalar_one())


async def _unread(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, int]:
    rows = await connection.execute(unanswered_messages(ids, func.count().label("unread")))
    return {row.conversation_id: row.unread for row in rows}


async def _seq(connection: AsyncConnection, citizen_id: str, message_id: str) -> int:
    seq = (await connection.execute(select(messages.c.seq).where(
        messages.c.citizen_id == citizen_id, messages.c.id == message_id))).scalar()
    if seq is None:
        raise NotFound("no such message")
    return int(seq)
