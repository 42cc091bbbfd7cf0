"""Measures the development and the unseen tables and compares with the figures of the last version.

`python -m tests.understanding.kept` starts a private house, prints the figures and keeps them in figures.json.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import aiohttp

from hotline.care.evaluation.client import InternalClient
from hotline.care.evaluation.house import private_house
from hotline.care.evaluation.measure import measure_messages, measure_questions
from hotline.care.evaluation.tables import Example, read_messages, read_questions

HERE = Path(__file__).parent
KEPT = HERE / "figures.json"
# Of these less is better.
FAULTS = ("false_alarms", "outside_answered", "wrong")

Figures = dict[str, float]


def short(examples: list[Example]) -> list[Example]:
    """Chat messages: what is no letter and no talk."""
    return [example for example in examples if example.group != "letter" and example.labels.get("domain")]


async def figures(client: InternalClient, prefix: str) -> Figures:
    """All figures of one set of tables ("" or "unseen_")."""
    examples = read_messages(HERE / f"{prefix}messages.csv")
    every = await measure_messages(client, examples)
    chat = await measure_messages(client, short(examples))
    danger = await measure_messages(client, read_messages(HERE / f"{prefix}emergencies.csv"))
    asked = await measure_questions(client, read_questions(HERE / f"{prefix}questions.csv"))
    found = {
        **{label: every.labels[label].accuracy.value for label in ("domain", "act", "service")},
        **{f"{label}_short": chat.labels[label].accuracy.value for label in ("domain", "act", "service")},
        **{name: every.spans[name].value for name in ("place", "phone")},
        **{name: share.value for name, share in danger.emergency.items()},
        "first": asked.first.value, "in_three": asked.in_three.value, "answered": asked.answered.value,
        "wrong": asked.wrong.value, "outside_answered": asked.outside_answered.value,
    }
    return {f"{prefix}{name}": round(value, 4) for name, value in found.items()}


async def both(client: InternalClient) -> Figures:
    """The figures of both sets."""
    return {**await figures(client, ""), **await figures(client, "unseen_")}


async def main() -> None:
    """Measure and keep."""
    async with aiohttp.ClientSession() as session, private_house(session) as client:
        found = await both(client)
    for name, value in found.items():
        print(f"{name:28} {value:.4f}")
    KEPT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
