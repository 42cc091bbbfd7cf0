"""What the desk reads: the queue with its last words, a conversation's context. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import NotFound
from hotline.records import Attachment, Case, Conversation, Emergency, Message
from hotline.store.tables import cases, conversations, emergencies, messages, turns


@dataclass(frozen=True)
class Waiting:
    """One conversation as the list shows it. `unread`: citizen's messages since the bot's or an agent's last."""

    conversation: Conversation
    emergencies: tuple[Emergency, ...]
    last_text: str
    last_author: str
    last_at: datetime
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
    last = await _last_words(connection, ids)
    unread = await _unread(connection, ids)
    return [
        Waiting(
            conversation=row, emergencies=tuple(alarms.get(row.id, ())), last_text=_words(last.get(row.id)),
            last_author=last[row.id].author if row.id in last else "house",
            last_at=last[row.id].created_at if row.id in last else row.updated_at, unread=unread.get(row.id, 0))
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
    return [_message(row) for row in found], len(rows) > limit


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
    return [_case(row) for row in rows]


async def case_phone(connection: AsyncConnection, receipt: str) -> str | None:
    """The full phone number of a ticket. Raises NotFound."""
    row = (await connection.execute(select(cases.c.phone).where(cases.c.receipt == receipt))).first()
    if row is None:
        raise NotFound("no such case")
    return row.phone or None


async def _last_words(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, Row[Any]]:
    # People's words tell an agent more than the house's "you are number 3".
    newest = select(func.max(messages.c.seq)).where(
        messages.c.conversation_id.in_(list(ids)), messages.c.author.in_(("citizen", "agent"))
    ).group_by(messages.c.conversation_id)
    rows = await connection.execute(select(messages).where(messages.c.seq.in_(newest)))
    return {row.conversation_id: row for row in rows}


async def _unread(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, int]:
    answered = select(messages.c.conversation_id, func.max(messages.c.seq).label("seq")).where(
        messages.c.conversation_id.in_(list(ids)), messages.c.author.in_(("agent", "bot"))
    ).group_by(messages.c.conversation_id).subquery()
    rows = await connection.execute(
        select(messages.c.conversation_id, func.count().label("unread"))
        .outerjoin(answered, answered.c.conversation_id == messages.c.conversation_id)
        .where(messages.c.conversation_id.in_(list(ids)), messages.c.direction == "in",
               or_(answered.c.seq.is_(None), messages.c.seq > answered.c.seq))
        .group_by(messages.c.conversation_id))
    return {row.conversation_id: row.unread for row in rows}


async def _seq(connection: AsyncConnection, citizen_id: str, message_id: str) -> int:
    seq = (await connection.execute(select(messages.c.seq).where(
        messages.c.citizen_id == citizen_id, messages.c.id == message_id))).scalar()
    if seq is None:
        raise NotFound("no such message")
    return int(seq)


def _words(row: Row[Any] | None) -> str:
    """A message in a few words; what is not text is named."""
    if row is None:
        return ""
    if row.text:
        return str(row.text)
    kinds = {"image": "[图片]", "location": "[位置]", "voice": "[语音]"}
    attachments = row.body.get("attachments", ())
    return "".join(kinds.get(attachment["kind"], "[文件]") for attachment in attachments) or (
        "[图片]" if row.body.get("image") else "[卡片]")


def _message(row: Row[Any]) -> Message:
    body = row.body
    return Message(
        seq=row.seq, id=row.id, conversation_id=row.conversation_id, citizen_id=row.citizen_id,
        direction=row.direction, author=row.author, text=row.text or None, created_at=row.created_at,
        turn_id=row.turn_id, buttons=tuple(body.get("buttons", ())), image=body.get("image"),
        custom=body.get("custom"), agent_id=row.agent_id, status=row.status,
        attachments=tuple(Attachment(**attachment) for attachment in body.get("attachments", ())))


def _case(row: Row[Any]) -> Case:
    values = dict(row._mapping)
    values.pop("key")
    values["attachments"] = tuple(Attachment(**attachment) for attachment in values["attachments"] or ())
    return Case(**values)
