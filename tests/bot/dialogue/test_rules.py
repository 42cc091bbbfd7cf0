"""The rules, the domain and the dialogue's own table say the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from bot.actions import answer, case, fallback, person, rate, report, talk
from bot.dialogue.routing import BY_INTENT

ROOT = Path(__file__).resolve().parents[3]
ERRANDS = {"report": "action_report", "case": "action_case", "choice": "action_answer", "rating": "action_rate"}


def rules() -> dict[tuple[str, str], str]:
    """The action of each open errand and intent."""
    found: dict[tuple[str, str], str] = {}
    for rule in yaml.safe_load((ROOT / "bot/data/rules.yml").read_text(encoding="utf-8"))["rules"]:
        errand = rule["condition"][0]["slot_was_set"][0]["errand"]
        first, action = rule["steps"]
        for step in first.get("or", [first]):
            key = (errand, step["intent"])
            assert key not in found, key
            found[key] = action["action"]
    return found


def domain() -> dict[str, Any]:
    """The domain file."""
    return dict(yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8")))


def test_every_errand_and_intent_has_one_action() -> None:
    intents = {next(iter(intent)) if isinstance(intent, dict) else intent for intent in domain()["intents"]}
    expected = intents | {"nlu_fallback"}
    for errand in ("none", *ERRANDS):
        assert {intent for known, intent in rules() if known == errand} == expected, errand


def test_rules_and_dialogue_agree() -> None:
    found = rules()
    for intent, errand in BY_INTENT.items():
        assert found["none", intent] == f"action_{errand}"
    for (errand, _), action in found.items():
        assert errand == "none" or action == ERRANDS[errand]


def test_errands_are_the_slots_values() -> None:
    values = [str(value) for value in domain()["slots"]["errand"]["values"]]
    assert sorted(values) == sorted(["none", *ERRANDS])


def test_every_action_of_the_domain_exists() -> None:
    classes = (answer.ActionAnswer, case.ActionCase, fallback.ActionFallback, person.ActionPerson, rate.ActionRate,
               report.ActionReport, talk.ActionTalk)
    assert sorted(kind().name() for kind in classes) == sorted(domain()["actions"])


def test_every_intent_of_the_examples_is_in_the_domain() -> None:
    known = {intent for _, intent in rules()}
    for path in (ROOT / "bot/data/nlu").glob("*.yml"):
        used = set(re.findall(r"^- intent: (\S+)", path.read_text(encoding="utf-8"), re.MULTILINE))
        assert used <= known, path.name
