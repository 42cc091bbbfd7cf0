"""Looking for words in everything that was said and written: messages, tickets, notes, wrap-ups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.desk_tables import notes, wrap_ups
from hotline.store.notes import readable
from hotline.store.tables import cases, messages

PAGE = 50


@dataclass(frozen=True)
class Hit:
    """One place where the words stand; `kind` is message, case, note or wrap_up, `id` its own id there."""

    kind: str
    id: str
    conversation_id: str
    at: datetime
    text: str


async def search(
    connection: AsyncConnection, words: str, reader: str, before: datetime | None = None, *, all_whispers: bool = False
) -> tuple[list[Hit], bool]:
    """The newest hits before a time, newest first, and whether there are older ones.

    Hits of one moment are never torn apart, so that `before` the last one's time loses none.
    """
    hits: list[Hit] = []
    for kind, query, at in _queries(words, None if all_whispers else reader):
        if before is not None:
            query = query.where(at < before)
        rows = await connection.execute(query.order_by(at.desc()).limit(PAGE * 2))
        hits += [Hit(kind, str(row.id), row.conversation_id, row.at, _text(row)) for row in rows]
    hits.sort(key=lambda hit: (hit.at, hit.id), reverse=True)
    page = [hit for number, hit in enumerate(hits) if number < PAGE or hit.at == hits[PAGE - 1].at]
    return page, len(hits) > len(page)


def _queries(words: str, reader: str | None) -> list[tuple[str, Select[Any], ColumnElement[Any]]]:
    said = select(messages.c.id, messages.c.conversation_id, messages.c.created_at.label("at"), messages.c.text).where(
        messages.c.text.icontains(words, autoescape=True), messages.c.author != "house")
    filed = select(
        cases.c.receipt.label("id"), cases.c.conversation_id, cases.c.created_at.label("at"), cases.c.receipt,
        cases.c.title, cases.c.address).where(or_(*(column.icontains(words, autoescape=True) for column in (
            cases.c.receipt, cases.c.title, cases.c.address))))
    noted = select(notes.c.id, notes.c.conversation_id, notes.c.at, notes.c.text).where(
        notes.c.text.icontains(words, autoescape=True))
    if reader is not None:
        noted = noted.where(readable(reader))
    wrapped = select(wrap_ups.c.id, wrap_ups.c.conversation_id, wrap_ups.c.at, wrap_ups.c.text).where(
        wrap_ups.c.text.icontains(words, autoescape=True))
    return [("message", said, messages.c.created_at), ("case", filed, cases.c.created_at),
            ("note", noted, notes.c.at), ("wrap_up", wrapped, wrap_ups.c.at)]


def _text(row: Any) -> str:
    """A ticket's words are spread over three columns."""
    values = row._mapping
    return str(values["text"]) if "text" in values else " ".join(
        filter(None, (values["receipt"], values["title"], values["address"])))
