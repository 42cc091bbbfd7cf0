"""Whole conversations through the real Rasa with the product's own model, rules and actions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.city import City, Talk, start_bot, train
from tests.bot.dialogue.citizen import ticket
from tests.bot.servers import Bot

RECEIPT = "QD20231124000001"


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    """The internal API."""
    found = City()
    yield found
    found.close()


@pytest.fixture(scope="module")
def product(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """The product's bot, trained from its own examples."""
    folder: Path = tmp_path_factory.mktemp("product")
    bot = start_bot(folder, train(folder), city)
    yield bot
    for process in (bot.rasa, bot.actions):
        assert process is not None and process.stop() == 0


@pytest.fixture
def talk(product: Bot, city: City) -> Talk:
    """A new citizen without tickets."""
    city.own, city.foreign, city.down = [], {}, False
    return Talk(product)


def test_a_report_from_hello_to_receipt(talk: Talk) -> None:
    talk.say("你好")
    titles = [button["title"] for button in talk.body["messages"][-1]["buttons"]]
    assert titles == ["我要反映", "我要咨询", "查进度", "转人工"]
    talk.say("我家门口的路灯坏了好几天了，晚上黑咕隆咚的")
    assert talk.asked == "place"
    talk.say("延吉路117号")
    assert talk.asked == "phone"
    talk.say("138 0013 8000")
    assert talk.asked == "confirm" and "138 0013 8000" in talk.said
    talk.say("是")
    assert talk.kinds == ["file_case"]
    command = talk.body["commands"][0]
    assert command["service_code"] == "facility_streetlight" and command["act"] == "report"
    assert command["address"] == "延吉路117号" and command["phone"] == "13800138000"
    assert talk.types[0] == "ticket"
    assert talk.state["slots"].get("errand", "none") == "none" and not talk.state["slots"].get("draft")


def test_a_letter_that_says_everything_is_only_confirmed(talk: Talk) -> None:
    letter = "市北区延吉路117号楼下的路灯坏了一个月了，老人晚上出门看不见，请派人来修，我的电话13800138000"
    talk.say(letter)
    assert talk.asked == "confirm"
    talk.say("对")
    assert talk.kinds == ["file_case"] and talk.body["commands"][0]["description"] == letter


def test_a_question_in_the_middle_and_corrections(talk: Talk) -> None:
    talk.say("楼上装修，大清早就用电钻，吵得没法睡")
    assert talk.asked == "place"
    talk.say("暖气最低得多少度？")
    assert talk.types == ["answer", "ask"] and talk.asked == "place"
    talk.say("延吉路117号")
    talk.say("不方便留")
    assert talk.asked == "confirm"
    talk.say("地址错了，是延吉路120号")
    assert talk.asked == "confirm" and "延吉路120号" in talk.said
    talk.say("别让邻居知道是我")
    assert "保密" in talk.said
    talk.say("提交")
    command = talk.body["commands"][0]
    assert command["address"] == "延吉路120号" and command["confidential"] and command["anonymous"]


def test_giving_up(talk: Talk) -> None:
    talk.say("小区垃圾桶好几天没人清了")
    talk.say("算了")
    assert talk.kinds == [] and "draft" not in {name for name, value in talk.state["slots"].items() if value}
    talk.say("是")
    assert talk.kinds == []


def test_a_question_its_follow_up_and_feedback(talk: Talk) -> None:
    talk.say("供暖室温最低多少度")
    assert talk.types == ["answer"]
    talk.say("有用")
    assert talk.body["commands"] == [{"kind": "feedback", "article": "heat-temp", "useful": True}]


def test_near_questions_and_none_of_them_to_a_ticket(talk: Talk) -> None:
    talk.say("养狗有什么规定")
    assert talk.asked == "choice"
    talk.say("都不是")
    assert "没有查到" in talk.said
    talk.say("登记工单")
    assert talk.asked == "place" and talk.state["slots"]["draft"]["text"] == "养狗有什么规定"


def test_progress_urging_and_withdrawing(talk: Talk, city: City) -> None:
    city.own = [ticket()]
    talk.say("查进度")
    assert RECEIPT in talk.said and talk.types == ["ticket"]
    talk.say("催一下")
    assert talk.body["commands"][0]["kind"] == "urge" and talk.body["commands"][0]["receipt"] == RECEIPT
    talk.say("我要撤回工单")
    assert talk.kinds == [] and talk.asked == "choice"
    talk.say("是")
    assert talk.body["commands"] == [{"kind": "withdraw", "receipt": RECEIPT}]


def test_a_foreign_receipt_needs_the_last_four_digits(talk: Talk, city: City) -> None:
    city.foreign = {RECEIPT: ticket(secret="8000")}
    talk.say(RECEIPT)
    assert talk.asked == "last4"
    talk.say("8000")
    assert "办理中" in talk.said


@pytest.mark.parametrize("text", ["转人工", "我要人工客服", "找个真人来跟我说"])
def test_a_person(talk: Talk, text: str) -> None:
    talk.say(text)
    assert talk.kinds == ["hand_over"] and talk.types == ["handover"]


def test_a_person_in_the_middle_of_a_report(talk: Talk) -> None:
    talk.say("路灯不亮")
    talk.say("转人工")
    assert talk.kinds == ["hand_over"]


def test_an_image_without_words_then_a_report(talk: Talk) -> None:
    talk.say("", [{"kind": "image", "url": "https://example.invalid/1.jpg"}])
    assert "请用一句话" in talk.said
    talk.say("延吉路117号路灯不亮，不留电话")
    talk.say("不留")
    talk.say("是")
    assert talk.body["commands"][0]["attributes"] == {"images": ["https://example.invalid/1.jpg"]}


@pytest.mark.parametrize("text", [
    "?", "。。。", "asdf", "/restart", "😂😂", "a" * 3000, "{receipt}", "<script>alert(1)</script>"])
def test_odd_texts_are_answered(talk: Talk, text: str) -> None:
    talk.say(text)
    assert talk.said and talk.kinds == []


def test_english(talk: Talk) -> None:
    talk.say("The garbage in my street has not been collected for a week")
    assert talk.asked == "place"
    talk.say("Yanji Road 117")
    talk.say("no phone")
    talk.say("yes")
    assert talk.kinds == ["file_case"] and talk.body["commands"][0]["service_code"] == "sanitation"


def test_every_service_of_a_long_letter_ends_in_a_ticket(talk: Talk) -> None:
    for letter in (
        "我们小区电梯三天两头出故障，昨天又把老人困在里面半个多小时，物业一直推脱说等配件，希望有关部门来查一查",
        "楼下饭店的招牌被大风刮得摇摇晃晃，随时可能掉下来砸到人，找店家说了几次都不处理，请尽快安排拆除",
        "公司拖欠我们十几个工人三个月工资，老板电话也不接，请帮我们讨回血汗钱，家里孩子等着交学费呢",
    ):
        fresh = Talk(talk.bot)
        fresh.say(letter)
        for _ in range(5):
            answer = {"place": "市北区延吉路117号", "phone": "13800138000", "confirm": "是", "matter": letter}
            fresh.say(answer.get(str(fresh.asked), "登记工单"))
            if "file_case" in fresh.kinds:
                break
        assert fresh.kinds == ["file_case"]
        assert fresh.body["commands"][0]["description"] == letter


def test_the_house_gone_is_said_and_a_report_goes_on(talk: Talk, city: City) -> None:
    city.down = True
    talk.say("供暖室温最低多少度")
    assert "连不上" in talk.said and talk.asked == "choice"
    talk.say("路灯不亮")
    assert talk.asked == "place"
