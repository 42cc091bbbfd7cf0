"""Articles with a last day: told on it, out on the next, whatever the files say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from hotline.knowledge.expiry import Expiry
from hotline.knowledge.importer import import_articles
from hotline.records import Article
from hotline.store.article_versions import versions_of, went_out
from hotline.store.articles import live_articles, one_article, put_article
from hotline.store.database import Database
from tests.knowledge.samples import HOSE, METER, write

NOTICE = Article("notice", "停气到几号？", "停气到三月底。", "公告", expires="2027-03-31")
# Midnight in the city is 16:00 UTC of the day before.
LAST_MINUTE, NEXT_DAY = (datetime(2027, 3, 31, 15, 59, tzinfo=timezone.utc),
                         datetime(2027, 3, 31, 16, 0, tzinfo=timezone.utc))


async def test_an_article_goes_when_its_last_day_is_over(database: Database) -> None:
    now, changed = [LAST_MINUTE], []

    async def refresh() -> None:
        changed.append(1)

    async with database.write() as connection:
        for article in (NOTICE, replace(NOTICE, id="ever", expires=None)):
            await put_article(connection, article, LAST_MINUTE, edited_online=True)
            await went_out(connection, article, LAST_MINUTE)
    expiry = Expiry(database, refresh, lambda: now[0])
    assert await expiry.check() == [] and changed == []
    now[0] = NEXT_DAY
    assert await expiry.check() == ["notice"] and changed == [1]
    async with database.read() as connection:
        assert [article.id for article in await live_articles(connection)] == ["ever"]
        version = (await versions_of(connection, "notice"))[0]
        stored = await one_article(connection, "notice")
    assert (version.state, version.live_until) == ("expired", NEXT_DAY)
    assert stored is not None and stored.edited_online
    assert await expiry.check() == [] and changed == [1]


async def test_an_import_keeps_each_version_and_brings_nothing_over_back(database: Database, tmp_path: Path) -> None:
    write(tmp_path, "a.yml", HOSE, METER)
    await import_articles(database, tmp_path)
    write(tmp_path, "a.yml", HOSE.replace("不超过两米", "不超过一米五"),
          METER.replace("    source:", "    expires: 2020-01-31\n    source:"))
    await import_articles(database, tmp_path)
    async with database.read() as connection:
        hose, meter = [await versions_of(connection, name) for name in ("hose", "meter")]
        assert [article.id for article in await live_articles(connection)] == ["hose"]
    assert [(version.version, version.state, version.article.answer) for version in hose] == [
        (2, "live", "不超过一米五。"), (1, "past", "不超过两米。")]
    assert hose[1].live_until == hose[0].live_from
    assert [version.state for version in meter] == ["withdrawn"] and meter[0].article.similar
    write(tmp_path, "a.yml", HOSE.replace("不超过两米", "不超过一米五"))
    await import_articles(database, tmp_path)
    async with database.read() as connection:
        assert [version.state for version in await versions_of(connection, "hose")] == ["live", "past"]
