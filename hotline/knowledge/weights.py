"""What the search has learned about itself: how much each comparison counts and where the decisions lie.

`python -m hotline kb tune` sets them on held-out similar questions and writes `weights.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = Path(__file__).with_name("weights.json")


@dataclass(frozen=True)
class Weights:
    """`rank` orders the articles; `confidence` and `bias` make a chance in 0..1; `answer` and `ask` are its limits."""

    rank: Mapping[str, float] = field(default_factory=lambda: {"terms": 1.0})
    confidence: Mapping[str, float] = field(default_factory=dict)
    bias: float = 0.0
    answer: float = 0.7
    ask: float = 0.2

    def chance(self, signals: Mapping[str, float]) -> float:
        """How sure it is that the first article is what was asked."""
        total = self.bias + sum(weight * signals[name] for name, weight in self.confidence.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def read_weights(with_meaning: bool, path: Path = FILE) -> Weights:
    """The weights for a search with or without sentence embeddings."""
    return Weights(**json.loads(path.read_text(encoding="utf-8"))["meaning" if with_meaning else "terms"])


def write_weights(both: Mapping[bool, Weights], path: Path = FILE) -> None:
    """Keep the weights of both kinds of search."""
    plain = {"meaning" if with_meaning else "terms": asdict(weights) for with_meaning, weights in both.items()}
    path.write_text(json.dumps(plain, indent=1, sort_keys=True) + "\n", encoding="utf-8")
