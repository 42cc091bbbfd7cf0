"""The NLU examples: readable by Rasa, broad in every service, no sentence twice, nothing taken from measuring data."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

from bot.components.services import ACTS, domain_of

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "bot" / "data" / "nlu"
MEASURING = ROOT.parent / "shared" / "data"
DOMAIN_FILES = ("gas_safety", "property_management", "signage", "courtyard_order", "public_facilities", "other")
TALK = {
    "greet", "goodbye", "thanks", "affirm", "deny", "cancel", "human", "bot_challenge", "chitchat", "abuse", "nonsense",
    "inform", "anonymous", "confidential", "correct", "withdraw", "add_to_case", "english", "rate",
}
LEAST = {"report": 45, "consult": 15, "suggestion": 3, "urge": 3, "status": 3, "praise": 3}
LEAST_OF_OTHER = {"report": 220, "consult": 120, "urge": 20, "status": 20, "praise": 20}
LEAST_OF_SUGGESTION = {"suggestion": 60, "urge": 3, "status": 3, "praise": 3}
LONGEST, LETTER = 2000, 60

Example = tuple[str, str, "str | None", str]  # file, intent, service, text


@lru_cache(maxsize=1)
def examples() -> tuple[Example, ...]:
    """All examples as Rasa's own reader sees them."""
    return tuple(found for path in sorted(DATA.glob("*.yml")) for found in _read(path))


def _read(path: Path) -> Iterator[Example]:
    for message in RasaYAMLReader().read(str(path)).training_examples:
        service = ((message.get("metadata") or {}).get("intent") or {}).get("service")
        yield path.stem, message.get("intent"), service, message.get("text")


def _counts() -> dict[str | None, Counter[str]]:
    counts: dict[str | None, Counter[str]] = defaultdict(Counter)
    for _, intent, service, _ in examples():
        counts[service][intent] += 1
    return counts


def _services() -> set[str]:
    catalogue = yaml.safe_load((ROOT / "hotline" / "cases" / "catalogue.yml").read_text(encoding="utf-8"))
    return {service["code"] for service in catalogue["services"]}


def _letters_only(text: str) -> str:
    return re.sub(r"\W", "", text)


def test_reader_sees_every_line() -> None:
    written = sum(line.startswith("    - ") for path in DATA.glob("*.yml") for line in path.read_text().splitlines())
    assert written == len(examples())


def test_intents_and_services_are_the_agreed_ones() -> None:
    assert {intent for _, intent, _, _ in examples()} == TALK | set(ACTS)
    assert {service for _, _, service, _ in examples() if service} == _services()


def test_a_service_stands_in_its_domains_file_and_talk_has_none() -> None:
    for file, intent, service, text in examples():
        if file == "address_first":  # teaches the intent alone
            assert service is None and intent in ("report", "consult"), text
        elif service is None:
            assert file == "talk", text
            assert intent in TALK | {"urge", "status", "praise"}, text
        else:
            assert (file, intent in ACTS) == (domain_of(service), True), text
    assert {file for file, _, _, _ in examples()} == {*DOMAIN_FILES, "talk", "address_first"}


@pytest.mark.parametrize("service", sorted(_services()))
def test_every_service_is_broad(service: str) -> None:
    least = {"other": LEAST_OF_OTHER, "suggestion": LEAST_OF_SUGGESTION}.get(service, LEAST)
    counts = _counts()[service]
    assert {intent: counts[intent] for intent, count in least.items() if counts[intent] < count} == {}
    act = "suggestion" if service == "suggestion" else "report"
    letters = [text for _, intent, of, text in examples() if (intent, of) == (act, service) and len(text) >= LETTER]
    assert len(letters) >= (40 if service == "other" else 6)


def test_every_talk_intent_is_broad() -> None:
    counts = _counts()[None]
    assert {intent: counts[intent] for intent in TALK | {"urge", "status"} if counts[intent] < 20} == {}


def test_no_sentence_stands_twice() -> None:
    seen: dict[str, Example] = {}
    for example in examples():
        key = _letters_only(example[3]).lower() or example[3]
        assert key not in seen, (example, seen[key])
        seen[key] = example


def test_no_example_is_too_long_or_carries_markup() -> None:
    for _, _, _, text in examples():
        assert 0 < len(text) <= LONGEST
        assert "](" not in text and "]{" not in text


@pytest.mark.parametrize(("name", "run"), [("citizen_dev.csv", 12), ("citizen_corpus.csv", 16)])
def test_nothing_is_taken_from_the_measuring_data(name: str, run: int) -> None:
    """No run of characters is shared; letters have their set phrases, so the big corpus gets a longer run."""
    path = MEASURING / name
    if not path.is_file():
        pytest.skip(f"{name} is not here")
    ours = {}
    for _, _, _, text in examples():
        bare = _letters_only(text)
        ours.update({bare[at:at + run]: text for at in range(len(bare) - run + 1)})
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for field in ("chat_form", "title", "details"):
                theirs = _letters_only(row.get(field) or "")
                runs = (theirs[at:at + run] for at in range(len(theirs) - run + 1))
                shared = [ours[found] for found in runs if found in ours]
                assert shared == []
