"""Working hours: what counts as open, and the call-back that is offered when nobody is there."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from hotline.cases.calendar import CITY, WorkCalendar
from hotline.conversation.hours import Hours, read_hours, save_hours
from hotline.records import JSON
from hotline.store.desk_events import events_of
from hotline.store.tables import cases, conversations
from tests.stage import Stage, until

DAYS: JSON = {"workday": ["08:30", "17:30"], "weekend": ["10:00", "24:00"], "holiday": None}
CLOSED = Hours({"workday": None, "weekend": None, "holiday": None}, always=False)


@pytest.mark.parametrize(("moment", "is_open"), [
    ("2025-09-24 08:29", False), ("2025-09-24 08:30", True), ("2025-09-24 17:29", True), ("2025-09-24 17:30", False),
    ("2025-09-20 09:59", False), ("2025-09-20 23:59", True),   # a Saturday
    ("2025-10-01 11:00", False),                               # the national holiday, a Wednesday
    ("2025-10-04 11:00", False),                               # a Saturday within the holiday
    ("2025-09-28 09:00", True),                                # a Sunday on which people work
    ("2025-12-31 11:00", False),                               # the operator's own holiday
])
def test_open_by_the_kind_of_day_and_the_citys_time(moment: str, is_open: bool) -> None:
    calendar = WorkCalendar(holidays=[date(2025, 12, 31)])
    at = datetime.strptime(moment, "%Y-%m-%d %H:%M").replace(tzinfo=CITY)
    assert read_hours({"days": DAYS, "always": False}).open_at(at, calendar) is is_open
    assert read_hours({"days": DAYS, "always": True}).open_at(at, calendar)


def test_hours_in_words() -> None:
    assert read_hours({"days": DAYS, "always": False}).in_words() == "工作日08:30到17:30，周末10:00到24:00"
    assert CLOSED.in_words() == "暂停" and Hours().in_words() == "全天"


@pytest.fixture
async def closed(house: Stage) -> Stage:
    async with house.database.write() as connection:
        await save_hours(connection, CLOSED, datetime.now(CITY))
    return house


async def kinds(house: Stage, conversation: str) -> list[str]:
    async with house.database.read() as connection:
        return [event.kind for event in await events_of(connection, conversation)]


async def owner(house: Stage) -> str:
    async with house.database.read() as connection:
        return str((await connection.execute(select(conversations.c.owner))).scalar_one())


async def test_outside_the_hours_a_call_back_is_offered_instead_of_the_queue(closed: Stage) -> None:
    answer = await closed.ask("转人工")
    assert len(answer) == 1 and answer[0].custom is None
    assert "人工服务时间" in str(answer[0].text)
    assert [button["payload"] for button in answer[0].buttons] == ["留个回电工单", "回到智能助手"]
    assert await owner(closed) == "bot"
    asked = (await closed.ask("好的"))[-1]
    assert asked.custom == {"type": "ask", "field": "phone"}
    filed = await closed.ask("13800138000")
    assert (filed[0].custom or {})["type"] == "ticket" and len(filed) == 1
    assert await kinds(closed, filed[0].conversation_id) == ["offered", "callback"]
    async with closed.database.read() as connection:
        case = (await connection.execute(select(cases))).one()
    assert (case.service_code, case.act, case.title, case.phone) == ("other", "consult", "回电请求", "13800138000")
    assert closed.bot.calls == ["转人工"]
    assert [m.text for m in await closed.ask("丁")] == ["2:丁"]


async def test_a_number_is_a_yes(closed: Stage) -> None:
    await closed.ask("转人工")
    assert ((await closed.ask("138 0013 8000"))[0].custom or {})["phone"] == "13800138000"


async def test_a_no_goes_on_with_the_assistant(closed: Stage) -> None:
    talk = (await closed.ask("转人工"))[0].conversation_id
    assert "智能助手" in str((await closed.ask("不用"))[0].text)
    assert await kinds(closed, talk) == ["offered", "to_bot"]
    assert [m.text for m in await closed.ask("丁")] == ["2:丁"]


async def test_another_matter_is_the_bots_and_ends_the_offer(closed: Stage) -> None:
    await closed.ask("转人工")
    assert [m.text for m in await closed.ask("燃气软管多长")] == ["2:燃气软管多长"]
    assert [m.text for m in await closed.ask("好的")] == ["3:好的"]


async def test_a_bot_that_fails_outside_the_hours_leads_to_a_call_back(closed: Stage) -> None:
    closed.bot.fail = ["down"] * 3
    first = await closed.ask("甲")

    async def offered() -> bool:
        found = await closed.door.history("rest", "citizen", after=first[0].id)
        return any("出了问题" in str(message.text) and message.buttons for message in found)

    await until(offered)
    assert await owner(closed) == "bot"


async def test_an_emergency_ignores_the_hours(closed: Stage) -> None:
    answer = await closed.ask("家里燃气泄漏了，味道很大")
    assert [(m.custom or {})["type"] for m in answer] == ["emergency", "ticket", "handover"]
    assert await owner(closed) == "queue"
