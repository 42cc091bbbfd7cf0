"""The fixed advice: the design's words, the firms' numbers, the operator's edits."""

from __future__ import annotations

import pytest

from hotline.emergency import Detector, Emergency, advice
from hotline.emergency.advice import TEXTS, text_name

GAS = (
    "1. 不要开关任何电器，不要点火，不要在屋里打电话。2. 顺手能关就关掉燃气阀门，轻轻打开门窗。"
    "3. 马上离开，到室外安全的地方。4. 在室外拨打 119，或燃气公司抢修电话{gas_firms}。您先离开，到安全处再回复我。"
)
MONOXIDE = (
    "1. 立即打开门窗，离开到空气流通处。2. 顺手关掉热水器和炉灶。"
    "3. 有人不舒服马上拨打 120；闻到燃气味同时拨打 119。"
)
LEAK = Emergency("gas", "leak")
KINDS = [LEAK, Emergency("gas", "carbon_monoxide"), Emergency("gas", "fire"), Emergency("life", "fire"),
         Emergency("life", "illness"), Emergency("life", "crime"), Emergency("life", "self_harm")]


def test_the_words_of_the_design() -> None:
    assert TEXTS["gas"].replace("\n", "") == GAS
    assert TEXTS["carbon_monoxide"].replace("\n", "") == MONOXIDE


def test_without_firms_no_number_is_made_up() -> None:
    text = advice(LEAK)
    assert "或燃气公司抢修电话。" in text and "{" not in text


def test_firms_stand_in_the_text() -> None:
    assert "燃气公司抢修电话（某燃气 12345678）。" in advice(LEAK, "某燃气 12345678")


@pytest.mark.parametrize(
    ("subkind", "number"), [("fire", "119"), ("illness", "120"), ("crime", "110"), ("self_harm", "120 或 110")])
def test_the_number_comes_first_then_the_agent(subkind: str, number: str) -> None:
    text = advice(Emergency("life", subkind))  # type: ignore[arg-type]
    assert number in text.splitlines()[0] and text.splitlines()[-1].endswith("我们的人工坐席马上联系您。")


@pytest.mark.parametrize("emergency", KINDS)
@pytest.mark.parametrize("english", [False, True])
def test_who_cannot_speak_is_told_that_an_agent_calls(emergency: Emergency, english: bool) -> None:
    text = advice(emergency, english=english, cannot_speak=True)
    assert ("write your address" in text) if english else ("请用文字告诉我们地址" in text and "坐席会替您拨打" in text)
    assert "{" not in text


def test_an_operators_edit_counts_and_an_empty_one_does_not() -> None:
    assert advice(LEAK, overrides={"gas": "先离开。{gas_firms}"}) == "先离开。"
    assert advice(LEAK, overrides={"gas": "  "}) == advice(LEAK)


def test_english_writers_get_english() -> None:
    for emergency in KINDS:
        assert text_name(emergency, True) in TEXTS
        assert all(ord(character) < 0x2E80 for character in advice(emergency, english=True))


@pytest.mark.parametrize("text", [
    "家里一股煤气味，头晕", "厨房煤气味很大，我妈恶心想吐", "屋里滋滋响有煤气味，人已经晕倒了",
    "I smell gas and feel dizzy"])
def test_gas_that_is_smelt_forbids_switches_even_when_somebody_is_ill(text: str, detector: Detector) -> None:
    found = detector.detect(text)
    assert found is not None and (found.subkind, found.ill) == ("leak", True)
    words = advice(found, english=text.isascii())
    assert ("Do not" in words if text.isascii() else "不要开关任何电器" in words) and "120" in words
    steps = [line[0] for line in words.split("\n") if line[:1].isdigit()]
    assert steps == [str(number) for number in range(1, len(steps) + 1)]


def test_illness_at_a_burner_without_a_smell_stays_carbon_monoxide(detector: Detector) -> None:
    found = detector.detect("洗澡洗到一半头晕恶心，用的是燃气热水器")
    assert found is not None and (found.subkind, found.ill) == ("carbon_monoxide", False)
