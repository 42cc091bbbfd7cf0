"""What a conversation remembers between turns: the open report and the topic, small and JSON all through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

JSON = dict[str, Any]
Kept = TypeVar("Kept", "Draft", "Topic")

TEXT_LIMIT = 20_000
IMAGES = 6


@dataclass(frozen=True)
class Draft:
    """A report being made. `stage` is what was asked last: matter, service, place, phone, confirm or change.

    `changing` names the field asked for anew at stage change, `tries` counts unclear answers at this stage,
    `later` is a second matter told meanwhile, `hint` a place of the letter that is too vague to send somebody.
    Of a letter with several matters this is the `number`-th (0: the only one), `waiting` are those to come
    (bot/dialogue/waiting.py) and `last_place` is the last one's place. `listed`: several wrongs in one ticket,
    told as a list.
    """

    stage: str = "matter"
    text: str = ""
    act: str = "report"
    service: str = ""
    place: str = ""
    place_done: bool = False
    hint: str = ""
    phone: str = ""
    name: str = ""
    phone_done: bool = False
    anonymous: bool = False
    confidential: bool = False
    time: str = ""
    changing: str = ""
    tries: int = 0
    later: str = ""
    later_service: str = ""
    number: int = 0
    waiting: tuple[str, ...] = ()
    last_place: str = ""
    listed: bool = False
    choices: tuple[str, ...] = ()
    service_done: bool = False
    english: bool = False
    images: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None

    @property
    def at_end(self) -> bool:
        """Whether a change leads back to the confirmation."""
        return bool(self.text and self.place_done and self.phone_done)


@dataclass(frozen=True)
class Topic:
    """What was talked about last: the article, offered choices, the ticket errand, how often nothing was understood.

    `offer` is a text that becomes a report when the citizen takes the offered ticket.
    """

    article: str = ""
    question: str = ""
    asked: str = ""
    options: tuple[str, ...] = ()
    offer: str = ""
    offer_act: str = ""
    offer_service: str = ""
    case_kind: str = ""
    case_stage: str = ""
    case_text: str = ""
    receipt: str = ""
    receipts: tuple[str, ...] = ()
    rating: str = ""
    fails: int = 0
    said: str = ""


def load(kind: type[Kept], slot: Any) -> Kept:
    """A record from its slot; whatever has another type than it should is left at its default."""
    plain = kind()
    if not isinstance(slot, Mapping):
        return plain
    found: JSON = {}
    for field in fields(kind):
        value = _fitting(slot.get(field.name), getattr(plain, field.name))
        if value is not None:
            found[field.name] = value
    return replace(plain, **found)


def dump(record: Draft | Topic) -> JSON | None:
    """A record as a slot's value: what differs from the defaults, None when nothing does."""
    plain = type(record)()
    kept = {
        field.name: _json(getattr(record, field.name)) for field in fields(record)
        if getattr(record, field.name) != getattr(plain, field.name)
    }
    return kept or None


def _fitting(value: Any, default: Any) -> Any:
    if isinstance(default, bool):
        return value if isinstance(value, bool) else None
    if isinstance(default, int):
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    if isinstance(default, str):
        return value[:TEXT_LIMIT] if isinstance(value, str) else None
    if isinstance(default, tuple):
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, (list, tuple)) else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
