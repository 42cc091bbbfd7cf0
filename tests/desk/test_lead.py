"""The supervisor's live work: board, take over, reassign, whisper."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from hotline.store.desk_events import add_event
from hotline.store.desk_tables import audit, desk_events, notes, presence, wrap_ups
from hotline.store.tables import conversations, messages
from tests.desk.conftest import PASSWORD, Browser, Office
from tests.desk.test_live import Listener, token


def one(conversation_id: str, what: str = "") -> str:
    return f"/desk/api/conversations/{conversation_id}{what}"


async def gone(office: Office, browser: Browser) -> None:
    """No page of this agent's has been there for a minute."""
    async with office.database.write() as connection:
        await connection.execute(update(presence).where(presence.c.agent_id == browser.user["id"]).values(
            seen_at=office.clock() - timedelta(seconds=61)))


async def test_a_supervisor_takes_over_and_everybody_is_told(office: Office) -> None:
    agent, lead = await office.signed_in("wang", name="王"), await office.signed_in("ban", "supervisor", "班")
    conversation = await office.waiting()
    await agent.post(one(conversation, "/take"))
    async with Listener(office, token(agent)) as page:
        status, answer = await lead.post(one(conversation, "/take_over"))
        assert status == 200 and answer["conversation"]["mine"] and answer["conversation"]["agent_name"] == "班"
        await page.wait_for("owner", conversation_id=conversation, agent_id=lead.user["id"],
                            from_agent=agent.user["id"], how="taken_over")
    assert (await agent.post(one(conversation, "/messages"), {"text": "我来"}))[0] == 409
    assert (await lead.post(one(conversation, "/messages"), {"text": "您好"}))[0] == 200
    history = await office.house.door.history("rest", "citizen")
    assert any("班为您服务" in (message.text or "") for message in history)
    async with office.database.read() as connection:
        event = (await connection.execute(select(desk_events).where(desk_events.c.kind == "taken_over"))).one()
        assert (event.agent_id, event.body) == (
            lead.user["id"], event.body | {"from_agent": agent.user["id"], "by": lead.user["id"]})
        assert (await connection.execute(select(audit.c.subject).where(
            audit.c.action == "take_over"))).scalar_one() == conversation


async def test_only_what_another_agent_has_can_be_taken_over(office: Office) -> None:
    agent, lead = await office.signed_in("wang"), await office.signed_in("ban", "supervisor")
    conversation = await office.waiting()
    assert (await lead.post(one(conversation, "/take_over")))[0] == 409
    await lead.post(one(conversation, "/take"))
    assert (await lead.post(one(conversation, "/take_over")))[0] == 409
    await lead.post(one(conversation, "/release"), {"to": "closed"})
    assert await lead.post(one(conversation, "/take_over")) == (409, {"error": "会话已结束"})
    assert (await lead.post(one("nosuch", "/take_over")))[0] == 404
    assert (await agent.post(one(conversation, "/take_over")))[0] == 403


async def test_two_supervisors_take_over_and_the_last_one_has_it(office: Office) -> None:
    agent = await office.signed_in("wang")
    leads = [await office.signed_in(name, "supervisor") for name in ("ban", "zhang")]
    conversation = await office.waiting()
    await agent.post(one(conversation, "/take"))
    answers = await asyncio.gather(*(lead.post(one(conversation, "/take_over")) for lead in leads))
    assert [status for status, _ in answers] == [200, 200]
    async with office.database.read() as connection:
        chain = list(await connection.execute(select(desk_events.c.agent_id, desk_events.c.body).where(
            desk_events.c.kind == "taken_over").order_by(desk_events.c.seq)))
    assert chain[1].body["from_agent"] == chain[0].agent_id


async def test_taking_over_an_emergency_confirms_it(office: Office) -> None:
    agent, lead = await office.signed_in("wang"), await office.signed_in("ban", "supervisor")
    conversation = await office.waiting()
    await agent.post(one(conversation, "/take"))
    await office.house.ask("家里燃气泄漏了，味道很大")
    await lead.post(one(conversation, "/take_over"))
    _, talk = await lead.get(one(conversation))
    assert [alarm["open"] for alarm in talk["emergencies"]] == [False]


async def test_reassigning_gives_it_to_an_agent_who_is_there(office: Office) -> None:
    wang, li = await office.signed_in("wang"), await office.signed_in("li", name="李")
    lead = await office.signed_in("ban", "supervisor")
    waiting, taken = await office.waiting("a"), await office.waiting("b")
    await wang.post(one(taken, "/take"))
    to_li = {"agent": li.user["id"]}
    await li.call("PUT", "/desk/api/presence", {"status": "away"})
    assert await lead.post(one(taken, "/reassign"), to_li) == (409, {"error": "李现在不在线"})
    await li.call("PUT", "/desk/api/presence", {"status": "online"})
    for conversation in (waiting, taken):
        status, answer = await lead.post(one(conversation, "/reassign"), to_li)
        assert status == 200 and answer["conversation"]["agent_id"] == li.user["id"]
    assert (await lead.post(one(taken, "/reassign"), to_li))[0] == 409
    assert (await li.post(one(taken, "/messages"), {"text": "您好"}))[0] == 200
    async with office.database.read() as connection:
        events = list(await connection.execute(select(desk_events.c.agent_id, desk_events.c.body).where(
            desk_events.c.kind == "reassigned").order_by(desk_events.c.seq)))
    assert [(event.agent_id, event.body["from_agent"]) for event in events] == [
        (li.user["id"], None), (li.user["id"], wang.user["id"])]


async def test_reassigning_has_its_limits(office: Office) -> None:
    agent, lead = await office.signed_in("wang"), await office.signed_in("ban", "supervisor")
    clerk = await office.signed_in("zhang", "clerk")
    conversation = await office.waiting()
    assert (await lead.post(one(conversation, "/reassign"), {"agent": "nosuch"}))[0] == 400
    assert (await lead.post(one(conversation, "/reassign"), {}))[0] == 400
    assert (await lead.post(one(conversation, "/reassign"), {"agent": clerk.user["id"]}))[0] == 409
    with_bot = (await office.house.ask("路灯", sender="other"))[0].conversation_id
    assert (await lead.post(one(with_bot, "/reassign"), {"agent": agent.user["id"]}))[0] == 409
    await gone(office, agent)
    assert (await lead.post(one(conversation, "/reassign"), {"agent": agent.user["id"]}))[0] == 409


async def test_a_whisper_reaches_the_owner_and_never_the_citizen(office: Office) -> None:
    agent, lead = await office.signed_in("wang"), await office.signed_in("ban", "supervisor", "班")
    conversation = await office.waiting()
    assert (await lead.post(one(conversation, "/whisper"), {"text": "问地址"}))[0] == 409
    await agent.post(one(conversation, "/take"))
    async with Listener(office, token(agent)) as page:
        status, answer = await lead.post(one(conversation, "/whisper"), {"text": "先问清地址"})
        assert status == 200 and answer["note"]["whisper"] and answer["note"]["agent_name"] == "班"
        await page.wait_for("whisper", conversation_id=conversation, agent_id=agent.user["id"])
        assert "先问清地址" not in str(page.heard)
    for wrong in ({}, {"text": ""}, {"text": "长" * 1001}):
        assert (await lead.post(one(conversation, "/whisper"), wrong))[0] == 400
    async with office.database.read() as connection:
        note = (await connection.execute(select(notes))).one()
        assert (note.agent_id, note.to_agent, note.text) == (lead.user["id"], agent.user["id"], "先问清地址")
        assert not list(await connection.execute(select(messages).where(messages.c.text.contains("先问清"))))


async def test_the_board_of_an_empty_house(office: Office) -> None:
    lead = await office.signed_in("ban", "supervisor")
    status, board = await lead.get("/desk/api/board")
    assert status == 200
    assert (board["waiting"], board["longest_wait_seconds"], board["abandoned"]) == (0, 0, 0)
    assert board["answered_in_3min"] is None and board["satisfaction"] is None and board["overdue"] == []
    assert [line["skill"] for line in board["by_skill"]] == ["gas", "property", "signage", "general"]
    assert (await (await office.signed_in("wang")).get("/desk/api/board"))[0] == 403


async def test_the_board_shows_who_waits_and_who_works(office: Office) -> None:
    agent, lead = await office.signed_in("wang", name="王"), await office.signed_in("ban", "supervisor")
    await office.signed_in("zhang", "clerk")
    await office.accounts.add("zhao", "赵", ["agent"], PASSWORD, must_change=False)
    first, second = await office.waiting("a"), await office.waiting("b")
    await agent.post(one(second, "/take"))
    async with office.database.write() as connection:
        await connection.execute(update(conversations).where(conversations.c.id == first).values(skill="gas"))
    _, board = await lead.get("/desk/api/board")
    assert board["waiting"] == 1 and board["overdue"] == []
    working = {line["name"]: line for line in board["agents"]}
    assert set(working) == {"王", "ban", "赵"} and working["赵"]["status"] == "offline"
    assert (working["王"]["status"], working["王"]["chats"], working["王"]["connected"]) == ("online", 1, True)
    gas = next(line for line in board["by_skill"] if line["skill"] == "gas")
    assert gas["waiting"] == 1 and gas["online"] >= 1


async def test_the_board_counts_today_only(office: Office) -> None:
    agent, lead = await office.signed_in("wang", name="王"), await office.signed_in("ban", "supervisor")
    conversation, now = await office.waiting(), office.clock()
    async with office.database.write() as connection:
        for seconds in (20, 180, 181, 400):
            await add_event(connection, conversation, "answered", now, agent.user["id"], seconds=seconds)
        await add_event(connection, conversation, "first_answer", now, agent.user["id"], seconds=30)
        await add_event(connection, conversation, "abandoned", now)
        await add_event(connection, conversation, "abandoned", now - timedelta(days=2))
        for number, score in enumerate((5, 4, None)):
            await connection.execute(insert(wrap_ups).values(
                id=f"w{number}", conversation_id=conversation, agent_id=agent.user["id"], result="solved", text="",
                score=score, at=now))
    office.clock.ahead = timedelta(seconds=1)
    _, board = await lead.get("/desk/api/board")
    assert board["answered_in_3min"] == 0.5 and board["abandoned"] == 1 and board["satisfaction"] == 4.5
    wang = next(line for line in board["agents"] if line["name"] == "王")
    assert (wang["answers"], wang["first_answer_seconds"]) == (4, 30)


async def test_who_waits_over_three_minutes_is_overdue_until_answered(office: Office) -> None:
    agent, lead = await office.signed_in("wang"), await office.signed_in("ban", "supervisor")
    waiting, taken = await office.waiting("a"), await office.waiting("b")
    await agent.post(one(taken, "/take"))
    office.clock.ahead = timedelta(seconds=170)
    assert (await lead.get("/desk/api/board"))[1]["overdue"] == []
    office.clock.ahead = timedelta(seconds=200)
    _, board = await lead.get("/desk/api/board")
    assert [line["id"] for line in board["overdue"]] == [waiting, taken]
    assert board["longest_wait_seconds"] >= 199 and board["overdue"][0]["due_at"]
    await agent.post(one(taken, "/messages"), {"text": "您好"})
    assert [line["id"] for line in (await lead.get("/desk/api/board"))[1]["overdue"]] == [waiting]


async def test_what_the_bot_was_asked_before_the_queue_is_no_wait_for_a_person(office: Office) -> None:
    lead = await office.signed_in("ban", "supervisor")
    await office.house.ask("路灯")
    conversation = await office.waiting()
    async with office.database.write() as connection:
        await connection.execute(update(messages).values(created_at=office.clock() - timedelta(hours=1)))
    assert (await lead.get("/desk/api/board"))[1]["overdue"] == []
    office.clock.ahead = timedelta(seconds=200)
    assert [line["id"] for line in (await lead.get("/desk/api/board"))[1]["overdue"]] == [conversation]


@pytest.mark.parametrize("role", ["agent", "observer", "auditor", "editor"])
async def test_nobody_else_leads(office: Office, role: str) -> None:
    browser = await office.signed_in("wang", role)
    conversation = await office.waiting()
    for what in ("/take_over", "/reassign", "/whisper"):
        assert (await browser.post(one(conversation, what), {"agent": "x", "text": "x"}))[0] == 403
