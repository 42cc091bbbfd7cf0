"""An outside log as files: CSV, JSONL, Rasa NLU YAML, and the small Rasa project that trains a model of its labels."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from hotline.store.datasets import DatasetRow

FORMATS = {"csv": "text/csv", "jsonl": "application/x-ndjson", "yml": "application/yaml"}
# A cell that starts so would be run as a formula by the program that opens the file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Rasa reads [square](brackets) as annotations, a leading / as a command and a / in an intent as two names.
_SIGNS = str.maketrans({"[": "［", "]": "］"})
_SORTING = "bot.components.letter_sorting.LetterSorting"


class _Block(str):
    """A text that YAML shows line by line."""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """YAML that a person can read and compare."""


_Dumper.add_representer(_Block, lambda dumper, text: dumper.represent_scalar(
    "tag:yaml.org,2002:str", str(text), style="|"))


def written(rows: Sequence[DatasetRow], kind: str) -> str:
    """The log in one of FORMATS."""
    if kind == "yml":
        return _nlu(rows)
    if kind == "jsonl":
        return "".join(json.dumps({"text": row.text, "label": row.label}, ensure_ascii=False) + "\n" for row in rows)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("text", "label"))
    writer.writerows((_cell(row.text), _cell(row.label)) for row in rows)
    return "\ufeff" + file.getvalue()


def write_project(folder: Path, rows: Sequence[DatasetRow], embeddings: str) -> None:
    """What `python -m bot measure` and `python -m bot train` read."""
    (folder / "nlu").mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "rows.jsonl").write_text(written(rows, "jsonl"), encoding="utf-8")
    (folder / "nlu" / "nlu.yml").write_text(written(rows, "yml"), encoding="utf-8")
    domain = {"version": "3.1", "intents": sorted({_intent(row.label) for row in rows})}
    config = {"recipe": "default.v1", "assistant_id": "outside-log", "language": "zh",
              "pipeline": [{"name": _SORTING, "embeddings": embeddings}], "policies": [{"name": "RulePolicy"}]}
    for name, content in (("domain.yml", domain), ("config.yml", config)):
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def digest(rows: Sequence[DatasetRow]) -> str:
    """SHA-256 of all texts and labels in their order."""
    return hashlib.sha256(written(rows, "jsonl").encode()).hexdigest()


def _nlu(rows: Sequence[DatasetRow]) -> str:
    blocks: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        blocks[_intent(row.label)].add(_example(row.text))
    nlu: list[dict[str, Any]] = [
        {"intent": intent, "examples": [{"text": _Block(text)} for text in sorted(texts)]}
        for intent, texts in sorted(blocks.items())]
    return str(yaml.dump({"version": "3.1", "nlu": nlu}, Dumper=_Dumper, allow_unicode=True, sort_keys=False,
                         width=10**6))


def _intent(label: str) -> str:
    return label.replace("/", "／")


def _example(text: str) -> str:
    """Lines without blanks at their ends: YAML would show a text with them as one long quoted line."""
    kept = "\n".join(line for part in text.translate(_SIGNS).splitlines() if (line := " ".join(part.split())))
    kept = "".join(sign for sign in kept if sign.isprintable() or sign == "\n")
    return "／" + kept[1:] if kept.startswith("/") else kept


def _cell(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text
