"""Where it is: the longest continuous address phrase as it stands in a text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """An address phrase at `start:end` of the text; `precise` when it is good enough to send somebody there."""

    text: str
    start: int
    end: int
    district: str | None
    precise: bool


def find_place(text: str) -> Place | None:
    """The best address phrase of a text, or None."""
    return None


def place_answer(text: str) -> str | None:
    """An answer to "where?" without its filler, else word for word; None for what is clearly no place."""
    return text.strip() or None


def district_of(place_text: str) -> str | None:
    """The district's official name (市北区, 西海岸新区 counts as 黄岛区) that a place lies in, where it can be told."""
    return None
