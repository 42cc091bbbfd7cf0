"""What a label contradicts in the project's own examples: a candidate learns the label, not both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from hotline.training.duplicates import words_of

_INTENT = re.compile(r"^- intent: (\w+)")
_SERVICE = re.compile(r"^\s+(?:metadata: \{)?service: (\w+)")


class Meaning(NamedTuple):
    """What an example stands for."""

    intent: str | None
    service: str | None


def drop_contradicted(folder: Path, said: Mapping[str, Meaning]) -> int:
    """Remove from the examples beside the overlay those whose words a label gives another meaning; says how many.

    `said` is by `words_of`. A block always keeps its last example: an intent must not vanish.
    """
    dropped = 0
    for path in sorted(folder.glob("*.yml")):
        if path.name == "overlay.yml":
            continue
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = _kept(lines, said)
        if len(kept) < len(lines):
            path.write_text("".join(kept), encoding="utf-8")
            dropped += len(lines) - len(kept)
    return dropped


def _kept(lines: list[str], said: Mapping[str, Meaning]) -> list[str]:
    kept: list[str] = []
    meaning, left = Meaning(None, None), 0
    for place, line in enumerate(lines):
        intent, service = _INTENT.match(line), _SERVICE.match(line)
        if intent:
            meaning, left = Meaning(intent[1], None), _examples(lines, place)
        elif service:
            meaning = meaning._replace(service=service[1])
        elif line.startswith("    - ") and left > 1:
            right = said.get(words_of(line[6:]))
            if right is not None and right != meaning:
                left -= 1
                continue
        kept.append(line)
    return kept


def _examples(lines: list[str], start: int) -> int:
    """How many examples the block that begins here has."""
    count = 0
    for line in lines[start + 1:]:
        if line.startswith("- "):
            break
        count += line.startswith("    - ")
    return count
