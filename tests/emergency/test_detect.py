"""Dangers found and harmless talk left alone, on four lists written one after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.emergency import Detector, cannot_speak

HERE = Path(__file__).parent


def lines(name: str) -> list[str]:
    text = (HERE / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


PARTS = ("", "second_", "third_", "fourth_")
DANGERS = [line.split("|", 2) for part in PARTS for line in lines(f"{part}emergencies.txt")]
HARMLESS = [line for part in PARTS for line in lines(f"{part}harmless.txt")]


@pytest.mark.parametrize("message", [message for kind, _, message in DANGERS if kind == "gas"])
def test_no_gas_emergency_is_missed(message: str, detector: Detector) -> None:
    found = detector.detect(message)
    assert found is not None and found.kind == "gas"


def test_life_is_found(detector: Detector) -> None:
    life = [message for kind, _, message in DANGERS if kind == "life"]
    missed = [message for message in life if (found := detector.detect(message)) is None or found.kind != "life"]
    assert len(missed) <= len(life) * 0.02, missed


def test_the_kind_of_help_is_right(detector: Detector) -> None:
    found = [(message, sub, detector.detect(message)) for _, sub, message in DANGERS]
    wrong = [message for message, sub, emergency in found if emergency is not None and emergency.subkind != sub]
    assert len(wrong) <= len(DANGERS) * 0.03, wrong


def test_harmless_talk_raises_no_alarm(detector: Detector) -> None:
    alarms = [message for message in HARMLESS if detector.detect(message) is not None]
    assert len(alarms) <= len(HARMLESS) * 0.02, alarms


@pytest.mark.parametrize("noise", ["\u200b", " ", ".", "\u3000", "*", "😱"])
def test_noise_between_the_characters_hides_nothing(noise: str, detector: Detector) -> None:
    assert detector.detect(noise.join("煤气漏了")) is not None


def test_a_danger_anywhere_in_a_long_letter_counts(detector: Detector) -> None:
    dull = "我们小区的物业收费不透明，绿化也没有人管，希望领导关注。" * 40
    for position in (0, len(dull) // 2, len(dull)):
        found = detector.detect(dull[:position] + "今天厨房里一直有煤气味。" + dull[position:])
        assert found is not None and found.kind == "gas"


@pytest.mark.parametrize("text", [
    "", "?", "😱", "\x00\x01", "[" * 5000, "漏" * 20000, "煤" * 20000, "被" * 20000, "有人" * 10000, "灶," * 8000,
    "没有煤气味。" * 3300, "担心煤气泄漏，" * 2500])
def test_odd_input_is_answered(text: str, detector: Detector) -> None:
    detector.detect(text)


@pytest.mark.parametrize(("text", "mute"), [
    ("我是聋哑人，家里漏气了", True), ("我听不见，也不能说话", True), ("I am deaf", True),
    ("不敢出声，他就在门外", True), ("我说不了话", True),
    ("物业装聋作哑", False), ("电话听不清楚是物业的问题吗", False), ("家里漏气了", False),
])
def test_who_cannot_speak(text: str, mute: bool) -> None:
    assert cannot_speak(text) is mute


@pytest.mark.parametrize("message", [
    "我在市南区香港中路18号", "我在李沧区书院路10号", "在市南区香港中路10号2单元", "我现在在崂山区海尔路1号",
    "我们家住市北区台东一路20号", "我人就在市南区香港中路18号。"])
def test_whoever_only_says_where_they_are_is_in_no_danger(message: str, detector: Detector) -> None:
    """The answer to the house's question for the place was taken for a crime."""
    assert detector.detect(message) is None


@pytest.mark.parametrize("message", ["救命，我在市南区香港中路18号", "我在市南区香港中路18号，厨房有煤气味"])
def test_a_danger_with_its_place_is_heard(message: str, detector: Detector) -> None:
    assert detector.detect(message) is not None
