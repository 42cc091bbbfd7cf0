"""What citizens said, with what the bot understood and what followed: the training room reads it, turn by turn.

A turn is the unit, because it is what the bot read: fragments sent one after the other are one text. Its first
message stands for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import JSON
from hotline.store.desk_tables import corrections
from hotline.store.tables import article_feedback, cases, conversations, messages, turns
from hotline.store.training_tables import labels

AFTER = timedelta(hours=1)  # how long after a turn something still counts as what followed it
CHUNK = 500
BY_AGENTS = "desk:%"  # keys of the tickets that agents file


@dataclass(frozen=True)
class Sent:
    """One message that went out: `custom` says what it is."""

    turn_id: str | None
    at: datetime
    author: str
    text: str
    custom: JSON


@dataclass(frozen=True)
class Heard:
    """One turn; `sent` is all that went out in its conversation from its beginning on, oldest first."""

    turn_id: str
    conversation_id: str
    citizen_id: str
    channel: str
    at: datetime
    seq: int
    message_id: str
    text: str
    outcome: str | None
    parse: JSON
    sent: tuple[Sent, ...] = ()
    corrected: tuple[str, str] | None = None  # the right service, the agent
    ticket: tuple[str, str] | None = None     # act and service of the ticket that an agent filed afterwards
    useful: bool | None = None
    last: bool = False                        # nothing came from the citizen after it


@dataclass
class _Talks:
    """What is read beside the turns, by conversation or turn."""

    parts: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    sent: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    corrected: dict[str, tuple[str, str]] = field(default_factory=dict)
    tickets: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    feedback: dict[str, bool] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)


async def newest_turns(
    connection: AsyncConnection, *, before: int | None = None, unlabelled: bool = False, words: str = "",
    limit: int = 500,
) -> list[str]:
    """Ids of the newest finished turns in which a citizen wrote something, older than message number `before`."""
    earlier, part = messages.alias(), messages.alias()
    # The first message of each turn, walking back over the key: no table is read whole.
    query = select(messages.c.turn_id).join(turns, turns.c.id == messages.c.turn_id).where(
        *_written(messages), turns.c.status == "done",
        ~exists().where(earlier.c.turn_id == messages.c.turn_id, earlier.c.seq < messages.c.seq, *_written(earlier)))
    if unlabelled:
        query = query.where(~exists().where(labels.c.turn_id == messages.c.turn_id))
    if words:
        query = query.where(exists().where(
            part.c.turn_id == messages.c.turn_id, part.c.text.icontains(words, autoescape=True), *_written(part)))
    if before is not None:
        query = query.where(messages.c.seq < before)
    rows = await connection.execute(query.order_by(messages.c.seq.desc()).limit(limit))
    return [row.turn_id for row in rows]


async def corrected_turns(connection: AsyncConnection, limit: int = 500) -> list[str]:
    """Turns that agents corrected and nobody has labelled, the newest first: however old, they are kept in view."""
    rows = await connection.execute(select(corrections.c.turn_id).where(
        ~exists().where(labels.c.turn_id == corrections.c.turn_id))
        .order_by(corrections.c.at.desc()).limit(limit))
    return [row.turn_id for row in rows]


async def turns_of_messages(connection: AsyncConnection, message_ids: Collection[str]) -> dict[str, str]:
    """The turn of each of these messages that is a citizen's and has one."""
    found: dict[str, str] = {}
    for chunk in _chunks(sorted(message_ids)):
        found |= {row.id: row.turn_id for row in await connection.execute(select(
            messages.c.id, messages.c.turn_id).where(
            messages.c.id.in_(chunk), messages.c.direction == "in", messages.c.turn_id.is_not(None)))}
    return found


async def heard(connection: AsyncConnection, turn_ids: Collection[str]) -> list[Heard]:
    """These turns with all that is known of them, the newest first."""
    found: list[Heard] = []
    for chunk in _chunks(sorted(set(turn_ids))):
        rows = (await connection.execute(select(turns, conversations.c.channel).join(
            conversations, conversations.c.id == turns.c.conversation_id).where(turns.c.id.in_(chunk)))).all()
        if rows:
            talks = await _talks(connection, rows)
            found += [_heard(row, talks) for row in rows if talks.parts[row.id]]
    return sorted(found, key=lambda one: -one.seq)


async def _talks(connection: AsyncConnection, rows: Sequence[Any]) -> _Talks:
    talks, ids = _Talks(), [row.id for row in rows]
    places = sorted({row.conversation_id for row in rows})
    start, end = min(row.created_at for row in rows), max(row.created_at for row in rows) + AFTER
    for part in await connection.execute(select(
            messages.c.turn_id, messages.c.id, messages.c.seq, messages.c.text).where(
            messages.c.turn_id.in_(ids), *_written(messages)).order_by(messages.c.seq)):
        talks.parts[part.turn_id].append(part)
    for out in await connection.execute(_out(places, start, end)):
        talks.sent[out.conversation_id].append(
            Sent(out.turn_id, out.created_at, out.author, out.text or "", out.body.get("custom") or {}))
    await _read_people(connection, talks, ids, places)
    return talks


async def _read_people(
    connection: AsyncConnection, talks: _Talks, ids: Sequence[str], places: Sequence[str]
) -> None:
    """What agents and citizens did about the turns: corrections, tickets, feedback, further messages."""
    for said in await connection.execute(select(corrections).where(
            corrections.c.turn_id.in_(ids), corrections.c.field == "service")):
        talks.corrected[said.turn_id] = (said.right, said.agent_id)
    for case in await connection.execute(select(
            cases.c.conversation_id, cases.c.act, cases.c.service_code, cases.c.created_at).where(
            cases.c.conversation_id.in_(places), cases.c.key.like(BY_AGENTS)).order_by(cases.c.created_at)):
        talks.tickets[case.conversation_id].append(case)
    for word in await connection.execute(select(
            article_feedback.c.conversation_id, article_feedback.c.article_id, article_feedback.c.useful).where(
            article_feedback.c.conversation_id.in_(places)).order_by(article_feedback.c.seq)):
        talks.feedback[f"{word.conversation_id} {word.article_id}"] = word.useful
    for end in await connection.execute(select(messages.c.conversation_id, func.max(messages.c.seq).label("seq")).where(
            messages.c.conversation_id.in_(places), messages.c.direction == "in").group_by(messages.c.conversation_id)):
        talks.newest[end.conversation_id] = end.seq


def _written(table: FromClause) -> tuple[ColumnElement[bool], ...]:
    """A citizen's words: not an answer, and not a picture alone."""
    return table.c.direction == "in", table.c.text.is_not(None), table.c.text != ""


def _out(places: Sequence[str], start: datetime, end: datetime) -> Select[Any]:
    return select(
        messages.c.turn_id, messages.c.conversation_id, messages.c.created_at, messages.c.author, messages.c.text,
        messages.c.body).where(
        messages.c.conversation_id.in_(places), messages.c.direction == "out", messages.c.created_at >= start,
        messages.c.created_at <= end).order_by(messages.c.seq)


def _heard(row: Any, talks: _Talks) -> Heard:
    parts, end = talks.parts[row.id], row.created_at + AFTER
    sent = tuple(one for one in talks.sent[row.conversation_id] if row.created_at <= one.at <= end)
    article = next((one.custom.get("article") for one in sent
                    if one.turn_id == row.id and one.custom.get("type") == "answer"), None)
    tickets = [one for one in talks.tickets[row.conversation_id] if row.created_at <= one.created_at <= end]
    return Heard(
        turn_id=row.id, conversation_id=row.conversation_id, citizen_id=row.citizen_id, channel=row.channel,
        at=row.created_at, seq=parts[0].seq, message_id=parts[0].id, text="\n".join(part.text for part in parts),
        outcome=row.outcome, parse=row.parse or {}, sent=sent, corrected=talks.corrected.get(row.id),
        ticket=(tickets[0].act, tickets[0].service_code) if tickets else None,
        useful=talks.feedback.get(f"{row.conversation_id} {article}") if article else None,
        last=parts[-1].seq >= talks.newest.get(row.conversation_id, 0))


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[at:at + CHUNK] for at in range(0, len(ids), CHUNK))
