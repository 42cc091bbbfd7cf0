"""Passing on: to an agent, to a skill, two conversations into one; and notes for agents alone."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

from sqlalchemy import delete, insert, select, update

from hotline.store.desk_tables import agents, audit, desk_events, presence
from hotline.store.tables import conversations, messages
from tests.desk.conftest import Browser, Office
from tests.desk.test_answering import taken
from tests.desk.test_chats import one
from tests.desk.test_live import Listener, token


async def here(office: Office, browser: Browser, status: str = "online", seconds: int = 0) -> None:
    """This agent's page was last seen so many seconds ago."""
    at = datetime.now(timezone.utc) - timedelta(seconds=seconds)
    async with office.database.write() as connection:
        await connection.execute(delete(presence).where(presence.c.agent_id == browser.user["id"]))
        await connection.execute(insert(presence).values(
            agent_id=browser.user["id"], status=status, since=at, seen_at=at))


async def last_words(office: Office, sender: str = "citizen") -> str:
    return (await office.house.door.history("rest", sender))[-1].text or ""


async def test_to_another_agent_at_once_with_a_note(office: Office) -> None:
    wang, li = await office.signed_in("wang", name="王"), await office.signed_in("li", name="李")
    await here(office, li)
    conversation = await taken(office, wang)
    async with Listener(office, token(li)) as page:
        status, answer = await wang.post(one(conversation, "/transfer"), {"agent": li.user["id"], "note": "要回电"})
        assert status == 200 and answer["conversation"]["agent_name"] == "李" and not answer["conversation"]["mine"]
        await page.wait_for("owner", conversation_id=conversation, agent_id=li.user["id"])
    assert "李" in await last_words(office) and "要回电" not in str(await office.house.door.history("rest", "citizen"))
    assert (await wang.post(one(conversation, "/messages"), {"text": "x"}))[0] == 409
    assert (await li.post(one(conversation, "/messages"), {"text": "您好"}))[0] == 200
    _, talk = await li.get(one(conversation))
    assert [note["text"] for note in talk["notes"]] == ["要回电"] and talk["notes"][0]["agent_name"] == "王"
    calls = len(office.house.bot.calls)
    await office.house.ask("在吗")
    assert len(office.house.bot.calls) == calls
    async with office.database.read() as connection:
        event = (await connection.execute(select(desk_events).where(desk_events.c.kind == "transferred"))).one()
        assert event.agent_id == wang.user["id"] and event.body == {"to_agent": li.user["id"]}
        assert (await connection.execute(select(audit.c.subject).where(audit.c.action == "transfer"))).scalar_one()


async def test_not_to_who_is_away_full_closed_or_does_not_answer(office: Office) -> None:
    wang, li = await office.signed_in("wang"), await office.signed_in("li", name="李")
    observer = await office.signed_in("guan", "observer")
    conversation = await taken(office, wang)

    async def to(agent: str) -> tuple[int, str, str | None]:
        status, answer = await wang.post(one(conversation, "/transfer"), {"agent": agent})
        return status, answer["error"], answer.get("field")

    for status, seconds in (("away", 0), ("busy", 0), ("online", 61)):
        await here(office, li, status, seconds)
        assert await to(li.user["id"]) == (409, "李现在不在线", None)
    await here(office, li)
    async with office.database.write() as connection:
        await connection.execute(update(agents).where(agents.c.id == li.user["id"]).values(most_chats=0))
    assert await to(li.user["id"]) == (409, "李手里的会话已满", None)
    assert (await to("nosuch"))[0] == 404 and (await to(observer.user["id"]))[2] == "agent"
    assert (await to(wang.user["id"]))[0] == 400
    async with office.database.write() as connection:
        await connection.execute(update(agents).where(agents.c.id == li.user["id"]).values(
            most_chats=5, disabled=True))
    assert (await to(li.user["id"]))[0] == 404
    _, talk = await wang.get(one(conversation))
    assert talk["mine"] and talk["notes"] == []
    for values in ({}, {"agent": li.user["id"], "skill": "gas"}, {"skill": "cooking"}, {"agent": 5}):
        assert (await wang.post(one(conversation, "/transfer"), values))[0] == 400


async def test_only_the_owner_passes_on(office: Office) -> None:
    wang, li = await office.signed_in("wang"), await office.signed_in("li")
    waiting = await office.waiting()
    assert (await wang.post(one(waiting, "/transfer"), {"skill": "gas"})) == (409, {"error": "请先接起这个会话"})
    await wang.post(one(waiting, "/take"))
    assert (await li.post(one(waiting, "/transfer"), {"skill": "gas"})) == (409, {"error": "已被其他坐席接起"})


async def test_two_transfers_at_once_do_not_go_over_the_limit(office: Office) -> None:
    wang, zhao = await office.signed_in("wang"), await office.signed_in("zhao")
    li = await office.signed_in("li")
    await here(office, li)
    async with office.database.write() as connection:
        await connection.execute(update(agents).where(agents.c.id == li.user["id"]).values(most_chats=1))
    first, second = await taken(office, wang, "a"), await taken(office, zhao, "b")
    answers = await asyncio.gather(wang.post(one(first, "/transfer"), {"agent": li.user["id"]}),
                                   zhao.post(one(second, "/transfer"), {"agent": li.user["id"]}))
    assert sorted(status for status, _ in answers) == [200, 409]


async def test_to_a_skill_is_the_queue_again_before_those_who_have_not_waited(office: Office) -> None:
    wang, li = await office.signed_in("wang"), await office.signed_in("li")
    conversation = await taken(office, wang)
    await office.waiting("b")
    status, answer = await wang.post(one(conversation, "/transfer"), {"skill": "gas", "note": "燃气的事"})
    assert status == 200
    head = answer["conversation"]
    assert (head["owner"], head["skill"], head["priority"], head["position"]) == ("queue", "gas", 50, 1)
    assert "排在第1位" in await last_words(office)
    calls = len(office.house.bot.calls)
    assert (await office.house.ask("在吗"))[0].custom == {"type": "handover", "position": 1}
    assert len(office.house.bot.calls) == calls
    assert (await li.post(one(conversation, "/take")))[0] == 200


async def test_an_emergency_stays_first_when_it_is_passed_on(office: Office) -> None:
    wang = await office.signed_in("wang")
    urgent = (await office.house.ask("家里燃气泄漏了，味道很大"))[0].conversation_id
    await wang.post(one(urgent, "/take"))
    _, answer = await wang.post(one(urgent, "/transfer"), {"skill": "gas"})
    assert answer["conversation"]["priority"] == 100


async def test_two_conversations_become_one(office: Office) -> None:
    wang, li = await office.signed_in("wang"), await office.signed_in("li")
    kept = await taken(office, wang, "phone", "路灯不亮，转人工")
    await office.house.ask("登记路灯不亮", sender="laptop")
    other = await office.waiting("laptop", "还是路灯，转人工")
    status, answer = await wang.post(one(kept, "/merge"), {"other": other})
    assert status == 200 and answer["conversation"]["mine"]
    _, closed = await li.get(one(other))
    assert closed["owner"] == "closed" and closed["cases"][0]["receipt"].startswith("QD")
    _, talk = await wang.get(one(kept))
    assert f"/desk/api/conversations/{other}/transcript" in talk["notes"][0]["text"]
    assert "并到" in await last_words(office, "phone") and "并到" in await last_words(office, "laptop")
    assert (await wang.post(one(kept, "/merge"), {"other": other})) == (409, {"error": "要合并的会话已结束"})
    # Whoever writes on in the other one is heard by the bot, in a new conversation.
    assert (await office.house.ask("喂", sender="laptop"))[0].conversation_id not in (kept, other)
    async with office.database.read() as connection:
        events = (await connection.execute(select(desk_events.c.conversation_id, desk_events.c.body).where(
            desk_events.c.kind == "merged"))).all()
    assert {row.conversation_id: row.body for row in events} == {other: {"into": kept}, kept: {"source": other}}


async def test_what_cannot_be_merged(office: Office) -> None:
    wang, li = await office.signed_in("wang"), await office.signed_in("li")
    mine, hers = await taken(office, wang, "a"), await taken(office, li, "b")
    assert await wang.post(one(mine, "/merge"), {"other": hers}) == (409, {"error": "要合并的会话在其他坐席手里"})
    assert (await wang.post(one(mine, "/merge"), {"other": mine}))[0] == 400
    assert (await wang.post(one(mine, "/merge"), {"other": "nosuch"}))[0] == 404
    assert (await wang.post(one(hers, "/merge"), {"other": mine}))[0] == 409
    assert (await wang.post(one(mine, "/merge"), {}))[0] == 400


async def test_merging_crosswise_closes_one_of_the_two(office: Office) -> None:
    wang = await office.signed_in("wang")
    first, second = await taken(office, wang, "a"), await taken(office, wang, "b")
    answers = await asyncio.gather(wang.post(one(first, "/merge"), {"other": second}),
                                   wang.post(one(second, "/merge"), {"other": first}))
    assert sorted(status for status, _ in answers) == [200, 409]
    async with office.database.read() as connection:
        closed = (await connection.execute(select(conversations.c.id).where(
            conversations.c.closed_at.is_not(None)))).scalars().all()
    assert len(closed) == 1


async def test_notes_are_for_agents_alone(office: Office) -> None:
    wang, li, observer = (await office.signed_in("wang", name="王"), await office.signed_in("li"),
                          await office.signed_in("guan", "observer"))
    conversation = await office.waiting()
    async with Listener(office, token(li)) as page:
        status, answer = await wang.post(one(conversation, "/notes"), {"text": "老人，耳朵不好"})
        await page.wait_for("note", conversation_id=conversation)
        assert "老人" not in str(page.heard)
    assert status == 200 and answer["note"]["agent_name"] == "王" and answer["note"]["whisper"] is False
    assert (await observer.post(one(conversation, "/notes"), {"text": "x"}))[0] == 403
    assert (await wang.post(one(conversation, "/notes"), {"text": " "}))[0] == 400
    assert (await wang.post(one("nosuch", "/notes"), {"text": "x"}))[0] == 404
    for browser in (li, observer):
        assert (await browser.get(one(conversation)))[1]["notes"] == [answer["note"]]
    async with office.database.read() as connection:
        assert not any("老人" in (text or "") for text in (await connection.execute(select(messages.c.text))).scalars())


async def test_a_note_is_there_when_the_citizen_comes_back(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent)
    await agent.post(one(conversation, "/notes"), {"text": "常来电"})
    await agent.post(one(conversation, "/release"), {"to": "closed"})
    again = await office.waiting()
    _, talk = await agent.get(one(again))
    assert [(note["text"], note["conversation"]) for note in talk["notes"]] == [("常来电", conversation)]
