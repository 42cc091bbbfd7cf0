"""Canned replies, knowledge beside the answer box, suggested answers."""

from __future__ import annotations

from tests.desk.conftest import Office
from tests.desk.test_answering import taken
from tests.desk.test_chats import one

CANNED = "/desk/api/canned"


async def test_own_replies_are_ones_own_and_shared_ones_need_the_right(office: Office) -> None:
    wang, li, lead = (await office.signed_in("wang"), await office.signed_in("li"),
                      await office.signed_in("zhang", "supervisor"))
    own = {"title": "问好", "text": "{市民}您好，我是坐席{坐席}。", "skill": None}
    status, answer = await wang.post(CANNED, own)
    assert status == 200 and answer["canned"]["mine"] is True
    mine = f"{CANNED}/{answer['canned']['id']}"
    assert (await wang.post(CANNED, {**own, "mine": False}))[0] == 403
    _, answer = await lead.post(CANNED, {"title": "燃气", "text": "请先关阀。", "skill": "gas", "mine": False})
    shared = f"{CANNED}/{answer['canned']['id']}"
    assert answer["canned"]["mine"] is False and answer["canned"]["skill"] == "gas"
    titles = [row["title"] for row in (await wang.get(CANNED))[1]["canned"]]
    assert sorted(titles) == sorted(["问好", "燃气"])
    assert [row["title"] for row in (await li.get(CANNED))[1]["canned"]] == ["燃气"]
    changed = {"title": "燃气急", "text": "请先关阀门。", "skill": "gas"}
    for browser, path, expected in ((li, mine, 404), (li, shared, 403), (wang, shared, 403), (lead, mine, 404)):
        assert (await browser.call("PUT", path, changed))[0] == expected
        assert (await browser.call("DELETE", path))[0] == expected
    assert (await lead.call("PUT", shared, changed))[1]["canned"]["title"] == "燃气急"
    assert (await wang.call("PUT", mine, {**own, "text": "您好"}))[1]["canned"]["text"] == "您好"
    assert (await wang.call("DELETE", mine))[0] == 200 and (await wang.call("DELETE", mine))[0] == 404
    assert (await lead.call("DELETE", shared))[0] == 200
    assert (await wang.get(CANNED))[1] == {"canned": []}


async def test_a_reply_that_makes_no_sense(office: Office) -> None:
    agent = await office.signed_in("wang")
    for values, field in (({}, "title"), ({"title": "长" * 61, "text": "x"}, "title"), ({"title": "x"}, "text"),
                          ({"title": "x", "text": "x", "skill": "cooking"}, "skill"),
                          ({"title": "x", "text": "x", "mine": 1}, "mine")):
        status, answer = await agent.post(CANNED, values)
        assert (status, answer["field"]) == (400, field)


async def test_variables_are_filled(office: Office) -> None:
    agent = await office.signed_in("wang", name="王")
    await office.house.ask("登记路灯不亮")
    conversation = await taken(office, agent)
    _, talk = await agent.get(one(conversation))
    _, answer = await agent.post(one(conversation, "/fill"), {"text": "{市民}好，{坐席}查了{工单}，{时间}。{别的}"})
    assert answer["text"].startswith(f"您好，王查了{talk['cases'][0]['receipt']}，")
    assert "月" in answer["text"] and answer["text"].endswith("。{别的}")
    stranger = await taken(office, agent, "b")
    assert (await agent.post(one(stranger, "/fill"), {"text": "编号{工单}"}))[1]["text"] == "编号{工单}"


async def test_knowledge_is_searched(office: Office) -> None:
    agent = await office.signed_in("wang")
    status, answer = await agent.get("/desk/api/knowledge?q=路灯坏了怎么办")
    assert status == 200 and answer["results"][0]["article"] == "streetlight"
    assert set(answer["results"][0]) == {"article", "question", "answer", "source", "score", "verify"}
    for query in ("", "?q=", "?q=" + "长" * 201):
        assert (await agent.get("/desk/api/knowledge" + query))[0] == 400


async def test_three_answers_for_the_last_question(office: Office) -> None:
    agent = await office.signed_in("wang", name="王")
    await agent.post(CANNED, {"title": "路灯报修", "text": "我是{坐席}，已替您报修路灯。"})
    await agent.post(CANNED, {"title": "电梯困人", "text": "请按警铃。"})
    conversation = await taken(office, agent, text="路灯不亮了找谁修？转人工")
    await office.house.ask("谢谢")
    status, answer = await agent.get(one(conversation, "/suggestions"))
    assert status == 200 and answer["question"].startswith("路灯不亮了找谁修")
    assert len(answer["suggestions"]) == 3
    first, second = answer["suggestions"][:2]
    assert first["article"] == "streetlight" and first["text"].startswith("路灯由")
    texts = [one["text"] for one in answer["suggestions"]]
    assert "我是王，已替您报修路灯。" in texts and "请按警铃。" not in texts and second["text"]


async def test_without_a_question_there_is_nothing_to_suggest(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent, text="转人工")
    assert (await agent.get(one(conversation, "/suggestions")))[1] == {"question": None, "suggestions": []}
    assert (await agent.get(one("nosuch", "/suggestions")))[0] == 404


async def test_canned_replies_of_another_skill_are_not_suggested(office: Office) -> None:
    agent = await office.signed_in("wang")
    await agent.post(CANNED, {"title": "路灯不亮", "text": "燃气的话", "skill": "gas"})
    conversation = await taken(office, agent, text="路灯不亮，转人工")
    _, answer = await agent.get(one(conversation, "/suggestions"))
    assert "燃气的话" not in [one["text"] for one in answer["suggestions"]]
