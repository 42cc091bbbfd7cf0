"""The workshop: two people between a draft and citizens, every version kept, nothing lost to a second writer."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from hotline.knowledge.importer import import_articles
from hotline.store.audit import page
from tests.knowledge.samples import HOSE, METER, write
from tests.training.conftest import School

API = "/training/api/articles"
DRAFT: dict[str, Any] = {
    "question": "小区能养鸡吗？", "similar": ["院里可以养鸡吗", "邻居养鸡咋办"], "answer": "市区居民小区不得饲养家禽。",
    "source": "试验条例第3条", "facts": ["A-15"], "domain": "courtyard_order", "review_date": "2020-05-31",
    "as_of": "", "verify": False, "expires": ""}


async def ids(browser: Any, query: str) -> list[str]:
    return [row["id"] for row in (await browser.get(f"{API}?{query}"))[1]["rows"]]


async def live_answer(school: School, question: str) -> tuple[str, str]:
    await school.knowledge.refresh()
    found = await school.knowledge.search(question)
    return found.decision, found.hits[0].article.answer if found.decision == "answer" else ""


async def test_from_a_draft_to_citizens_and_back(school: School) -> None:
    li, wang = await school.signed_in("li", "editor"), await school.signed_in("wang", "editor")
    status, article = await li.post(API, {"id": "hens", **DRAFT, "note": "三次没查到"})
    assert status == 201 and article["state"] == "draft" and article["live"] is None
    assert (article["draft"]["author"], article["draft"]["note"]) == ("li", "三次没查到")
    assert article["draft"]["body"]["as_of"] is None and article["draft"]["body"]["similar"] == DRAFT["similar"]
    assert (await li.post(f"{API}/hens/publish"))[0] == 409
    assert (await li.post(f"{API}/hens/review"))[0] == 409
    assert (await wang.post(f"{API}/hens/review", {"version": 1}))[1]["draft"]["reviewer"] == "wang"
    assert await live_answer(school, "小区能养鸡吗") == ("none", "")
    status, article = await li.post(f"{API}/hens/publish")
    assert status == 200 and article["state"] == "live" and article["draft"] is None and article["due"]
    assert await live_answer(school, "小区能养鸡吗") == ("answer", DRAFT["answer"])
    assert (await li.get(f"{API}?due=1"))[1]["due"] == 1 and await ids(li, "due=1") == ["hens"]

    status, article = await wang.call("PUT", f"{API}/hens/draft", {**DRAFT, "answer": "不得散养。", "version": 1})
    assert status == 200 and article["state"] == "live" and article["draft"]["version"] == 2
    assert await ids(li, "state=draft") == await ids(li, "state=live") == ["hens"]
    await li.post(f"{API}/hens/review")
    await li.post(f"{API}/hens/publish")
    assert await live_answer(school, "小区能养鸡吗") == ("answer", "不得散养。")

    assert (await li.post(f"{API}/hens/withdraw", {"wrong": True}))[0] == 400
    status, article = await li.post(f"{API}/hens/withdraw", {"wrong": True, "note": "条款引错"})
    assert status == 200 and article["state"] == "withdrawn"
    assert [(one["version"], one["state"], one["wrong"]) for one in article["versions"]] == [
        (2, "withdrawn", True), (1, "past", False)]
    assert article["versions"][1]["live_until"] == article["versions"][0]["live_from"]
    assert await live_answer(school, "小区能养鸡吗") == ("none", "")
    assert (await li.post(f"{API}/hens/withdraw", {}))[0] == 409
    async with school.database.read() as connection:
        entries, _ = await page(connection)
    assert [entry.action for entry in entries if entry.subject == "hens"] == [
        "article_withdraw", "article_publish", "article_review", "article_publish", "article_review"]


async def test_a_second_writer_loses_nothing_unseen(school: School) -> None:
    li, wang = await school.signed_in("li", "editor"), await school.signed_in("wang", "editor")
    await li.post(API, {"id": "hens", **DRAFT})
    assert (await wang.post(API, {"id": "hens", **DRAFT}))[0] == 409
    await wang.call("PUT", f"{API}/hens/draft", {**DRAFT, "answer": "另一种答复。", "version": 1})
    status, answer = await li.call("PUT", f"{API}/hens/draft", {**DRAFT, "answer": "第三种答复。", "version": 1})
    assert status == 409 and "第 2 版" in answer["error"]
    assert (await li.post(f"{API}/hens/review", {"version": 1}))[0] == 409
    await li.post(f"{API}/hens/review", {"version": 2})
    # An edit after the review wants another one.
    await wang.call("PUT", f"{API}/hens/draft", {**DRAFT, "answer": "又改了。", "version": 2})
    assert (await li.post(f"{API}/hens/publish"))[0] == 409
    _, article = await li.get(f"{API}/hens")
    assert [one["state"] for one in article["versions"]] == ["draft", "past", "past"]
    assert (await li.post(f"{API}/hens/withdraw", {}))[1]["state"] == "withdrawn"


@pytest.mark.parametrize("change, field", [
    ({"answer": ""}, "answer"), ({"question": "长" * 101}, "question"), ({"domain": "traffic"}, "domain"),
    ({"review_date": "明年"}, "review_date"), ({"facts": ["第三条"]}, "facts"), ({"similar": "一句"}, "similar"),
    ({"verify": True}, "answer"), ({"expires": "2027"}, "expires"), ({"id": "大"}, "id"), ({"colour": 1}, None),
    ({"note": 5}, "note"),
])
async def test_a_text_that_cannot_be_used_says_why(school: School, change: dict[str, Any], field: str | None) -> None:
    li = await school.signed_in("li", "editor")
    status, answer = await li.post(API, {"id": "hens", **DRAFT, **change})
    assert (status, answer.get("field")) == (400, field) and answer["error"]
    assert await ids(li, "") == []


async def test_what_is_over_cannot_be_published(school: School) -> None:
    li, wang = await school.signed_in("li", "editor"), await school.signed_in("wang", "editor")
    yesterday = datetime.fromtimestamp(datetime.now(timezone.utc).timestamp() - 2 * 86400).date().isoformat()
    await li.post(API, {"id": "hens", **DRAFT, "expires": yesterday})
    await wang.post(f"{API}/hens/review")
    status, answer = await li.post(f"{API}/hens/publish")
    assert status == 409 and yesterday in answer["error"]


async def test_files_and_the_workshop_live_side_by_side(school: School, tmp_path: Path) -> None:
    li, wang = await school.signed_in("li", "editor"), await school.signed_in("wang", "editor")
    write(tmp_path, "a.yml", HOSE, METER)
    await import_articles(school.database, tmp_path)
    _, article = await li.get(f"{API}/hose")
    assert article["live"]["author"] == "文件" and article["file"] == "a.yml" and not article["edited_online"]
    await li.call("PUT", f"{API}/hose/draft", {**DRAFT, "question": "软管多长？", "answer": "不超过一米五。"})
    await wang.post(f"{API}/hose/review")
    await li.post(f"{API}/hose/publish")
    write(tmp_path, "a.yml", HOSE.replace("不超过两米", "不超过三米"), METER)
    assert (await import_articles(school.database, tmp_path)).kept_online == ["hose"]
    _, article = await li.get(f"{API}/hose")
    assert article["live"]["body"]["answer"] == "不超过一米五。" and article["edited_online"]
    assert await ids(li, "q=一米五") == ["hose"] and await ids(li, "q=一米五&state=expired") == []
    assert (await li.get(f"{API}?state=gone"))[0] == 400 and (await li.get(f"{API}/nosuch"))[0] == 404


async def test_a_question_is_tried_against_live_and_drafts(school: School, tmp_path: Path) -> None:
    li = await school.signed_in("li", "editor")
    write(tmp_path, "a.yml", HOSE, METER)
    await import_articles(school.database, tmp_path)
    ask = {"question": "院里可以养鸡吗"}
    _, before = await li.post("/training/api/try", ask)
    assert before["live"] == before["draft"] and before["live"]["decision"] != "answer"
    await li.post(API, {"id": "hens", **DRAFT})
    await li.call("PUT", f"{API}/hose/draft", {**DRAFT, "question": "软管多长？", "similar": [], "answer": "一米五。"})
    _, both = await li.post("/training/api/try", ask)
    assert both["live"] == before["live"]
    assert both["draft"]["decision"] == "answer" and both["draft"]["results"][0]["article"] == "hens"
    _, one = await li.post("/training/api/try", {"question": "软管多长？", "article": "hens"})
    assert one["draft"]["results"][0]["answer"] == one["live"]["results"][0]["answer"] == "不超过两米。"
    _, changed = await li.post("/training/api/try", {"question": "软管多长？", "article": "hose"})
    assert changed["draft"]["results"][0]["answer"] == "一米五。"
    assert (await li.post("/training/api/try", {"question": "甲", "article": "nosuch"}))[0] == 404
    assert (await li.post("/training/api/try", {"question": " "}))[0] == 400
