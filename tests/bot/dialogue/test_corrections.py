"""Any field is corrected by saying so, at any stage."""

from __future__ import annotations

import pytest

from bot.dialogue.corrections import find_correction
from bot.dialogue.state import Draft
from tests.bot.dialogue.citizen import Citizen, ticket
from tests.bot.dialogue.test_report import at_confirm, reporting

KNOWN = Draft(text="楼上漏水，延吉路117号", place="延吉路117号", phone="13800138000", time="昨晚")


@pytest.mark.parametrize("text,field,value", [
    ("地址错了，是延吉路120号", "place", "延吉路120号"),
    ("地址改成延吉路120号", "place", "延吉路120号"),
    ("地址不是延吉路117号，是延吉路120号", "place", "延吉路120号"),
    ("不是延吉路117号，是延吉路120号", "place", "延吉路120号"),
    ("不是117号是120号", "place", "延吉路120号"),
    ("延吉路117号错了，应该是延吉路120号", "place", "延吉路120号"),
    ("地点是延吉路120号", "place", "延吉路120号"),
    ("电话改成13911112222", "phone", "13911112222"),
    ("电话不是13800138000，是13911112222", "phone", "13911112222"),
    ("号码不对，139 1111 2222", "phone", "13911112222"),
    ("手机号换成139-1111-2222", "phone", "13911112222"),
    ("不是漏水是停水", "matter", "停水"),
    ("事项改成路灯不亮", "matter", "路灯不亮"),
    ("时间错了，是前天", "time", "前天"),
    ("改成保密", "confidential", "yes"),
    ("不用保密", "confidential", "no"),
    ("修改", "any", ""),
    ("不对", "any", ""),
    ("改地点", "place", ""),
    ("地址错了", "place", ""),
    ("电话错了", "phone", ""),
])
def test_corrections(text: str, field: str, value: str) -> None:
    found = find_correction(text, KNOWN)
    assert found is not None
    assert (found.field, found.value) == (field, value)


@pytest.mark.parametrize("text", [
    "还有晚上也吵", "是", "算了", "邻居家总接骚扰电话", "地址不是很清楚", "这个问题是物业的错",
    "供暖最低多少度？", "13800138000", "延吉路120号", "路灯已经坏了很久", ""])
def test_what_is_no_correction(text: str) -> None:
    assert find_correction(text, KNOWN) is None


def test_a_place_is_corrected_before_the_yes() -> None:
    citizen = at_confirm()
    citizen.say("地址错了，是延吉路120号")
    assert citizen.asked == "confirm" and "延吉路120号" in citizen.said
    citizen.say("是")
    assert citizen.filed[0]["address"] == "延吉路120号"


@pytest.mark.parametrize("text,field,value", [
    ("地址错了，是延吉路120号", "place", "延吉路120号"), ("电话改成13911112222", "phone", "13911112222"),
    ("13911112222", "phone", "13911112222"), ("延吉路120号", "place", "延吉路120号")])
def test_corrections_at_the_confirmation(text: str, field: str, value: str) -> None:
    citizen = at_confirm()
    citizen.say(text)
    assert citizen.asked == "confirm"
    assert citizen.draft[field] == value


def test_a_place_is_corrected_while_the_phone_is_asked() -> None:
    citizen = reporting("延吉路117号路灯不亮")
    citizen.say("地址错了，是延吉路120号")
    assert citizen.asked == "phone"
    assert citizen.draft["place"] == "延吉路120号"


def test_the_matter_is_corrected_in_the_description() -> None:
    citizen = at_confirm("楼上漏水，延吉路117号，13800138000")
    citizen.say("不是漏水是停水")
    citizen.say("是")
    assert "停水" in citizen.filed[0]["description"] and "漏水" not in citizen.filed[0]["description"]


def test_nothing_of_a_letter_is_lost_when_the_matter_is_said_anew() -> None:
    letter = "延吉路117号楼前路灯坏了一个多月，老人孩子晚上出门都看不见路，请来修，我的电话13800138000"
    citizen = at_confirm(letter)
    citizen.say("修改")
    citizen.say("改事项")
    assert citizen.asked == "matter"
    citizen.say("三盏路灯全坏了")
    assert citizen.asked == "confirm"
    citizen.say("是")
    assert citizen.filed[0]["description"].startswith("三盏路灯全坏了")
    assert letter in citizen.filed[0]["description"]


@pytest.mark.parametrize("button,answer,field,value", [
    ("改地点", "延吉路120号", "place", "延吉路120号"), ("改电话", "13911112222", "phone", "13911112222"),
    ("改时间", "昨天晚上", "time", "昨天晚上"), ("改事项", "井盖丢了", "text", "井盖丢了")])
def test_change_by_buttons(button: str, answer: str, field: str, value: str) -> None:
    citizen = at_confirm("路灯不亮，延吉路117号，13800138000")
    citizen.say("修改")
    assert citizen.asked == "choice" and button in citizen.titles
    citizen.say(button)
    assert citizen.filed == [] and citizen.asked in ("place", "phone", "matter", "choice")
    citizen.say(answer)
    assert citizen.asked == "confirm"
    assert citizen.draft[field] == value


def test_the_confidential_button_turns_it_on_and_off() -> None:
    citizen = at_confirm()
    citizen.say("修改")
    citizen.say("改保密")
    assert citizen.draft["confidential"] is True and citizen.asked == "confirm"
    citizen.say("不用保密")
    assert "confidential" not in citizen.draft


def test_changing_nothing_leads_back() -> None:
    citizen = at_confirm()
    citizen.say("修改")
    citizen.say("不改了")
    assert citizen.asked == "confirm"
    assert citizen.filed == []


def test_a_wrong_new_phone_is_explained_and_the_old_one_stays() -> None:
    citizen = at_confirm()
    citizen.say("电话错了")
    assert citizen.asked == "phone"
    citizen.say("1391111")
    assert "7位" in citizen.said and citizen.asked == "phone"
    citizen.say("哎呀记不得")
    assert citizen.asked == "confirm"
    assert citizen.draft["phone"] == "13800138000"


def test_a_phone_can_be_taken_back() -> None:
    citizen = at_confirm()
    citizen.say("匿名")
    citizen.say("是")
    assert citizen.filed[0]["phone"] is None and citizen.filed[0]["anonymous"] is True


def test_a_correction_after_the_receipt_is_added_to_the_ticket() -> None:
    citizen = Citizen(own=[ticket()])
    text = "地址错了，是延吉路120号"
    citizen.say(text, "correct")
    assert citizen.commands == ({"kind": "add_to_case", "receipt": "QD20231124000001", "text": text},)
