"""Publishing over HTTP: the gate refuses, an override leaves its trace, one click goes back."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import insert, select, update

from hotline.store import audit, publications
from hotline.store.training_tables import models
from hotline.store.training_tables import publications as table
from tests.training.conftest import School
from tests.training.test_gate import comparison

NOW = datetime.now(timezone.utc)
LOST = {"size": 500, "before": 480, "after": 479, "lost": [{"text": "厨房一股臭鸡蛋味"}]}


async def add_model(school: School, name: str, state: str = "ready", **changes: Any) -> None:
    body = comparison(**{"current": None, **changes})
    async with school.database.write() as connection:
        await connection.execute(insert(models).values(
            id=name, state=state, thresholds={}, notes="", author_id="a1", created_at=NOW,
            comparison=None if state == "trained" else body))


async def serve(school: School, model: str | None) -> None:
    """What the keeper does."""
    async with school.database.write() as connection:
        waiting = await publications.pending(connection)
        seq = waiting.seq if waiting else await publications.add(connection, model, "publish", "keeper", NOW)
        await publications.serve(connection, seq, "http://127.0.0.1:1", NOW)


async def test_without_a_keeper_nothing_can_be_published(school: School) -> None:
    browser = await school.signed_in()
    await add_model(school, "m1")
    assert (await browser.get("/training/api/serving"))[1] == {
        "model": None, "since": None, "state": "none", "history": []}
    assert (await browser.post("/training/api/models/m1/publish"))[0] == 409
    assert (await browser.post("/training/api/rollback"))[0] == 409


async def test_a_good_candidate_is_published_and_one_click_goes_back(school: School) -> None:
    browser = await school.signed_in()
    await serve(school, None)
    await add_model(school, "m1")
    status, answer = await browser.post("/training/api/models/m1/publish", {"reason": "不需要理由"})
    assert status == 202 and answer["state"] == "wanted" and answer["model"] is None
    assert (await browser.post("/training/api/models/m1/publish"))[0] == 409  # one change at a time
    await serve(school, "m1")
    shown = (await browser.get("/training/api/serving"))[1]
    assert (shown["model"], shown["state"]) == ("m1", "serving") and shown["since"]
    first, before = shown["history"]
    assert (first["author_name"], first["reason"]) == ("chen", "")  # the gate had passed: nothing was overridden
    assert (before["model"], before["state"]) == (None, "past")
    assert (await browser.post("/training/api/models/m1/publish"))[0] == 409
    assert (await browser.post("/training/api/rollback", {"model": "nosuch"}))[0] == 409
    status, answer = await browser.post("/training/api/rollback")
    assert status == 202 and answer["history"][0]["kind"] == "rollback" and answer["history"][0]["model"] is None


async def test_a_candidate_that_loses_an_emergency_is_refused_and_the_override_leaves_its_trace(
    school: School
) -> None:
    browser = await school.signed_in()
    await serve(school, None)
    await add_model(school, "m1", emergency=LOST)
    status, answer = await browser.post("/training/api/models/m1/publish")
    assert status == 409 and "臭鸡蛋味" in answer["reasons"][0]
    status, answer = await browser.post("/training/api/models/m1/publish", {"reason": "  "})
    assert status == 409
    status, answer = await browser.post("/training/api/models/m1/publish", {"reason": "那一条其实是演习"})
    assert status == 202 and answer["history"][0]["reason"] == "那一条其实是演习"
    async with school.database.read() as connection:
        row = (await connection.execute(select(table.c.reason, table.c.author_id).where(
            table.c.model_id == "m1"))).one()
        entries, _ = await audit.page(connection, action="model_override")
    assert (row.reason, row.author_id) == ("那一条其实是演习", browser.user["id"])
    assert [(entry.subject, entry.agent_id) for entry in entries] == [("m1", browser.user["id"])]


async def test_a_comparison_with_another_model_or_none_needs_a_reason(school: School) -> None:
    browser = await school.signed_in()
    await serve(school, None)
    await add_model(school, "old", current="m0")
    await add_model(school, "new", state="trained")
    for name in ("old", "new"):
        status, answer = await browser.post(f"/training/api/models/{name}/publish")
        assert status == 409 and len(answer["reasons"]) == 1, name
    assert (await browser.post("/training/api/models/new/publish", {"reason": "先上线"}))[0] == 202


async def test_what_is_no_finished_model_is_never_published(school: School) -> None:
    browser = await school.signed_in()
    await serve(school, None)
    for state in ("training", "failed", "cancelled"):
        await add_model(school, state, state)
        assert (await browser.post(f"/training/api/models/{state}/publish", {"reason": "先上线"}))[0] == 409
    assert (await browser.post("/training/api/models/nosuch/publish"))[0] == 404
    assert (await browser.post("/training/api/models/failed/publish", {"reason": 7}))[0] == 400


async def taken_out(school: School, model: str | None) -> None:
    """What the keeper does with a model that dies again and again: the next one stands in."""
    async with school.database.write() as connection:
        serving = await publications.serving(connection)
        assert serving is not None
        await publications.stand_in(connection, serving, model, "http://127.0.0.1:2", "运行中反复退出", NOW)


async def test_a_model_that_was_taken_out_of_service_comes_back_by_a_persons_word_only(school: School) -> None:
    browser = await school.signed_in()
    await serve(school, None)
    for name in ("m1", "m2"):
        await add_model(school, name)
        await serve(school, name)
    await taken_out(school, "m1")
    shown = (await browser.get("/training/api/serving"))[1]
    assert (shown["model"], shown["history"][0]["kind"], shown["history"][1]["state"]) == ("m1", "fallback", "failed")
    assert "反复退出" in shown["history"][0]["reason"] and "反复退出" in shown["history"][1]["error"]
    async with school.database.read() as connection:
        assert [row.model_id for row in await publications.good(connection)] == ["m1", None]
    async with school.database.write() as connection:
        await connection.execute(update(models).values(comparison=comparison(current="m1")))
    status, answer = await browser.post("/training/api/models/m2/publish")
    assert status == 409 and ["反复退出" in reason for reason in answer["reasons"]] == [True]
    status, answer = await browser.post("/training/api/rollback")
    assert status == 202 and answer["history"][0]["model"] is None  # one click does not go to the one that died
    await serve(school, None)
    await taken_out(school, "m1")
    assert (await browser.post("/training/api/rollback", {"model": None}))[0] == 202  # nothing else leads there


async def test_a_reason_brings_it_back(school: School) -> None:
    browser = await school.signed_in()
    await serve(school, None)
    await add_model(school, "m1")
    await serve(school, "m1")
    await taken_out(school, None)
    assert (await browser.post("/training/api/models/m1/publish", {"reason": "内存已加大"}))[0] == 202
    await serve(school, "m1")
    async with school.database.read() as connection:
        assert [row.model_id for row in await publications.good(connection)] == ["m1", None]
