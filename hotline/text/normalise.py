"""One plain form of what citizens write, with the way back to the text as it stands."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_TABLE = Path(__file__).with_name("traditional.txt")
# Their compatibility form would turn one sign into words or change what a pattern looks for.
_KEPT = {"…": "…", "￥": "¥", "～": "~", "∶": ":", "—": "-", "–": "-", "−": "-", "‐": "-", "‑": "-", "‒": "-",
         "\u2015": "-", "﹣": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "【": "[", "】": "]", "〔": "[", "〕": "]",
         "㎡": "平米", "℃": "度", "丶": "、"}


@dataclass(frozen=True)
class Normalised:
    """The plain form; `offsets[i]` is where its i-th character stands in the source (one more for the end)."""

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the source text."""
        if start >= end:
            return self.offsets[start], self.offsets[start]
        return self.offsets[start], self.offsets[end - 1] + 1


@lru_cache(maxsize=16)  # a turn asks the same text dozens of questions
def normalise(text: str) -> Normalised:
    """Fold width, script and blanks; drop control, zero-width and broken characters; emoji count as blanks."""
    folded: list[str] = []
    offsets: list[int] = []
    for position, character in enumerate(text):
        for piece in _fold(character):
            if piece in " \n" and folded and folded[-1] in " \n":
                folded[-1] = "\n" if "\n" in (piece, folded[-1]) else " "
                continue
            folded.append(piece)
            offsets.append(position)
    return _trimmed(folded, offsets, len(text))


@lru_cache(maxsize=16)
def plain(text: str) -> str:
    """The plain form in lower case without the way back, for comparing short answers."""
    return normalise(text).text.lower()


@lru_cache(maxsize=16)
def squeezed(text: str) -> str:
    """The plain form in lower case with nothing but letters and digits left, for catching odd spellings."""
    return "".join(character for character in plain(text) if character.isalnum())


def _trimmed(folded: list[str], offsets: list[int], end: int) -> Normalised:
    first, last = 0, len(folded)
    while first < last and folded[first] in " \n":
        first += 1
    while last > first and folded[last - 1] in " \n":
        last -= 1
    return Normalised("".join(folded[first:last]), (*offsets[first:last], end))


@lru_cache(maxsize=16384)
def _fold(character: str) -> str:
    """What one character becomes: nothing, itself, or up to a few plain characters."""
    if " " < character <= "~":
        return character
    if character in _KEPT:
        return _KEPT[character]
    if character in "\n\r\u2028\u2029":
        return "\n"
    if character.isspace() or character in "\u3164\u2800\u115f\u1160":
        return " "
    return _fold_rare(character)


def _fold_rare(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"):
        return ""
    if category in ("So", "Sk", "Sm") and not unicodedata.normalize("NFKC", character).isalnum():
        return " "
    compatible = unicodedata.normalize("NFKC", character)
    if not 0 < len(compatible) <= 4:
        return character
    table = _traditional()
    return "".join(table.get(piece, piece) for piece in compatible)


@lru_cache(maxsize=1)
def _traditional() -> dict[str, str]:
    """Traditional to simplified, character by character."""
    lines = [line for line in _TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    pairs = "".join(lines)
    return {pairs[index]: pairs[index + 1] for index in range(0, len(pairs), 2)}
