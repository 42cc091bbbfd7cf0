"""What a turn teaches: margins, what followed, and the order that comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from hotline.store.inbox import Heard, Sent
from hotline.training.hearing import knowledge, lesson, margin, outcome, points, proposal
from tests.training.talks import FALLBACK, parse

NOW = datetime(2026, 11, 26, 8, tzinfo=timezone.utc)


def heard(text: str = "路灯不亮找谁", understood: dict[str, Any] | None = None, **more: Any) -> Heard:
    return Heard("t1", "c1", "z1", "rest", NOW, 1, "m1", text, "bot",
                 parse("report", "facility_streetlight") if understood is None else understood, **more)


def sent(kind: str, turn: str = "t1", text: str = "", **custom: Any) -> Sent:
    return Sent(turn, NOW + timedelta(seconds=1), "bot", text, {"type": kind, **custom})


@pytest.mark.parametrize(("understood", "gap"), [
    (parse("greet", sure=0.8, second="thanks"), 0.6),
    (parse("report", "gas_leak", 0.7), 0.4),
    # Doubt between two acts is no doubt of a matter.
    ({**parse("report", "gas_leak", 0.9), "ranking": [{"name": "report", "confidence": 0.5},
                                                     {"name": "urge", "confidence": 0.5}]}, 0.8),
    ({}, None), ({"ranking": [{"name": "greet", "confidence": 1.0}]}, 1.0),
])
def test_margin(understood: dict[str, Any], gap: float | None) -> None:
    assert margin(understood) == gap


@pytest.mark.parametrize(("more", "expected"), [
    ({"sent": (sent("ticket"),)}, "ticket"), ({"sent": (sent("ask"), sent("handover", "t2"))}, "handed_over"),
    ({"useful": True}, "resolved"), ({"useful": False}, "abandoned"),
    ({"sent": (sent("ask"),), "last": True}, "abandoned"), ({"sent": (sent("ask"),)}, "resolved"),
    ({"sent": (sent("answer"),), "last": True}, "resolved"),
])
def test_what_followed(more: dict[str, Any], expected: str) -> None:
    assert outcome(heard(**more), NOW + timedelta(hours=2)) == expected


def test_a_talk_that_goes_on_is_open() -> None:
    one = heard(sent=(sent("ask"),), last=True)
    assert outcome(one, NOW + timedelta(minutes=5)) == "open"
    assert outcome(replace(one, outcome="gate"), NOW) == "handed_over"


def test_what_the_turn_keeps_of_the_knowledge_base_comes_first() -> None:
    kept = {**parse("consult", "other"), "knowledge": {"decision": "none", "article": None}}
    assert knowledge(heard(understood=kept, sent=(sent("answer", article="a"),))) == kept["knowledge"]
    assert knowledge(heard(sent=(sent("answer", article="a"),))) == {"decision": "answer", "article": "a"}
    assert knowledge(heard(sent=(sent("ask", text="您是不是想问："),))) == {"decision": "ask", "article": None}
    assert knowledge(heard(sent=(sent("answer", "t2", article="a"),))) is None


def test_a_correction_outranks_all_and_confirming_is_none() -> None:
    wrong = lesson(heard(corrected=("gas_leak", "a1")))
    assert wrong.why == ("corrected",) and proposal(wrong.heard) == ("report", "gas_leak")
    assert lesson(heard(corrected=("facility_streetlight", "a1"))).why == ()
    lost = lesson(heard(understood=FALLBACK))
    assert lost.why[-1] == "unknown" and lesson(heard()).score < lost.score < wrong.score
    assert lesson(heard(), alike=4).score == lesson(heard()).score + 4 == lesson(heard(), alike=3).score + 1
    assert points(["unknown", "doubtful"], None, 0) > points(["unknown"], None, 0)


def test_small_talk_before_a_person_is_no_mistake() -> None:
    handed = (sent("handover"),)
    assert lesson(heard("我要投诉这个物业", sent=handed)).why == ("handed_over",)
    assert lesson(heard("转人工转人工", parse("human"), sent=handed)).why == ()
    assert lesson(heard("好的", parse("consult", "other"), sent=handed)).why == ()
    assert proposal(heard("好的谢谢", ticket=("report", "gas_leak"))) is None
    assert proposal(heard("楼下有煤气味", ticket=("report", "gas_leak"))) == ("report", "gas_leak")
