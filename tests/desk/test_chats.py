"""The agents' work over HTTP: queue, take, answer, give back, close, confirm."""

from __future__ import annotations

import asyncio
import dataclasses
import json

import pytest
from sqlalchemy import select

from bot.dialogue.state import Draft
from hotline.desk.views import DRAFT
from hotline.store.desk_tables import audit
from hotline.store.tables import conversations, messages
from tests.desk.conftest import Office
from tests.stage import until


def one(conversation_id: str, what: str = "") -> str:
    return f"/desk/api/conversations/{conversation_id}{what}"


async def test_the_queue_shows_who_waits(office: Office) -> None:
    agent = await office.signed_in("wang")
    first = await office.waiting("a", "人行道塌了，转人工")
    second = await office.waiting("b", "转人工")
    await office.house.ask("还在吗", sender="b")
    status, queue = await agent.get("/desk/api/queue")
    assert status == 200
    assert [line["id"] for line in queue["waiting"]] == [first, second]
    assert [line["position"] for line in queue["waiting"]] == [1, 2]
    assert queue["mine"] == [] and len(queue["all"]) == 2
    assert queue["counts"] == {"waiting": 2, "mine": 0, "all": 2}
    line = queue["waiting"][1]
    assert line["channel"] == "rest" and line["handover_text"] == "市民要求人工"
    assert line["last"]["text"] == "还在吗" and line["last"]["author"] == "citizen" and line["unread"] == 1
    assert line["waiting_seconds"] >= 0 and line["emergency"] is None
    assert "sender" not in line


async def test_an_emergency_goes_first_and_is_confirmed(office: Office) -> None:
    agent, other = await office.signed_in("wang", name="王"), await office.signed_in("li")
    await office.waiting("a")
    urgent = (await office.house.ask("家里燃气泄漏了，味道很大", sender="b"))[0].conversation_id
    _, queue = await agent.get("/desk/api/queue")
    assert queue["waiting"][0]["id"] == urgent and queue["waiting"][0]["position"] == 1
    emergency = queue["waiting"][0]["emergency"]
    assert emergency["kind"] == "gas" and emergency["open"] and emergency["receipt"].startswith("QD")
    confirm = f"/desk/api/emergencies/{emergency['id']}/confirm"
    answers = await asyncio.gather(agent.post(confirm), other.post(confirm))
    assert [status for status, _ in answers] == [200, 200]
    _, queue = await agent.get("/desk/api/queue")
    assert queue["waiting"][0]["emergency"] is None
    _, talk = await agent.get(one(urgent))
    assert talk["emergencies"][0]["confirmed_by"] in ("王", "li")
    assert (await agent.post("/desk/api/emergencies/nosuch/confirm"))[0] == 404
    async with office.database.read() as connection:
        assert len(list(await connection.execute(select(audit).where(audit.c.action == "confirm")))) == 1


async def test_two_agents_take_at_once_and_one_wins(office: Office) -> None:
    agents = [await office.signed_in(name) for name in ("wang", "li", "zhao")]
    for round_number in range(4):
        conversation = await office.waiting(f"citizen{round_number}")
        answers = await asyncio.gather(*(agent.post(one(conversation, "/take")) for agent in agents))
        assert sorted(status for status, _ in answers) == [200, 409, 409]
        winner = next(number for number, (status, _) in enumerate(answers) if status == 200)
        for number, (status, answer) in enumerate(answers):
            if status == 409:
                assert answer == {"error": "已被其他坐席接起"}
            _, queue = await agents[number].get("/desk/api/queue")
            assert (conversation in [line["id"] for line in queue["mine"]]) is (number == winner)


async def test_taking_twice_is_the_same_take(office: Office) -> None:
    agent = await office.signed_in("wang", name="王")
    conversation = await office.waiting()
    first, second = await agent.post(one(conversation, "/take")), await agent.post(one(conversation, "/take"))
    assert first[0] == second[0] == 200
    assert first[1]["conversation"]["owner"] == "agent" and first[1]["conversation"]["mine"] is True
    history = await office.house.door.history("rest", "citizen")
    assert len([message for message in history if message.text and "王为您服务" in message.text]) == 1


async def test_the_owner_answers_once_per_key(office: Office) -> None:
    agent = await office.signed_in("wang", name="王")
    conversation = await office.waiting()
    await agent.post(one(conversation, "/take"))
    body = {"text": "  您好，\n我来登记。<b>\x07 ", "key": "k1"}
    answers = await asyncio.gather(*(agent.post(one(conversation, "/messages"), body) for _ in range(4)))
    assert {status for status, _ in answers} == {200}
    assert len({answer["message"]["id"] for _, answer in answers}) == 1
    assert answers[0][1]["message"]["text"] == "您好，\n我来登记。<b>"
    _, talk = await agent.get(one(conversation))
    said = [message for message in talk["messages"] if message["author"] == "agent"]
    assert len(said) == 1 and said[0]["agent_name"] == "王"


async def test_a_key_belongs_to_its_agent(office: Office) -> None:
    wang, li = await office.signed_in("wang"), await office.signed_in("li")
    conversation = await office.waiting()
    await wang.post(one(conversation, "/take"))
    await wang.post(one(conversation, "/messages"), {"text": "您好", "key": "k1"})
    assert (await li.post(one(conversation, "/messages"), {"text": "x", "key": "k1"}))[0] == 409


async def test_only_the_owner_answers_types_for_and_releases(office: Office) -> None:
    wang, li = await office.signed_in("wang"), await office.signed_in("li")
    conversation = await office.waiting()
    assert await li.post(one(conversation, "/messages"), {"text": "您好"}) == (409, {"error": "请先接起这个会话"})
    await wang.post(one(conversation, "/take"))
    for path, body in (("/messages", {"text": "您好"}), ("/release", {"to": "closed"}), ("/release", {"to": "bot"})):
        assert await li.post(one(conversation, path), body) == (409, {"error": "已被其他坐席接起"})
    assert (await li.post(one(conversation, "/typing")))[0] == 200
    _, talk = await li.get(one(conversation))
    assert talk["owner"] == "agent" and talk["mine"] is False


async def test_back_to_the_bot(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await office.waiting()
    await agent.post(one(conversation, "/take"))
    calls = len(office.house.bot.calls)
    await office.house.ask("在吗")
    assert len(office.house.bot.calls) == calls
    status, answer = await agent.post(one(conversation, "/release"), {"to": "bot", "text": "我先查一下"})
    assert status == 200 and answer["conversation"]["owner"] == "bot"
    assert (await office.house.ask("路灯"))[0].author == "bot"
    _, queue = await agent.get("/desk/api/queue")
    assert queue["all"] == []
    assert (await agent.post(one(conversation, "/messages"), {"text": "您好"}))[0] == 409
    history = await office.house.door.history("rest", "citizen")
    assert any(message.text == "我先查一下" and message.author == "agent" for message in history)


async def test_closing(office: Office) -> None:
    agent, other = await office.signed_in("wang"), await office.signed_in("li")
    conversation = await office.waiting()
    await agent.post(one(conversation, "/take"))
    status, answer = await agent.post(one(conversation, "/release"), {"to": "closed"})
    assert status == 200 and answer["conversation"]["owner"] == "closed"
    for browser in (agent, other):
        assert await browser.post(one(conversation, "/take")) == (409, {"error": "会话已结束"})
        assert await browser.post(one(conversation, "/messages"), {"text": "x"}) == (409, {"error": "会话已结束"})
    again = await office.house.ask("新的问题")
    assert again[0].conversation_id != conversation
    _, talk = await agent.get(one(again[0].conversation_id))
    assert "路灯不亮，转人工" in [message["text"] for message in talk["messages"]]


@pytest.mark.parametrize(("path", "values", "field"), [
    ("/messages", {}, "text"), ("/messages", {"text": ""}, "text"), ("/messages", {"text": " \n\x00"}, "text"),
    ("/messages", {"text": 7}, "text"), ("/messages", {"text": "长" * 2001}, "text"),
    ("/messages", {"text": "x", "key": "k" * 65}, "key"), ("/messages", {"text": "x", "key": 5}, "key"),
    ("/messages", {"text": "\ud800"}, "text"), ("/messages", [1], None), ("/messages", "x", None),
    ("/release", {}, "to"), ("/release", {"to": "queue"}, "to"), ("/release", {"to": ["bot"]}, "to"),
    ("/release", {"to": "bot", "text": 5}, "text"), ("/release", {"to": "bot", "text": "长" * 2001}, "text"),
])
async def test_bad_input_is_400_and_changes_nothing(
    office: Office, path: str, values: object, field: str | None
) -> None:
    agent = await office.signed_in("wang")
    conversation = await office.waiting()
    await agent.post(one(conversation, "/take"))
    async with agent.http.post(office.base + one(conversation, path), data=json.dumps(values).encode(),
                               headers={"X-CSRF-Token": agent.csrf, "Content-Type": "application/json"}) as response:
        answer = await response.json()
        assert response.status == 400 and answer.get("field") == field
    async with office.database.read() as connection:
        assert (await connection.execute(select(conversations.c.owner))).scalar_one() == "agent"
        assert not list(await connection.execute(select(messages).where(messages.c.author == "agent")))


async def test_2000_characters_are_fine_and_a_huge_body_is_not(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await office.waiting()
    await agent.post(one(conversation, "/take"))
    assert (await agent.post(one(conversation, "/messages"), {"text": "长" * 2000}))[0] == 200
    assert (await agent.post(one(conversation, "/messages"), {"text": "x" * 100_000}))[0] == 413


@pytest.mark.parametrize("conversation", ["nosuch", "%00", "..%2f..%2fqueue", "x" * 500, "中文"])
async def test_unknown_conversations_are_404(office: Office, conversation: str) -> None:
    agent = await office.signed_in("wang")
    assert (await agent.get(one(conversation)))[0] == 404
    assert (await agent.get(one(conversation, "/messages?after=x")))[0] == 404
    assert (await agent.post(one(conversation, "/take")))[0] == 404
    assert (await agent.post(one(conversation, "/messages"), {"text": "x"}))[0] == 404
    assert (await agent.post(one(conversation, "/release"), {"to": "bot"}))[0] == 404
    assert (await agent.post(one(conversation, "/typing")))[0] == 404


async def test_the_conversation_has_everything_an_agent_needs(office: Office) -> None:
    agent = await office.signed_in("wang")
    await office.house.ask("登记路灯不亮")
    conversation = await office.waiting()
    status, talk = await agent.get(one(conversation))
    assert status == 200
    assert [message["author"] for message in talk["messages"]] == ["citizen", "bot", "citizen", "bot"]
    assert talk["owner"] == "queue" and isinstance(talk["version"], int) and talk["more"] is False
    assert talk["understanding"][0]["text"] == "路灯不亮，转人工" and talk["understanding"][0]["intent"] == "scripted"
    ticket = talk["cases"][0]
    assert ticket["phone"] == "138****8000" and ticket["service_name"] != "facility_streetlight"
    card = next(message["custom"] for message in talk["messages"] if (message["custom"] or {}).get("type") == "ticket")
    assert card["phone"] == "138****8000" and "code" not in card
    assert "13800138000" not in json.dumps(talk)


async def test_a_full_number_is_shown_on_request_and_written_down(office: Office) -> None:
    agent, observer = await office.signed_in("wang"), await office.signed_in("guan", "observer")
    await office.house.ask("登记路灯不亮")
    _, talk = await agent.get(one(await office.waiting()))
    receipt = talk["cases"][0]["receipt"]
    assert (await observer.post(f"/desk/api/cases/{receipt}/phone"))[0] == 403
    assert await agent.post(f"/desk/api/cases/{receipt}/phone") == (200, {"receipt": receipt, "phone": "13800138000"})
    assert (await agent.post("/desk/api/cases/QD00000000000000/phone"))[0] == 404
    async with office.database.read() as connection:
        rows = list(await connection.execute(select(audit.c.agent_id, audit.c.subject).where(
            audit.c.action == "phone")))
    assert [tuple(row) for row in rows] == [(agent.user["id"], receipt)]


async def test_history_comes_in_pages(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await office.waiting()
    await agent.post(one(conversation, "/take"))
    for number in range(210):
        await office.house.door.say(conversation, agent.agent, f"第{number}句")
    _, talk = await agent.get(one(conversation))
    assert len(talk["messages"]) == 200 and talk["more"] is True
    first, last = talk["messages"][0]["id"], talk["messages"][-1]["id"]
    _, older = await agent.get(one(conversation, f"/messages?before={first}"))
    assert older["more"] is False and len(older["messages"]) == 13
    seen = [message["id"] for message in older["messages"] + talk["messages"]]
    assert len(seen) == len(set(seen)) == 213
    _, none = await agent.get(one(conversation, f"/messages?after={last}"))
    assert none["messages"] == [] and none["more"] is False
    assert (await agent.get(one(conversation, "/messages?after=nosuch")))[0] == 404
    assert (await agent.get(one(conversation, f"/messages?after={last}&before={first}")))[0] == 400


async def test_a_foreign_message_id_opens_no_foreign_history(office: Office) -> None:
    agent = await office.signed_in("wang")
    mine = await office.waiting("a")
    foreign = (await office.house.ask("我的事", sender="b"))[0].id
    assert (await agent.get(one(mine, f"/messages?before={foreign}")))[0] == 404


async def test_the_draft_is_readable_and_masked(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await office.waiting()
    draft = {"service": "facility_streetlight", "text": "路灯不亮", "place": "延吉路117号", "phone": "13800138000",
             "confidential": True, "anonymous": False, "stage": "confirm", "tries": 1}
    async with office.database.write() as connection:
        await connection.execute(conversations.update().values(state={"slots": {"errand": "report", "draft": draft}}))
    _, talk = await agent.get(one(conversation))
    fields = {item["label"]: item["value"] for item in talk["draft"]["fields"]}
    assert talk["draft"]["errand_text"] == "正在登记诉求"
    assert fields["问题"] == "路灯不亮" and fields["地点"] == "延吉路117号" and fields["电话"] == "138****8000"
    assert fields["保密"] == "是" and set(fields) == {"问题", "事项", "地点", "电话", "保密"}
    assert fields["事项"] not in ("", "facility_streetlight")


def test_what_the_desk_reads_of_a_draft_is_what_the_bot_keeps() -> None:
    assert set(DRAFT) <= {field.name for field in dataclasses.fields(Draft)}


async def test_odd_states_do_not_break_the_page(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await office.waiting()
    for state in ({}, {"slots": None}, {"slots": {"draft": "x", "errand": 5}}, {"slots": {"draft": {"phone": 5}}}):
        async with office.database.write() as connection:
            await connection.execute(conversations.update().values(state=state))
        assert (await agent.get(one(conversation)))[0] == 200


async def test_typing_reaches_the_channel(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await office.waiting()
    await agent.post(one(conversation, "/take"))
    assert await agent.post(one(conversation, "/typing")) == (200, {"ok": True})


async def test_work_is_in_the_audit_log_without_words(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await office.waiting()
    await agent.post(one(conversation, "/take"))
    await agent.post(one(conversation, "/release"), {"to": "bot"})

    async def noted() -> bool:
        async with office.database.read() as connection:
            rows = list(await connection.execute(select(audit.c.action, audit.c.subject).where(
                audit.c.subject == conversation).order_by(audit.c.seq)))
        return [tuple(row) for row in rows] == [("take", conversation), ("release_bot", conversation)]

    await until(noted)
