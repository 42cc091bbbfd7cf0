"""How far a distribution has moved from an earlier one: the population stability index."""

from __future__ import annotations

import math
from collections.abc import Sequence

# The usual reading: below 0.1 the same, from 0.25 on another.
SAME, OTHER = 0.1, 0.25
# With fewer than this many on either side chance alone makes an index of 0.1.
FEWEST = 100


def stability(before: Sequence[int], after: Sequence[int]) -> float | None:
    """The index of two counts over the same bins; None when either has too few to tell.

    Half a count is added to each bin: an empty one would make the index infinite.
    """
    if sum(before) < FEWEST or sum(after) < FEWEST:
        return None
    first, second = _shares(before), _shares(after)
    return round(sum((new - old) * math.log(new / old) for old, new in zip(first, second, strict=True)), 4)


def reading(index: float | None) -> str | None:
    """The index in a word."""
    if index is None:
        return None
    return "same" if index < SAME else "changed" if index < OTHER else "other"


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts) + len(counts) / 2
    return [(count + 0.5) / total for count in counts]
