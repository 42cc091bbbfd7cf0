"""Reads the tables that are measured against: labelled messages, and questions with the facts that answer them."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hotline.errors import BadInput

LABELS = ("domain", "act", "service", "emergency", "place", "phone")
TEXT_COLUMNS = ("text", "message", "chat_no_cue", "details")
QUESTION_COLUMNS = ("question", "text")
# Other people's names for the same acts.
ACTS = {"complaint_or_report": "report", "complaint": "report", "urge_or_followup": "urge", "thanks": "praise"}
_NOTHING = ("", "null", "none", "-", "nan")


@dataclass(frozen=True)
class Example:
    """A message and what it is known to be; a label that is absent here is not measured on it."""

    line: int
    text: str
    labels: Mapping[str, str | None]
    group: str = ""


@dataclass(frozen=True)
class Question:
    """A question and the facts that answer it; none: it has no answer in the knowledge base."""

    line: int
    text: str
    facts: frozenset[str]


def read_messages(path: Path, column: str | None = None) -> list[Example]:
    """All rows with a text; `column` names it. Raises BadInput when the file is no such table."""
    rows = _rows(path)
    names = set(rows[0][1])
    text = _column(path, names, column, TEXT_COLUMNS)
    known = [label for label in LABELS if label in names]
    if not known:
        raise BadInput(f"{path} has none of the columns {', '.join(LABELS)}")
    group = next((name for name in ("register", "selected_by") if name in names), None)
    return [Example(line, row[text].strip(), _labels(row, known), row[group].strip() if group else "")
            for line, row in rows if row[text].strip()]


def read_questions(path: Path, column: str | None = None) -> list[Question]:
    """All rows with a question; `facts` are ids separated by blanks, commas or bars. Raises BadInput."""
    rows = _rows(path)
    names = set(rows[0][1])
    text = _column(path, names, column, QUESTION_COLUMNS)
    if "facts" not in names:
        raise BadInput(f"{path} has no column facts")
    return [Question(line, row[text].strip(), frozenset(
        part for part in re.split(r"[\s,;|，；、]+", row["facts"]) if part.lower() not in _NOTHING))
        for line, row in rows if row[text].strip()]


def _labels(row: Mapping[str, str], known: list[str]) -> dict[str, str | None]:
    """An empty domain is talk, of which all labels are nothing; elsewhere an empty act or service is unknown."""
    given = {label: _value(row[label]) for label in known}
    if "act" in given and given["act"] in ACTS:
        given["act"] = ACTS[str(given["act"])]
    talk = "domain" in given and given["domain"] is None
    return {label: value for label, value in given.items()
            if value is not None or talk or label not in ("act", "service", "domain")}


def _value(raw: str) -> str | None:
    value = raw.strip()
    return None if value.lower() in _NOTHING else value


def _column(path: Path, names: set[str], wanted: str | None, usual: tuple[str, ...]) -> str:
    if wanted is not None:
        if wanted not in names:
            raise BadInput(f"{path} has no column {wanted}")
        return wanted
    found = next((name for name in usual if name in names), None)
    if found is None:
        raise BadInput(f"{path} has none of the columns {', '.join(usual)}; name one with --column")
    return found


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """(line of the file's row, row); short rows get empty cells. Raises BadInput."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [(line, {name: value or "" for name, value in row.items() if name is not None})
                    for line, row in enumerate(csv.DictReader(file), 2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path} cannot be read as CSV in UTF-8") from error
    if not rows:
        raise BadInput(f"{path} has no rows")
    return rows
