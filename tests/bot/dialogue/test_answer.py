"""Questions to the knowledge base."""

from __future__ import annotations

import pytest

from tests.bot.dialogue.citizen import HEATING, Citizen


def test_an_answer_with_its_source() -> None:
    citizen = Citizen()
    citizen.say("供暖最低多少度", "consult")
    assert citizen.messages[0].text == "供暖期内卧室、起居室不低于18℃。\n依据《青岛市供热条例》。"
    assert citizen.messages[0].custom == {
        "type": "answer", "article": "heat-temp", "facts": ["H-1"], "title": HEATING["question"],
        "source": "《青岛市供热条例》", "as_of": None, "verify": False}
    assert citizen.slots["errand"] == "none"
    assert citizen.commands == ()


def test_old_figures_say_how_old_they_are_and_that_they_are_to_be_confirmed() -> None:
    citizen = Citizen()
    citizen.say("燃气一方多少钱", "consult")
    assert "截至2023年5月" in citizen.said and "以上数字请以责任单位确认为准" in citizen.said


def test_up_to_three_near_questions_and_none_of_them() -> None:
    citizen = Citizen()
    citizen.say("养狗有啥说法", "consult")
    assert citizen.asked == "choice"
    assert citizen.titles == ["养狗要办证吗？", "遛狗有什么规矩？", "狗叫扰民怎么办？", "登记工单", "都不是"]
    assert all(button["title"] == button["payload"] for button in citizen.messages[-1].buttons)


@pytest.mark.parametrize("taken", ["养狗要办证吗？", "第一个", "1", "养狗要办证吗"])
def test_a_chosen_question_is_answered(taken: str) -> None:
    citizen = Citizen()
    citizen.say("养狗有啥说法", "consult")
    citizen.say(taken)
    assert citizen.messages[0].custom is not None and citizen.messages[0].custom["type"] == "answer"
    assert citizen.slots["errand"] == "none"


def test_none_of_them_offers_a_ticket_and_a_person_and_keeps_the_question() -> None:
    citizen = Citizen()
    citizen.say("养狗有啥说法", "consult", "other")
    assert citizen.messages[-1].custom == {"type": "ask", "field": "choice", "knowledge": "ask"}
    citizen.say("都不是")
    assert citizen.messages[-1].custom == {"type": "ask", "field": "choice", "knowledge": "none"}
    assert citizen.said.startswith("没有查到") and citizen.titles == ["登记工单", "转人工"]
    citizen.say("登记工单")
    assert citizen.asked == "place"
    assert citizen.draft["text"] == "养狗有啥说法"


def test_the_menus_report_after_a_question_begins_something_new() -> None:
    """On WeChat the menu stands beside the talk: a streetlight was filed under the question asked before it."""
    citizen = Citizen()
    citizen.say("外星人登陆找谁", "consult", "other")
    citizen.say("我要反映", "report")
    assert citizen.asked == "matter" and "外星人" not in citizen.said
    citizen.say("香港中路18号门口的路灯坏了三天了", "report", "facility_streetlight")
    assert "外星人" not in citizen.draft["text"] and "路灯" in citizen.draft["text"]


def test_nothing_found_is_said_in_the_first_words_with_two_ways_out() -> None:
    citizen = Citizen()
    citizen.say("外星人登陆找谁", "consult", "other")
    assert citizen.said[:4] == "没有查到"
    assert citizen.titles == ["登记工单", "转人工"]
    assert citizen.asked == "choice"


def test_the_ticket_of_an_unanswered_question_is_not_asked_for_its_matter() -> None:
    citizen = Citizen()
    citizen.say("延吉路117号什么时候通暖", "consult", "other")
    citizen.say("登记工单", "report")
    assert citizen.asked == "phone"
    citizen.say("不留")
    citizen.say("是")
    assert citizen.filed[0]["description"] == "延吉路117号什么时候通暖"
    assert citizen.filed[0]["act"] == "consult"


def test_another_question_after_choices_is_a_new_question() -> None:
    citizen = Citizen()
    citizen.say("养狗有啥说法", "consult")
    citizen.say("供暖最低多少度", "consult")
    assert "18℃" in citizen.said
    citizen.say("养狗有啥说法", "consult")
    citizen.say("路灯不亮", "report", "facility_streetlight")
    assert citizen.asked == "place"


def test_choices_can_be_left() -> None:
    citizen = Citizen()
    citizen.say("养狗有啥说法", "consult")
    citizen.say("算了")
    assert citizen.slots["errand"] == "none" and citizen.messages


def test_a_follow_up_question_stands_behind_the_last_one() -> None:
    citizen = Citizen()
    citizen.say("供暖最低多少度", "consult")
    citizen.say("那得测几回", "consult")
    assert "18℃" in citizen.said  # only the last question brings it to heating


def test_a_short_question_that_the_model_takes_for_a_report_is_a_question() -> None:
    citizen = Citizen()
    citizen.say("供暖最低多少度", "consult")
    citizen.say("那测几回呢", "report", "other", confidence=0.3)
    assert "18℃" in citizen.said


def test_not_what_was_meant_has_ways_out() -> None:
    citizen = Citizen()
    citizen.say("供暖最低多少度", "consult")
    citizen.say("不是这个意思", "deny")
    assert citizen.titles == ["登记工单", "转人工"] and citizen.kinds == ["feedback"]
    citizen.say("外星人登陆找谁", "consult")
    citizen.say("我不是问这个", "deny")
    assert "换个说法" in citizen.said and citizen.titles == ["登记工单", "转人工"]


def test_a_follow_up_on_what_was_not_found_is_no_question_of_its_own() -> None:
    citizen = Citizen()
    citizen.say("外星人登陆找谁", "consult")
    citizen.say("要最低多少度", "consult")  # alone it would be answered with the heating
    assert "18℃" not in citizen.said


def test_without_a_topic_a_follow_up_finds_nothing() -> None:
    citizen = Citizen()
    citizen.say("那得测几回", "consult")
    assert citizen.said.startswith("没有查到")


@pytest.mark.parametrize("word,useful", [("有用", True), ("没用", False)])
def test_feedback_right_after_an_answer(word: str, useful: bool) -> None:
    citizen = Citizen()
    citizen.say("供暖最低多少度", "consult")
    citizen.say(word, "nonsense")
    assert citizen.commands == ({"kind": "feedback", "article": "heat-temp", "useful": useful},)
    assert citizen.said
    citizen.say(word, "nonsense")
    assert citizen.commands == ()


def test_useless_offers_two_ways_out() -> None:
    citizen = Citizen()
    citizen.say("供暖最低多少度", "consult")
    citizen.say("没用")
    assert citizen.titles == ["登记工单", "转人工"]
    citizen.say("登记工单")
    assert citizen.draft["text"] == "供暖最低多少度"


def test_a_letter_with_an_answer_gets_the_answer_and_the_offer_of_a_ticket() -> None:
    letter = (
        "我家住在延吉路117号，今年冬天供暖以后家里一直只有十五度左右，老人孩子冻得受不了，"
        "找过热力公司好几次都说没办法，想问问供暖到底应该是多少度才算合格，你们管不管"
    )
    citizen = Citizen()
    citizen.say(letter, "consult", "other")
    answer = citizen.messages[0]
    assert answer.custom is not None and answer.custom["type"] == "answer"
    assert citizen.asked == "choice" and citizen.titles == ["登记工单", "不用了"]
    citizen.say("登记工单")
    assert citizen.asked == "phone"
    assert citizen.draft["text"] == letter


def test_the_house_out_of_reach_is_said_with_two_ways_out() -> None:
    citizen = Citizen(down=True)
    citizen.say("供暖最低多少度", "consult")
    assert "连不上" in citizen.said[:10] and "没有查到" not in citizen.said  # nobody looked
    assert citizen.titles == ["登记工单", "转人工"]


def test_wanting_to_ask_asks_what() -> None:
    citizen = Citizen()
    citizen.say("我要咨询", "consult")
    assert citizen.asked == "matter" and citizen.slots["errand"] == "none"
