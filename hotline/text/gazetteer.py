"""The names of Qingdao from gazetteer.txt, and the longest of them at a place in a text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("gazetteer.txt")
SECTIONS = ("district", "city", "town", "road", "place")


@dataclass(frozen=True)
class Name:
    """One name; `district` is where it lies when it lies in one only, `weak` counts only beside other parts."""

    text: str
    section: str
    district: str | None
    weak: bool = False


class Gazetteer:
    """All names, looked up by their first character, longest first."""

    def __init__(self, names: dict[str, Name]) -> None:
        self.names = names
        self._by_first: dict[str, list[Name]] = {}
        for name in sorted(names.values(), key=lambda name: -len(name.text)):
            self._by_first.setdefault(name.text[0], []).append(name)

    def at(self, text: str, position: int) -> Name | None:
        """The longest name that starts at the position."""
        for name in self._by_first.get(text[position], ()):
            if text.startswith(name.text, position):
                return name
        return None


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The city's names, read once."""
    names: dict[str, Name] = {}
    section = ""
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[] \n")
        elif ":" in line and not line.startswith("#"):
            district, words = line.split(":", 1)
            for word in words.split():
                _add(names, word, section, district.strip())
    return Gazetteer(names)


def _add(names: dict[str, Name], word: str, section: str, where: str) -> None:
    text = word.rstrip("?")
    district = None if where == "-" else where
    known = names.get(text)
    if known is not None:
        # The same road name in two districts says nothing about the district.
        if known.district != district and known.section != "district":
            names[text] = Name(text, known.section, None, known.weak)
        return
    names[text] = Name(text, section, district, word.endswith("?"))
