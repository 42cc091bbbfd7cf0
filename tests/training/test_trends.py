"""Trends counted from real turns, events and tickets, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import insert

from hotline.store.desk_events import add_event
from hotline.store.tables import cases, citizens, conversations, turns
from hotline.training.drift import reading, stability
from hotline.training.series import drift
from tests.training.conftest import School

# 16:30 UTC is half past midnight of the next day in the city.
MONDAY = datetime(2026, 11, 2, 4, 0, tzinfo=timezone.utc)
LATE = datetime(2026, 11, 2, 16, 30, tzinfo=timezone.utc)
NEXT_WEEK = MONDAY + timedelta(days=7)


class Town:
    """Writes what a day left behind."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.count = 0

    async def talk(self, channel: str, at: datetime) -> str:
        self.count += 1
        name = f"c{self.count}"
        await self.connection.execute(insert(citizens).values(id=name, channel=channel, sender=name, created_at=at))
        await self.connection.execute(insert(conversations).values(
            id=name, citizen_id=name, channel=channel, sender=name, owner="bot", version=0, state={}, priority=0,
            skill="general", created_at=at, updated_at=at))
        return name

    async def turn(self, talk: str, at: datetime, outcome: str = "bot", number: int = 1, **parse: Any) -> None:
        for _ in range(number):
            self.count += 1
            await self.connection.execute(insert(turns).values(
                id=f"t{self.count}", conversation_id=talk, citizen_id=talk, status="done", attempts=1, not_before=at,
                metadata={}, parse=parse or None, outcome=outcome, created_at=at, done_at=at))

    async def ticket(self, talk: str, at: datetime, address: str) -> None:
        self.count += 1
        await self.connection.execute(insert(cases).values(
            receipt=f"QD{self.count:014d}", key=f"k{self.count}", citizen_id=talk, conversation_id=talk, act="report",
            service_code="gas_leak", title="甲", description="甲", address=address, confidential=False, anonymous=False,
            attributes={}, attachments=[], status="pending", created_at=at, updated_at=at))


async def fill(school: School) -> None:
    async with school.database.write() as connection:
        town = Town(connection)
        web, rest = await town.talk("web", MONDAY), await town.talk("rest", MONDAY)
        await town.turn(web, MONDAY, intent="report", confidence=0.95, domain="gas_safety", place="市南区香港中路1号")
        await town.turn(web, LATE, intent="consult", confidence=0.65, domain=None,
                        knowledge={"decision": "none", "article": None})
        await town.turn(rest, MONDAY, intent="nlu_fallback", confidence=1.0)
        await town.turn(rest, MONDAY, outcome="gate")
        await town.turn(rest, MONDAY - timedelta(days=400), intent="report", confidence=0.1)
        await add_event(connection, rest, "queued", MONDAY)
        await add_event(connection, rest, "queued", MONDAY)
        await town.ticket(web, LATE, "崂山区海尔路2号")
        await town.ticket(web, LATE, "")


async def test_days_are_the_citys_and_each_number_is_what_it_says(school: School) -> None:
    await fill(school)
    browser = await school.signed_in()
    status, answer = await browser.get("/training/api/trends?from=2026-11-01&to=2026-11-03")
    assert status == 200 and answer["periods"] == ["2026-11-01", "2026-11-02", "2026-11-03"]
    assert {row["key"]: row["counts"] for row in answer["intents"]} == {
        "report": [0, 1, 0], "consult": [0, 0, 1], "nlu_fallback": [0, 1, 0]}
    assert {row["name"] for row in answer["intents"]} == {"投诉举报", "咨询", "没有听懂"}
    assert [(row["name"], row["counts"]) for row in answer["domains"]] == [("燃气安全", [0, 1, 0])]
    assert {row["name"]: row["counts"] for row in answer["channels"]} == {"网页": [0, 1, 1], "接口": [0, 2, 0]}
    assert {row["name"]: row["counts"] for row in answer["districts"]["messages"]} == {"市南区": [0, 1, 0]}
    assert {row["name"]: row["counts"] for row in answer["districts"]["tickets"]} == {
        "崂山区": [0, 0, 1], "未说明": [0, 0, 1]}
    assert answer["flow"] == {
        "messages": [0, 2, 1], "conversations": [0, 2, 1], "answered": [0, 0, 0], "asked": [0, 0, 0],
        "not_found": [0, 0, 1], "handed_over": [0, 1, 0], "fallback": [0, 1, 0], "tickets": [0, 0, 2]}
    assert answer["shares"] == {
        "by_bot": [None, 0.5, 1.0], "handed_over": [None, 0.5, 0.0], "fallback": [None, 0.5, 0.0]}
    assert answer["confidence"]["mean"] == [None, 0.975, 0.65]
    assert answer["confidence"]["bins"][2] == [0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    assert answer["drift"]["intents"] == [{"psi": None, "reading": None}] * 3


async def test_weeks_and_their_drift(school: School) -> None:
    async with school.database.write() as connection:
        town = Town(connection)
        talk = await town.talk("web", MONDAY)
        for start, confidence in ((MONDAY, 0.95), (NEXT_WEEK, 0.45)):
            await town.turn(talk, start, number=60, intent="report", confidence=0.95)
            await town.turn(talk, start + timedelta(days=1), number=60, intent="report", confidence=confidence)
    browser = await school.signed_in()
    _, answer = await browser.get("/training/api/trends?from=2026-11-02&to=2026-11-12&by=week")
    assert answer["periods"] == ["2026-11-02", "2026-11-09"]
    assert answer["flow"]["messages"] == [120, 120] and answer["flow"]["conversations"] == [2, 2]
    assert answer["confidence"]["mean"] == [0.95, 0.7]
    assert [one["reading"] for one in answer["confidence"]["drift"]] == ["same", "other"]
    assert [one["reading"] for one in answer["drift"]["intents"]] == ["same", "same"]


@pytest.mark.parametrize("query", ["by=year", "from=2026", "from=2026-11-03&to=2026-11-01", "from=2024-01-01"])
async def test_a_period_that_makes_no_sense_is_refused(school: School, query: str) -> None:
    browser = await school.signed_in()
    assert (await browser.get(f"/training/api/trends?{query}"))[0] == 400
    assert len((await browser.get("/training/api/trends"))[1]["periods"]) == 30


def test_the_index_of_known_mixtures() -> None:
    assert stability([50, 50], [500, 500]) == pytest.approx(0, abs=1e-6)
    # (0.8-0.5)*ln(0.8/0.5) + (0.2-0.5)*ln(0.2/0.5), the half counts aside
    assert stability([5000, 5000], [8000, 2000]) == pytest.approx(0.4159, abs=1e-3)
    assert stability([50, 49], [80, 20]) is None and reading(None) is None
    assert [reading(index) for index in (0.05, 0.1, 0.3)] == ["same", "changed", "other"]


def test_a_first_week_of_two_days_does_not_silence_the_others() -> None:
    found = drift([[4, 3], [60, 60], [12, 108], [1, 2]])
    assert [one["reading"] for one in found] == [None, "same", "other", None]
    assert [one["psi"] for one in drift([[1, 1], [2, 2]])] == [None, None]
