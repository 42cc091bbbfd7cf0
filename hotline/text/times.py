"""When it happened, as a phrase of the text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class When:
    """A time phrase at `start:end` of the text."""

    text: str
    start: int
    end: int


def find_time(text: str) -> When | None:
    """The first phrase that says when it happened ("昨晚十点多", "11月3号", "夜来"), or None."""
    return None
