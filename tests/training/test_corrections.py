"""Who got a wrong answer, and the correction to each of them, once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from hotline.records import JSON, Inbound, Reply
from hotline.store.tables import conversations, messages
from hotline.store.training_tables import article_versions, correction_offers
from tests.stage import until
from tests.training.conftest import School
from tests.training.test_articles import API, DRAFT

WRONG, RIGHT = "软管不超过三米。", "软管不超过两米。"


def script(text: str, state: JSON) -> tuple[list[Reply], list[JSON], JSON]:
    """Answers questions about hoses with whatever stands in the text after 答."""
    if text.startswith("软管"):
        answer = RIGHT if "新" in text else WRONG
        return [Reply(text=f"{answer}\n依据试验条例。", custom={"type": "answer", "article": "hose"})], [], {}
    return [Reply(text="别的", custom={"type": "answer", "article": "meter"})], [], {}


async def say(school: School, channel: str, sender: str, text: str) -> None:
    turn = await school.house.door.receive(Inbound(channel, sender, text))
    await school.house.door.replies(turn, timeout=20)


async def publish(li: Any, wang: Any, answer: str, first: bool = False) -> None:
    body = {**DRAFT, "question": "燃气软管多长？", "answer": answer}
    if first:
        await li.post(API, {"id": "hose", **body})
    else:
        await li.call("PUT", f"{API}/hose/draft", body)
    await wang.post(f"{API}/hose/review")
    assert (await li.post(f"{API}/hose/publish"))[0] == 200


def heard(school: School, sender: str) -> list[str]:
    return [message.text or "" for message in school.house.pushed.out if "更正" in (message.text or "")]


async def test_those_who_got_it_are_told_once(school: School) -> None:
    school.house.bot.script = script
    li, wang = await school.signed_in("li", "editor"), await school.signed_in("wang", "editor")
    await publish(li, wang, WRONG, first=True)
    await say(school, "web", "a", "软管多长，我电话13800138000")
    await say(school, "web", "a", "软管多长")
    await say(school, "rest", "b", "软管多长")
    await say(school, "web", "c", "燃气表坏了")
    await say(school, "rest", "f", "软管多长")
    async with school.database.write() as connection:  # a channel that is switched off by now
        await connection.execute(update(conversations).where(conversations.c.sender == "f").values(channel="wechat"))
    correct = {"version": 1, "text": RIGHT}
    assert (await li.post(f"{API}/hose/correction", correct))[0] == 409
    await publish(li, wang, RIGHT)
    await say(school, "web", "d", "软管多长，新的")
    await say(school, "web", "e", "软管多长")  # the index of another front door was a moment late

    status, answer = await li.get(f"{API}/hose/recipients?version=1")
    assert status == 200 and answer["more"] is None
    assert {(row["channel"], row["reachable"]) for row in answer["rows"]} == {
        ("web", True), ("rest", True), ("wechat", False)}
    assert (answer["recipients"], answer["left"], answer["unreachable"], answer["offered"]) == (4, 3, 1, 0)
    assert not any("13800138000" in row["question"] for row in answer["rows"])

    _, preview = await li.post(f"{API}/hose/correction", {**correct, "preview": True})
    assert (preview["sent"], preview["left"]) == (0, 3) and RIGHT in preview["text"]
    assert heard(school, "a") == []
    status, sent = await li.post(f"{API}/hose/correction", correct)
    assert status == 200 and (sent["sent"], sent["left"], sent["offered"]) == (3, 0, 3)
    assert sent["text"] == "更正：之前答复您的“燃气软管多长？”有误。" + RIGHT

    async def arrived() -> bool:
        return len(heard(school, "a")) == 2

    await until(arrived, 20)
    fetched = await school.house.door.history("rest", "b", outgoing_only=True)
    assert [message.text for message in fetched][-1] == sent["text"]
    _, again = await li.post(f"{API}/hose/correction", correct)
    assert again["sent"] == 0 and len(heard(school, "a")) == 2
    async with school.database.read() as connection:
        told = (await connection.execute(select(messages.c.author, messages.c.body).where(
            messages.c.text.like("更正%")))).all()
        wrong = (await connection.execute(select(article_versions.c.version).where(
            article_versions.c.wrong))).scalars().all()
    assert {row.author for row in told} == {"house"} and told[0].body["custom"]["type"] == "correction"
    assert wrong == [1]


async def test_a_citizen_with_two_conversations_hears_it_once(school: School) -> None:
    school.house.bot.script = script
    li, wang = await school.signed_in("li", "editor"), await school.signed_in("wang", "editor")
    await publish(li, wang, WRONG, first=True)
    await say(school, "web", "a", "软管多长")
    async with school.database.write() as connection:
        await connection.execute(update(conversations).values(closed_at=school.clock()))
    await say(school, "web", "a", "软管多长")
    await li.post(f"{API}/hose/withdraw", {"wrong": True, "note": "长度不对"})
    _, sent = await li.post(f"{API}/hose/correction", {"version": 1, "text": RIGHT})
    assert (sent["recipients"], sent["sent"], sent["left"]) == (2, 1, 0)
    async with school.database.read() as connection:
        assert len((await connection.execute(select(correction_offers))).all()) == 2


async def test_what_makes_no_sense_is_refused(school: School) -> None:
    li = await school.signed_in("li", "editor")
    admin = await school.signed_in()
    await li.post(API, {"id": "hose", **DRAFT})
    for query, status in (("", 400), ("version=x", 400), ("version=2", 404), ("version=1", 409)):
        assert (await li.get(f"{API}/hose/recipients?{query}"))[0] == status, query
    await admin.post(f"{API}/hose/review")
    await li.post(f"{API}/hose/publish")
    await li.post(f"{API}/hose/withdraw", {})
    assert (await li.post(f"{API}/hose/correction", {"version": 1, "text": " "}))[0] == 400
    assert (await admin.post("/desk/api/words", {"kind": "forbidden", "word": "包过"}))[0] in (200, 201)
    status, answer = await li.post(f"{API}/hose/correction", {"version": 1, "text": "我们包 过"})
    assert status == 400 and answer["words"] == ["包过"]
