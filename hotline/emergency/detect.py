"""Is somebody in danger now? Tuned for recall: a missed gas leak is the worst error of all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from hotline.text.normalise import plain

Kind = Literal["gas", "life"]
Subkind = Literal["leak", "carbon_monoxide", "fire", "illness", "crime", "self_harm"]


@dataclass(frozen=True)
class Emergency:
    """A danger that is happening now or not known to be over; `evidence` names the pattern, never the words."""

    kind: Kind
    subkind: Subkind
    evidence: str = ""


def detect(text: str) -> Emergency | None:
    """The emergency a message tells of, or None. Gas comes before life, the graver before the lesser."""
    if re.search("(?:煤气|燃气|天然气).{0,6}(?:味|漏|泄)", plain(text)):
        return Emergency("gas", "leak", "smell")
    return None


def cannot_speak(text: str) -> bool:
    """Whether the citizen says that they cannot hear or speak."""
    return re.search("聋|哑|听不见|听不到|不能说话|说不了话", plain(text)) is not None
