"""Every text that an article ever had: who wrote and reviewed it, when citizens got it, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import Conflict
from hotline.records import JSON, Article
from hotline.store.articles import article_of, stored_articles
from hotline.store.tables import articles
from hotline.store.training_tables import article_versions

VersionState = Literal["draft", "reviewed", "live", "past", "withdrawn", "expired"]
OPEN: tuple[VersionState, ...] = ("draft", "reviewed")
FILES = ""  # the author of what came from a file


@dataclass(frozen=True)
class Version:
    """One text of an article; `live_from` and `live_until` say when citizens got it."""

    article_id: str
    version: int
    body: JSON
    state: VersionState
    wrong: bool
    author_id: str
    note: str
    created_at: datetime
    reviewer_id: str | None = None
    live_from: datetime | None = None
    live_until: datetime | None = None

    @property
    def article(self) -> Article:
        """The text as citizens get it once it is live."""
        return article_of({**self.body, "id": self.article_id, "status": "live"})


async def versions_of(connection: AsyncConnection, article_id: str) -> list[Version]:
    """All versions of an article, newest first."""
    rows = await connection.execute(select(article_versions).where(
        article_versions.c.article_id == article_id).order_by(article_versions.c.version.desc()))
    return [_version(row) for row in rows]


async def open_versions(connection: AsyncConnection) -> dict[str, Version]:
    """The drafts and reviewed texts that are not out yet, by article."""
    rows = await connection.execute(select(article_versions).where(
        article_versions.c.state.in_(OPEN)).order_by(article_versions.c.article_id, article_versions.c.version))
    return {row.article_id: _version(row) for row in rows}


async def newest_versions(connection: AsyncConnection, states: Sequence[VersionState]) -> dict[str, Version]:
    """The newest version of each article among those in these states, by article."""
    newest = select(article_versions.c.article_id, func.max(article_versions.c.version).label("version")).where(
        article_versions.c.state.in_(states)).group_by(article_versions.c.article_id).subquery()
    rows = await connection.execute(select(article_versions).join(
        newest, (newest.c.article_id == article_versions.c.article_id)
        & (newest.c.version == article_versions.c.version)))
    return {row.article_id: _version(row) for row in rows}


async def lock_article(connection: AsyncConnection, article_id: str) -> list[Version]:
    """All versions, newest first, nobody else changing them until the transaction ends."""
    rows = await connection.execute(select(article_versions).where(
        article_versions.c.article_id == article_id).order_by(article_versions.c.version.desc()).with_for_update())
    return [_version(row) for row in rows]


async def add_version(
    connection: AsyncConnection, article: Article, version: int, state: VersionState, author_id: str, now: datetime, *,
    note: str = "", live_from: datetime | None = None,
) -> Version:
    """Write a version down."""
    body = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(article).items()
            if name not in ("id", "status")}
    row = Version(article.id, version, body, state, False, author_id, note, now, None, live_from, None)
    await connection.execute(insert(article_versions).values(**vars(row)))
    return row


async def change_version(
    connection: AsyncConnection, old: Version, **values: Any
) -> None:
    """Change a version that is still in the state that the caller saw. Raises Conflict."""
    changed = await connection.execute(update(article_versions).where(
        article_versions.c.article_id == old.article_id, article_versions.c.version == old.version,
        article_versions.c.state == old.state).values(**values))
    if changed.rowcount != 1:
        raise Conflict("这一版刚被别人改过，请刷新再看")


async def went_out(
    connection: AsyncConnection, article: Article, now: datetime, author_id: str = FILES
) -> None:
    """An article's text was replaced from outside the workshop: the live version ends, this one follows it."""
    await went_in(connection, article.id, "past", now)
    last = await _last(connection, article.id)
    await add_version(connection, article, last + 1, "live", author_id, now, live_from=now)


async def went_in(
    connection: AsyncConnection, article_id: str, state: VersionState, now: datetime, **values: Any
) -> None:
    """The live version, if there is one, is no longer told."""
    await connection.execute(update(article_versions).where(
        article_versions.c.article_id == article_id, article_versions.c.state == "live").values(
        state=state, live_until=now, **values))


async def adopt(connection: AsyncConnection) -> int:
    """Give a first version to the articles that have none (from before versions were kept); how many."""
    known = select(article_versions.c.article_id)
    ids = {row.id for row in await connection.execute(select(articles.c.id).where(articles.c.id.not_in(known)))}
    if not ids:
        return 0
    for article_id, old in (await stored_articles(connection)).items():
        if article_id in ids:
            live = old.article.status == "live"
            await add_version(connection, old.article, 1, "live" if live else "withdrawn", FILES, old.updated_at,
                              live_from=old.updated_at if live else None)
    return len(ids)


async def unknown_articles(connection: AsyncConnection) -> bool:
    """Whether `adopt` has something to do."""
    known = select(article_versions.c.article_id)
    return (await connection.execute(
        select(articles.c.id).where(articles.c.id.not_in(known)).limit(1))).first() is not None


async def _last(connection: AsyncConnection, article_id: str) -> int:
    return int((await connection.execute(select(func.coalesce(func.max(article_versions.c.version), 0)).where(
        article_versions.c.article_id == article_id))).scalar_one())


def _version(row: Row[Any]) -> Version:
    values = dict(row._mapping)
    del values["seq"]
    values["reviewer_id"] = values["reviewer_id"] or None
    return Version(**values)
