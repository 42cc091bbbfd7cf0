"""A long message is also read in pieces: the danger may stand in one sentence among twenty."""

from __future__ import annotations

import re

LONG = 60
_LONGEST, _STRETCH, _STEP, _PAIR = 90, 60, 40, 110
_ENDS = " ,.。;\n"
_SENTENCE = re.compile(r"[^。!?;\n]+[。!?;\n]*")


def sentences(text: str) -> list[str]:
    """The sentences of a folded text."""
    return [found for found in _SENTENCE.findall(text) if found.strip()]


def windows(text: str) -> list[str]:
    """Sentences, pairs of short ones, and overlapping stretches of one that never stops; none of a short text."""
    if len(text) <= LONG:
        return []
    pieces: list[str] = []
    parts = sentences(text)
    for number, part in enumerate(parts):
        if len(part) > _LONGEST:
            pieces += [part[at:at + _STRETCH] for at in range(0, len(part), _STEP)]
            continue
        pieces.append(part)
        if number + 1 < len(parts) and len(part) + len(parts[number + 1]) <= _PAIR:
            pieces.append(part + parts[number + 1])
    # A short message ends without a stop: one behind a piece would say no more than that it is a piece.
    return [piece.strip(_ENDS) or piece for piece in pieces] if len(pieces) > 1 else []
