"""Progress of tickets, urging, adding, withdrawing."""

from __future__ import annotations

import pytest

from tests.bot.dialogue.citizen import Citizen, ticket

FIRST, SECOND, FOREIGN = "QD20231124000001", "QD20231124000002", "QD20231124000777"


def two() -> Citizen:
    """A citizen with two tickets."""
    return Citizen(own=[ticket(), ticket(SECOND, title="楼道灯不亮", service_code="property_repair")])


def test_the_only_ticket_is_told_at_once() -> None:
    citizen = Citizen(own=[ticket()])
    citizen.say("查进度", "status")
    assert FIRST in citizen.said and "办理中" in citizen.said
    assert citizen.messages[0].custom is not None
    assert citizen.messages[0].custom["type"] == "ticket" and citizen.messages[0].custom["receipt"] == FIRST
    assert citizen.commands == ()


def test_a_day_is_named_only_when_the_house_names_one() -> None:
    citizen = Citizen(own=[ticket()])
    citizen.say("查进度")
    assert "最迟" not in citizen.said
    citizen = Citizen(own=[ticket(due_at="2023-12-01T08:00:00Z")])
    citizen.say("查进度")
    assert "最迟 2023-12-01 前" in citizen.said


def test_several_are_listed_and_one_is_taken() -> None:
    for taken in (SECOND, "第二个", "2"):
        citizen = two()
        citizen.say("查进度", "status")
        assert citizen.asked == "choice" and citizen.titles == [FIRST, SECOND]
        citizen.say(taken)
        assert "楼道灯不亮" in citizen.said


def test_at_most_three_are_listed() -> None:
    citizen = Citizen(own=[ticket(f"QD2023112400000{number}") for number in range(1, 6)])
    citizen.say("查进度")
    assert len(citizen.titles) == 3 and "5 张" in citizen.said


def test_the_last_one_by_word() -> None:
    citizen = two()
    citizen.say("我上次反映的到哪了", "status")
    assert FIRST in citizen.said and citizen.asked is None


@pytest.mark.parametrize("text", [FIRST, "qd20231124000001到哪了", "查一下QD 2023 1124 000001", f"{SECOND}办得怎么样"])
@pytest.mark.parametrize("intent", ["status", "report", "nonsense", None])
def test_by_receipt_whatever_the_model_thinks(text: str, intent: str | None) -> None:
    citizen = two()
    citizen.say(text, intent)
    assert (SECOND if SECOND in text else FIRST) in citizen.said
    assert citizen.slots["errand"] == "none"


def test_unknown_and_foreign_receipts_get_the_same_words() -> None:
    foreign = {FOREIGN: ticket(FOREIGN, secret="8000")}
    said = []
    for receipt in (FOREIGN, "QD20231124000999"):
        citizen = Citizen(foreign=foreign)
        citizen.say(receipt)
        assert citizen.asked == "last4"
        first = citizen.said
        citizen.say("1234")
        said.append((first, citizen.said))
        assert citizen.titles == ["我要反映", "转人工"]
    assert said[0] == said[1]


@pytest.mark.parametrize("answer", ["8000", "13800138000", "后四位是8000"])
def test_the_right_four_digits_open_it(answer: str) -> None:
    citizen = Citizen(foreign={FOREIGN: ticket(FOREIGN, secret="8000")})
    citizen.say(FOREIGN)
    citizen.say(answer)
    assert "办理中" in citizen.said


@pytest.mark.parametrize("code", ["K7M2Q9AB", "KWMZQRAB", "23456789"])
def test_the_code_of_a_ticket_without_a_phone_opens_it(code: str) -> None:
    citizen = Citizen(foreign={FOREIGN: ticket(FOREIGN, secret=code)})
    citizen.say(FOREIGN)
    citizen.say(f"查询码 {code}")
    assert "办理中" in citizen.said


def test_something_else_than_the_digits_is_heard() -> None:
    citizen = Citizen()
    citizen.say(FOREIGN)
    citizen.say("路灯不亮", "report", "facility_streetlight")
    assert citizen.asked == "place"


def test_no_ticket_offers_two_ways_out() -> None:
    citizen = Citizen()
    citizen.say("查进度", "status")
    assert citizen.said.startswith("没有查到") and citizen.asked == "receipt"
    assert citizen.titles == ["登记工单", "转人工"]
    citizen.say("登记工单")
    assert citizen.asked == "matter"


@pytest.mark.parametrize("text,intent", [("催一下", "urge"), ("催一下", "nonsense"), ("怎么还没人来修", "urge")])
def test_urging_the_last_one(text: str, intent: str) -> None:
    citizen = two()
    citizen.say(text, intent)
    assert citizen.commands == ({"kind": "urge", "receipt": FIRST, "text": text},)
    assert FIRST in citizen.said


def test_urging_a_named_one() -> None:
    citizen = two()
    citizen.say(f"催一下{SECOND}", "urge")
    assert citizen.commands[0]["receipt"] == SECOND


def test_urging_the_one_of_the_same_matter() -> None:
    citizen = two()
    citizen.say("楼道灯催一下", "urge", "property_repair")
    assert citizen.commands[0]["receipt"] == SECOND


@pytest.mark.parametrize("status", ["closed", "withdrawn"])
def test_what_is_closed_is_not_urged(status: str) -> None:
    citizen = Citizen(own=[ticket(status=status, status_text="已办结")])
    citizen.say("催一下", "urge")
    assert citizen.commands == () and citizen.titles == ["我要反映", "转人工"]


def test_adding_at_once() -> None:
    citizen = Citizen(own=[ticket()])
    citizen.say("补充一下：晚上更黑，摔了人", "add_to_case")
    assert citizen.commands == ({"kind": "add_to_case", "receipt": FIRST, "text": "晚上更黑，摔了人"},)


def test_adding_is_asked_for_its_words() -> None:
    citizen = Citizen(own=[ticket()])
    citizen.say("我要补充", "add_to_case")
    assert citizen.asked == "matter" and citizen.commands == ()
    citizen.say("晚上更黑", "inform")
    assert citizen.commands == ({"kind": "add_to_case", "receipt": FIRST, "text": "晚上更黑"},)


@pytest.mark.parametrize("yes", ["是", "撤回", "确认", "好的"])
def test_withdrawing_asks_first(yes: str) -> None:
    citizen = two()
    citizen.say("撤回我的工单", "withdraw")
    assert citizen.commands == () and FIRST in citizen.said and citizen.titles == ["撤回", "不撤了"]
    citizen.say(yes)
    assert citizen.commands == ({"kind": "withdraw", "receipt": FIRST},)


@pytest.mark.parametrize("no", ["不撤了", "不", "算了", "供暖最低多少度"])
def test_without_a_yes_nothing_is_withdrawn(no: str) -> None:
    citizen = two()
    citizen.say("撤回我的工单", "withdraw")
    citizen.say(no, "consult")
    assert citizen.commands == ()
    citizen.say("是", "affirm")
    assert citizen.commands == ()


@pytest.mark.parametrize("text", [f"撤回{FOREIGN}", f"催一下{FOREIGN}", f"补充到{FOREIGN}：晚上更黑"])
def test_a_ticket_filed_elsewhere_is_shown_but_not_changed(text: str) -> None:
    citizen = Citizen(foreign={FOREIGN: ticket(FOREIGN, secret="8000")})
    citizen.say(text, "withdraw")
    assert citizen.asked == "last4"
    citizen.say("8000")
    assert "办理中" in citizen.said and "请转人工" in citizen.said and citizen.commands == ()
    citizen.say("是", "affirm")
    assert citizen.commands == ()


def test_the_units_answer_is_told() -> None:
    citizen = Citizen(own=[ticket(status="answered", status_text="已反馈", status_notes="路灯已修好。")])
    citizen.say("查进度")
    assert "已反馈" in citizen.said and "答复：路灯已修好。" in citizen.said


def test_the_house_out_of_reach_is_said() -> None:
    citizen = Citizen(own=[ticket()], down=True)
    citizen.say("查进度")
    assert citizen.said.startswith("没有查到") and "转人工" in citizen.titles


@pytest.mark.parametrize("text,score", [
    ("5分", 5), ("非常满意", 5), ("满意", 4), ("一般", 3), ("不满意", 2), ("太差了", 1), ("3", 3)])
def test_rating(text: str, score: int) -> None:
    citizen = Citizen(own=[ticket(status="answered", status_text="已答复")])
    citizen.say("我要评价", "rate")
    assert citizen.asked == "rating" and len(citizen.titles) == 5
    citizen.say(text)
    assert citizen.commands[0]["kind"] == "rate"
    assert (citizen.commands[0]["receipt"], citizen.commands[0]["score"]) == (FIRST, score)
    assert citizen.slots["errand"] == "none"


@pytest.mark.parametrize("text", ["5分", "非常满意", "打五分", "四星"])
def test_a_score_alone_rates_the_answered_ticket(text: str) -> None:
    citizen = Citizen(own=[ticket(SECOND), ticket(status="answered")])
    citizen.say(text, "nonsense")
    assert citizen.commands[0]["kind"] == "rate" and citizen.commands[0]["receipt"] == FIRST


def test_a_bad_rating_has_two_ways_out() -> None:
    citizen = Citizen(own=[ticket(status="closed")])
    citizen.say("不满意，根本没修好，还是黑的", "rate")
    assert citizen.commands[0]["score"] == 2 and "没修好" in citizen.commands[0]["text"]
    assert citizen.titles == ["我要反映", "转人工"]


def test_rating_can_be_left_and_another_matter_is_heard() -> None:
    citizen = Citizen(own=[ticket(status="closed")])
    citizen.say("我要评价", "rate")
    citizen.say("路灯不亮", "report", "facility_streetlight")
    assert citizen.asked == "place"
