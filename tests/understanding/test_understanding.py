"""The real model against labelled tables: not worse than the last version, and every table what it says it is."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import aiohttp
import pytest
import yaml

from hotline.care.evaluation.client import InternalClient
from hotline.emergency.training import read_examples
from hotline.knowledge.files import load_folder
from hotline.knowledge.index import outside_questions
from tests.city import City
from tests.understanding.kept import FAULTS, HERE, KEPT, both

ROOT = HERE.parent.parent
SLACK = 0.02  # one or two messages of a hundred: another machine's arithmetic, another order of equals


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


async def test_no_figure_is_worse_than_the_last_version(city: City) -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    async with aiohttp.ClientSession() as session:
        found = await both(InternalClient(session, city.internal, city.token))
    assert found.keys() == kept.keys()
    worse = {name: (kept[name], found[name]) for name in kept
             if (found[name] - kept[name]) * (-1 if name.endswith(FAULTS) else 1) < -SLACK}
    assert worse == {}


@pytest.mark.parametrize("prefix", ["", "unseen_"])
def test_tables_are_large_and_broad_enough(prefix: str) -> None:
    messages, dangers, questions = (rows(f"{prefix}{name}.csv") for name in ("messages", "emergencies", "questions"))
    scale = 1 if prefix == "" else 0.5
    assert len(messages) >= 400 * scale and len(dangers) >= 300 * scale
    assert sum(bool(row["facts"]) for row in questions) >= 300 * scale
    assert sum(not row["facts"] for row in questions) >= 100 * scale
    assert len({row["service"] for row in messages} - {""}) == 25
    assert {row["act"] for row in messages} - {""} == {"report", "consult", "suggestion", "urge", "status", "praise"}
    assert all(row["place"] in row["text"] for row in messages)
    assert min(Counter(row["emergency"] for row in dangers).values()) >= 60


def test_no_measured_sentence_is_among_the_examples() -> None:
    def bare(text: str) -> str:
        return re.sub(r"\W", "", text).lower()

    known = {bare(text) for text, _ in read_examples()} | {bare(text) for text in outside_questions()}
    for file in load_folder():
        known |= {bare(text) for article in file.articles for text in (article.question, *article.similar)}
    for path in (ROOT / "bot" / "data" / "nlu").glob("*.yml"):
        for block in yaml.safe_load(Path(path).read_text(encoding="utf-8"))["nlu"]:
            known |= {bare(line[2:]) for line in block["examples"].splitlines() if line.startswith("- ")}
    measured = [row.get("text") or row["question"] for name in ("messages", "emergencies", "questions")
                for prefix in ("", "unseen_") for row in rows(f"{prefix}{name}.csv")]
    shared = [text for text in measured if len(bare(text)) > 3 and bare(text) in known]
    assert shared == []
