"""Labels: what a person said a message is, with the history of each. Texts in here are masked already."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import NotFound
from hotline.records import JSON
from hotline.store.training_tables import label_changes, labels

USED = ("accepted", "out_of_scope")  # states whose text is an example
SAID = ("intent", "service", "emergency", "state")  # what a history tells of
CHUNK = 500  # ids in one query: below the limit of parameters of every database


@dataclass(frozen=True)
class Label:
    """One label; without `message_id` it was imported or written by hand."""

    id: str
    text: str
    intent: str | None
    service: str | None
    emergency: str | None
    state: str
    part: str
    source: str
    author_id: str
    created_at: datetime
    updated_at: datetime
    message_id: str | None = None
    turn_id: str | None = None
    citizen_id: str | None = None


@dataclass(frozen=True)
class Change:
    """One change: who turned what into what."""

    author_id: str
    before: JSON
    after: JSON
    at: datetime


async def add_labels(connection: AsyncConnection, new: Sequence[Label]) -> None:
    """Keep new labels."""
    if new:
        await connection.execute(insert(labels), [vars(label) for label in new])


async def change_label(
    connection: AsyncConnection, label: Label, author_id: str, now: datetime, **values: Any
) -> Label:
    """Say something else of a message and note what stood there before; the same again changes nothing."""
    changed = replace(label, **values)
    if changed == label:
        return label
    await connection.execute(update(labels).where(labels.c.id == label.id).values(**values, updated_at=now))
    await connection.execute(insert(label_changes).values(
        label_id=label.id, author_id=author_id, before=_said(label), after=_said(changed), at=now))
    return replace(changed, updated_at=now)


async def get_label(connection: AsyncConnection, label_id: str) -> Label:
    """One label. Raises NotFound."""
    row = (await connection.execute(select(labels).where(labels.c.id == label_id))).first()
    if row is None:
        raise NotFound("没有这条标注")
    return _label(row)


async def by_turn(connection: AsyncConnection, turn_ids: Collection[str]) -> dict[str, Label]:
    """The labels of these turns, by turn: a turn's fragments are one text with one label."""
    rows = [row for chunk in _chunks(sorted(turn_ids)) for row in await connection.execute(
        select(labels).where(labels.c.turn_id.in_(chunk)))]
    return {row.turn_id: _label(row) for row in rows}


async def by_id(connection: AsyncConnection, ids: Collection[str]) -> dict[str, Label]:
    """Those of these labels that there are, by id."""
    rows = [row for chunk in _chunks(sorted(ids)) for row in await connection.execute(
        select(labels).where(labels.c.id.in_(chunk)))]
    return {row.id: _label(row) for row in rows}


async def page(
    connection: AsyncConnection, *, state: str = "", part: str = "", source: str = "", words: str = "",
    before: tuple[datetime, str] | None = None, limit: int = 50,
) -> tuple[list[Label], bool]:
    """Labels, the last changed first, older than that time and id; and whether there are more."""
    query = select(labels)
    for column, wanted in ((labels.c.state, state), (labels.c.part, part), (labels.c.source, source)):
        if wanted:
            query = query.where(column == wanted)
    if words:
        query = query.where(labels.c.text.icontains(words, autoescape=True))
    if before is not None:
        at, label_id = before
        query = query.where(or_(
            labels.c.updated_at < at, and_(labels.c.updated_at == at, labels.c.id > label_id)))
    rows = (await connection.execute(
        query.order_by(labels.c.updated_at.desc(), labels.c.id).limit(limit + 1))).all()
    return [_label(row) for row in rows[:limit]], len(rows) > limit


async def used(connection: AsyncConnection, part: str = "") -> list[Label]:
    """Every label whose text is an example, of one part or both, in a fixed order."""
    query = select(labels).where(labels.c.state.in_(USED))
    if part:
        query = query.where(labels.c.part == part)
    return [_label(row) for row in await connection.execute(query.order_by(labels.c.created_at, labels.c.id))]


async def count_since(connection: AsyncConnection, since: datetime | None) -> int:
    """How many examples were labelled, or labelled anew, after a moment; None counts all."""
    return int((await connection.execute(select(func.count()).select_from(labels).where(
        labels.c.state.in_(USED), labels.c.part == "train",
        *((labels.c.updated_at > since,) if since is not None else ())))).scalar_one())


async def parts(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Text and part of every label that has kept its words, withdrawn ones too: their part stays theirs."""
    rows = await connection.execute(select(labels.c.text, labels.c.part).where(labels.c.state != "personal"))
    return [(row.text, row.part) for row in rows]


async def every(connection: AsyncConnection) -> list[Label]:
    """Every label there is, withdrawn ones too."""
    return [_label(row) for row in await connection.execute(select(labels).order_by(labels.c.created_at, labels.c.id))]


async def changes_of(connection: AsyncConnection, label_id: str) -> list[Change]:
    """A label's history, oldest first."""
    rows = await connection.execute(select(
        label_changes.c.author_id, label_changes.c.before, label_changes.c.after, label_changes.c.at).where(
        label_changes.c.label_id == label_id).order_by(label_changes.c.seq))
    return [Change(**dict(row._mapping)) for row in rows]


async def of_citizen(connection: AsyncConnection, citizen_id: str) -> list[Label]:
    """A citizen's labels."""
    return [_label(row) for row in await connection.execute(select(labels).where(labels.c.citizen_id == citizen_id))]


async def from_doubts(connection: AsyncConnection) -> list[Label]:
    """Answers to doubts: their texts were copied from other examples, and nothing says whose those were."""
    return [_label(row) for row in await connection.execute(select(labels).where(
        labels.c.source == "doubt", labels.c.citizen_id.is_(None)))]


async def erase(connection: AsyncConnection, ids: Collection[str]) -> None:
    """Remove labels and their history; the caller then writes the overlay anew."""
    for chunk in _chunks(sorted(ids)):
        await connection.execute(delete(label_changes).where(label_changes.c.label_id.in_(chunk)))
        await connection.execute(delete(labels).where(labels.c.id.in_(chunk)))


def _said(label: Label) -> JSON:
    return {name: getattr(label, name) for name in SAID}


def _label(row: Row[Any]) -> Label:
    values: dict[str, Any] = {name: value or None if name in _EMPTY else value for name, value in row._mapping.items()}
    return Label(**values)


_EMPTY = frozenset({"intent", "service", "emergency", "message_id", "turn_id", "citizen_id"})


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[at:at + CHUNK] for at in range(0, len(ids), CHUNK))
