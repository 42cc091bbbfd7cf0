"""The import: only what changed, never over an online edit, gone from a file is withdrawn."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.knowledge import importer
from hotline.knowledge.importer import import_articles
from hotline.records import Article
from hotline.store.articles import StoredArticle, put_article, stored_articles
from hotline.store.database import Database
from tests.knowledge.samples import HOSE, METER, entry, write


async def _stored(database: Database) -> dict[str, StoredArticle]:
    async with database.read() as connection:
        return await stored_articles(connection)


async def test_unchanged_articles_are_left_alone_and_changed_ones_updated(database: Database, tmp_path: Path) -> None:
    write(tmp_path, "a.yml", HOSE, METER)
    assert (await import_articles(database, tmp_path)).added == ["hose", "meter"]
    before = await _stored(database)

    again = await import_articles(database, tmp_path)
    assert (again.added, again.updated, again.withdrawn, again.unchanged) == ([], [], [], 2)
    assert await _stored(database) == before

    write(tmp_path, "a.yml", HOSE.replace("不超过两米。", "最多两米。"), METER)
    assert (await import_articles(database, tmp_path)).updated == ["hose"]
    after = await _stored(database)
    assert after["hose"].article.answer == "最多两米。"
    assert (after["hose"].version, after["meter"].version) == (2, 1)
    assert after["meter"].updated_at == before["meter"].updated_at


async def test_an_online_edit_survives_changed_and_removed_files(database: Database, tmp_path: Path) -> None:
    path = write(tmp_path, "a.yml", HOSE, METER)
    await import_articles(database, tmp_path)
    edited = Article(id="hose", question="软管多长？", answer="在线改过。", source="坐席", status="live")
    async with database.write() as connection:
        await put_article(connection, edited, datetime.now(UTC), edited_online=True)

    write(tmp_path, "a.yml", HOSE.replace("不超过两米。", "文件里的新话。"), METER)
    assert (await import_articles(database, tmp_path)).kept_online == ["hose"]
    path.unlink()
    write(tmp_path, "b.yml", METER)
    report = await import_articles(database, tmp_path)
    assert report.kept_online == ["hose"] and report.withdrawn == []
    stored = (await _stored(database))["hose"]
    assert (stored.article.answer, stored.article.status, stored.file) == ("在线改过。", "live", "a.yml")


async def test_what_left_its_file_is_withdrawn_and_comes_back(database: Database, tmp_path: Path) -> None:
    write(tmp_path, "a.yml", HOSE, METER)
    await import_articles(database, tmp_path)
    write(tmp_path, "a.yml", METER)
    assert (await import_articles(database, tmp_path)).withdrawn == ["hose"]
    assert (await _stored(database))["hose"].article.status == "withdrawn"
    write(tmp_path, "a.yml", HOSE, METER)
    assert (await import_articles(database, tmp_path)).updated == ["hose"]
    assert (await _stored(database))["hose"].article.status == "live"


async def test_an_entry_can_be_withdrawn_in_its_file(database: Database, tmp_path: Path) -> None:
    write(tmp_path, "a.yml", HOSE, METER)
    await import_articles(database, tmp_path)
    write(tmp_path, "a.yml", HOSE + "    status: withdrawn\n", METER)
    assert (await import_articles(database, tmp_path)).updated == ["hose"]
    assert (await _stored(database))["hose"].article.status == "withdrawn"


async def test_an_article_may_move_to_another_file(database: Database, tmp_path: Path) -> None:
    write(tmp_path, "a.yml", HOSE, METER)
    await import_articles(database, tmp_path)
    write(tmp_path, "a.yml", METER)
    write(tmp_path, "b.yml", HOSE)
    report = await import_articles(database, tmp_path)
    assert (report.added, report.updated, report.withdrawn) == ([], [], [])
    stored = (await _stored(database))["hose"]
    assert (stored.file, stored.version) == ("b.yml", 1)


async def test_a_broken_file_or_entry_withdraws_nothing(database: Database, tmp_path: Path) -> None:
    path = write(tmp_path, "a.yml", HOSE, METER)
    write(tmp_path, "b.yml", entry("other", "别的问题？", "别的答复。"))
    await import_articles(database, tmp_path)

    write(tmp_path, "a.yml", HOSE.replace("source: 试验来源", "source: ''"))
    report = await import_articles(database, tmp_path)
    assert report.withdrawn == ["meter"] and [problem.entry for problem in report.problems] == ["hose"]

    path.write_text("articles: [", encoding="utf-8")
    write(tmp_path, "b.yml", entry("other", "别的问题？", "新的答复。"))
    report = await import_articles(database, tmp_path)
    assert (report.updated, report.withdrawn, len(report.problems)) == (["other"], [], 1)
    assert (await _stored(database))["hose"].article.status == "live"


async def test_an_empty_folder_withdraws_nothing_and_is_reported(database: Database, tmp_path: Path) -> None:
    path = write(tmp_path, "a.yml", HOSE)
    await import_articles(database, tmp_path)
    path.unlink()
    report = await import_articles(database, tmp_path)
    assert report.withdrawn == [] and "没有找到" in report.problems[0].reason
    assert (await _stored(database))["hose"].article.status == "live"


async def test_two_processes_may_import_at_once(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    look, waits = importer.stored_articles, [0.0, 0.5]

    async def slow_look(connection: AsyncConnection) -> dict[str, StoredArticle]:
        found = await look(connection)
        await asyncio.sleep(waits.pop() if waits else 0)  # the other one would be through before the first has begun
        return found

    monkeypatch.setattr(importer, "stored_articles", slow_look)
    write(tmp_path, "a.yml", HOSE, METER)
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        reports = await asyncio.gather(import_articles(database, tmp_path), import_articles(other, tmp_path))
    finally:
        await other.close()
    assert sorted(len(report.added) for report in reports) == [0, 2]
    assert {stored.version for stored in (await _stored(database)).values()} == {1}
