"""Brings article files into the database: changed ones only, never over an online edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.knowledge.files import FOLDER, ArticleFile, Problem, load_folder
from hotline.records import Article
from hotline.store import article_versions
from hotline.store.articles import (
    StoredArticle,
    note_file,
    one_import_at_a_time,
    put_article,
    stored_articles,
    withdraw_article,
)
from hotline.store.database import Database

CITY = ZoneInfo("Asia/Shanghai")

log = structlog.get_logger(__name__)


@dataclass
class ImportReport:
    """What an import did: ids by outcome, and the problems found on the way."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    kept_online: list[str] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)


async def import_articles(database: Database, folder: Path = FOLDER) -> ImportReport:
    """Import a folder. A bad file or entry is reported and leaves what the database has of it as it is."""
    files = load_folder(folder)
    report = await _import(database, files)
    if not files:
        report.problems.append(Problem(folder.name, "-", "没有找到知识文件"))
    for problem in report.problems:
        log.warning("article_refused", file=problem.file, entry=problem.entry, reason=problem.reason)
    log.info(
        "articles_imported", added=len(report.added), updated=len(report.updated), withdrawn=len(report.withdrawn),
        kept_online=len(report.kept_online), unchanged=report.unchanged, problems=len(report.problems),
    )
    return report


async def _import(database: Database, files: Sequence[ArticleFile]) -> ImportReport:
    report = ImportReport(problems=[problem for file in files for problem in file.problems])
    now = datetime.now(UTC)
    async with database.write() as connection:
        # Or each of two would put what the other has just put: a version too many, or an article twice.
        await one_import_at_a_time(connection)
        await article_versions.adopt(connection)
        stored = await stored_articles(connection)
        for file in files:
            await _import_file(connection, file, stored, now, report)
        if files:
            await _withdraw_missing(connection, files, stored, now, report)
    return report


async def _import_file(
    connection: AsyncConnection, file: ArticleFile, stored: dict[str, StoredArticle], now: datetime,
    report: ImportReport,
) -> None:
    for article in (_told(article, now) for article in file.articles):
        old = stored.get(article.id)
        if old is None:
            await _put(connection, article, file, now)
            report.added.append(article.id)
        elif (old.file, old.file_hash) == (file.name, file.hash):
            report.unchanged += 1
        elif old.edited_online:
            report.kept_online.append(article.id)
        elif old.article == article:
            await note_file(connection, article.id, file.name, file.hash)
            report.unchanged += 1
        else:
            await _put(connection, article, file, now)
            report.updated.append(article.id)


def _told(article: Article, now: datetime) -> Article:
    """An article whose last day is over comes in withdrawn: it must not be told for the minutes until a check."""
    over = article.expires is not None and article.expires < now.astimezone(CITY).date().isoformat()
    return replace(article, status="withdrawn") if over else article


async def _put(connection: AsyncConnection, article: Article, file: ArticleFile, now: datetime) -> None:
    await put_article(connection, article, now, file=file.name, file_hash=file.hash)
    if article.status == "live":
        await article_versions.went_out(connection, article, now)
    else:
        await article_versions.went_in(connection, article.id, "withdrawn", now)


async def _withdraw_missing(
    connection: AsyncConnection, files: Sequence[ArticleFile], stored: dict[str, StoredArticle], now: datetime,
    report: ImportReport,
) -> None:
    """Articles that came from files and stand in none any more; what is unreadable may hold any article of it."""
    present = {article.id for file in files for article in file.articles} | {
        entry for file in files for entry in file.protected
    }
    unreadable = {file.name for file in files if not file.readable}
    for old in stored.values():
        gone = old.file is not None and old.article.status == "live" and old.article.id not in present
        if not gone or old.file in unreadable:
            continue
        if old.edited_online:
            report.kept_online.append(old.article.id)
        elif await withdraw_article(connection, old.article.id, now):
            await article_versions.went_in(connection, old.article.id, "withdrawn", now)
            report.withdrawn.append(old.article.id)
