"""The main lines on the real product: Rasa, actions, front door, case backend, over REST."""

from __future__ import annotations

import re
import uuid

import pytest

from tests.city import City, customs, wait_for

RECEIPT = re.compile(r"^QD\d{14}$")


def sender() -> str:
    return f"s-{uuid.uuid4().hex[:12]}"


def asked(messages: list[dict[str, object]]) -> str | None:
    found = customs(messages, "ask")
    return str(found[-1]["field"]) if found else None


def test_a_question_is_answered_with_its_source(city: City) -> None:
    messages = city.say(sender(), "燃气软管有什么规定？")
    answer = customs(messages, "answer")[0]
    assert answer["article"] and answer["facts"] == ["A-04"]
    assert "依据" in str(messages) and "确认" in str(messages), "a level 3 note says that it is to be confirmed"


def test_what_is_not_in_the_base_is_said_so_with_two_ways_out(city: City) -> None:
    messages = city.say(sender(), "请问怎么提取住房公积金？")
    titles = [button["title"] for message in messages for button in message.get("buttons", [])]
    assert not customs(messages, "answer")
    assert "没有查到" in str(messages) and "登记工单" in titles and "转人工" in titles


def test_a_report_to_a_receipt_that_reaches_the_backend_once(city: City) -> None:
    me = sender()
    assert asked(city.say(me, "我们小区门口的路灯不亮了，晚上黑得看不见")) == "place"
    assert asked(city.say(me, "市北区延吉路117号")) == "phone"
    assert asked(city.say(me, "一三八零零一三八零零零")) == "confirm"
    ticket = customs(city.say(me, "是"), "ticket")[0]
    assert RECEIPT.match(ticket["receipt"]) and ticket["service_code"] == "facility_streetlight"
    assert ticket["address"] == "市北区延吉路117号" and ticket["phone"] == "13800138000"
    found = wait_for(lambda: [item for item in city.requests() if item.get("receipt") == ticket["receipt"]])
    assert len(found) == 1 and found[0]["service_code"] == "facility_streetlight"
    shown = customs(city.say(me, "我的单子到哪一步了"), "ticket")
    assert shown and shown[0]["receipt"] == ticket["receipt"]


def test_nothing_is_filed_without_a_yes_and_cancel_cancels(city: City) -> None:
    me = sender()
    city.say(me, "市北区延吉路117号的路灯坏了，电话13800138000")
    assert not customs(city.say(me, "算了"), "ticket")
    assert not customs(city.say(me, "是"), "ticket")


def test_a_field_is_corrected_by_saying_so(city: City) -> None:
    me = sender()
    assert asked(city.say(me, "李沧区书院路22号楼道里堆满了杂物，电话13800138000")) == "confirm"
    assert asked(city.say(me, "地址错了，是李沧区书院路24号")) == "confirm"
    assert customs(city.say(me, "提交"), "ticket")[0]["address"] == "李沧区书院路24号"


def test_a_question_in_the_middle_is_answered_and_the_report_goes_on(city: City) -> None:
    me = sender()
    assert asked(city.say(me, "路灯坏了")) == "place"
    messages = city.say(me, "路灯不亮几天修？")
    assert asked(messages) == "place"
    assert asked(city.say(me, "市南区香港中路10号")) == "phone"


def test_unknown_and_foreign_receipts_get_the_same_words(city: City) -> None:
    me, other = sender(), sender()
    city.say(me, "市北区延吉路117号的路灯坏了，电话13800138000")
    receipt = customs(city.say(me, "是"), "ticket")[0]["receipt"]
    unknown = "QD20200101000000"
    words = [[message.get("text", "").replace(number, "") for message in city.say(sender_, f"查一下{number}")]
             for sender_, number in ((other, receipt), (sender(), unknown))]
    assert words[0] == words[1]
    assert receipt not in str(customs(city.say(other, "0000"), "ticket"))


def test_confidential_reaches_the_backend_without_name_phone_or_flat(city: City) -> None:
    me = sender()
    city.say(me, "我叫王小明，市北区延吉路117号3号楼2单元501室，楼下饭店私自用煤气罐，请给我保密，电话13912345678")
    messages = city.say(me, "提交")
    ticket = customs(messages, "ticket")[0]
    found = wait_for(lambda: [item for item in city.requests() if item.get("receipt") == ticket["receipt"]])
    # The flat alone: a made-up request id may contain its three digits between others.
    assert not re.search("13912345678|王小明|(?<![0-9a-f])501(?![0-9a-f])", str(found))


def test_a_letter_of_2000_characters_loses_nothing(city: City) -> None:
    me = sender()
    letter = "尊敬的领导您好！我是市北区延吉路117号的居民，我们楼的电梯坏了两个月没人修。"
    letter += "老人上下楼很困难，物业一直推脱。" * 120
    letter = letter[:2000] + "完"
    city.say(me, letter)
    city.say(me, "13800138000")
    ticket = customs(city.say(me, "是"), "ticket")[0]
    found = wait_for(lambda: [item for item in city.requests() if item.get("receipt") == ticket["receipt"]])
    assert letter in found[0]["description"]
    assert len(ticket["title"]) <= 60


@pytest.mark.parametrize("text", ["你好", "谢谢", "？", "哈哈哈", "asdfgh", "你妈的", "你是机器人吗", "😀😀"])
def test_small_talk_is_answered_and_files_nothing(city: City, text: str) -> None:
    messages = city.say(sender(), text)
    assert messages and all(message.get("text") for message in messages) and not customs(messages, "ticket")


def test_abuse_with_a_matter_is_a_report(city: City) -> None:
    assert asked(city.say(sender(), "他妈的延吉路117号门口的垃圾一个月没人收，都是饭桶")) in ("phone", "confirm")


def test_an_image_without_words_is_kept_and_asked_about(city: City) -> None:
    messages = city.say(sender(), "", attachments=[{"kind": "image", "url": "https://example.org/a.jpg"}])
    assert "请用一句话说是什么问题" in str(messages) and any(message.get("buttons") for message in messages)


@pytest.mark.parametrize(("text", "kind"), [
    ("Help! I smell gas in my kitchen", "emergency"), ("I want to talk to a person", "handover"),
    ("I want to report a broken street light", "ask")])
def test_english_gets_english(city: City, text: str, kind: str) -> None:
    messages = city.say(sender(), text)
    assert customs(messages, kind)
    assert not re.search("[一-鿿]", str(messages[-1]["text"]))


def test_the_desk_takes_answers_and_gives_back(city: City) -> None:
    me = sender()
    assert customs(city.say(me, "转人工"), "handover")
    # Others of this run wait too: the words tell this conversation apart.
    last = city.say(me, f"我在等坐席 {me}")[-1]
    assert last["custom"]["type"] == "handover" and last["custom"]["position"] >= 1
    import http.cookiejar
    import json
    import urllib.request

    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def desk(method: str, path: str, body: object = None, csrf: str = "") -> dict[str, object]:
        request = urllib.request.Request(
            f"{city.url}/desk/api/{path}", None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json", "X-CSRF-Token": csrf}, method=method)
        with opener.open(request, timeout=20) as response:
            return dict(json.loads(response.read()))

    csrf = str(desk("POST", "login", {"username": "admin", "password": city.password})["csrf"])
    queue = desk("GET", "queue")
    talk = next(item["id"] for item in queue["waiting"] if me in str(item["last"]))  # type: ignore[attr-defined, index]
    desk("POST", f"conversations/{talk}/take", {}, csrf)
    desk("POST", f"conversations/{talk}/messages", {"text": "您好，请讲"}, csrf)
    assert "您好，请讲" in str(city.later(me, last["message_id"]))
    assert city.say(me, "/restart")[0]["custom"] == {"type": "handover", "position": 0}
    desk("POST", f"conversations/{talk}/release", {"to": "bot"}, csrf)
    assert not customs(city.say(me, "你好"), "handover")


def test_parse_tells_what_was_understood(city: City) -> None:
    status, parsed = city.request("POST", f"{city.internal}/nlu/parse", {
        "text": "市北区延吉路117号的路灯不亮，电话138-0013-8000"})
    assert status == 200
    assert set(parsed) >= {"intent", "confidence", "ranking", "entities", "domain", "act", "service_code", "emergency",
                           "place", "phone", "ms"}
    assert (parsed["service_code"], parsed["domain"], parsed["act"]) == (
        "facility_streetlight", "public_facilities", "report")
    assert (parsed["place"], parsed["phone"], parsed["emergency"]) == ("市北区延吉路117号", "13800138000", None)
    assert city.request("POST", f"{city.internal}/nlu/parse", {"text": "家里一股煤气味"})[1]["emergency"] == "gas"


def test_search_and_metrics_need_the_token(city: City) -> None:
    status, found = city.request("POST", f"{city.internal}/knowledge/search", {"query": "路灯不亮几天修", "limit": 3})
    assert status == 200 and found["decision"] == "answer" and found["results"][0]["facts"] == ["D-06"]
    assert "hotline_turns_open" in city.request("GET", f"{city.internal}/metrics")[1]
    for method, path in (("POST", "/knowledge/search"), ("GET", "/metrics"), ("POST", "/nlu/parse")):
        assert city.request(method, city.internal + path, {} if method == "POST" else None,
                            {"Authorization": "Bearer wrong"})[0] == 401


def test_logs_hold_no_words_phones_or_addresses(city: City) -> None:
    me = sender()
    city.say(me, "市北区登州路56号的井盖丢了，电话13776543210")
    city.say(me, "是")
    log = city.log.read_text(errors="replace")
    assert not re.search("登州路|13776543210|井盖丢了", log)
