"""Any text at any stage: an answer, a small state, and no ticket without a yes."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.report import agrees
from bot.dialogue.routing import BY_INTENT
from bot.dialogue.state import Draft, Topic, dump, load
from tests.bot.dialogue.citizen import SERVICES, Citizen, ticket

WORDS = (
    "路灯不亮", "延吉路117号", "13800138000", "1380013", "是", "不是", "算了", "修改", "改电话", "改地点", "不留",
    "匿名", "保密", "转人工", "你好", "谢谢", "供暖多少度", "养狗有啥说法", "都不是", "登记工单", "不用了",
    "QD20231124000001", "QD20231124000009", "8000", "催一下", "补充一下", "撤回我的工单", "撤回", "有用", "没用",
    "5分", "?", "the light is broken", "yes", "no phone", "地址错了，是延吉路120号", "不是漏水是停水", "全市",
    "另外还有一件事，停车位被占", "{receipt}", "/restart", "他妈的", "我要评价", "查进度", "第一个", "不知道",
    "改成保密", "算了算了", "提交",
)
SEVERAL = st.lists(st.sampled_from(WORDS), max_size=3).map("，".join)
TEXTS = st.one_of(st.sampled_from(WORDS), st.text(max_size=40), SEVERAL)
INTENTS = st.one_of(st.none(), st.sampled_from(sorted(BY_INTENT)))
ATTACHED = st.one_of(st.just([]), st.just([{"kind": "image", "url": "https://example.invalid/1.jpg"}]), st.just(
    [{"kind": "location", "address": "延吉路117号", "latitude": 36.0, "longitude": 120.0}]))
TURNS = st.lists(st.tuples(TEXTS, INTENTS, st.sampled_from(sorted(SERVICES)), ATTACHED), min_size=1, max_size=8)
COMMANDS = {"file_case", "add_to_case", "urge", "withdraw", "hand_over", "rate", "feedback"}


def check(citizen: Citizen, stage: str | None, text: str) -> None:
    """What holds after every turn."""
    assert citizen.messages and any((message.text or "").strip() for message in citizen.messages)
    assert len(citizen.messages) <= 2
    assert set(citizen.kinds) <= COMMANDS
    assert citizen.slots["errand"] in ("none", "report", "case", "choice", "rating")
    if "file_case" in citizen.kinds:
        assert stage == "confirm" and agrees(text)
        assert citizen.commands[0]["description"].strip() and citizen.commands[0]["service_code"]
        assert citizen.commands[0]["phone"] is None or citizen.commands[0]["phone"].isdigit()
    if "hand_over" in citizen.kinds:
        assert citizen.messages[-1].custom == {"type": "handover"}
    for message in citizen.messages:
        assert all(button["title"] and not button["payload"].startswith("/") for button in message.buttons)


@given(TURNS, st.booleans(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_conversation_of_anything(turns: list[Any], with_tickets: bool, down: bool) -> None:
    citizen = Citizen(own=[ticket(), ticket("QD20231124000002")] if with_tickets else [], down=down)
    for text, intent, service, attached in turns:
        stage = citizen.draft.get("stage") if citizen.slots["errand"] == "report" else None
        citizen.say(text, intent, service, attachments=attached)
        check(citizen, stage, text.strip())
    assert len(json.dumps(citizen.slots)) < 20_000


@given(TEXTS, INTENTS, st.sampled_from(["matter", "service", "place", "phone", "confirm", "change"]), st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_text_at_any_stage(text: str, intent: str | None, stage: str, english: bool) -> None:
    citizen = Citizen()
    draft = Draft(stage=stage, text="" if stage == "matter" else "路灯不亮", service="other", english=english)
    citizen.slots = {"errand": "report", "draft": dump(draft), "topic": None}
    citizen.say(text, intent, "other")
    check(citizen, stage, text.strip())


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3), max_leaves=6)
FIELDS = st.sampled_from([*Draft.__dataclass_fields__, *Topic.__dataclass_fields__])
SLOT = st.one_of(JSONISH, st.dictionaries(FIELDS, JSONISH))


@given(SLOT, SLOT, st.sampled_from(["none", "report", "case", "choice", "rating", "gone"]), TEXTS)
@settings(max_examples=300, deadline=None)
def test_a_state_of_another_version_does_no_harm(draft: Any, topic: Any, errand: str, text: str) -> None:
    citizen = Citizen(own=[ticket()])
    citizen.slots = {"errand": errand, "draft": draft, "topic": topic}
    citizen.say(text)
    assert citizen.messages


@given(st.text(min_size=1, max_size=30), st.booleans(), st.lists(st.text(max_size=5), max_size=3))
def test_what_is_kept_comes_back(text: str, flag: bool, items: list[str]) -> None:
    draft = Draft(text=text, confidential=flag, choices=tuple(items), latitude=1.5)
    assert load(Draft, json.loads(json.dumps(dump(draft)))) == draft
    topic = Topic(offer=text, options=tuple(items), fails=2)
    assert load(Topic, json.loads(json.dumps(dump(topic)))) == topic
    assert dump(Draft()) is None
