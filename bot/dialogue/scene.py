"""One turn as the dialogue sees it: what was said, what is remembered, what was read for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.actions.base import Message, Outcome, Turn
from bot.dialogue.state import Draft, Topic, dump, load
from hotline.text.words import is_english

JSON = dict[str, Any]


@dataclass(frozen=True)
class Needs:
    """What an errand wants read before it speaks."""

    queries: tuple[str, ...] = ()
    cases: bool = False
    receipt: str | None = None
    last4: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class Reads:
    """What was read. None where it was not asked for; `failed` when the house did not answer a read."""

    services: JSON = field(default_factory=dict)
    searches: tuple[JSON, ...] = ()
    cases: tuple[JSON, ...] | None = None
    limited: bool = False
    failed: bool = False

    def name_of(self, service: str) -> str:
        """A service's name for citizens, empty while the catalogue is out of reach."""
        entry = self.services.get(service) or {}
        return str(entry.get("name") or "")


@dataclass(frozen=True)
class Scene:
    """A turn with its memory and reads; `to` makes the outcome, so that no function forgets a slot."""

    turn: Turn
    reads: Reads = field(default_factory=Reads)

    @property
    def text(self) -> str:
        """What the citizen said, blanks at the ends left out."""
        return self.turn.text.strip()

    @property
    def intent(self) -> str:
        """The model's intent, `nlu_fallback` when there is none."""
        return self.turn.intent or "nlu_fallback"

    @property
    def confidence(self) -> float:
        """How sure the model is of its intent."""
        return float(self.turn.parse.get("confidence") or 0.0)

    @property
    def errand(self) -> str:
        """The open errand."""
        return str(self.turn.slots.get("errand") or "none")

    @property
    def draft(self) -> Draft:
        """The report being made, an empty one if there is none."""
        return load(Draft, self.turn.slots.get("draft"))

    @property
    def topic(self) -> Topic:
        """What was talked about last."""
        return load(Topic, self.turn.slots.get("topic"))

    @property
    def english(self) -> bool:
        """Whether to speak English: the text is English, or the open report is in English."""
        return is_english(self.text) or (self.errand == "report" and self.draft.english)

    @property
    def service(self) -> str:
        """The service that the model sees in the text, also where it takes the text for talk; `other` if none."""
        ranking = self.turn.parse.get("service_ranking") or [{}]
        return str(self.turn.parse.get("service_code") or ranking[0].get("name") or "other")

    def to(
        self, *messages: Message, errand: str | None = None, draft: Draft | None = None, drop: bool = False,
        topic: Topic | None = None, commands: Sequence[JSON] = (),
    ) -> Outcome:
        """An outcome; what is not named stays as it is, `drop` forgets the report."""
        slots: JSON = {}
        if errand is not None:
            slots["errand"] = errand
        if draft is not None or drop:
            slots["draft"] = dump(draft) if draft is not None else None
        if topic is not None:
            slots["topic"] = dump(topic)
        return Outcome(tuple(messages), tuple(commands), slots)
