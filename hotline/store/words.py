"""The operator's word list, and the alerts that citizens' words raised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import Conflict, NotFound
from hotline.store.conversations import new_id
from hotline.store.desk_tables import alerts, silenced_words, watch_words
from hotline.store.tables import conversations, messages

KINDS = ("forbidden", "threat", "crowd")


@dataclass(frozen=True)
class Word:
    """A word that may not go out (forbidden), or that a supervisor must see (threat, crowd)."""

    id: str
    kind: str
    word: str
    at: datetime


@dataclass(frozen=True)
class Alert:
    """A citizen's message that a supervisor must see."""

    id: str
    conversation_id: str
    message_id: str
    kind: str
    at: datetime
    seen_by: str | None = None
    seen_at: datetime | None = None


async def words(connection: AsyncConnection, *kinds: str) -> list[Word]:
    """The operator's words, of these kinds or all, in the order they were added."""
    query = select(watch_words).order_by(watch_words.c.at, watch_words.c.id)
    if kinds:
        query = query.where(watch_words.c.kind.in_(kinds))
    return [Word(**dict(row._mapping)) for row in await connection.execute(query)]


async def add_word(connection: AsyncConnection, kind: str, word: str, now: datetime) -> Word:
    """Add a word. Raises Conflict when it is there."""
    new = Word(new_id(), kind, word, now)
    try:
        async with connection.begin_nested():
            await connection.execute(insert(watch_words).values(**vars(new)))
    except IntegrityError as error:
        raise Conflict("这个词已经在词表里") from error
    return new


async def drop_word(connection: AsyncConnection, word_id: str) -> None:
    """Take a word out. Raises NotFound."""
    result = await connection.execute(delete(watch_words).where(watch_words.c.id == word_id))
    if result.rowcount != 1:
        raise NotFound("no such word")


async def silenced(connection: AsyncConnection) -> set[tuple[str, str]]:
    """Kind and word of what is switched off of the house's own list."""
    rows = await connection.execute(select(silenced_words.c.kind, silenced_words.c.word))
    return {(row.kind, row.word) for row in rows}


async def switch_word(connection: AsyncConnection, kind: str, word: str, on: bool, now: datetime) -> bool:
    """Switch a word of the house's own list off, or on again; False when it was so before."""
    if on:
        result = await connection.execute(delete(silenced_words).where(
            silenced_words.c.kind == kind, silenced_words.c.word == word))
        return result.rowcount == 1
    try:
        async with connection.begin_nested():
            await connection.execute(insert(silenced_words).values(kind=kind, word=word, at=now))
    except IntegrityError:
        return False
    return True


async def add_alert(
    connection: AsyncConnection, conversation_id: str, message_id: str, kind: str, now: datetime
) -> Alert:
    """Note that a message must be seen; the message is new, so there is none yet."""
    alert = Alert(new_id(), conversation_id, message_id, kind, now)
    await connection.execute(insert(alerts).values(**vars(alert)))
    return alert


async def open_alerts(connection: AsyncConnection, limit: int = 200) -> list[tuple[Alert, str, str]]:
    """What nobody has seen yet, newest first, with the citizen and the words that raised it."""
    rows = await connection.execute(
        select(alerts, conversations.c.citizen_id, messages.c.text)
        .join(conversations, conversations.c.id == alerts.c.conversation_id)
        .outerjoin(messages, messages.c.id == alerts.c.message_id)
        .where(alerts.c.seen_at.is_(None)).order_by(alerts.c.at.desc(), alerts.c.id).limit(limit))
    return [(Alert(**{name: row[name] for name in alerts.c.keys()}), row["citizen_id"], row["text"] or "")
            for row in rows.mappings()]


async def alerts_of(connection: AsyncConnection, conversation_id: str) -> Sequence[Alert]:
    """Every alert of a conversation, oldest first."""
    rows = await connection.execute(select(alerts).where(
        alerts.c.conversation_id == conversation_id).order_by(alerts.c.at, alerts.c.id))
    return [Alert(**dict(row._mapping)) for row in rows]


async def unseen_alerts(connection: AsyncConnection) -> int:
    """How many alerts nobody has seen."""
    return int((await connection.execute(
        select(func.count()).select_from(alerts).where(alerts.c.seen_at.is_(None)))).scalar_one())


async def see_alert(connection: AsyncConnection, alert_id: str, agent_id: str, now: datetime) -> str:
    """Somebody has seen it; the first one counts. Returns the conversation. Raises NotFound."""
    found = (await connection.execute(
        select(alerts.c.conversation_id).where(alerts.c.id == alert_id))).scalar()
    if found is None:
        raise NotFound("no such alert")
    await connection.execute(update(alerts).where(alerts.c.id == alert_id, alerts.c.seen_at.is_(None)).values(
        seen_by=agent_id, seen_at=now))
    return str(found)
