"""Turns through a real Rasa server and a real action server: what comes back when all goes well."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from tests.bot.servers import Bot, http

SERVICES = {"家里有煤气味": "gas_leak", "门口的路灯坏了": "facility_streetlight", "老板拖欠工资": "other"}


def test_one_message_keeps_text_buttons_image_and_custom_together(bot: Bot) -> None:
    answer = bot.turn("您好", attachments=[{"kind": "image", "url": "https://example.invalid/1.jpg"}])
    assert answer.status == 200
    first, second = answer.body["messages"]
    assert first["text"] == "你好\n\n第二段"  # Rasa's own channel would cut it in two
    assert first["buttons"] == [{"title": "转人工", "payload": "转人工"}]
    assert first["image"] == "https://example.invalid/a.png"
    assert second == {"text": "第二条"}
    known = first["custom"]["known"]
    assert known["text"] == "您好"
    assert known["context"] == {"conversation_id": "c1", "citizen_id": "z1", "channel": "rest", "sender": "s1"}
    assert known["attachments"] == [{"kind": "image", "url": "https://example.invalid/1.jpg"}]
    assert known["parse"]["intent"] == "greet"
    assert answer.body["model"] == "mini.tar.gz"


def test_state_goes_out_and_in_again_and_commands_come_once(bot: Bot) -> None:
    first = bot.turn("门口的路灯坏了好几天")
    assert first.status == 200
    state = first.body["state"]
    assert state["slots"]["errand"] == "report"
    assert state["slots"]["draft"] == {"matter": "门口的路灯坏了好几天", "service": "facility_streetlight", "turns": 1}
    assert state["active_loop"] is None
    assert first.body["commands"] == []
    second = bot.turn("对的", state)
    assert second.body["commands"] == [
        {"kind": "file_case", "description": "门口的路灯坏了好几天"}, {"kind": "feedback"}]
    assert second.body["messages"] == [{"text": "已登记 {receipt}"}]
    assert second.body["state"] == {"slots": {}, "active_loop": None}
    again = bot.turn("您好", {"slots": {"commands": [{"kind": "file_case"}], "closed_by": "action_echo"}})
    assert again.body["commands"] == []


def test_without_the_state_the_same_yes_means_nothing(bot: Bot) -> None:
    assert bot.turn("对的").body["messages"] == [{"text": "没听懂：对的"}]


def test_a_form_goes_on_from_the_state(bot: Bot) -> None:
    asked = bot.turn("请问开通燃气需要什么材料")
    assert asked.body["messages"] == [{"text": "请写下内容"}]
    assert asked.body["state"] == {"slots": {"requested_slot": "letter"}, "active_loop": "letter_form"}
    done = bot.turn("就是这样一封信", asked.body["state"])
    assert done.status == 200
    assert done.body["messages"][0]["custom"]["known"]["slots"]["letter"] == "就是这样一封信"
    assert done.body["state"]["active_loop"] is None


def test_slots_of_another_model_and_a_loop_that_is_gone_are_passed_over(bot: Bot) -> None:
    answer = bot.turn("您好", {"slots": {"no_such_slot": 1, "errand": "report"}, "active_loop": "no_such_form"})
    assert answer.status == 200
    assert answer.body["state"]["slots"]["errand"] == "report"
    assert "no_such_slot" not in answer.body["state"]["slots"]


def test_rasas_own_response_is_an_answer(bot: Bot) -> None:
    assert bot.turn("再见").body["messages"] == [{"text": "再见"}]


def test_slash_commands_are_only_text(bot: Bot) -> None:
    for text in ("/restart", "  /restart", '/greet{"place": "x"}', "/", "//"):
        answer = bot.turn(text)
        assert answer.status in (200, 502), text
        assert answer.body["parse"]["text"] == text
        assert answer.body["parse"]["intent"] != "restart"
        assert answer.body["parse"]["confidence"] < 1.0
    kept = bot.turn("/restart", {"slots": {"errand": "report", "draft": {"matter": "灯"}}})
    assert kept.body["state"]["slots"]["errand"] == "report"


def test_a_message_without_words_is_answered(bot: Bot) -> None:
    for text in ("", "   ", "\n"):
        answer = bot.turn(text, attachments=[{"kind": "image"}])
        assert answer.status == 200
        assert answer.body["parse"]["intent"] == "nlu_fallback"
        assert answer.body["parse"]["act"] is None


def test_parse_has_every_key_of_the_wire(bot: Bot) -> None:
    body = bot.call("parse", {"text": "家裏有煤氣味，電話１３８００１３８０００"}).body
    assert set(body) == {
        "text", "intent", "confidence", "ranking", "entities", "domain", "act", "service_code", "service_confidence",
        "service_ranking", "place", "phone", "ms"}
    assert (body["intent"], body["act"], body["service_code"], body["domain"]) == (
        "report", "report", "gas_leak", "gas_safety")
    assert body["phone"] == "13800138000"
    phone = next(entity for entity in body["entities"] if entity["entity"] == "phone")
    assert body["text"][phone["start"]:phone["end"]] == "１３８００１３８０００"
    chatter = bot.call("parse", {"text": "你好"}).body
    assert (chatter["act"], chatter["domain"], chatter["service_code"]) == (None, None, None)


def test_actions_see_the_parse_with_its_extra_keys(bot: Bot) -> None:
    known = bot.turn("您好").body["messages"][0]["custom"]["known"]["parse"]
    assert {"service_ranking", "act", "domain", "place", "phone"} <= set(known)


def test_twenty_turns_at_once_do_not_mix(bot: Bot) -> None:
    texts = [f"{text}，第{number}件" for number in range(7) for text in SERVICES][:20]

    def one(number: int) -> tuple[str, str]:
        answer = bot.turn(texts[number], turn_id="the-same-id")
        assert answer.status == 200
        return answer.body["messages"][0]["text"], answer.body["state"]["slots"]["draft"]["matter"]

    with ThreadPoolExecutor(20) as pool:
        for text, (said, kept) in zip(texts, pool.map(one, range(20)), strict=True):
            assert said == f"记下了：{text}"
            assert kept == text


def test_a_long_letter_goes_through_whole(bot: Bot) -> None:
    letter = "门口的路灯坏了好几天，晚上走路看不见。" * 100
    answer = bot.turn(letter)
    assert answer.body["state"]["slots"]["draft"]["matter"] == letter
    assert answer.body["parse"]["service_code"] == "facility_streetlight"


def test_status_names_the_model_really_loaded(bot: Bot) -> None:
    assert bot.call("status").body == {"model": "mini.tar.gz", "actions": "ok"}


def test_rasas_http_api_is_not_served(bot: Bot) -> None:
    for path in ("/model/parse", "/conversations/t1/tracker", "/domain", "/webhooks/rest/webhook"):
        assert http(bot.rasa.port, path, {"text": "你好"}).status in (404, 405), path


def test_everything_is_json_with_chinese_as_it_is(bot: Bot) -> None:
    answer = bot.turn('路灯坏了 <script>alert(1)</script> 😀 "引号" \\ 反斜杠\u0007')
    assert answer.status == 200
    json.dumps(answer.body)
