"""Labelled messages as CSV, and the share that a pipeline got right."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

LABELS = ("domain", "act", "service")
# Other people's names for the same acts.
_ACTS = {"complaint_or_report": "report", "urge_or_followup": "urge", "thanks": "praise"}
_NOTHING = ("", "null", "none", "-", "nan")

Labels = Mapping[str, "str | None"]


@dataclass(frozen=True)
class Table:
    """Messages and what they are known to be; a label that is absent is unknown and not counted."""

    name: str
    texts: list[str]
    labels: list[Labels]


def read_table(path: Path, column: str = "text") -> Table:
    """The rows that have a text. Raises ValueError, in the operator's language, for what is no such table."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [{name: (value or "").strip() for name, value in row.items() if name}
                    for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"读不了这个表：{path}（{type(error).__name__}）") from error
    rows = [row for row in rows if row.get(column)]
    if not rows or not set(LABELS) & set(rows[0]):
        raise ValueError(f"{path}：要有正文列 {column}、{' '.join(LABELS)} 中的至少一列，至少一行")
    name = path.stem if column == "text" else f"{path.stem}.{column}"
    return Table(name, [row[column] for row in rows], [_labels(row) for row in rows])


def _labels(row: Mapping[str, str]) -> Labels:
    """An empty domain is talk, of which every empty label is nothing; elsewhere an empty label is unknown."""
    given = {name: None if row[name].lower() in _NOTHING else row[name] for name in LABELS if name in row}
    if given.get("act") in _ACTS:
        given["act"] = _ACTS[str(given["act"])]
    talk = "domain" in given and given["domain"] is None
    return {name: value for name, value in given.items() if talk or value is not None}


def accuracy(truth: Iterable[Labels], said: Iterable[Labels]) -> dict[str, float | None]:
    """The share of right answers, label by label, among the messages whose label is known; None where none is."""
    pairs = list(zip(truth, said, strict=True))
    right = {name: [guess[name] == known[name] for known, guess in pairs if name in known] for name in LABELS}
    return {name: sum(hits) / len(hits) if hits else None for name, hits in right.items()}
