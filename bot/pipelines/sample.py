"""A smaller training set of the same kind: where the neural pipelines would take half a day on all of it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

SEED = 7


def sample(data: Path, size: int, target: Path) -> Path:
    """Write `size` examples of a folder of NLU YAML files (all of them where there are fewer) as one file."""
    known = list(examples(data))
    chosen = random.Random(SEED).sample(known, min(size, len(known)))
    blocks: dict[str, dict[str, Any]] = {}
    for block, line in chosen:
        head = {key: value for key, value in block.items() if key != "examples"}
        blocks.setdefault(json.dumps(head, sort_keys=True), {**head, "examples": ""})["examples"] += line + "\n"
    target.write_text(yaml.safe_dump({"version": "3.1", "nlu": list(blocks.values())}, allow_unicode=True,
                                     width=100_000), encoding="utf-8")
    return target


def examples(data: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Each example's block and its line, `- text`, of NLU YAML files."""
    for path in sorted(data.rglob("*.yml")) if data.is_dir() else [data]:
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu") or ():
            for line in block["examples"].splitlines():
                if line.startswith("- "):
                    yield block, line
