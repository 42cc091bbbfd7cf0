"""The inbox over HTTP: what was heard, what followed, and that what teaches most stands first."""

from __future__ import annotations

from typing import Any

from hotline.records import Reply
from tests.training.conftest import School
from tests.training.talks import ARTICLE, FALLBACK, NOT_FOUND, Answer, parse, said, understands

INBOX = "/training/api/inbox"


def asked(text: str, field: str) -> Reply:
    return Reply(text=text, custom={"type": "ask", "field": field})


def city(text: str) -> Answer:
    """A bot that knows some things and not others."""
    if "路灯" in text and "登记" in text:
        return parse("report", "facility_streetlight"), []
    if "路灯" in text:
        return parse("consult", "facility_streetlight"), [ARTICLE]
    if "井盖" in text:
        return parse("report", "facility_manhole", 0.52), [asked("井盖在哪儿？", "place")]
    if "落户" in text:
        return parse("consult", "other"), [NOT_FOUND]
    if "嗯哪" in text:
        return FALLBACK, [asked("没有听懂。请换一句话说是什么事，或者选一样。", "matter")]
    return parse("greet"), []


def by_text(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["text"]: row for row in answer["rows"]}


async def test_each_message_stands_with_what_was_heard_and_what_followed(school: School) -> None:
    understands(school.house, city)
    await said(school.house, "路灯坏了归谁管，我电话13864201234", "a")
    await said(school.house, "登记路灯不亮", "b")
    await said(school.house, "落户要什么材料", "c")
    await said(school.house, "家里燃气泄漏了，味道很大", "d")
    browser = await school.signed_in()
    status, answer = await browser.get(INBOX)
    assert status == 200 and answer["more"] is None
    rows = by_text(answer)
    asked = rows["路灯坏了归谁管，我电话138****1234"]
    assert (asked["intent"], asked["service"], asked["confidence"]) == ("consult", "facility_streetlight", 0.9)
    assert asked["knowledge"] == {"decision": "answer", "article": "streetlight"} and asked["outcome"] == "open"
    assert asked["channel"] == "rest" and asked["label"] is None and asked["correction"] is None and asked["why"] == []
    assert rows["登记路灯不亮"]["outcome"] == "ticket" and rows["登记路灯不亮"]["margin"] == 0.8
    lost = rows["落户要什么材料"]
    assert lost["knowledge"] == {"decision": "none", "article": None} and lost["why"] == ["unknown"]
    urgent = rows["家里燃气泄漏了，味道很大"]
    assert urgent["emergency"] == "gas" and urgent["intent"] is None and urgent["outcome"] in ("ticket", "handed_over")


async def test_what_teaches_most_comes_first(school: School) -> None:
    understands(school.house, city)
    await said(school.house, "井盖丢了", "a")
    await said(school.house, "落户要什么材料", "b")
    corrected = await said(school.house, "楼下路灯杆歪了要倒", "c")
    await said(school.house, "你好", "d")
    browser = await school.signed_in()
    rows = by_text((await browser.get(INBOX))[1])
    row = rows["楼下路灯杆歪了要倒"]
    # The agent takes the conversation and says what it was about.
    await school.house.ask("转人工", sender="c")
    desk = await school.signed_in("wang", "agent")
    talk = next(line["id"] for line in (await desk.get("/desk/api/queue"))[1]["waiting"])
    assert (await desk.post(f"/desk/api/conversations/{talk}/take"))[0] == 200
    right = {"turn": row["turn"], "service": "facility_manhole"}
    status, answer = await desk.post(f"/desk/api/conversations/{talk}/correct", right)
    assert status == 200, answer
    _, answer = await browser.get(INBOX)
    assert [row["text"] for row in answer["rows"]][:3] == ["楼下路灯杆歪了要倒", "落户要什么材料", "井盖丢了"]
    first = answer["rows"][0]
    assert first["message"] == corrected and first["correction"] == {"service": "facility_manhole", "by": "wang"}
    assert first["proposal"] == {"intent": "consult", "service": "facility_manhole", "from": "correction"}
    assert "corrected" in first["why"] and first["score"] > answer["rows"][1]["score"]
    assert answer["counts"]["corrected"] == 1 and answer["counts"]["unknown"] == 1
    _, only = await browser.get(f"{INBOX}?kind=low_margin")
    assert [row["text"] for row in only["rows"]] == ["井盖丢了"]
    _, newest = await browser.get(f"{INBOX}?sort=new")
    assert [row["text"] for row in newest["rows"]] == [
        "转人工", "你好", "楼下路灯杆歪了要倒", "落户要什么材料", "井盖丢了"]


async def test_what_an_agent_filed_is_a_proposal(school: School) -> None:
    understands(school.house, city)
    await said(school.house, "嗯哪俺这旮旯道上塌了个窟窿", "a")
    await school.house.ask("转人工", sender="a")
    desk = await school.signed_in("wang", "agent")
    talk = (await desk.get("/desk/api/queue"))[1]["waiting"][0]["id"]
    await desk.post(f"/desk/api/conversations/{talk}/take")
    status, answer = await desk.post(f"/desk/api/conversations/{talk}/cases", {
        "key": "k1", "service_code": "facility_manhole", "act": "report", "title": "路面塌陷",
        "description": "路面塌了个洞", "address": "市北区延吉路117号"})
    assert status in (200, 201), answer
    browser = await school.signed_in()
    rows = by_text((await browser.get(f"{INBOX}?kind=handed_over"))[1])
    row = rows["嗯哪俺这旮旯道上塌了个窟窿"]
    assert row["proposal"] == {"intent": "report", "service": "facility_manhole", "from": "ticket"}
    assert row["outcome"] == "handed_over" and row["why"] == ["unknown", "handed_over"]


async def test_near_duplicates_are_pointed_out(school: School) -> None:
    understands(school.house, city)
    first = await said(school.house, "小区东门的井盖丢了好几天了没人管", "a")
    second = await said(school.house, "小区东门的井盖丢了好几天了没人管！！", "b")
    await said(school.house, "落户要什么材料", "c")
    browser = await school.signed_in()
    rows = by_text((await browser.get(INBOX))[1])
    assert rows["小区东门的井盖丢了好几天了没人管"]["near"] == [second]
    assert rows["小区东门的井盖丢了好几天了没人管！！"]["near"] == [first]
    assert rows["落户要什么材料"]["near"] == []
    await browser.post("/training/api/labels", {"messages": [second], "action": "accept"})
    _, answer = await browser.get(f"{INBOX}?unlabelled=1")
    assert [row["near"] for row in answer["rows"]] == [[], []]
    _, answer = await browser.get(INBOX)
    assert by_text(answer)["小区东门的井盖丢了好几天了没人管！！"]["label"]["intent"] == "report"


async def test_labels_that_contradict_each_other_are_doubtful(school: School) -> None:
    understands(school.house, city)
    one, two = [await said(school.house, "井盖丢了", sender) for sender in ("a", "b")]
    browser = await school.signed_in()
    await browser.post("/training/api/labels", {"messages": [one], "action": "accept"})
    await browser.post("/training/api/labels", {
        "messages": [two], "action": "change", "intent": "urge", "service": "facility_manhole"})
    _, answer = await browser.get(f"{INBOX}?kind=doubtful")
    assert {row["message"] for row in answer["rows"]} == {one, two}


async def test_filters_and_pages(school: School) -> None:
    understands(school.house, city)
    for number in range(53):
        await said(school.house, f"落户要什么材料 第{number}次问", f"s{number}")
    await said(school.house, "路灯不亮找谁，电话13864201234", "x")
    browser = await school.signed_in()
    for sort in ("teaching", "new"):
        _, first = await browser.get(f"{INBOX}?sort={sort}&intent=consult&service=other")
        _, second = await browser.get(f"{INBOX}?sort={sort}&intent=consult&service=other&before={first['more']}")
        found = [row["message"] for answer in (first, second) for row in answer["rows"]]
        assert len(found) == len(set(found)) == 53 and second["more"] is None
    _, answer = await browser.get(f"{INBOX}?q=找谁")
    assert len(answer["rows"]) == 1
    # Nobody finds out by searching whose number it is.
    assert (await browser.get(f"{INBOX}?q=13864201234"))[1]["rows"] == []
    for wrong in ("sort=old", "kind=bad", "before=x", "before=1_x", "service=a-b", "q=" + "长" * 300):
        assert (await browser.get(f"{INBOX}?{wrong}"))[0] == 400, wrong
