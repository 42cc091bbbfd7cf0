"""The fixed test set: the checkout's labelled tables, where they are there, and the labels kept back for testing."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from hotline.emergency.training import read_examples
from hotline.errors import BadInput
from hotline.settings import ROOT
from hotline.training.assembly import HELD, TAUGHT

TABLES = ROOT / "tests" / "understanding"
QUESTIONS, EXAMPLES = 240, 800  # so many are asked: of the questions each takes a whole turn
SEED = 12345
UNKNOWN = "?"
NAMES = ("messages.csv", "emergencies.csv", "questions.csv")
T = TypeVar("T")


@dataclass(frozen=True)
class Item:
    """A message and what is right; `intent` None: it is no matter. UNKNOWN: nobody has said."""

    text: str
    where: str
    intent: str | None = UNKNOWN
    service: str | None = UNKNOWN
    emergency: str | None = UNKNOWN  # gas, life or None


@dataclass(frozen=True)
class Question:
    """A question and the facts that answer it; none: the knowledge base has no answer."""

    text: str
    facts: frozenset[str]


@dataclass(frozen=True)
class Exam:
    """All that both models are asked; `missing` says in Chinese what could not be; `taught` are labels that train."""

    messages: tuple[Item, ...]
    dangers: tuple[Item, ...]
    questions: tuple[Question, ...]
    missing: tuple[str, ...] = ()
    taught: tuple[Item, ...] = ()


def read_exam(folder: Path | None, tables: Path = TABLES) -> Exam:
    """The exam for the candidate in `folder`. Raises BadInput for a line that makes no sense."""
    held, taught = ([*_labels(folder / name)] if folder is not None and (folder / name).is_file() else []
                    for name in (HELD, TAUGHT))
    messages = [*(_message(row) for row in _rows(tables / "messages.csv")), *held]
    dangers = [_danger(row) for row in _rows(tables / "emergencies.csv")]
    dangers += [item for item in messages if item.emergency != UNKNOWN]
    questions = [_question(row) for row in _rows(tables / "questions.csv")]
    missing = [f"没有测试表 {name}" for name in NAMES if not (tables / name).is_file()]
    return Exam(tuple(messages), (*dangers, *_examples()), tuple(_some(questions, QUESTIONS)), tuple(missing),
                tuple(taught))


def _some(known: Sequence[T], most: int) -> list[T]:
    return random.Random(SEED).sample(known, min(most, len(known)))


def _rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table; none where it is absent, as in an installation without tests."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name: (value or "").strip() for name, value in row.items() if name} for row in csv.DictReader(file)]


def _message(row: dict[str, str]) -> Item:
    """An empty domain is talk; elsewhere an empty act or service is unknown."""
    if not row["domain"]:
        return Item(row["text"], "测试集", intent=None, emergency=row["emergency"] or None)
    return Item(row["text"], "测试集", row["act"] or UNKNOWN, row["service"] or UNKNOWN, row["emergency"] or None)


def _question(row: dict[str, str]) -> Question:
    return Question(row["question"], frozenset(part for part in re.split(r"[\s,;|，；、]+", row["facts"]) if part))


def _danger(row: dict[str, str]) -> Item:
    kind = row["emergency"]
    return Item(row["text"], "紧急测试集", emergency=None if kind in ("", "none") else kind)


def _labels(path: Path) -> Iterator[Item]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            label = json.loads(line)
            danger = label.get("emergency") or UNKNOWN
            yield Item(str(label["text"]), "标注", label.get("intent") or UNKNOWN, label.get("service") or UNKNOWN,
                       None if danger == "none" else re.sub(":.*", "", danger))
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise BadInput(f"{path.name} 第 {number} 行不是一条标注") from error


def _examples() -> list[Item]:
    """Some of the detector's own dangerous examples: what it was taught it should not unlearn."""
    known = sorted((text, label.split(":")[0]) for text, label in read_examples() if label != "none")
    return [Item(text, "紧急例句", emergency=kind) for text, kind in _some(known, EXAMPLES)]
