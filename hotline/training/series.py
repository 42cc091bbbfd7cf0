"""Counts by day made into series over days or weeks, with a name, a share and a drift."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hotline.records import JSON
from hotline.store.trends import BINS, Count, Understood
from hotline.training.drift import FEWEST, reading, stability


@dataclass(frozen=True)
class Steps:
    """The periods of a chart: days, or weeks by their Monday; `place` says which one a day belongs to."""

    names: list[str]
    place: Mapping[str, int]

    @classmethod
    def of(cls, days: Sequence[date], by: str) -> Steps:
        """The periods that these days make."""
        firsts = [day if by == "day" else day - timedelta(days=day.weekday()) for day in days]
        names = sorted({first.isoformat() for first in firsts})
        numbers = {name: number for number, name in enumerate(names)}
        return cls(names, {day.isoformat(): numbers[first.isoformat()]
                           for day, first in zip(days, firsts, strict=True)})

    def series(self, counts: Sequence[Count], key: Callable[[str], str] = str) -> Series:
        """One row of numbers a key; `key` may put several into one."""
        rows: dict[str, list[int]] = {}
        for count in counts:
            rows.setdefault(key(count.key), [0] * len(self.names))[self.place[count.day]] += count.number
        return Series(rows, len(self.names))

    def totals(self, days: Mapping[str, int]) -> list[int]:
        """The sum of each period."""
        found = [0] * len(self.names)
        for day, number in days.items():
            found[self.place[day]] += number
        return found


@dataclass(frozen=True)
class Series:
    """Rows of numbers by key, one number a period."""

    rows: Mapping[str, list[int]]
    length: int

    def of(self, key: str) -> list[int]:
        """One row; nothing but zeros where nothing was counted."""
        return self.rows.get(key, [0] * self.length)

    def json(self, names: Mapping[str, str]) -> list[JSON]:
        """The rows with their names, the largest first."""
        ordered = sorted(self.rows.items(), key=lambda row: (-sum(row[1]), row[0]))
        return [{"key": key, "name": names.get(key, key), "total": sum(row), "counts": row} for key, row in ordered]

    def drift(self) -> list[JSON]:
        """Each period's mixture of keys beside the first one's that has enough."""
        keys = sorted(self.rows)
        return drift([[self.rows[key][number] for key in keys] for number in range(self.length)])


def drift(mixtures: Sequence[Sequence[int]]) -> list[JSON]:
    """Each period's counts over the same bins against the first period's that has enough to tell.

    The first week of a month is mostly a part of one: measured by it nothing would ever be told.
    """
    first = next((mixture for mixture in mixtures if sum(mixture) >= FEWEST), ())
    found = [stability(first, mixture) for mixture in mixtures]
    return [{"psi": index, "reading": reading(index)} for index in found]


def confidence_json(turns: Sequence[Understood], steps: Steps) -> JSON:
    """The mean of each period (null without messages), its tenths, and how far they moved from where they began."""
    bins = [[0] * BINS for _ in steps.names]
    sums = [0.0] * len(steps.names)
    for one in turns:
        if one.tenth is not None:
            bins[steps.place[one.day]][min(max(one.tenth, 0), BINS - 1)] += one.number
            sums[steps.place[one.day]] += one.sure
    means = [round(total / sum(row), 4) if sum(row) else None for total, row in zip(sums, bins, strict=True)]
    return {"mean": means, "bins": bins, "drift": drift(bins)}


def share(part: Sequence[int], whole: Sequence[int]) -> list[float | None]:
    """Part by whole, period by period; null where there is nothing."""
    return [round(some / every, 4) if every else None for some, every in zip(part, whole, strict=True)]
