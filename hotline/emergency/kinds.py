"""What an emergency is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["gas", "life"]
Subkind = Literal["leak", "carbon_monoxide", "fire", "illness", "crime", "self_harm"]


@dataclass(frozen=True)
class Emergency:
    """A danger that is happening now or not known to be over; `evidence` names the pattern, never the words.

    `ill`: gas can be smelt or heard and somebody feels ill, so the advice on a leak also names 120.
    """

    kind: Kind
    subkind: Subkind
    evidence: str = ""
    ill: bool = False


@dataclass(frozen=True)
class Hit:
    """A sign of danger at `start:end` of the folded text."""

    kind: Kind
    subkind: Subkind
    name: str
    start: int
    end: int
