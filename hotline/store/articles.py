"""SQL of the knowledge base: articles, where they came from, and what citizens thought of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import Article
from hotline.store.tables import article_feedback, articles

# Any number that nothing else in this database asks a lock by.
IMPORT_LOCK = 12345_001
_FIELDS = (
    articles.c.id, articles.c.question, articles.c.similar, articles.c.answer, articles.c.source, articles.c.facts,
    articles.c.domain, articles.c.review_date, articles.c.as_of, articles.c.verify, articles.c.status,
    articles.c.expires,
)


@dataclass(frozen=True)
class StoredArticle:
    """An article with its history: the file it came from, that file's hash then, and the version."""

    article: Article
    file: str | None
    file_hash: str | None
    edited_online: bool
    version: int
    updated_at: datetime


async def live_articles(connection: AsyncConnection) -> list[Article]:
    """All articles that citizens may get, in order of id."""
    rows = await connection.execute(select(*_FIELDS).where(articles.c.status == "live").order_by(articles.c.id))
    return [article_of(dict(row._mapping)) for row in rows]


async def stored_articles(connection: AsyncConnection) -> dict[str, StoredArticle]:
    """All articles by id, withdrawn ones too."""
    rows = await connection.execute(select(articles).order_by(articles.c.id))
    return {row.id: _stored(row) for row in rows}


async def one_article(connection: AsyncConnection, article_id: str) -> StoredArticle | None:
    """One article with its history, or None."""
    row = (await connection.execute(select(articles).where(articles.c.id == article_id))).first()
    return None if row is None else _stored(row)


async def state_of_articles(connection: AsyncConnection) -> tuple[int, int, datetime | None]:
    """Number of articles, sum of their versions, latest change: any change changes it."""
    row = (await connection.execute(
        select(func.count(), func.coalesce(func.sum(articles.c.version), 0), func.max(articles.c.updated_at))
    )).one()
    return int(row[0]), int(row[1]), row[2]


async def one_import_at_a_time(connection: AsyncConnection) -> None:
    """Wait until no other process imports, and keep the others waiting until this transaction ends."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        await connection.execute(select(func.pg_advisory_xact_lock(IMPORT_LOCK)))


async def put_article(
    connection: AsyncConnection, article: Article, now: datetime, *, file: str | None = None,
    file_hash: str | None = None, edited_online: bool = False,
) -> None:
    """Insert the article or replace its text; its version grows, so that every process indexes it anew.

    An online edit (no `file`) keeps the file it came from, and the import leaves it alone from then on.
    """
    values = _values(article) | {"edited_online": edited_online, "updated_at": now}
    if file is not None:
        values |= {"file": file, "file_hash": file_hash}
    changed = await connection.execute(
        update(articles).where(articles.c.id == article.id).values(**values, version=articles.c.version + 1)
    )
    if changed.rowcount == 0:
        await connection.execute(insert(articles).values(id=article.id, version=1, **values))


async def withdraw_article(
    connection: AsyncConnection, article_id: str, now: datetime, *, edited_online: bool = False
) -> bool:
    """Take a live article out of every answer; False when there is no such live article."""
    changed = await connection.execute(
        update(articles).where(articles.c.id == article_id, articles.c.status == "live").values(
            status="withdrawn", file_hash=None, edited_online=edited_online, version=articles.c.version + 1,
            updated_at=now,
        )
    )
    return changed.rowcount > 0


async def expired_articles(connection: AsyncConnection, today: str) -> list[str]:
    """Ids of the live articles whose last day (2027-03-31) lies before `today`."""
    rows = await connection.execute(select(articles.c.id).where(
        articles.c.status == "live", articles.c.expires != "", articles.c.expires < today).order_by(articles.c.id))
    return [row.id for row in rows]


async def feedback_of(connection: AsyncConnection, article_id: str) -> dict[bool, int]:
    """How many citizens said that it was of use, and how many that it was not."""
    rows = await connection.execute(select(article_feedback.c.useful, func.count().label("number")).where(
        article_feedback.c.article_id == article_id).group_by(article_feedback.c.useful))
    return {True: 0, False: 0} | {bool(row.useful): int(row.number) for row in rows}


async def note_file(connection: AsyncConnection, article_id: str, file: str, file_hash: str) -> None:
    """Remember that this version of the file was looked at; the article itself is unchanged."""
    await connection.execute(
        update(articles).where(articles.c.id == article_id).values(file=file, file_hash=file_hash)
    )


async def add_feedback(
    connection: AsyncConnection, key: str, article_id: str, conversation_id: str, useful: bool, now: datetime
) -> bool:
    """Keep a citizen's 有用/没用 once per `key`; False when it was there already."""
    there = await connection.execute(select(article_feedback.c.seq).where(article_feedback.c.key == key))
    if there.first() is not None:
        return False
    await connection.execute(insert(article_feedback).values(
        key=key, article_id=article_id, conversation_id=conversation_id, useful=useful, at=now,
    ))
    return True


def _values(article: Article) -> dict[str, Any]:
    return {
        "question": article.question, "similar": list(article.similar), "answer": article.answer,
        "source": article.source, "facts": list(article.facts), "domain": article.domain,
        "review_date": article.review_date, "as_of": article.as_of, "verify": article.verify,
        "status": article.status, "expires": article.expires,
    }


def article_of(values: Mapping[str, Any]) -> Article:
    """The article in a row of the table, or in the body of one of its versions."""
    return Article(
        id=values["id"], question=values["question"], answer=values["answer"], source=values["source"],
        similar=tuple(values["similar"]), facts=tuple(values["facts"]), domain=values["domain"],
        review_date=values["review_date"] or None, as_of=values["as_of"] or None, verify=values["verify"],
        status=values["status"], expires=values["expires"] or None,
    )


def _stored(row: Any) -> StoredArticle:
    return StoredArticle(
        article=article_of(row._mapping), file=row.file or None, file_hash=row.file_hash or None,
        edited_online=row.edited_online, version=row.version, updated_at=row.updated_at,
    )
