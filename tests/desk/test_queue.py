"""The desk's lists over HTTP: the three-minute rule, presence, closed conversations, working hours."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import pytest
from sqlalchemy import insert

from hotline.conversation.queue_keeper import QueueKeeper
from hotline.store.desk_tables import alerts
from tests.desk.conftest import Browser, Office
from tests.desk.test_live import Listener, token
from tests.stage import until

ALWAYS = {"days": {"workday": ["08:30", "17:30"], "weekend": None, "holiday": None}, "always": True}
NEVER = {"days": {"workday": None, "weekend": None, "holiday": None}, "always": False}


def one(conversation: str, what: str) -> str:
    return f"/desk/api/conversations/{conversation}/{what}"


async def line(browser: Browser) -> dict[str, object]:
    _, queue = await browser.get("/desk/api/queue")
    found: dict[str, object] = queue["all"][0]
    return found


async def test_a_line_says_by_when_it_must_be_answered(office: Office) -> None:
    wang = await office.signed_in("wang", name="王")
    talk = await office.waiting()
    row = await line(wang)
    assert row["skill"] == "general" and row["priority"] == 0 and row["agent_name"] is None
    assert row["due_at"] and row["overdue"] is False
    office.clock.ahead = timedelta(seconds=200)
    row = await line(wang)
    assert row["overdue"] is True and 195 <= int(str(row["wait_seconds"])) <= 230
    await wang.post(one(talk, "take"))
    assert (await line(wang))["agent_name"] == "王"
    assert (await line(wang))["overdue"] is True
    await wang.post(one(talk, "messages"), {"text": "您好"})
    assert (await line(wang))["due_at"] is None and (await line(wang))["overdue"] is False
    await office.house.ask("路灯坏了")
    assert (await line(wang))["due_at"]


async def test_the_queue_says_how_i_am_and_what_is_open(office: Office) -> None:
    wang, lead, guest = [await office.signed_in(name, role) for name, role in (
        ("wang", "agent"), ("zhao", "supervisor"), ("gast", "observer"))]
    talk = await office.waiting()
    await wang.post(one(talk, "take"))
    message = (await office.house.door.history("rest", "citizen"))[0]
    async with office.database.write() as connection:
        await connection.execute(insert(alerts).values(
            id="x", conversation_id=talk, message_id=message.id, kind="threat", at=message.created_at))
    _, queue = await wang.get("/desk/api/queue")
    assert queue["presence"] == {"status": "online", "most_chats": 5, "mine": 1}
    assert queue["open"] is True and queue["alerts"] == 0
    assert (await lead.get("/desk/api/queue"))[1]["alerts"] == 1
    assert (await guest.get("/desk/api/queue"))[1]["presence"] is None


async def test_an_agent_says_where_he_is_and_colleagues_see_it(office: Office) -> None:
    wang, li = await office.signed_in("wang", name="王"), await office.signed_in("li", name="李")
    status, answer = await wang.call("PUT", "/desk/api/presence", {"status": "away"})
    assert (status, answer["presence"]["status"]) == (200, "away")
    for wrong in ("offline", "", None, ["online"]):
        assert (await wang.call("PUT", "/desk/api/presence", {"status": wrong}))[0] == 400
    _, people = await li.get("/desk/api/presence")
    shown = {row["name"]: row for row in people["agents"]}
    assert shown["王"]["status"] == "away" and shown["李"]["status"] == "online"
    assert shown["李"]["connected"] and shown["李"]["chats"] == 0 and shown["李"]["most_chats"] == 5
    assert "gas" in shown["李"]["skills"]
    await li.post("/desk/api/logout")
    _, people = await wang.get("/desk/api/presence")
    assert {row["name"]: row["status"] for row in people["agents"]}["李"] == "away"
    assert (await wang.login("wang"))[0] == 200
    assert (await wang.get("/desk/api/queue"))[1]["presence"]["status"] == "online"


async def test_who_is_not_seen_for_a_minute_is_offline_and_a_request_brings_him_back(office: Office) -> None:
    await office.signed_in("wang", name="王")
    li = await office.signed_in("li", name="李")

    async def status() -> dict[str, str]:
        _, people = await li.get("/desk/api/presence")
        return {row["name"]: row["status"] for row in people["agents"]}

    assert await status() == {"王": "online", "李": "online"}
    office.clock.ahead = timedelta(seconds=61)
    assert await status() == {"王": "offline", "李": "online"}


async def test_a_connected_page_keeps_its_agent_there(office: Office) -> None:
    wang, li = await office.signed_in("wang", name="王"), await office.signed_in("li")

    async def shown() -> tuple[str, bool]:
        _, people = await li.get("/desk/api/presence")
        return next((row["status"], row["connected"]) for row in people["agents"] if row["name"] == "王")

    async with Listener(office, token(wang)):
        office.clock.ahead = timedelta(seconds=100)
        assert await shown() == ("offline", False)
        await office.desk.socket.beat()
        assert await shown() == ("online", True)

    async def gone() -> bool:
        return not office.desk.socket._agents

    await until(gone)
    office.clock.ahead = timedelta(seconds=200)
    await office.desk.socket.beat()
    assert await shown() == ("offline", False)


async def test_a_page_that_comes_back_is_there_at_once(office: Office) -> None:
    wang, li = await office.signed_in("wang", name="王"), await office.signed_in("li")
    office.clock.ahead = timedelta(seconds=100)
    async with Listener(office, token(wang)):
        _, people = await li.get("/desk/api/presence")
        assert {row["status"] for row in people["agents"]} == {"online"}


async def test_the_head_of_the_queue_gets_the_lost_agents_citizen_and_the_desks_hear_of_it(office: Office) -> None:
    wang, li = await office.signed_in("wang"), await office.signed_in("li")
    talk = await office.waiting()
    await wang.post(one(talk, "take"))
    keeper = QueueKeeper(office.database, office.house.door.voice, office.house.settings)
    async with Listener(office, token(li)) as page:
        await keeper.once(datetime.now(timezone.utc) + timedelta(seconds=61))
        await page.wait_for("returned", conversation_id=talk)
        await page.wait_for("owner", conversation_id=talk, owner="queue")
        await page.wait_for("presence", agent_id=wang.user["id"], status="offline")
    assert (await wang.post(one(talk, "messages"), {"text": "我回来了"}))[0] == 409
    assert (await li.post(one(talk, "take")))[0] == 200


async def test_closed_conversations_are_listed_page_by_page(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    wang = await office.signed_in("wang", name="王")
    talks = []
    for number in range(3):
        talk = await office.waiting(f"c{number}", f"第{number}个井盖坏了100%，转人工")
        await wang.post(one(talk, "take"))
        await wang.post(one(talk, "messages"), {"text": f"登记好了{number}"})
        await wang.post(one(talk, "release"), {"to": "closed"})
        talks.append(talk)
    _, found = await wang.get("/desk/api/closed")
    assert [row["id"] for row in found["rows"]] == talks[::-1] and found["more"] is False
    row = found["rows"][0]
    assert row["agent_name"] == "王" and row["last"]["text"] == "登记好了2" and row["channel"] == "rest"
    assert row["citizen"].startswith("市民 ") and row["closed_at"]
    _, older = await wang.get("/desk/api/closed?before=" + quote(row["closed_at"]))
    assert [row["id"] for row in older["rows"]] == talks[1::-1]
    for words, expected in (("第1个", [talks[1]]), ("100%", talks[::-1]), ("_", []), ("王", talks[::-1]),
                            (row["citizen"][-4:], [talks[2]]), ("\x00", talks[::-1])):
        _, found = await wang.get("/desk/api/closed?q=" + quote(words))
        assert [row["id"] for row in found["rows"]] == expected, words
    for wrong in ("gestern", "2026-01-01T00:00:00"):
        assert (await wang.get("/desk/api/closed?before=" + wrong))[0] == 400


async def test_the_working_hours_are_the_admins(office: Office) -> None:
    admin, agent = await office.signed_in("admin", "admin"), await office.signed_in("wang")
    assert (await agent.get("/desk/api/hours"))[1] == {**ALWAYS, "open_now": True}
    assert (await agent.call("PUT", "/desk/api/hours", NEVER))[0] == 403
    assert (await admin.call("PUT", "/desk/api/hours", NEVER)) == (200, {**NEVER, "open_now": False})
    assert (await agent.get("/desk/api/queue"))[1]["open"] is False
    answers = await asyncio.gather(*(admin.call("PUT", "/desk/api/hours", ALWAYS) for _ in range(4)))
    assert [status for status, _ in answers] == [200] * 4


@pytest.mark.parametrize(("change", "field"), [
    ({"always": "yes"}, "always"), ({"days": None}, "days"), ({"days": {"workday": None}}, "days"),
    ({"days": {"workday": ["9:00", "17:00"], "weekend": None, "holiday": None}}, "days.workday"),
    ({"days": {"workday": None, "weekend": ["17:00", "09:00"], "holiday": None}}, "days.weekend"),
    ({"days": {"workday": None, "weekend": None, "holiday": ["09:00"]}}, "days.holiday"),
    ({"days": {"workday": None, "weekend": None, "holiday": [1, 2]}}, "days.holiday"),
])
async def test_hours_that_make_no_sense_are_refused(
    office: Office, change: dict[str, object], field: str
) -> None:
    admin = await office.signed_in("admin", "admin")
    status, answer = await admin.call("PUT", "/desk/api/hours", {**ALWAYS, **change})
    assert (status, answer["field"]) == (400, field)
