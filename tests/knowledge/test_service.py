"""The running knowledge base: fresh on every process, honest decisions, the wire over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.exc import OperationalError

from hotline.conversation.http import bearer_middleware, error_middleware
from hotline.knowledge.files import load_folder
from hotline.knowledge.importer import import_articles
from hotline.knowledge.index import Index
from hotline.knowledge.service import Knowledge
from hotline.records import Article
from hotline.settings import Settings
from hotline.store.articles import add_feedback, put_article, withdraw_article
from hotline.store.database import Database
from hotline.store.migrate import migrate
from hotline.text.embedding import encoder
from tests.stage import until

HEDGEHOG = Article(
    id="hedgehog", question="院子里来了刺猬怎么办？", answer="请不要惊动它。", source="试验来源",
    similar=("刺猬进了小区", "草丛里有个带刺的小动物"), facts=("D-99",), domain="other",
)


@pytest.fixture(scope="module")
def filled_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the articles that ship."""
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('kb') / 'hotline.sqlite'}"

    async def fill() -> None:
        database = Database(url)
        await migrate(database)
        report = await import_articles(database)
        await database.close()
        assert report.problems == [] and len(report.added) >= 60

    asyncio.run(fill())
    return url


@pytest.fixture(scope="module")
def shipped() -> Index:
    """The index of the articles that ship: built once, it takes seconds."""
    return Index([article for file in load_folder() for article in file.articles], encoder())


@pytest.fixture
async def filled(filled_url: str) -> AsyncIterator[Database]:
    """The filled database, opened in the test's own loop."""
    database = Database(filled_url)
    yield database
    await database.close()


async def _until(found: object, knowledge: Knowledge, query: str) -> bool:
    """Ask until the first hit is (or, with None, is not) the article; the poll runs meanwhile."""
    for _ in range(200):
        answer = await knowledge.search(query)
        first = answer.hits[0].article.id if answer.hits else None
        if (first == found) if found else (first != "hedgehog"):
            return True
        await asyncio.sleep(0.02)
    return False


async def test_changes_are_seen_by_every_running_process(database: Database) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    running = [Knowledge(each, Settings(), poll_seconds=0.05) for each in (database, other)]
    for knowledge in running:
        await knowledge.start()
    try:
        now = datetime.now(UTC)
        async with database.write() as connection:
            await put_article(connection, HEDGEHOG, now, edited_online=True)
        assert all([await _until("hedgehog", knowledge, "小区里有刺猬") for knowledge in running])

        async with database.write() as connection:
            await put_article(connection, replace(HEDGEHOG, answer="可以看看。"), now, edited_online=True)
        await asyncio.gather(*(knowledge.refresh() for knowledge in running))
        assert {(await each.search(HEDGEHOG.question)).hits[0].article.answer for each in running} == {"可以看看。"}

        async with database.write() as connection:
            assert await withdraw_article(connection, "hedgehog", now, edited_online=True)
        assert all([await _until(None, knowledge, HEDGEHOG.question) for knowledge in running])
        assert [(await knowledge.search(HEDGEHOG.question)).decision for knowledge in running] == ["none", "none"]
    finally:
        for knowledge in running:
            await knowledge.stop()
        await other.close()


async def test_refresh_builds_only_when_something_changed(database: Database) -> None:
    knowledge = Knowledge(database, Settings())
    assert await knowledge.refresh()
    assert not await knowledge.refresh()
    async with database.write() as connection:
        await put_article(connection, HEDGEHOG, datetime.now(UTC))
    assert await knowledge.refresh()


async def test_a_lost_database_leaves_the_old_answers(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    database = Database(f"sqlite+aiosqlite:///{folder / 'hotline.sqlite'}")
    await migrate(database)
    async with database.write() as connection:
        await put_article(connection, HEDGEHOG, datetime.now(UTC))
    knowledge = Knowledge(database, Settings(), poll_seconds=0.02)
    await knowledge.start()
    await knowledge.search(HEDGEHOG.question)
    await database.close()
    folder.rename(tmp_path / "gone")
    with pytest.raises(OperationalError):
        await knowledge.refresh()
    await asyncio.sleep(0.1)
    assert (await knowledge.search(HEDGEHOG.question)).decision == "answer"
    (tmp_path / "gone").rename(folder)
    async with database.write() as connection:
        await withdraw_article(connection, "hedgehog", datetime.now(UTC))
    assert await _until(None, knowledge, HEDGEHOG.question)
    await knowledge.stop()
    await database.close()


@pytest.mark.parametrize(("query", "decision"), [
    ("家里的燃气表和管道坏了谁负责修？", "answer"), ("装修几点到几点可以施工", "answer"),
    ("業委會幾個人、任期幾年", "answer"), ("ＷＨＡＴ　ｉｓ　ｔｈｉｓ", "none"),
    ("公积金怎么提取", "none"), ("给我讲个笑话", "none"), ("？？？", "none"), ("", "none"), ("😀", "none"),
    ("\x00\x01", "none"), ("a" * 100_000, "none"),
])
def test_decisions(shipped: Index, query: str, decision: str) -> None:
    assert shipped.answer(query).decision == decision


def test_every_question_on_a_button_is_answered_by_its_own_article(shipped: Index) -> None:
    for article in shipped.articles:
        answer = shipped.answer(article.question, 1)
        assert (answer.decision, answer.hits[0].article.id, answer.hits[0].score) == ("answer", article.id, 1.0)


async def test_hide_takes_unverified_articles_out(filled: Database) -> None:
    question = "橡胶软管还能用吗？"
    shown = await Knowledge(filled, Settings()).search(question)
    assert shown.hits[0].article.verify and shown.decision == "answer"
    hidden = Knowledge(filled, Settings(knowledge_unverified="hide"))
    answer = await hidden.search(question, 20)
    assert answer.decision != "answer"
    assert not any(hit.article.verify for hit in answer.hits)


async def test_the_wire(filled: Database) -> None:
    knowledge = Knowledge(filled, Settings())
    app = web.Application(middlewares=[error_middleware, bearer_middleware("secret")])
    app.add_routes(knowledge.routes())
    async with TestClient(TestServer(app), headers={"Authorization": "Bearer secret"}) as client:
        reply = await client.post("/knowledge/search", json={"query": "灶前阀门拧不动该谁修", "limit": 2})
        body = await reply.json()
        assert reply.status == 200 and body["decision"] in ("answer", "ask") and len(body["results"]) == 2
        first = body["results"][0]
        assert set(first) == {
            "article", "question", "score", "facts", "answer", "source", "as_of", "verify", "domain"}
        assert (first["article"], first["facts"], first["domain"]) == ("gas-repair-border", ["A-15"], "gas_safety")
        assert first["score"] >= body["results"][1]["score"] > 0
        for bad in (b"{", b"[]", b"\xff", b'{"query": 3}', b'{"query": " "}', b'{"query": "x", "limit": 0}',
                    b'{"query": "x", "limit": true}', b'{"query": "x", "limit": "many"}'):
            refused = await client.post("/knowledge/search", data=bad)
            assert refused.status == 400 and (await refused.json())["error"]
        stranger = await client.post("/knowledge/search", json={"query": "x"}, headers={"Authorization": ""})
        assert stranger.status == 401


async def test_feedback_counts_once(database: Database) -> None:
    now = datetime.now(UTC)
    async with database.write() as connection:
        assert await add_feedback(connection, "turn:1", "hose", "conversation", True, now)
        assert not await add_feedback(connection, "turn:1", "hose", "conversation", True, now)


async def test_an_edit_that_wakes_the_search_is_found_without_waiting_for_the_poll(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hotline.sqlite'}")
    await migrate(database)
    knowledge = Knowledge(database, Settings(embeddings="none"), poll_seconds=3600)
    await knowledge.start()
    try:
        assert (await knowledge.search("刺猬进了小区")).decision == "none"
        async with database.write() as connection:
            await put_article(connection, HEDGEHOG, datetime.now(UTC), edited_online=True)
        knowledge.wake()

        async def found() -> bool:
            return (await knowledge.search("刺猬进了小区")).decision == "answer"

        await until(found, 60)
    finally:
        await knowledge.stop()
        await database.close()
