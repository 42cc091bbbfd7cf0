"""Counting gains and losses between two models: pure, with what a person reads of it."""

from __future__ import annotations

from typing import Any

from hotline.emergency import Detector
from hotline.emergency.spelling import fold
from hotline.emergency.thresholds import Thresholds
from hotline.emergency.training import train
from hotline.training import replaying, tallies
from hotline.training.exam import Item, Question

NAMES = {"report": "投诉举报", "facility_streetlight": "路灯", "gas_leak": "燃气泄漏", "greet": "问好"}


def said(intent: str, service: str | None = None) -> dict[str, Any]:
    return {"intent": intent, "act": intent if intent == "report" else None, "service_code": service}


def both() -> tuple[Detector, Detector]:
    """One that knows a danger which no pattern knows, and the patterns alone."""
    texts = [(fold("锅炉房的小精灵在唱歌"), "gas:leak"), (fold("路灯坏了没人修"), "none"),
             (fold("他晕倒叫不应"), "life:illness")]
    return Detector(train("none", texts * 3), Thresholds()), Detector()


def test_gains_and_losses_by_intent_and_service_and_a_line_to_read() -> None:
    items = [Item("路灯坏了，电话13800138000", "测试集", "report", "facility_streetlight"),
             Item("家里漏气", "测试集", "report", "gas_leak"), Item("你好", "测试集", intent=None),
             Item("谁知道", "标注")]
    before = [said("report", "gas_leak"), said("report", "gas_leak"), said("greet"), said("greet")]
    after = [said("report", "facility_streetlight"), said("greet"), said("greet"), said("report", "gas_leak")]
    found = tallies.understanding(items, before, after, NAMES)
    assert found["services"] == [{"code": "gas_leak", "size": 1, "before": 1, "after": 0},
                                 {"code": "facility_streetlight", "size": 1, "before": 0, "after": 1}]
    assert found["intents"] == [{"code": "report", "size": 2, "before": 2, "after": 1},
                                {"code": "talk", "size": 1, "before": 1, "after": 1}]
    assert [row["effect"] for row in found["changed"]] == ["变好", "变差", "未标注"]
    better = found["changed"][0]
    assert better["line"].endswith("原来听成投诉举报·燃气泄漏，现在听成投诉举报·路灯，应是投诉举报·路灯（变好）")
    assert "13800138000" not in str(found)


def test_a_label_of_talk_is_right_only_by_its_own_intent() -> None:
    assert tallies.intent_right(Item("你好", "标注", "greet"), said("greet"))
    assert not tallies.intent_right(Item("你好", "标注", "goodbye"), said("greet"))


def test_dangers_lost_and_gained_and_false_alarms() -> None:
    taught, plain = both()
    items = [Item("锅炉房的小精灵在唱歌", "标注", emergency="gas"), Item("家里煤气漏了", "测试集", emergency="gas"),
             Item("路灯坏了没人修", "测试集", emergency=None), Item("路灯坏了没人修", "真实会话")]
    gained = tallies.emergencies(items, plain, taught)
    assert gained["size"] == 3 and [row["text"] for row in gained["gained"]] == ["锅炉房的小精灵在唱歌"]
    lost = tallies.emergencies(items, taught, plain)
    assert [row["text"] for row in lost["lost"]] == ["锅炉房的小精灵在唱歌"]
    assert (lost["before"], lost["after"], lost["alarms"]) == (3, 2, {"before": 0, "after": 0})


def test_a_message_nobody_has_labelled_counts_as_lost_when_it_is_heard_no_more() -> None:
    taught, plain = both()
    item = Item("锅炉房的小精灵在唱歌", "真实会话")
    assert len(tallies.emergencies([item], taught, plain)["lost"]) == 1
    # ... unless a person has said that it is no danger.
    assert tallies.emergencies([Item(item.text, item.where, emergency=None)], taught, plain)["lost"] == []


def test_questions_with_an_answer_and_without_one() -> None:
    answer = {"messages": [{"custom": {"type": "answer", "facts": ["S-01"]}}]}
    wrong = {"messages": [{"custom": {"type": "answer", "facts": ["S-02"]}}]}
    nothing = {"messages": [{"text": "没有查到"}]}
    questions = [Question("几点上班", frozenset({"S-01"})), Question("月亮多重", frozenset())]
    known = tallies.answers(questions, [answer, nothing], [wrong, wrong], facts=True)
    assert known == {"size": 1, "before": 1, "after": 0, "lost": ["几点上班"], "gained": []}
    outside = tallies.answers(questions, [answer, nothing], [wrong, wrong], facts=False)
    assert outside == {"size": 1, "before": 1, "after": 0, "lost": ["月亮多重"], "gained": []}
    # A turn that failed is no honest "not found".
    broken = tallies.answers(questions, [answer, nothing], [answer, replaying.FAILED], facts=False)
    assert broken["after"] == 0


def test_labels_that_train_are_counted_and_those_that_stay_wrong_are_told() -> None:
    items = [Item("路灯瞎了", "标注", "report", "facility_streetlight"),
             Item("屋里一股怪味，电话13800138000", "标注", "report", "gas_leak"),
             Item("你好", "标注", "greet"), Item("锅炉房的小精灵在唱歌", "标注", emergency="gas"),
             Item("家里漏气，一股煤气味", "标注", emergency=None)]
    before = [said("report", "gas_leak"), said("greet"), said("greet"), said("greet"), said("greet")]
    after = [said("report", "facility_streetlight"), said("report", "facility_streetlight"), said("report", "gas_leak"),
             said("greet"), said("greet")]
    knowing, patterns = both()
    found = tallies.taught(items, before, after, [patterns, knowing], NAMES)
    assert (found["size"], found["before"], found["after"]) == (5, 1, 2)
    assert [(row["effect"], row["line"].split("」")[1]) for row in found["wrong"]] == [
        ("不分高下", "标的是投诉举报·燃气泄漏，现在听成问好，新的听成投诉举报·路灯"),
        ("变差", "标的是问好，现在听成问好，新的听成投诉举报·燃气泄漏"),
        ("不分高下", "标的是没有危险，现在听成燃气危险，新的听成燃气危险")]
    assert not any("13800138000" in row["line"] + row["text"] for row in found["wrong"])
    assert tallies.taught([], [], [], [patterns, knowing], NAMES) == {"size": 0, "before": 0, "after": 0, "wrong": []}
