"""Talk around a matter, hand-overs, English."""

from __future__ import annotations

import pytest

from tests.bot.dialogue.citizen import Citizen

MENU = ["我要反映", "我要咨询", "查进度", "转人工"]


@pytest.mark.parametrize("text", ["你好", "您好", "在吗", "喂", "你好请问", "有人吗"])
@pytest.mark.parametrize("intent", ["greet", "report", "nonsense", None])
def test_a_greeting_says_what_can_be_done(text: str, intent: str | None) -> None:
    citizen = Citizen()
    citizen.say(text, intent)
    assert citizen.titles == MENU and "青岛12345" in citizen.said
    assert citizen.slots["errand"] == "none"


@pytest.mark.parametrize("text", ["谢谢", "谢谢您", "好的谢谢", "再见", "拜拜"])
def test_thanks_and_goodbyes_are_short(text: str) -> None:
    citizen = Citizen()
    citizen.say(text)
    assert len(citizen.said) <= 12 and citizen.commands == ()


@pytest.mark.parametrize("text", ["转人工", "人工服务", "我要找真人", "找个人跟我说", "有没有活人"])
@pytest.mark.parametrize("intent", ["human", "report", "consult", None])
def test_a_person_on_wish(text: str, intent: str | None) -> None:
    citizen = Citizen()
    citizen.say(text, intent)
    assert citizen.commands == ({"kind": "hand_over", "reason": "asked"},)
    assert citizen.messages == (citizen.messages[0],)
    assert citizen.messages[0].custom == {"type": "handover"} and "{position}" in citizen.said


def test_a_complaint_about_agents_is_a_report() -> None:
    citizen = Citizen()
    citizen.say("我要投诉燃气公司的人工客服态度恶劣", "report", "other")
    assert citizen.commands == () and citizen.slots["errand"] == "report"


@pytest.mark.parametrize("text", ["你怎么听不懂", "答非所问", "垃圾机器人", "说了多少遍了"])
def test_anger_at_the_bot_gets_a_person(text: str) -> None:
    citizen = Citizen()
    citizen.say(text, "abuse")
    assert citizen.commands == ({"kind": "hand_over", "reason": "angry"},)


@pytest.mark.parametrize("text", ["我是聋哑人", "我听不见", "我说不了话，打不了电话", "I am deaf"])
def test_who_cannot_hear_or_speak_is_told_that_an_agent_writes_and_calls(text: str) -> None:
    citizen = Citizen()
    citizen.say(text)
    assert citizen.commands == ({"kind": "hand_over", "reason": "cannot_speak"},)
    assert "打电话" in citizen.said or "calls for you" in citizen.said


def test_not_understood_twice_gets_a_person() -> None:
    citizen = Citizen()
    citizen.say("那个啥嘛")
    assert citizen.said[:4] == "没有听懂" and citizen.commands == ()
    assert "转人工" in citizen.titles and "我要反映" in citizen.titles
    citizen.say("就那个啥")
    assert citizen.commands == ({"kind": "hand_over", "reason": "unclear"},)


def test_a_place_with_something_beside_it_is_a_report() -> None:
    citizen = Citizen()
    citizen.say("延吉路117号违建严重")
    assert citizen.asked == "phone" and citizen.draft["place"] == "延吉路117号"


def test_something_understood_ends_the_count() -> None:
    citizen = Citizen()
    citizen.say("那个啥嘛")
    citizen.say("供暖最低多少度", "consult")
    citizen.say("就那个啥")
    assert citizen.commands == ()
    citizen = Citizen()
    citizen.say("那个啥嘛")
    citizen.say("你好")
    citizen.say("就那个啥")
    assert citizen.commands == ()


@pytest.mark.parametrize("text", ["你妈的", "傻逼", "一群废物"])
def test_abuse_without_a_matter_is_met_calmly_with_two_ways_out(text: str) -> None:
    citizen = Citizen()
    citizen.say(text, "abuse")
    assert citizen.titles == ["我要反映", "转人工"] and citizen.commands == ()


def test_abuse_with_a_matter_is_a_report() -> None:
    citizen = Citizen()
    citizen.say("他妈的延吉路117号路灯坏了半个月没人管", "abuse", "facility_streetlight")
    assert citizen.slots["errand"] == "report" and citizen.asked == "phone"


@pytest.mark.parametrize("text", ["?", "？", "。。。", "...", "😂", " "])
def test_a_lone_sign(text: str) -> None:
    citizen = Citizen()
    citizen.say(text, "nonsense")
    assert "请用一句话说是什么问题" in citizen.said and citizen.asked == "matter"
    assert citizen.titles == ["我要反映", "我要咨询", "转人工"]


def test_nonsense() -> None:
    citizen = Citizen()
    citizen.say("阿斯顿发斯蒂芬", "nonsense")
    assert "请用一句话" in citizen.said and citizen.titles


def test_an_image_without_words_is_kept_for_the_report() -> None:
    citizen = Citizen()
    citizen.say("", attachments=[{"kind": "image", "url": "https://example.invalid/1.jpg"}])
    assert "图片收到了。请用一句话说是什么问题。" == citizen.said and citizen.titles
    citizen.say("延吉路117号路灯不亮，匿名", "report", "facility_streetlight")
    citizen.say("是")
    assert citizen.filed[0]["attributes"] == {"images": ["https://example.invalid/1.jpg"]}


def test_a_location_without_words_is_kept_for_the_report() -> None:
    citizen = Citizen()
    citizen.say("", attachments=[{"kind": "location", "address": "延吉路117号", "latitude": 36.0, "longitude": 120.0}])
    assert citizen.said.startswith("位置收到了。")
    citizen.say("路灯不亮", "report", "facility_streetlight")
    assert citizen.asked == "phone" and citizen.draft["place"] == "延吉路117号"


def test_a_question_after_an_image_is_answered_and_the_image_stays() -> None:
    citizen = Citizen()
    citizen.say("", attachments=[{"kind": "image", "url": "https://example.invalid/1.jpg"}])
    citizen.say("供暖最低多少度", "consult")
    assert "18℃" in citizen.said
    citizen.say("路灯不亮", "report", "facility_streetlight")
    assert citizen.draft["images"] == ["https://example.invalid/1.jpg"]


def test_odd_attachments_do_no_harm() -> None:
    for odd in ({"kind": "location", "latitude": "x"}, {"kind": "image"}, {"kind": "voice", "url": 3}, {}):
        citizen = Citizen()
        citizen.say("", attachments=[odd])
        assert citizen.said


@pytest.mark.parametrize("text", ["你是机器人吗", "你是真人还是机器人", "你是谁", "你是人工吗"])
def test_it_says_that_it_is_a_robot(text: str) -> None:
    citizen = Citizen()
    citizen.say(text, "bot_challenge")
    assert "我是机器人" in citizen.said and "转人工" in citizen.titles


def test_chatter_shows_the_ways() -> None:
    citizen = Citizen()
    citizen.say("今天天气不错", "chitchat")
    assert citizen.titles == MENU


@pytest.mark.parametrize("button,field", [("我要反映", "matter"), ("我要咨询", "matter"), ("查进度", "receipt")])
def test_the_menu_works(button: str, field: str) -> None:
    citizen = Citizen()
    citizen.say("你好")
    citizen.say(button, "chitchat")
    assert citizen.asked == field


def test_a_report_in_english() -> None:
    citizen = Citizen()
    citizen.say("The street light in front of my house is broken", "english")
    assert citizen.asked == "place" and "Where" in citizen.said
    citizen.say("117 Yanji Road")
    assert citizen.asked == "phone"
    citizen.say("no phone")
    assert citizen.asked == "confirm" and "Shall I submit it?" in citizen.said
    citizen.say("yes")
    assert citizen.filed[0]["description"] == "The street light in front of my house is broken"
    assert citizen.filed[0]["service_code"] == "facility_streetlight"
    assert citizen.filed[0]["address"] == "117 Yanji Road"
    assert citizen.said.startswith("Filed.")


@pytest.mark.parametrize("text", ["I want to report a problem", "I need to complain about something"])
def test_english_without_a_matter_asks_what(text: str) -> None:
    citizen = Citizen()
    citizen.say(text, "english")
    assert citizen.asked == "matter" and "What is the problem" in citizen.said
    citizen.say("garbage is everywhere in my street")
    assert citizen.asked == "place"


def test_english_stays_english_and_has_no_chinese() -> None:
    citizen = Citizen()
    said = ("the elevator is broken again", "?", "yes", "Yanji Road 117", "12345", "13800138000", "what now?", "change")
    for text in said:
        citizen.say(text)
        assert not any("\u4e00" <= character <= "\u9fff" for character in citizen.said), (text, citizen.said)


@pytest.mark.parametrize("text", ["can I talk to a person", "agent please", "I want a human operator"])
def test_a_person_in_english(text: str) -> None:
    citizen = Citizen()
    citizen.say(text, "english")
    assert citizen.kinds == ["hand_over"] and "{position}" in citizen.said
    assert "转人工" not in citizen.said


@pytest.mark.parametrize("text", ["what is the heating temperature here?", "good morning", "how are you doing"])
def test_any_other_english_gets_fixed_help(text: str) -> None:
    citizen = Citizen()
    citizen.say(text, "english")
    assert "Qingdao 12345" in citizen.said and citizen.titles == ["Report a problem", "Agent"]


def test_the_english_buttons_work() -> None:
    citizen = Citizen()
    citizen.say("good morning", "english")
    citizen.say("Report a problem", "english")
    assert citizen.asked == "matter"
    citizen.say("agent please")
    assert citizen.kinds == ["hand_over"]
