"""A report from the first words to the receipt."""

from __future__ import annotations

import pytest

from bot.dialogue.hear import asks
from bot.dialogue.state import TEXT_LIMIT
from tests.bot.dialogue.citizen import Citizen, ticket

LIGHT = "facility_streetlight"


def reporting(text: str = "路灯不亮", service: str = LIGHT, intent: str = "report") -> Citizen:
    """A citizen who has just reported something."""
    citizen = Citizen()
    citizen.say(text, intent, service)
    return citizen


def at_confirm(text: str = "延吉路117号路灯不亮，电话13800138000") -> Citizen:
    """A citizen whose report waits for its yes."""
    citizen = reporting(text)
    assert citizen.asked == "confirm"
    return citizen


def test_what_is_missing_is_asked_one_at_a_time_in_order() -> None:
    citizen = Citizen()
    asked = []
    for text in ("我要反映", "路灯不亮", "延吉路117号", "13800138000"):
        citizen.say(text, "report" if text == "路灯不亮" else None, LIGHT)
        asked.append(citizen.asked)
        assert citizen.commands == ()
    assert asked == ["matter", "place", "phone", "confirm"]
    citizen.say("是")
    assert citizen.filed == [{
        "kind": "file_case", "service_code": LIGHT, "act": "report", "title": "路灯不亮", "description": "路灯不亮",
        "address": "延吉路117号", "phone": "13800138000", "name": None, "confidential": False, "anonymous": False,
        "occurred": None, "attributes": {}}]
    assert citizen.messages[0].custom == {"type": "ticket"}
    assert "{receipt}" in (citizen.messages[0].text or "")
    assert citizen.slots["errand"] == "none"
    assert citizen.slots["draft"] is None


def test_what_the_first_message_says_is_not_asked_again() -> None:
    citizen = reporting("延吉路117号的路灯不亮，我的电话13800138000")
    assert citizen.asked == "confirm"
    assert citizen.draft["place"].startswith("延吉路117号")
    assert citizen.draft["phone"] == "13800138000"


def test_several_days_are_no_question() -> None:
    """"好几天了" was read as "几天": a plain report whose model was not sure was offered near questions."""
    citizen = Citizen()
    citizen.say("延吉路117号门口的路灯不亮好几天了", "report", "facility_streetlight", confidence=0.37)
    assert citizen.asked == "phone"
    assert not asks("这几年一直堵") and not asks("灭了十几盏") and asks("几天能修好") and asks("有几个网点？")
    assert not asks("出门没多远就是饭店") and not asks("和树差不多高") and asks("坑多深算危险")


def test_how_long_is_a_question() -> None:
    """A question of which the model was not sure was heard as a report and asked for its place."""
    citizen = Citizen()
    citizen.say("燃气软管最长用多长", "report", "gas_equipment", confidence=0.41)
    assert not citizen.draft and citizen.asked != "place"


def test_it_says_what_it_understood_before_it_asks() -> None:
    citizen = reporting("楼道里的灯坏了", "property_repair")
    assert citizen.said.startswith("您反映的是「楼道里的灯坏了」，归「房屋公共部位维修」。")
    assert len(citizen.messages) == 1
    assert citizen.said.endswith("？") or citizen.said.endswith("。")


def test_the_phone_is_asked_when_only_the_place_is_told() -> None:
    assert reporting("延吉路117号路灯不亮").asked == "phone"


@pytest.mark.parametrize("text", [
    "138 0013 8000", "138-0013-8000", "+86 13800138000", "我的电话是13800138000", "一三八零零一三八零零零",
    "１３８００１３８０００", "打13800138000找我"])
def test_any_usual_writing_of_a_phone_is_understood(text: str) -> None:
    citizen = reporting("延吉路117号路灯不亮")
    citizen.say(text)
    assert citizen.asked == "confirm"
    assert citizen.draft["phone"] == "13800138000"
    assert "138 0013 8000" in citizen.said


@pytest.mark.parametrize("text", ["不留电话", "不方便", "匿名", "不留", "不用了", "没有", "不想说", "跳过"])
def test_the_phone_can_be_refused(text: str) -> None:
    citizen = reporting("延吉路117号路灯不亮")
    citizen.say(text)
    assert citizen.asked == "confirm"
    citizen.say("是")
    assert citizen.filed[0]["phone"] is None
    assert citizen.filed[0]["anonymous"] is True
    assert "{code}" in citizen.said


def test_a_phone_of_the_wrong_length_is_explained_then_may_be_left_out_then_is() -> None:
    citizen = reporting("延吉路117号路灯不亮")
    citizen.say("1380013800")
    assert "10位" in citizen.said and citizen.asked == "phone"
    citizen.say("138001380")
    assert "不留电话" in citizen.said and citizen.asked == "phone"
    citizen.say("13800138")
    assert citizen.asked == "confirm"
    citizen.say("是")
    assert citizen.filed[0]["phone"] is None
    assert citizen.filed[0]["anonymous"] is False
    assert "{code}" in citizen.said  # the only way to a ticket without a phone from elsewhere


def test_something_else_than_a_phone_is_kept_and_the_phone_asked_once_more() -> None:
    citizen = reporting("延吉路117号路灯不亮")
    citizen.say("昨天下雨以后就坏了")
    assert citizen.asked == "phone"
    citizen.say("孩子放学看不见路")
    assert citizen.asked == "confirm"
    assert "昨天下雨以后就坏了" in citizen.draft["text"] and "孩子放学看不见路" in citizen.draft["text"]


@pytest.mark.parametrize("place", [
    "市北区延吉路117号", "台东三路步行街北口", "李沧万达后面", "崂山区海尔路61号2单元301", "浮山后六小区",
    "村东头老槐树下"])
def test_a_place_is_taken_word_for_word(place: str) -> None:
    citizen = reporting()
    citizen.say(place, "consult", confidence=0.5)
    assert citizen.draft["place"] == place
    assert citizen.asked == "phone"


def test_after_one_unclear_answer_what_is_said_is_the_place() -> None:
    citizen = reporting()
    citizen.say("是")
    assert citizen.asked == "place"
    citizen.say("老地方那个坡")
    assert citizen.draft["place"] == "老地方那个坡"
    assert citizen.asked == "phone"


@pytest.mark.parametrize("vague", ["我家楼下", "就在小区门口", "我家", "附近"])
def test_a_vague_place_is_asked_once_more_and_then_taken(vague: str) -> None:
    citizen = reporting()
    citizen.say(vague, "inform")
    assert citizen.asked == "place" and "具体" in citizen.said
    citizen.say(vague, "inform")
    assert citizen.asked == "phone" and citizen.draft["place"] == vague


@pytest.mark.parametrize("text,intent", [
    ("没用", "deny"), ("你猜", "bot_challenge"), ("对", "affirm"), ("废物", "abuse")])
def test_talk_is_no_place(text: str, intent: str) -> None:
    citizen = reporting()
    citizen.say(text, intent)
    assert citizen.asked == "place" and "place" not in citizen.draft


def test_a_sentence_instead_of_the_place_is_not_lost() -> None:
    citizen = reporting("投诉物业", "property_repair")
    citizen.say("延吉路117号的物业乱收停车费", "report", "property_parking")
    assert citizen.asked == "phone"
    assert citizen.draft["place"] == "延吉路117号"
    assert citizen.draft["text"] == "投诉物业\n延吉路117号的物业乱收停车费"
    assert citizen.draft["service"] == "property_parking"  # two bare words were not enough to tell


def test_what_somebody_else_refuses_is_no_refusal_of_the_phone() -> None:
    citizen = reporting("延吉路117号物业乱收费", "property_repair")
    citizen.say("他们还不给发票")
    assert citizen.asked == "phone" and "他们还不给发票" in citizen.draft["text"]
    citizen = at_confirm()
    citizen.say("他们还不给开发票", "report")
    assert citizen.draft["phone"] == "13800138000" and "发票" in citizen.draft["text"]


def test_a_name_that_is_told_goes_along_and_is_read_back() -> None:
    citizen = reporting("延吉路117号路灯不亮")
    citizen.say("我叫王建国，13800138000")
    assert "姓名：王建国" in citizen.said
    citizen.say("是")
    assert citizen.filed[0]["name"] == "王建国"


def test_a_report_without_a_place_is_asked_twice_and_then_goes_on() -> None:
    citizen = reporting()
    citizen.say("不知道")
    assert citizen.asked == "place"
    citizen.say("说不清")
    assert citizen.asked == "phone"
    citizen.say("13800138000")
    assert "地点：未提供" in citizen.said
    citizen.say("提交")
    assert citizen.filed[0]["address"] == ""


@pytest.mark.parametrize("answer,address", [("全市", "全市"), ("没有具体地点", ""), ("不清楚", "")])
def test_a_suggestion_may_have_no_place(answer: str, address: str) -> None:
    citizen = reporting("建议多设一些直饮水点", "suggestion", "suggestion")
    assert citizen.asked == "place" and "全市" in citizen.said
    citizen.say(answer)
    assert citizen.asked == "phone"
    citizen.say("不留")
    citizen.say("是")
    assert citizen.filed[0]["act"] == "suggestion"
    assert citizen.filed[0]["address"] == address


@pytest.mark.parametrize("act", ["report", "suggestion", "praise"])
def test_the_act_is_kept(act: str) -> None:
    citizen = reporting("延吉路117号路灯师傅抢修到半夜很辛苦，电话13800138000", LIGHT, act)
    citizen.say("是")
    assert citizen.filed[0]["act"] == act


def test_place_and_phone_in_one_answer() -> None:
    citizen = reporting()
    citizen.say("延吉路117号，13800138000")
    assert citizen.asked == "confirm"
    assert citizen.draft["place"] == "延吉路117号"
    assert citizen.draft["phone"] == "13800138000"


def test_a_phone_instead_of_the_place_is_kept() -> None:
    citizen = reporting()
    citizen.say("13800138000")
    assert citizen.asked == "place"
    citizen.say("延吉路117号")
    assert citizen.asked == "confirm"


def test_a_second_address_at_the_phone_replaces_the_first() -> None:
    citizen = reporting("延吉路路灯不亮")
    citizen.say("延吉路117号门口")
    assert citizen.draft["place"] == "延吉路117号门口"
    assert citizen.asked == "phone"


@pytest.mark.parametrize("yes", [
    "是", "对", "好的", "提交", "没错", "嗯嗯", "确认", "没有错", "可以", "行", "yes", "确认提交", "👌"])
def test_only_a_yes_files(yes: str) -> None:
    citizen = at_confirm()
    citizen.say(yes)
    assert len(citizen.filed) == 1


@pytest.mark.parametrize("no", [
    "不是", "不对", "不", "修改", "等一下", "地址错了", "啊？", "多久能办好", "好像不是吧", "先别提交"])
def test_nothing_else_files(no: str) -> None:
    citizen = at_confirm()
    citizen.say(no)
    assert citizen.filed == []
    assert citizen.messages


def test_no_asks_what_to_change() -> None:
    citizen = at_confirm()
    citizen.say("不对")
    assert citizen.asked == "choice"
    assert "改地点" in citizen.titles


@pytest.mark.parametrize("stage", ["matter", "place", "phone", "confirm"])
def test_it_can_be_given_up_at_every_stage(stage: str) -> None:
    citizen = {"matter": Citizen(), "place": reporting(), "phone": reporting("延吉路117号路灯不亮"),
               "confirm": at_confirm()}[stage]
    if stage == "matter":
        citizen.say("我要反映")
    citizen.say("算了")
    assert citizen.slots["errand"] == "none"
    assert citizen.slots["draft"] is None
    assert citizen.filed == []
    assert len(citizen.said) < 20


def test_a_yes_after_giving_up_files_nothing() -> None:
    citizen = at_confirm()
    citizen.say("算了")
    citizen.say("是", "affirm")
    assert citizen.filed == []


def test_a_second_yes_files_nothing_more() -> None:
    citizen = at_confirm()
    citizen.say("是")
    citizen.say("是", "affirm")
    assert len(citizen.filed) == 1


def test_further_sentences_are_added_to_the_description() -> None:
    citizen = at_confirm()
    citizen.say("还有，晚上也吵")
    assert citizen.asked == "confirm"
    citizen.say("是")
    assert citizen.filed[0]["description"] == "延吉路117号路灯不亮，电话13800138000\n还有，晚上也吵"


def test_a_letter_of_two_thousand_characters_is_filed_whole() -> None:
    letter = "延吉路117号楼前的路灯坏了。" + "老人晚上出门看不见，摔过好几回，物业说不归他们管。" * 80
    citizen = reporting(letter)
    citizen.say("13800138000")
    citizen.say("是")
    assert len(letter) > 1900
    assert citizen.filed[0]["description"] == letter
    assert len(citizen.filed[0]["title"]) <= 40
    assert letter.startswith(citizen.filed[0]["title"][:5])


def test_the_longest_letter_stands_once_in_the_state() -> None:
    letter = "路灯不亮，" * 4000
    citizen = reporting(letter[:TEXT_LIMIT])
    assert str(citizen.slots).count("路灯不亮") <= TEXT_LIMIT / 5 + 1


@pytest.mark.parametrize("text", ["请保密", "别让物业知道是我", "怕打击报复，要保密", "改成保密"])
@pytest.mark.parametrize("stage", ["place", "phone", "confirm"])
def test_confidential_at_any_time(text: str, stage: str) -> None:
    citizen = {"place": reporting(), "phone": reporting("延吉路117号路灯不亮"), "confirm": at_confirm()}[stage]
    citizen.say(text)
    assert citizen.draft["confidential"] is True
    assert citizen.asked == stage
    assert "保密" in citizen.said


def test_confidential_in_the_letter() -> None:
    citizen = reporting("延吉路117号物业乱收费，别让物业知道是我，电话13800138000", "property_repair")
    assert citizen.draft["confidential"] is True
    assert "保密：是" in citizen.said


def test_anonymous_in_the_letter_is_not_asked_for_a_phone() -> None:
    citizen = reporting("匿名举报延吉路117号路灯不亮")
    assert citizen.asked == "confirm"
    assert citizen.draft["anonymous"] is True


def test_the_card_gets_the_fields() -> None:
    custom = at_confirm().messages[-1].custom
    assert custom is not None
    fields = custom["fields"]
    assert set(fields) == {"matter", "service_code", "service_name", "place", "phone", "time", "confidential"}
    assert fields["service_code"] == LIGHT and fields["service_name"] == "路灯"
    assert fields["phone"] == "13800138000" and fields["confidential"] is False


def test_the_confirmation_has_its_three_buttons() -> None:
    assert at_confirm().titles == ["提交", "修改", "算了"]


def test_a_service_between_two_is_asked_once_and_any_answer_goes_on() -> None:
    ranking = (("property_repair", 0.4), (LIGHT, 0.38))
    for answer, service in (("路灯", LIGHT), ("其他事项", "other"), ("不懂", "property_repair")):
        citizen = Citizen()
        citizen.say("灯坏了", "report", ranking=ranking)
        assert citizen.asked == "service"
        assert citizen.titles == ["房屋公共部位维修", "路灯", "其他事项"]
        citizen.say(answer)
        assert citizen.asked == "place"
        assert citizen.draft["service"] == service


def test_a_sure_service_and_a_long_letter_are_not_asked_for_it() -> None:
    assert reporting("灯坏了").asked == "place"
    citizen = Citizen()
    citizen.say("灯坏了，" * 15, "report", ranking=(("property_repair", 0.4), (LIGHT, 0.38)))
    assert citizen.asked == "place"


def test_two_matters_are_done_one_after_the_other() -> None:
    citizen = at_confirm()
    citizen.say("另外还有一件事，楼下停车位被人上锁了", "report", "property_parking")
    assert citizen.asked == "confirm" and "先把这件办完" in citizen.said
    citizen.say("是")
    assert citizen.asked == "choice" and citizen.titles == ["登记工单", "不用了"]
    citizen.say("登记工单")
    assert citizen.asked == "place"
    assert citizen.draft["service"] == "property_parking"
    citizen.say("延吉路119号")
    citizen.say("不留")
    citizen.say("提交")
    assert [case["service_code"] for case in citizen.filed] == [LIGHT, "property_parking"]
    assert "停车位" not in citizen.filed[0]["description"]


def test_the_second_matter_can_be_left() -> None:
    citizen = at_confirm()
    citizen.say("另外还有一件事，楼下停车位被人上锁了", "report", "property_parking")
    citizen.say("是")
    citizen.say("不用了")
    assert citizen.slots["errand"] == "none"
    assert len(citizen.filed) == 1


def test_a_bare_place_asks_for_the_matter_and_is_kept() -> None:
    citizen = Citizen()
    citizen.say("延吉路117号", "inform")
    assert citizen.asked == "matter" and "延吉路117号" in citizen.said
    citizen.say("路灯不亮", "report", LIGHT)
    assert citizen.asked == "phone"
    assert citizen.draft["place"] == "延吉路117号"


def test_a_bare_phone_asks_for_the_matter_and_is_kept() -> None:
    citizen = Citizen()
    citizen.say("13800138000", "inform")
    assert citizen.asked == "matter"
    citizen.say("延吉路117号路灯不亮", "report", LIGHT)
    assert citizen.asked == "confirm"


def test_images_and_a_location_go_with_the_ticket() -> None:
    citizen = reporting()
    citizen.say("", attachments=[{"kind": "image", "url": "https://example.invalid/1.jpg"}])
    assert "图片" in citizen.said and citizen.asked == "place"
    place = {"kind": "location", "address": "延吉路117号", "latitude": 36.09, "longitude": 120.38}
    citizen.say("", attachments=[place])
    assert citizen.asked == "phone"
    citizen.say("不留")
    citizen.say("是")
    assert citizen.filed[0]["address"] == "延吉路117号"
    assert citizen.filed[0]["attributes"] == {
        "images": ["https://example.invalid/1.jpg"], "latitude": 36.09, "longitude": 120.38}


def test_an_unclear_answer_to_the_confirmation_twice_gets_a_person() -> None:
    citizen = at_confirm()
    citizen.say("哈")
    assert citizen.asked == "confirm"
    citizen.say("嘿")
    assert citizen.kinds == ["hand_over"]
    assert citizen.filed == []


def test_pressing_the_report_button_again_changes_nothing() -> None:
    citizen = at_confirm()
    citizen.say("我要反映")
    assert citizen.asked == "confirm"
    assert citizen.draft["text"].startswith("延吉路117号")


def test_a_long_question_without_an_answer_is_a_report() -> None:
    citizen = Citizen()
    citizen.say("我们小区的路灯从上个月开始就一直不亮了，老人晚上出门摔了好几次，打电话给物业也没有人来修，请问到底有没有人管这件事情啊，"
                "已经拖了很久了", "consult", LIGHT)
    assert citizen.asked == "place"
    assert citizen.slots["errand"] == "report"


def test_a_complaint_in_plain_words_is_a_report_whatever_the_model_thinks() -> None:
    for intent in ("consult", "nonsense", "status", "chitchat", "rate"):
        citizen = Citizen()
        citizen.say("我要投诉楼上邻居半夜三更装修电钻响个不停", intent)
        assert citizen.slots["errand"] == "report", intent


def test_no_time_limit_is_made_up() -> None:
    citizen = at_confirm()
    citizen.say("是")
    assert not any(word in citizen.said for word in ("日内", "工作日", "小时", "天内"))


def test_the_next_report_starts_empty() -> None:
    citizen = at_confirm()
    citizen.say("是")
    citizen.say("楼道灯不亮", "report", "property_repair")
    assert citizen.asked == "place"
    assert citizen.draft["text"] == "楼道灯不亮"


def test_at_most_two_bubbles_with_the_question_last() -> None:
    citizen = at_confirm()
    for text in ("供暖最低多少度？", "改成保密", "还有，晚上也吵", "地址错了，是延吉路120号"):
        citizen.say(text, "consult" if "？" in text else None)
        assert len(citizen.messages) <= 2
        assert citizen.asked == "confirm"


def test_an_urge_that_tells_the_matter_becomes_a_ticket_with_its_act() -> None:
    citizen = Citizen()
    citizen.say("路灯报了三回了还不来修，到底管不管", "urge", LIGHT)
    assert citizen.asked == "place"
    citizen.say("延吉路117号")
    citizen.say("不留")
    citizen.say("是")
    assert citizen.filed[0]["act"] == "urge"


def test_an_urge_about_a_known_ticket_is_no_new_one() -> None:
    citizen = Citizen(own=[ticket()])
    citizen.say("路灯报了三回了还不来修，到底管不管", "urge", LIGHT)
    assert citizen.kinds == ["urge"]
