"""Takes one citizen's words out of what quotes them: pure functions over comparisons, verdicts, examples, logs.

What is counted stays counted: a lost emergency whose words are gone still speaks against its candidate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from typing import Any

from hotline.records import JSON
from hotline.text.masking import mask_text
from hotline.text.normalise import squeezed

GONE = "［应本人要求已删除］"
LEAST = 4  # letters that make a line of a log somebody's: "你好" is in every one
OURS = ("测试集", "紧急测试集", "紧急例句")  # the project's own texts, whoever else has said the same
LISTS = (("changed",), ("emergency", "lost"), ("emergency", "gained"), ("taught", "wrong"))
QUOTED = 40  # characters of a text that the gate's reasons quote


class Erased:
    """`texts` as the citizen wrote them or as labels keep them; masking takes a millisecond a letter."""

    def __init__(self, texts: Iterable[str], conversations: Collection[str]) -> None:
        whole = {text.strip() for text in texts}
        forms = {form for text in whole for form in (text, mask_text(text), mask_text(mask_text(text)))} - {""}
        self._keys = {_key(form) for form in forms}
        parts = {line.strip() for form in forms for line in form.splitlines()}  # a log has a fragment a line
        self._long = sorted(part for part in parts if len(_key(part)) >= LEAST)
        self._conversations = set(conversations)

    def holds(self, text: str) -> bool:
        """Whether this is what the citizen said, whatever its signs and blanks."""
        return _key(text) in self._keys

    def comparison(self, found: JSON) -> tuple[JSON, set[str]]:
        """The comparison without the words, and the texts that were in it; the same object when there were none."""
        result: JSON = json.loads(json.dumps(found))
        quoted: set[str] = set()
        for path in LISTS:
            for row in _rows(result, path):
                if row.get("where") not in OURS and self.holds(str(row.get("text", ""))):
                    quoted.add(_emptied(row))
        for row in _rows(result, ("replay", "changed")):
            if row.get("conversation") in self._conversations or self.holds(str(row.get("text", ""))):
                quoted.add(_emptied(row))
                row.update({name: GONE for name in ("before", "after") if name in row}, conversation=None)
        if not quoted:
            return found, quoted
        if isinstance(result.get("gate"), dict):
            result["gate"] = verdict(result["gate"], quoted)
        return {**result, "erased": int(found.get("erased", 0)) + len(quoted)}, quoted

    def overlay(self, text: str) -> tuple[str, int]:
        """Rasa's YAML as the overlay writes it, without the examples, and how many went."""
        head, *blocks = re.split(r"(?m)^(?=- intent: )", text)
        kept, gone = [], 0
        for block in blocks:
            lines = block.splitlines(keepends=True)
            left = [line for line in lines if not (line.startswith("    - ") and self.holds(line[6:]))]
            gone += len(lines) - len(left)
            if any(line.startswith("    - ") for line in left):
                kept.append("".join(left))
        return "".join([head if kept else head.replace("nlu:\n", "nlu: []\n"), *kept]), gone

    def lines(self, text: str, read: Any) -> tuple[str, int]:
        """A file of one example a line, `read` telling its words, without the citizen's; and how many went."""
        lines = text.splitlines(keepends=True)
        left = [line for line in lines if not self.holds(read(line))]
        return "".join(left), len(lines) - len(left)

    def told(self, value: Any) -> Any:
        """A log or a result: each line, each string that has the words in it is replaced."""
        if isinstance(value, str):
            return "\n".join(GONE if any(form in line for form in self._long) else line for line in value.split("\n"))
        if isinstance(value, dict):
            return {key: self.told(part) for key, part in value.items()}
        return [self.told(part) for part in value] if isinstance(value, list) else value


def verdict(gate: JSON, quoted: Collection[str]) -> JSON:
    """The gate's verdict as it was, without the texts that its reasons quote."""
    def clean(reason: str) -> str:
        for text in quoted:
            reason = reason.replace(f"「{text[:QUOTED]}」", f"「{GONE}」")
        return reason

    return {**gate, "reasons": [clean(str(reason)) for reason in gate.get("reasons", ())]}


def of_jsonl(line: str) -> str:
    """The words of a line of test.jsonl or taught.jsonl."""
    return str(json.loads(line)["text"]) if line.strip() else ""


def of_danger(line: str) -> str:
    """The words of a line `label|subkind|text`."""
    return line.split("|", 2)[-1]


def _emptied(row: JSON) -> str:
    text = str(row.get("text", ""))
    row.update({name: GONE for name in ("text", "line") if name in row})
    return text


def _rows(found: JSON, path: Collection[str]) -> list[JSON]:
    value: Any = found
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return [row for row in value or () if isinstance(row, dict)]


def _key(text: str) -> str:
    return squeezed(text) or text.strip()
