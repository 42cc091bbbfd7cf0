"""Rows to measure: JSONL as the training room writes it, or a CSV with its columns named."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

Row = tuple[str, str]  # text, label


def read_rows(path: Path, columns: Sequence[str], label: str) -> list[Row]:
    """Texts and labels; rows of a CSV without a label are passed over. Raises ValueError, OSError."""
    rows = list(_csv(path, columns, label) if path.suffix == ".csv" else _jsonl(path))
    if not rows:
        raise ValueError(f"{path} 里没有带标签的行")
    return rows


def check(rows: Sequence[Row], folds: int) -> None:
    """Raise ValueError where a fold would be without an example of some label."""
    counts = Counter(label for _, label in rows)
    rare = sorted(label for label, count in counts.items() if count < folds)
    if len(counts) < 2:
        raise ValueError("至少要有两种标签")
    if rare:
        raise ValueError(f"{folds} 折交叉验证要求每种标签至少 {folds} 行；不够的：{'、'.join(rare)}")


def _jsonl(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
                yield str(row["text"]), str(row["label"])
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path} 第 {number} 行不是 {{\"text\", \"label\"}}") from error


def _csv(path: Path, columns: Sequence[str], label: str) -> Iterator[Row]:
    csv.field_size_limit(1 << 24)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in (*columns, label) if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{path} 没有这一列：{'、'.join(missing)}")
        for row in reader:
            text = "\n".join(part for name in columns if (part := (row[name] or "").strip()))
            if text and (row[label] or "").strip():
                yield text, row[label].strip()
