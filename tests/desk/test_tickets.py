"""A ticket from the desk, its form filled beforehand, and the service an agent says is right."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import select

from hotline.records import Attachment, Inbound
from hotline.store.desk_tables import audit, corrections
from hotline.store.tables import case_outbox, cases, conversations, turns
from tests.desk.conftest import Office
from tests.desk.test_answering import taken
from tests.desk.test_chats import one

SAID = "市北区延吉路117号路灯不亮三天了，我的电话13800138000，转人工"


def form(**changes: Any) -> dict[str, Any]:
    return {"service_code": "facility_streetlight", "title": "路灯不亮", "description": "延吉路117号路灯不亮三天了",
            "address": "延吉路117号", "phone": "0532-85912345", "name": "张三", "act": "report",
            "confidential": False, "key": "k1", **changes}


async def test_the_form_is_filled_from_what_was_said(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent, text=SAID)
    _, talk = await agent.get(one(conversation))
    ticket = talk["ticket"]
    assert "路灯不亮" in ticket["title"] and "延吉路117号" in ticket["address"]
    assert ticket["phone"] == "138****8000" and ticket["act"] == "report" and "转人工" not in ticket["description"]


async def test_a_title_has_no_phone_and_the_service_is_what_was_ranked_beside_the_wish(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent, text="延吉路117号路灯不亮，我的电话是138 0013 8000，转人工")
    ranked = [{"name": "facility_streetlight", "confidence": 0.99}, {"name": "other", "confidence": 0.01}]
    async with office.database.write() as connection:
        await connection.execute(turns.update().values(parse={"intent": "human", "service_ranking": ranked}))
    _, talk = await agent.get(one(conversation))
    assert talk["ticket"]["title"] == "延吉路117号路灯不亮"
    assert talk["ticket"]["service_code"] == "facility_streetlight"


async def test_the_bots_draft_goes_before_guesses(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent, text=SAID)
    draft = {"service": "gas_price", "text": "气费太高", "place": "台东三路5号", "phone": "13900139000",
             "act": "consult", "confidential": True, "name": "李四"}
    async with office.database.write() as connection:
        await connection.execute(conversations.update().values(state={"slots": {"draft": draft}}))
    _, talk = await agent.get(one(conversation))
    assert talk["ticket"] == {
        "service_code": "gas_price", "title": "气费太高", "description": "气费太高", "act": "consult",
        "address": "台东三路5号", "phone": "139****9000", "name": "李四", "confidential": True}


async def test_filing_once_tells_the_citizen_and_the_backend(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent)
    answers = await asyncio.gather(*(agent.post(one(conversation, "/cases"), form()) for _ in range(3)))
    assert {status for status, _ in answers} == {200}
    assert len({answer["case"]["receipt"] for _, answer in answers}) == 1
    receipt = answers[0][1]["case"]["receipt"]
    cards = [message for message in await office.house.door.history("rest", "citizen")
             if (message.custom or {}).get("type") == "ticket"]
    assert len(cards) == 1 and (cards[0].custom or {})["receipt"] == receipt and receipt in (cards[0].text or "")
    async with office.database.read() as connection:
        row = (await connection.execute(select(cases))).one()
        assert (row.phone, row.name, row.conversation_id) == ("053285912345", "张三", conversation)
        assert len((await connection.execute(select(case_outbox))).all()) == 1
        assert (await connection.execute(select(audit.c.subject).where(audit.c.action == "file_case"))).scalars().all()
    _, talk = await agent.get(one(conversation))
    assert [case["receipt"] for case in talk["cases"]] == [receipt] and receipt in talk["summary"]


async def test_the_masked_number_of_the_form_stands_for_the_known_one(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent, text=SAID)
    status, answer = await agent.post(one(conversation, "/cases"), form(phone="138****8000"))
    assert status == 200 and answer["case"]["phone"] == "138****8000"
    async with office.database.read() as connection:
        assert (await connection.execute(select(cases.c.phone))).scalar_one() == "13800138000"
    status, answer = await agent.post(one(conversation, "/cases"), form(phone="139****0000", key="k2"))
    assert (status, answer["field"]) == (400, "phone")


async def test_without_a_phone_the_citizen_gets_a_code_that_the_desk_does_not_see(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent)
    status, answer = await agent.post(one(conversation, "/cases"), form(phone=""))
    async with office.database.read() as connection:
        code = (await connection.execute(select(cases.c.code))).scalar_one()
    assert status == 200 and code in ((await office.house.door.history("rest", "citizen"))[-1].text or "")
    assert code not in json.dumps(answer)


async def test_the_citizens_pictures_go_along(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent)
    turn = await office.house.door.receive(Inbound(
        "rest", "citizen", "看这里", attachments=(Attachment("image", url="https://example.org/1.jpg"),)))
    await office.house.door.replies(turn, timeout=5)
    assert (await agent.post(one(conversation, "/cases"), form()))[0] == 200
    async with office.database.read() as connection:
        kept = (await connection.execute(select(cases.c.attachments))).scalar_one()
    assert [one["url"] for one in kept] == ["https://example.org/1.jpg"]


async def test_only_the_owner_files(office: Office) -> None:
    wang, li, observer = (await office.signed_in("wang"), await office.signed_in("li"),
                          await office.signed_in("guan", "observer"))
    conversation = await office.waiting()
    assert (await wang.post(one(conversation, "/cases"), form()))[0] == 409
    await wang.post(one(conversation, "/take"))
    assert (await li.post(one(conversation, "/cases"), form()))[0] == 409
    assert (await observer.post(one(conversation, "/cases"), form()))[0] == 403
    async with office.database.read() as connection:
        assert (await connection.execute(select(cases))).first() is None


@pytest.mark.parametrize(("changes", "field"), [
    ({"service_code": "nosuch"}, "service_code"), ({"service_code": 5}, "service_code"), ({"act": "dance"}, "act"),
    ({"description": ""}, "description"), ({"title": "长" * 201}, "title"), ({"phone": "12"}, "phone"),
    ({"confidential": "yes"}, "confidential"), ({"key": ""}, "key"), ({"address": "长" * 501}, "address"),
])
async def test_a_form_that_makes_no_sense(office: Office, changes: dict[str, Any], field: str) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent)
    status, answer = await agent.post(one(conversation, "/cases"), form(**changes))
    assert (status, answer["field"]) == (400, field)


async def test_the_right_service_is_a_label(office: Office) -> None:
    agent, other = await office.signed_in("wang"), await office.signed_in("li")
    conversation = await office.waiting()
    _, talk = await agent.get(one(conversation))
    turn = talk["understanding"][0]["turn_id"]
    values = {"turn": turn, "service": "facility_streetlight"}
    answers = await asyncio.gather(agent.post(one(conversation, "/correct"), values),
                                   other.post(one(conversation, "/correct"), {**values, "service": "gas_leak"}))
    assert [status for status, _ in answers] == [200, 200]
    assert (await agent.post(one(conversation, "/correct"), values))[1]["service_name"]
    async with office.database.read() as connection:
        row = (await connection.execute(select(corrections))).one()
    assert (row.turn_id, row.field, row.right, row.agent_id) == (
        turn, "service", "facility_streetlight", agent.user["id"])
    _, talk = await agent.get(one(conversation))
    assert talk["corrections"] == {turn: "facility_streetlight"}
    foreign = await office.waiting("b")
    assert (await agent.post(one(foreign, "/correct"), values))[0] == 404
    assert (await agent.post(one(conversation, "/correct"), {**values, "service": "nosuch"}))[0] == 400


async def test_what_there_is_to_choose_from(office: Office) -> None:
    agent = await office.signed_in("wang")
    _, choices = await agent.get("/desk/api/choices")
    assert {"code": "solved", "name": "已解决"} in choices["results"]
    assert "facility_streetlight" in [service["code"] for service in choices["services"]]
    assert "report" in [act["code"] for act in choices["acts"]]
