"""Clusters: unknown messages that mean the same stand together, with a label or a draft article."""

from __future__ import annotations

from datetime import datetime, timezone

from hotline.settings import ROOT
from hotline.store.inbox import Heard
from hotline.training.grouping import Group, draft, groups, proposed
from hotline.training.hearing import DID_YOU_MEAN, NOT_FOUND, NOT_HEARD, lesson
from tests.training import talks
from tests.training.conftest import School
from tests.training.talks import parse, said, understands

SCHOOL = ["孩子上小学要提前多久报名", "小学报名是几月份", "小学一年级什么时候报名", "请问小学报名时间"]
HEAT = ["暖气什么时候开始供", "今年供暖是哪天开始", "几号供暖", "供热什么时候开始"]


async def test_messages_of_one_meaning_stand_together(school: School) -> None:
    understands(school.house, lambda text: (parse("consult", "other"), [talks.NOT_FOUND]))
    for number, text in enumerate([*SCHOOL, *HEAT, "蜂蜜放久了结晶还能吃"]):
        await said(school.house, text, f"s{number}")
    labelled = await said(school.house, "几号供暖呀", "l")
    browser = await school.signed_in()
    await browser.post("/training/api/labels", {"messages": [labelled], "action": "skip"})
    status, answer = await browser.get("/training/api/clusters")
    assert status == 200 and answer["of"] == 9
    found = [{message["text"] for message in cluster["messages"]} for cluster in answer["clusters"]]
    assert any(len(texts & set(SCHOOL)) >= 3 and not texts & set(HEAT) for texts in found), found
    assert any(len(texts & set(HEAT)) >= 3 and not texts & set(SCHOOL) for texts in found), found
    first = answer["clusters"][0]
    assert first["why"] == ["unknown"] and first["proposal"] == {"intent": "consult", "service": "other"}
    texts = {message["text"] for message in first["messages"]}
    assert first["draft"]["question"] in texts and set(first["draft"]["similar"]) < texts
    assert (await browser.get("/training/api/clusters"))[1]["clusters"][0]["id"] == first["id"]


async def test_without_unknown_messages_there_is_no_cluster(school: School) -> None:
    browser = await school.signed_in()
    assert await browser.get("/training/api/clusters") == (200, {"clusters": [], "of": 0})


def heard(text: str, seq: int, **more: object) -> Heard:
    values = {"parse": parse("report", "facility_manhole", 0.5), **more}
    return Heard(f"t{seq}", "c", "z", "rest", datetime.now(timezone.utc), seq, f"m{seq}", text, "bot",
                 **values)  # type: ignore[arg-type]


def test_without_an_encoder_texts_are_compared_by_their_signs() -> None:
    texts = ["井盖丢了一个", "井盖丢了两个", "井盖丢了好几个", "电梯困人快来"]
    [group] = groups([lesson(heard(text, at)) for at, text in enumerate(texts)], None)
    assert {one.heard.text for one in group.lessons} == set(texts[:3])


def test_a_persons_word_outweighs_guesses_and_disagreement_proposes_nothing() -> None:
    guesses = [lesson(heard("坑", at)) for at in range(2)]
    corrected = lesson(heard("坑", 9, corrected=("facility_road", "a1")))
    assert proposed(Group((*guesses, corrected))) == {"intent": "report", "service": "facility_road"}
    apart = [lesson(heard("坑", at, parse=parse(intent, service))) for at, (intent, service) in enumerate(
        [("report", "gas_leak"), ("consult", "gas_meter"), ("greet", None)])]
    assert proposed(Group(tuple(apart))) is None
    assert draft(Group(tuple(guesses)), ["坑", "坑"]) is None  # nobody asks anything


def test_the_words_by_which_the_bots_answers_are_known_are_the_bots() -> None:
    said = "".join((ROOT / "bot" / "dialogue" / f"{name}.py").read_text(encoding="utf-8")
                   for name in ("answer", "fallback"))
    assert f'"{NOT_FOUND}' in said and f'"{DID_YOU_MEAN}' in said and f'"{NOT_HEARD}' in said
