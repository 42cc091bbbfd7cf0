"""The base class of every custom action: reads the turn, runs it, utters, and closes it visibly.

    from bot.actions.base import HotlineAction, Message, Outcome, Turn

    class ActionProgress(HotlineAction):
        action_name = "action_progress"

        async def act(self, turn: Turn) -> Outcome:
            found = await self.house.lookup_cases(turn.context["citizen_id"])
            if not found["cases"]:
                return Outcome.say("没有查到您的工单。", slots={"errand": "none"})
            ask = {"type": "ask", "field": "choice"}
            return Outcome(
                messages=(Message("查哪一件？", buttons=(button("最近一件"),), custom=ask),),
                commands=({"kind": "urge", "receipt": found["cases"][0]["receipt"]},),
                slots={"errand": "choice", "topic": found["cases"]},
            )

An action ends the turn: the base asks for `action_listen` next, so that a rule holds whatever the action does to
`errand`, and the fallback does not call itself again. An action after which the rule goes on sets
`ends_turn = False`.

An action that raises leaves no closing event and no message: the channel answers 502 and the house tries
again or calls a person. So let errors rise; catch only what the citizen can be told (`HouseUnavailable`).
"""

from __future__ import annotations

import traceback
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.actions.house import House
from hotline.errors import HotlineError

JSON = dict[str, Any]
CLOSING_SLOT = "closed_by"
COMMANDS_SLOT = "commands"

log = structlog.get_logger(__name__)


class ActionFailed(HotlineError):
    """An action did not end well; the message is the action's name and never a citizen's word."""


@dataclass(frozen=True)
class Message:
    """One bubble: any of text, buttons, an image's address and a custom payload, which stay together."""

    text: str | None = None
    buttons: tuple[JSON, ...] = ()
    image: str | None = None
    custom: JSON | None = None


@dataclass(frozen=True)
class Outcome:
    """What an action wants: messages out, commands for the house, slots to set (None empties one)."""

    messages: tuple[Message, ...] = ()
    commands: tuple[JSON, ...] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def say(cls, text: str, *, slots: Mapping[str, Any] | None = None, commands: tuple[JSON, ...] = ()) -> Outcome:
        """An outcome of one plain sentence."""
        return cls((Message(text),), commands, slots or {})


@dataclass(frozen=True)
class Turn:
    """What an action may know: the citizen's text as sent, its parse, the slots and who speaks where.

    `parse` has the keys of the channel's parse: intent, confidence, ranking, entities, domain, act,
    service_code, service_confidence, service_ranking, place, phone; and segments, a letter's pieces as
    {"text", "start", "end", "service_code", "confidence", "act"} (hotline/text/letters.py). `context` has
    conversation_id, citizen_id, channel and sender. `attachments` are dicts with `kind`.
    """

    text: str
    parse: JSON
    slots: JSON
    context: JSON
    attachments: tuple[JSON, ...] = ()
    active_loop: str | None = None

    @property
    def intent(self) -> str | None:
        """The intent's name."""
        name = self.parse["intent"]
        return name if isinstance(name, str) else None

    @classmethod
    def from_tracker(cls, tracker: Tracker) -> Turn:
        """Read the turn from what Rasa sends to an action."""
        latest = tracker.latest_message
        metadata = latest.get("metadata") or {}
        return cls(
            text=latest.get("text") or "",
            # The pieces are for actions alone: the wire's parse stays as it is.
            parse={**flat_parse(latest), "segments": latest.get("segments") or []},
            slots={name: value for name, value in tracker.slots.items() if name not in (CLOSING_SLOT, COMMANDS_SLOT)},
            context=dict(metadata.get("context") or {}),
            attachments=tuple(metadata.get("attachments") or ()),
            active_loop=tracker.active_loop_name,
        )


class HotlineAction(Action, ABC):
    """An action that ends well or visibly does not; subclasses set `action_name` and write `act`.

    Rasa registers every subclass that is not abstract.
    """

    action_name: ClassVar[str] = ""
    ends_turn: ClassVar[bool] = True

    def name(self) -> str:
        """The name rules and domain.yml call it by."""
        return self.action_name

    @property
    def house(self) -> House:
        """The client of the front door's internal API, one for the process."""
        return House.shared()

    @abstractmethod
    async def act(self, turn: Turn) -> Outcome:
        """Decide what this turn says and wants."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: JSON) -> list[JSON]:
        """Run `act` and translate its outcome to Rasa; the closing event is the last one."""
        try:
            outcome = await self.act(Turn.from_tracker(tracker))
            events = self._events(outcome, tracker)
        except ActionExecutionRejection:
            raise
        except Exception as error:
            log.error("action_failed", action=self.name(), error=type(error).__name__, at=_where(error))
            raise ActionFailed(self.name()) from None  # the first error's message may hold citizens' words
        for message in outcome.messages:
            dispatcher.utter_message(
                text=message.text, image=message.image, buttons=[dict(button) for button in message.buttons],
                json_message=message.custom,
            )
        return events

    def _events(self, outcome: Outcome, tracker: Tracker) -> list[JSON]:
        events = [_slot(name, value) for name, value in outcome.slots.items()]
        if outcome.commands:
            earlier = tracker.slots.get(COMMANDS_SLOT) or []
            events.append(_slot(COMMANDS_SLOT, [*earlier, *outcome.commands]))
        if self.ends_turn:
            events.append({"event": "followup", "timestamp": None, "name": "action_listen"})
        events.append(_slot(CLOSING_SLOT, self.name()))
        return events


def button(title: str, payload: str | None = None) -> JSON:
    """A quick reply; its payload is plain Chinese that the citizen could type as well."""
    return {"title": title, "payload": payload or title}


def flat_parse(latest: Mapping[str, Any]) -> JSON:
    """Rasa's parse data as the channel's flat parse (without `ms`)."""
    intent = latest.get("intent") or {}
    keys = ("domain", "act", "service_code", "service_confidence", "place", "phone")
    return {
        "text": latest.get("text") or "",
        "intent": intent.get("name"),
        "confidence": intent.get("confidence") or 0.0,
        "ranking": _ranking(latest.get("intent_ranking")),
        "entities": [
            {key: entity[key] for key in ("entity", "value", "start", "end") if key in entity}
            for entity in latest.get("entities") or []
        ],
        **{key: latest.get(key) for key in keys},
        "service_ranking": _ranking(latest.get("service_ranking")),
    }


def _ranking(found: Any) -> list[JSON]:
    return [{"name": item["name"], "confidence": item["confidence"]} for item in found or []]


def _slot(name: str, value: Any) -> JSON:
    return {"event": "slot", "timestamp": None, "name": name, "value": value}


def _where(error: BaseException) -> list[str]:
    """The frames an error passed, innermost last: file and line only."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return [f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in frames]
