"""The arithmetic of measuring: shares with Wilson intervals, macro-F1, confusions, calibration, percentiles."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Z = 1.959964  # 95 %
BINS = 10
Pair = tuple["str | None", "str | None"]  # what it is, what was said


@dataclass(frozen=True)
class Share:
    """`hits` of `total`, with the 95 % interval of Wilson (1927)."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """The share; 0 of nothing is 0."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound."""
        if not self.total:
            return 0.0, 1.0
        share, total = self.value, self.total
        middle = share + Z * Z / (2 * total)
        reach = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
        width = 1 + Z * Z / total
        return max(0.0, (middle - reach) / width), min(1.0, (middle + reach) / width)

    def as_json(self) -> dict[str, float | int]:
        """For the JSON file."""
        low, high = self.interval
        return {"hits": self.hits, "total": self.total, "share": round(self.value, 4), "low": round(low, 4),
                "high": round(high, 4)}

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}] ({self.hits}/{self.total})"


@dataclass(frozen=True)
class ClassRow:
    """How one label fared."""

    label: str
    total: int
    precision: float
    recall: float
    f1: float


def accuracy(pairs: Sequence[Pair]) -> Share:
    """How many were said right."""
    return Share(sum(true == said for true, said in pairs), len(pairs))


def per_class(pairs: Sequence[Pair]) -> list[ClassRow]:
    """Precision, recall and F1 of each label that occurs, most frequent first."""
    true, said = Counter(pair[0] for pair in pairs), Counter(pair[1] for pair in pairs)
    right = Counter(pair[0] for pair in pairs if pair[0] == pair[1])
    rows = []
    for label in sorted(true | said, key=lambda label: (-true[label], str(label))):
        precision = right[label] / said[label] if said[label] else 0.0
        recall = right[label] / true[label] if true[label] else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        rows.append(ClassRow(str(label), true[label], precision, recall, f1))
    return rows


def macro_f1(pairs: Sequence[Pair]) -> float:
    """Mean F1 over the labels that the table has."""
    rows = [row.f1 for row in per_class(pairs) if row.total]
    return sum(rows) / len(rows) if rows else 0.0


def confusions(pairs: Sequence[Pair]) -> list[tuple[str, str, int]]:
    """(what it is, what was said, how often), most frequent first."""
    wrong = Counter((str(true), str(said)) for true, said in pairs if true != said)
    return [(true, said, count) for (true, said), count in wrong.most_common()]


@dataclass(frozen=True)
class Bin:
    """Predictions of about the same confidence: how sure they were, how many were right."""

    confidence: float
    right: float
    total: int


def calibration(judged: Sequence[tuple[float, bool]]) -> tuple[list[Bin], float]:
    """Ten bins of confidence and the expected calibration error (the mean distance of sureness and rightness)."""
    cells: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in judged:
        cells[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    bins = [Bin(sum(item[0] for item in cell) / len(cell), sum(item[1] for item in cell) / len(cell), len(cell))
            for cell in cells if cell]
    error = sum(abs(found.confidence - found.right) * found.total for found in bins)
    return bins, error / len(judged) if judged else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie; 0 of none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
