"""What an answer does to a report, as every stage tells it."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from bot.dialogue.state import Draft


class Step(NamedTuple):
    """The draft after an answer and a sentence to say first; `whole`: that sentence is the next question itself."""

    draft: Draft
    said: str = ""
    whole: bool = False


def known(draft: Draft, said: str = "", english: str = "") -> Step:
    """The question is answered: the report goes on."""
    return Step(replace(draft, tries=0), said if not draft.english else english)


def again(draft: Draft, said: str, english: str, whole: bool = False) -> Step:
    """The question is not answered: it is counted and asked again."""
    return Step(replace(draft, tries=draft.tries + 1), said if not draft.english else english, whole)
