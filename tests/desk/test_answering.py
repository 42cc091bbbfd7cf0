"""What reaches the citizen: the word list, the lock against two answers, pictures, read marks, wrap-ups."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from hotline.records import Inbound
from hotline.store.conversations import mark
from hotline.store.desk_tables import wrap_ups
from hotline.store.tables import conversations
from tests.desk.conftest import Browser, Office
from tests.desk.test_chats import one
from tests.desk.test_live import Listener, token


async def taken(office: Office, agent: Browser, sender: str = "citizen", text: str = "路灯不亮，转人工") -> str:
    """A conversation in this agent's hands."""
    conversation = await office.waiting(sender, text)
    assert (await agent.post(one(conversation, "/take")))[0] == 200
    return conversation


async def test_forbidden_words_do_not_go_out(office: Office) -> None:
    agent, admin = await office.signed_in("wang"), await office.signed_in("guan", "admin")
    conversation = await taken(office, agent)
    for word in ("绝对没问题", "Guaranteed"):
        assert (await admin.post("/desk/api/words", {"kind": "forbidden", "word": word}))[0] == 200
    for path, values in (("/messages", {"text": "您放心，绝对 没问题！guaranteed"}),
                         ("/release", {"to": "closed", "text": "您放心，绝对 没问题！guaranteed"})):
        status, answer = await agent.post(one(conversation, path), values)
        assert status == 400 and answer["field"] == "text"
        assert answer["words"] == ["绝对没问题", "Guaranteed"] and "绝对没问题" in answer["error"]
    assert (await agent.post(one(conversation, "/messages"), {"text": "我们会尽快处理"}))[0] == 200
    assert not any("绝对" in (message.text or "") for message in await office.house.door.history("rest", "citizen"))


async def test_no_second_answer_over_another_agents(office: Office) -> None:
    wang, li = await office.signed_in("wang"), await office.signed_in("li")
    conversation = await taken(office, wang)
    _, talk = await wang.get(one(conversation))
    seen = talk["messages"][-1]["id"]
    await wang.post(one(conversation, "/release"), {"to": "bot"})
    await office.house.ask("转人工")
    await li.post(one(conversation, "/take"))
    _, said = await li.post(one(conversation, "/messages"), {"text": "已经报修了"})
    await li.post(one(conversation, "/release"), {"to": "bot"})
    await office.house.ask("转人工")
    await wang.post(one(conversation, "/take"))
    status, answer = await wang.post(one(conversation, "/messages"), {"text": "我来报修", "after": seen})
    assert status == 409 and answer["code"] == "newer"
    _, talk = await wang.get(one(conversation))
    seen = talk["messages"][-1]["id"]
    assert (await wang.post(one(conversation, "/messages"), {"text": "还有别的吗", "after": seen}))[0] == 200
    # The agent's own answers do not stand in the way.
    assert (await wang.post(one(conversation, "/messages"), {"text": "请讲", "after": seen}))[0] == 200
    assert said["message"]["text"] == "已经报修了"
    status, answer = await wang.post(one(conversation, "/messages"), {"text": "x", "after": "nosuch"})
    assert status == 400 and answer["field"] == "after"


async def test_a_picture_goes_out_with_or_without_words(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent)
    status, answer = await agent.post(one(conversation, "/messages"), {"image": "https://example.org/map.png"})
    assert status == 200 and answer["message"]["image"] == "https://example.org/map.png"
    status, answer = await agent.post(one(conversation, "/messages"), {"text": "看图", "image": "javascript:alert(1)"})
    assert status == 400 and answer["field"] == "image"
    last = (await office.house.door.history("rest", "citizen"))[-1]
    assert last.image == "https://example.org/map.png" and last.text is None


async def test_what_the_owner_has_read_is_kept_and_never_goes_back(office: Office) -> None:
    agent, other = await office.signed_in("wang"), await office.signed_in("li")
    conversation = await taken(office, agent)
    await office.house.ask("在吗")
    _, talk = await agent.get(one(conversation))
    first, last = talk["messages"][0]["id"], talk["messages"][-1]["id"]

    async def seen() -> int | None:
        async with office.database.read() as connection:
            return (await connection.execute(select(conversations.c.agent_seen))).scalar_one()

    async with Listener(office, token(other)) as page:
        await other.post(one(conversation, "/seen"), {"message": last})
        assert await seen() is None
        await agent.post(one(conversation, "/seen"), {"message": last})
        await page.wait_for("seen", conversation_id=conversation, who="agent", message=last)
    newest = await seen()
    await agent.post(one(conversation, "/seen"), {"message": first})
    assert await seen() == newest and newest is not None
    foreign = (await office.house.ask("别人的事", sender="b"))[0].id
    assert (await agent.post(one(conversation, "/seen"), {"message": foreign}))[0] == 404
    assert (await agent.post(one(conversation, "/seen"), {"message": "%"}))[0] == 400


async def test_the_desk_tells_what_arrived_from_what_was_read(office: Office) -> None:
    agent, door = await office.signed_in("wang"), office.house.door
    conversation = await taken(office, agent)
    _, said = await agent.post(one(conversation, "/messages"), {"text": "您好"})
    message = said["message"]["id"]
    async with office.database.write() as connection:
        await mark(connection, [message], "sent")

    async def shown() -> tuple[str, str | None]:
        _, talk = await agent.get(one(conversation))
        return talk["messages"][-1]["status"], talk["citizen_seen"]

    assert await shown() == ("sent", None)
    async with Listener(office, token(agent)) as page:
        await door.delivered("rest", "citizen", message)
        await page.wait_for("seen", conversation_id=conversation, who="citizen", status="delivered")
        assert await shown() == ("delivered", None)
        await door.seen("rest", "citizen", message)
        await page.wait_for("seen", conversation_id=conversation, who="citizen", status="seen")
        assert await shown() == ("seen", message)
        # What comes late, or twice, changes nothing.
        heard = len(page.heard)
        await door.delivered("rest", "citizen", message)
        await door.seen("rest", "citizen", message)
        async with office.database.write() as connection:
            await mark(connection, [message], "sent")
        await door.typing("rest", "citizen")
        await page.wait_for("typing", conversation_id=conversation)
        assert [kind for kind, _ in page.heard[heard:]] == ["typing"]
    assert await shown() == ("seen", message)


async def test_a_channel_that_cannot_tell_says_neither(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent)
    await agent.post(one(conversation, "/messages"), {"text": "您好"})
    _, talk = await agent.get(one(conversation))
    assert (talk["messages"][-1]["status"], talk["citizen_seen"]) == ("stored", None)


async def test_the_citizen_is_told_once_that_the_owner_has_read(office: Office) -> None:
    agent, other, house = await office.signed_in("wang"), await office.signed_in("li"), office.house
    turn = await house.door.receive(Inbound("web", "c", "路灯不亮，转人工"))
    conversation = (await house.door.replies(turn, timeout=8))[0].conversation_id
    last = (await house.door.history("web", "c"))[-1].id
    await other.post(one(conversation, "/seen"), {"message": last})
    assert house.pushed.read == []
    await agent.post(one(conversation, "/take"))
    for _ in range(2):
        await agent.post(one(conversation, "/seen"), {"message": last})
    assert house.pushed.read == [("c", "路灯不亮，转人工")]
    assert [message.status for message in await house.door.history("web", "c") if message.direction == "in"] == ["seen"]


async def test_a_wrap_up_is_prefilled_kept_and_shown_next_time(office: Office) -> None:
    agent = await office.signed_in("wang", name="王")
    conversation = await taken(office, agent, text="延吉路117号路灯不亮三天了，电话13800138000，转人工")
    await agent.post(one(conversation, "/messages"), {"text": "已经通知路灯管理所，今晚去修"})
    _, talk = await agent.get(one(conversation))
    assert "路灯不亮" in talk["summary"] and "今晚去修" in talk["summary"]
    assert "13800138000" not in talk["summary"]
    status, answer = await agent.post(one(conversation, "/release"), {"to": "closed", "result": "nosuch"})
    assert status == 400 and answer["field"] == "result"
    status, _ = await agent.post(one(conversation, "/release"), {
        "to": "closed", "result": "solved", "summary": talk["summary"]})
    assert status == 200
    again = await office.waiting()
    assert again != conversation
    _, talk = await agent.get(one(again))
    assert talk["previous"] == [{
        "id": conversation, "closed_at": talk["previous"][0]["closed_at"], "agent_name": "王", "result": "solved",
        "result_name": "已解决", "text": talk["previous"][0]["text"], "score": None}]
    assert "路灯不亮" in talk["previous"][0]["text"]


async def test_giving_back_without_a_result_leaves_no_wrap_up(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent)
    await agent.post(one(conversation, "/release"), {"to": "bot"})
    async with office.database.read() as connection:
        assert (await connection.execute(select(wrap_ups))).first() is None
    await office.house.ask("转人工")
    await agent.post(one(conversation, "/take"))
    await agent.post(one(conversation, "/release"), {"to": "bot", "result": "solved", "summary": "说清楚了"})
    async with office.database.read() as connection:
        assert (await connection.execute(select(wrap_ups.c.result, wrap_ups.c.text))).one() == ("solved", "说清楚了")


async def test_two_closings_at_once_leave_one_wrap_up(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent)
    answers = await asyncio.gather(*(
        agent.post(one(conversation, "/release"), {"to": "closed", "result": "solved"}) for _ in range(3)))
    assert sorted(status for status, _ in answers) == [200, 409, 409]
    async with office.database.read() as connection:
        assert len((await connection.execute(select(wrap_ups))).all()) == 1
