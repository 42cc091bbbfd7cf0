"""Threats and crowds reach a supervisor and hold nothing up; the operator's list."""

from __future__ import annotations

from sqlalchemy import select

from hotline.records import Inbound
from hotline.store.desk_tables import alerts, audit
from tests.desk.conftest import Office
from tests.desk.test_chats import one
from tests.desk.test_live import Listener, token

WORDS = "/desk/api/words"


async def test_a_threat_and_a_crowd_alert_the_supervisor_and_the_ticket_goes_on(office: Office) -> None:
    lead, agent = await office.signed_in("zhang", "supervisor", "张"), await office.signed_in("wang")
    async with Listener(office, token(lead)) as page, Listener(office, token(agent)) as other:
        answer = await office.house.ask("登记路灯，再不修我就鱼 死网破，我们几百号人拉横幅")
        conversation = answer[0].conversation_id
        assert answer[0].author == "bot" and answer[0].custom["type"] == "ticket"
        await page.wait_for("alert", conversation_id=conversation, kinds=["threat", "crowd"])
        await other.wait_for("message", conversation_id=conversation)
        assert not [kind for kind, _ in other.heard if kind == "alert"]
        assert "鱼死网破" not in str(page.heard)
    _, found = await lead.get("/desk/api/alerts")
    assert sorted(alert["kind"] for alert in found["alerts"]) == ["crowd", "threat"]
    assert {alert["conversation"] for alert in found["alerts"]} == {conversation}
    for alert in found["alerts"]:
        assert alert["text"].startswith("登记路灯，再不修") and alert["citizen"].startswith("市民 ")
    assert (await agent.get("/desk/api/alerts"))[0] == 403
    seen = found["alerts"][0]["id"]
    assert (await lead.post(f"/desk/api/alerts/{seen}/seen"))[0] == 200
    assert (await lead.post(f"/desk/api/alerts/{seen}/seen"))[0] == 200
    assert (await lead.post("/desk/api/alerts/nosuch/seen"))[0] == 404
    assert len((await lead.get("/desk/api/alerts"))[1]["alerts"]) == 1
    _, talk = await agent.get(one(conversation))
    assert [alert["seen_by"] for alert in talk["alerts"] if alert["id"] == seen] == ["张"]


async def test_a_message_sent_twice_alerts_once_and_calm_words_never(office: Office) -> None:
    for _ in range(2):
        turn = await office.house.door.receive(Inbound("rest", "a", "再不管我就去静坐", "m1"))
        await office.house.door.replies(turn, timeout=5)
    await office.house.ask("楼下天天堵路，吵得要命，请处理", sender="b")
    async with office.database.read() as connection:
        assert (await connection.execute(select(alerts.c.kind))).scalars().all() == ["crowd"]


async def test_a_threat_while_an_agent_has_the_conversation_counts_too(office: Office) -> None:
    conversation = await office.waiting()
    await office.house.ask("再不来就血债血偿")
    async with office.database.read() as connection:
        assert (await connection.execute(select(alerts.c.conversation_id))).scalars().all() == [conversation]


async def test_the_operators_words_count_at_once(office: Office) -> None:
    admin, agent = await office.signed_in("guan", "admin"), await office.signed_in("wang")
    await office.house.ask("我要上电视台")
    status, answer = await admin.post(WORDS, {"kind": "crowd", "word": "上电视台"})
    assert status == 200
    await office.house.ask("我要上电视台！")
    assert (await admin.post(WORDS, {"kind": "crowd", "word": "上电视台"}))[0] == 409
    _, listed = await admin.get(WORDS)
    assert [word["word"] for word in listed["words"]] == ["上电视台"] and "静坐" in listed["built_in"]["crowd"]
    assert (await agent.get(WORDS))[0] == 403
    word = f"{WORDS}/{answer['word']['id']}"
    assert (await admin.call("DELETE", word))[0] == 200 and (await admin.call("DELETE", word))[0] == 404
    await office.house.ask("我真的要上电视台")
    async with office.database.read() as connection:
        assert len((await connection.execute(select(alerts))).all()) == 1
        actions = (await connection.execute(select(audit.c.action).where(
            audit.c.agent_id == admin.user["id"], audit.c.action.like("word%")).order_by(audit.c.seq))).scalars().all()
    assert actions == ["word_added", "word_dropped"]


async def test_a_word_of_the_houses_own_list_can_be_switched_off_and_on(office: Office) -> None:
    admin, agent = await office.signed_in("guan", "admin"), await office.signed_in("wang")
    path, word = f"{WORDS}/built_in", {"kind": "crowd", "word": "静坐"}
    for on in (False, False):
        assert (await admin.call("PUT", path, {**word, "on": on}))[0] == 200
    _, listed = await admin.get(WORDS)
    assert listed["off"] == {"threat": [], "crowd": ["静坐"]} and "静坐" in listed["built_in"]["crowd"]
    await office.house.ask("我在楼下静坐，拉横幅")
    await office.house.ask("我去静坐", sender="b")
    assert (await admin.call("PUT", path, {**word, "on": True}))[0] == 200
    await office.house.ask("我还去静坐", sender="c")
    async with office.database.read() as connection:
        assert len((await connection.execute(select(alerts))).all()) == 2, "the banner, and the last one"
        logged = (await connection.execute(select(audit.c.action, audit.c.subject).where(
            audit.c.action.in_(("word_on", "word_off"))).order_by(audit.c.seq))).all()
    assert [tuple(row) for row in logged] == [("word_off", "crowd:静坐"), ("word_on", "crowd:静坐")]
    for values, field in (({**word, "on": "no"}, "on"), ({**word, "word": "路灯", "on": False}, "word"),
                          ({"kind": "forbidden", "word": "静坐", "on": False}, "word")):
        status, answer = await admin.call("PUT", path, values)
        assert (status, answer["field"]) == (400, field)
    assert (await agent.call("PUT", path, {**word, "on": False}))[0] == 403


async def test_words_that_make_no_sense(office: Office) -> None:
    admin = await office.signed_in("guan", "admin")
    for values, field in (({"kind": "x", "word": "x"}, "kind"), ({"kind": "threat"}, "word"),
                          ({"kind": "threat", "word": "。。"}, "word"),
                          ({"kind": "threat", "word": "长" * 61}, "word")):
        status, answer = await admin.post(WORDS, values)
        assert (status, answer["field"]) == (400, field)


async def test_a_list_that_cannot_be_read_holds_no_message_up(office: Office) -> None:
    async with office.database.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE watch_words RENAME TO watch_words_gone")
    office.house.door.watch.changed()
    assert (await office.house.ask("我就去静坐"))[0].author == "bot"
    async with office.database.read() as connection:
        assert (await connection.execute(select(alerts.c.kind))).scalars().all() == ["crowd"]
