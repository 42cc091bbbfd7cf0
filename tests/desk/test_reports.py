"""Reports: right figures by agent, day and skill, files that open, months that stay as they were."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, select

from hotline.cases import periods
from hotline.desk import report_files
from hotline.errors import BadInput
from hotline.store.desk_events import add_event
from hotline.store.desk_tables import audit, wrap_ups
from hotline.store.tables import messages
from tests.desk.conftest import Browser, Office

OCTOBER = "from=2026-10-01&to=2026-10-31"


def noon(day: int, month: int = 10) -> datetime:
    """Noon in Qingdao, in 2026."""
    return datetime(2026, month, day, 4, tzinfo=timezone.utc)


async def a_months_work(office: Office, first: str, second: str) -> str:
    """Two agents' October: one conversation about gas and one of any kind."""
    gas, other = await office.waiting("a"), await office.waiting("b")
    async with office.database.write() as connection:
        async def event(talk: str, kind: str, day: int, agent: str | None = None, **body: Any) -> None:
            await add_event(connection, talk, kind, noon(day), agent, **body)

        await event(gas, "queued", 5, skill="gas")
        await event(gas, "taken", 5, first)
        await event(gas, "first_answer", 5, first, seconds=40)
        await event(gas, "answered", 5, first, seconds=40)
        await event(gas, "answered", 5, first, seconds=300.5)
        await event(gas, "closed", 5, first)
        await event(other, "queued", 6, skill="general")
        await event(other, "assigned", 6, second)
        await event(other, "answered", 6, second, seconds=10)
        await event(other, "abandoned", 7)
        for number, (talk, agent, score) in enumerate(((gas, first, 5), (other, second, 2), (other, second, None))):
            await connection.execute(insert(wrap_ups).values(
                id=f"w{number}", conversation_id=talk, agent_id=agent, result="solved" if score == 5 else "other",
                text="", score=score, at=noon(5 if agent == first else 6)))
        await connection.execute(insert(messages).values(
            id="m1", conversation_id=gas, citizen_id="x", direction="out", author="agent", agent_id=first, text="您好",
            body={}, status="stored", attempts=0, created_at=noon(5)))
    return gas


async def rows(browser: Browser, query: str) -> dict[str, dict[str, Any]]:
    status, answer = await browser.get(f"/desk/api/reports?{query}")
    assert status == 200, answer
    return {row["name"]: row for row in answer["rows"]} | {"合计": answer["total"]}


async def test_by_agent_day_and_skill(office: Office) -> None:
    lead = await office.signed_in("ban", "supervisor")
    wang, li = await office.signed_in("wang", name="王"), await office.signed_in("li", name="李")
    await a_months_work(office, wang.user["id"], li.user["id"])
    by_agent = await rows(lead, f"{OCTOBER}&by=agent")
    assert list(by_agent) == ["李", "王", "（无坐席）", "合计"]
    mine = by_agent["王"]
    assert (mine["taken"], mine["answers"], mine["closed"], mine["messages"], mine["solved"]) == (1, 2, 1, 1, 1)
    assert (mine["first_answer_seconds"], mine["answer_seconds"], mine["answered_in_3min"]) == (40, 170.2, 0.5)
    assert (mine["satisfaction"], mine["scored"]) == (5, 1)
    assert by_agent["李"]["first_answer_seconds"] is None and by_agent["李"]["satisfaction"] == 2
    assert by_agent["（无坐席）"]["abandoned"] == 1 and by_agent["（无坐席）"]["queued"] == 2
    total = by_agent["合计"]
    assert (total["queued"], total["answers"], total["wrapped"], total["satisfaction"]) == (2, 3, 3, 3.5)
    by_skill = await rows(lead, f"{OCTOBER}&by=skill")
    assert (by_skill["燃气"]["answers"], by_skill["综合"]["answers"], by_skill["燃气"]["messages"]) == (2, 1, 1)
    assert by_skill["燃气"]["satisfaction"] == 5
    by_day = await rows(lead, "from=2026-10-05&to=2026-10-07&by=day")
    assert list(by_day) == ["2026-10-05", "2026-10-06", "2026-10-07", "合计"]
    assert [by_day[f"2026-10-0{day}"]["answers"] for day in (5, 6, 7)] == [2, 1, 0]
    assert by_day["合计"] | {"key": ""} == total | {"key": ""}


async def test_a_day_is_the_citys_day(office: Office) -> None:
    lead = await office.signed_in("ban", "supervisor")
    talk = await office.waiting()
    async with office.database.write() as connection:
        # 23:59:59 on the 5th and 00:00 on the 6th in Qingdao.
        await add_event(connection, talk, "queued", datetime(2026, 10, 5, 15, 59, 59, tzinfo=timezone.utc))
        await add_event(connection, talk, "closed", datetime(2026, 10, 5, 16, tzinfo=timezone.utc), "a1")
    fifth, sixth = [(await rows(lead, f"by=day&from={day}&to={day}"))[day] for day in ("2026-10-05", "2026-10-06")]
    assert (fifth["queued"], fifth["closed"], sixth["queued"], sixth["closed"]) == (1, 0, 0, 1)


async def test_a_skill_is_what_it_was_queued_for_at_the_time(office: Office) -> None:
    lead = await office.signed_in("ban", "supervisor")
    talk = await office.waiting()
    async with office.database.write() as connection:
        await add_event(connection, talk, "queued", noon(5), skill="gas")
        await add_event(connection, talk, "transferred", noon(6), "a1", skill="property")
        await add_event(connection, talk, "closed", noon(7), "a1")
    by_skill = await rows(lead, f"{OCTOBER}&by=skill")
    assert (by_skill["燃气"]["queued"], by_skill["物业"]["closed"]) == (1, 1)


@pytest.mark.parametrize("query", [
    "by=month", "from=2026-10-31&to=2026-10-01", "from=yesterday", "from=2024-01-01&to=2026-01-01", "to=0001-01-01",
    "from=2026-1-1%00",
])
async def test_bad_periods_are_400(office: Office, query: str) -> None:
    lead = await office.signed_in("ban", "supervisor")
    for path in ("reports", "reports.csv", "reports.xlsx"):
        assert (await lead.get(f"/desk/api/{path}?{query}"))[0] == 400


async def test_without_dates_it_is_this_month(office: Office) -> None:
    lead = await office.signed_in("ban", "supervisor")
    _, answer = await lead.get("/desk/api/reports")
    today = periods.today(office.clock())
    assert (answer["from"], answer["to"]) == (today.replace(day=1).isoformat(), today.isoformat())
    assert answer["rows"] == [] or answer["by"] == "agent"


async def fetched(browser: Browser, path: str) -> tuple[bytes, str]:
    async with browser.http.get(browser.base + path) as response:
        assert response.status == 200
        assert "attachment" in response.headers["Content-Disposition"]
        return await response.read(), response.content_type


async def test_files_open_and_hold_no_formulas(office: Office) -> None:
    lead = await office.signed_in("ban", "supervisor")
    wang, li = await office.signed_in("wang", name="=1+1"), await office.signed_in("li", name="@李")
    await a_months_work(office, wang.user["id"], li.user["id"])
    raw, kind = await fetched(lead, f"/desk/api/reports.csv?{OCTOBER}")
    assert kind == "text/csv" and raw.startswith("\ufeff".encode())
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert lines[0][0] == "名称" and lines[-1][0] == "合计"
    assert {line[0] for line in lines[1:-1]} == {"'=1+1", "'@李", "（无坐席）"}
    raw, kind = await fetched(lead, f"/desk/api/reports.xlsx?{OCTOBER}")
    assert kind == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    sheet = load_workbook(io.BytesIO(raw)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == lines[0]
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    assert sheet.max_row == len(lines)
    async with office.database.read() as connection:
        noted = list((await connection.execute(select(audit.c.subject).where(
            audit.c.action == "report_file").order_by(audit.c.seq))).scalars())
    assert noted == ["2026-10-01_2026-10-31_agent.csv", "2026-10-01_2026-10-31_agent.xlsx"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_formulas_are_made_harmless(text: str) -> None:
    assert report_files.harmless(text) == f"'{text}"
    assert report_files.harmless("王=") == "王=" and report_files.harmless(-1) == -1


async def test_a_frozen_month_stays_as_it_was(office: Office) -> None:
    boss = await office.signed_in("boss", "admin")
    wang, li = await office.signed_in("wang", name="王"), await office.signed_in("li", name="李")
    talk = await a_months_work(office, wang.user["id"], li.user["id"])
    queries = [f"{OCTOBER}&by={by}" for by in ("agent", "day", "skill")]
    before = [(await boss.get(f"/desk/api/reports?{query}"))[1] for query in queries]
    status, answer = await boss.post("/desk/api/months/2026-10/freeze")
    assert status == 200 and answer["month"] == "2026-10"
    assert [one["month"] for one in (await boss.get("/desk/api/months"))[1]["frozen"]] == ["2026-10"]
    async with office.database.write() as connection:
        await add_event(connection, talk, "answered", noon(5), wang.user["id"], seconds=1)
        await add_event(connection, talk, "answered", noon(2, 11), wang.user["id"], seconds=60)
    for query, old in zip(queries, before, strict=True):
        _, new = await boss.get(f"/desk/api/reports?{query}")
        assert new["frozen"] == ["2026-10"] and new["rows"] == old["rows"] and new["total"] == old["total"]
    both = await rows(boss, "from=2026-10-05&to=2026-11-03&by=agent")
    assert both["王"]["answers"] == 3 and both["王"]["answer_seconds"] == round((40 + 300.5 + 60) / 3, 1)
    part = await rows(boss, "from=2026-10-06&to=2026-10-31&by=agent")
    assert "王" not in part and part["李"]["answers"] == 1


async def test_a_month_is_frozen_once_and_only_when_it_is_over(office: Office) -> None:
    boss, lead = await office.signed_in("boss", "admin"), await office.signed_in("ban", "supervisor")
    assert (await lead.post("/desk/api/months/2026-10/freeze"))[0] == 403
    this = periods.today(office.clock()).strftime("%Y-%m")
    assert (await boss.post(f"/desk/api/months/{this}/freeze"))[0] == 400
    for wrong in ("2026-13", "2026", "x", "2026-1", "2026-10-01"):
        assert (await boss.post(f"/desk/api/months/{wrong}/freeze"))[0] == 400
    answers = await asyncio.gather(*(boss.post("/desk/api/months/2026-09/freeze") for _ in range(3)))
    assert sorted(status for status, _ in answers) == [200, 409, 409]


def test_months_have_their_lengths() -> None:
    assert [(periods.month(text).last - periods.month(text).first).days + 1
            for text in ("2024-02", "2026-02", "2026-04", "2026-12")] == [29, 28, 30, 31]
    assert periods.Period(date(2026, 10, 1), date(2026, 10, 1)).end - periods.midnight(
        date(2026, 10, 1)) == timedelta(days=1)
    with pytest.raises(BadInput):
        periods.month("2026-00")
