"""A question, a look at a ticket, a person in the middle of a report; the report goes on where it was."""

from __future__ import annotations

import pytest

from tests.bot.dialogue.citizen import Citizen, ticket
from tests.bot.dialogue.test_report import at_confirm, reporting


def stages() -> dict[str, Citizen]:
    """A citizen at each stage."""
    return {"place": reporting(), "phone": reporting("延吉路117号路灯不亮"), "confirm": at_confirm()}


@pytest.mark.parametrize("stage", ["place", "phone", "confirm"])
@pytest.mark.parametrize("intent", ["consult", "report", None])
def test_a_question_is_answered_and_the_report_goes_on(stage: str, intent: str | None) -> None:
    citizen = stages()[stage]
    before = dict(citizen.draft)
    citizen.say("供暖最低多少度？", intent)
    answer, question = citizen.messages
    assert answer.custom is not None and answer.custom["type"] == "answer"
    assert "18℃" in (answer.text or "")
    assert question.custom is not None and question.custom["field"] == stage
    assert citizen.draft == before


def test_a_question_without_an_answer_is_said_honestly() -> None:
    citizen = reporting()
    citizen.say("你们主任叫什么名字？", "consult")
    assert citizen.said.startswith("没有查到") and "转人工" in citizen.said
    assert citizen.asked == "place"


def test_why_the_phone_is_wanted_needs_no_article() -> None:
    citizen = reporting("延吉路117号路灯不亮")
    citizen.say("为什么要留电话？")
    assert "可以不留" in citizen.said and citizen.asked == "phone"


def test_a_doubt_about_the_bot_is_answered() -> None:
    citizen = reporting()
    citizen.say("你是机器人吗")
    assert citizen.said.startswith("我是机器人") and citizen.asked == "place"


def test_a_place_with_a_question_intent_is_the_place() -> None:
    citizen = reporting()
    citizen.say("延吉路117号", "consult", confidence=0.99)
    assert citizen.draft["place"] == "延吉路117号"


def test_a_look_at_an_earlier_ticket() -> None:
    citizen = Citizen(own=[ticket()])
    citizen.say("井盖坏了", "report", "other")
    citizen.say("我上次反映的路灯怎么样了")
    assert "QD20231124000001" in citizen.said and "办理中" in citizen.said
    assert citizen.asked == "place"


def test_a_ticket_that_is_not_there() -> None:
    citizen = reporting()
    citizen.say("QD20231124000009")
    assert "没有查到" in citizen.said and citizen.asked == "place"


@pytest.mark.parametrize("stage", ["place", "phone", "confirm"])
@pytest.mark.parametrize("text", ["转人工", "找个人跟我说", "人工"])
def test_a_person_at_every_stage(stage: str, text: str) -> None:
    citizen = stages()[stage]
    citizen.say(text)
    assert citizen.kinds == ["hand_over"]
    assert citizen.messages[-1].custom == {"type": "handover"}
    assert "{position}" in citizen.said
    assert citizen.slots["errand"] == "none"


def test_the_desk_sees_the_report_and_the_bot_forgets_it_afterwards() -> None:
    citizen = at_confirm()
    citizen.say("转人工")
    assert citizen.draft["place"] == "延吉路117号"
    citizen.say("是", "affirm")
    assert citizen.filed == [] and citizen.slots["draft"] is None
    citizen = at_confirm()
    citizen.say("转人工")
    citizen.say("楼道灯坏了", "report", "property_repair")
    assert citizen.asked == "place" and "phone" not in citizen.draft


@pytest.mark.parametrize("text", ["你好", "谢谢", "哈哈"])
@pytest.mark.parametrize("stage", ["place", "phone", "confirm"])
def test_small_talk_does_not_end_a_report(stage: str, text: str) -> None:
    citizen = stages()[stage]
    citizen.say(text, "greet")
    assert citizen.slots["errand"] == "report"
    assert citizen.asked == stage


@pytest.mark.parametrize("text", ["?", "……", "", "😀"])
@pytest.mark.parametrize("stage", ["place", "phone", "confirm"])
def test_nothing_said_asks_again(stage: str, text: str) -> None:
    citizen = stages()[stage]
    citizen.say(text)
    assert citizen.asked == stage


def test_the_house_out_of_reach_does_not_stop_a_report() -> None:
    citizen = Citizen(down=True)
    citizen.say("路灯不亮", "report", "facility_streetlight")
    citizen.say("供暖最低多少度？", "consult")
    assert citizen.asked == "place" and "没有查到" in citizen.said
    citizen.say("延吉路117号")
    citizen.say("不留")
    citizen.say("是")
    assert citizen.filed[0]["service_code"] == "facility_streetlight"
