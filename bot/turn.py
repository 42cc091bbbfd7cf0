"""One turn through Rasa: state in, message handled, messages, commands and state out, or an honest failure.

Rasa keeps nothing: the tracker is built from the house's state under a key of its own for the attempt, never
enters the tracker store or a lock, and is gone when the turn returns. So turns run side by side, and a late or
failed attempt leaves no trace.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME, DEFAULT_SLOT_NAMES
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot import patches
from bot.actions.base import CLOSING_SLOT, COMMANDS_SLOT, flat_parse

JSON = dict[str, Any]
FLEETING = frozenset({CLOSING_SLOT, COMMANDS_SLOT, "session_started_metadata"})
MESSAGE_PARTS = ("text", "buttons", "image", "custom")


class TurnFailed(Exception):
    """The turn did not end well: `reason` is action_failed, no_message or circuit_breaker."""

    def __init__(self, reason: str, parse: JSON, detail: list[str]) -> None:
        super().__init__(reason)
        self.reason = reason
        self.parse = parse
        self.detail = detail


@dataclass(frozen=True)
class TurnRequest:
    """What the house asks: its turn's id, the citizen's message, the state and who speaks where."""

    turn_id: str
    text: str
    attachments: list[JSON] = field(default_factory=list)
    slots: JSON = field(default_factory=dict)
    active_loop: str | None = None
    context: JSON = field(default_factory=dict)


class Collector(OutputChannel):
    """Keeps each message of the bot whole: Rasa's own channels tear text, buttons and custom apart."""

    def __init__(self) -> None:
        self.messages: list[JSON] = []

    @classmethod
    def name(cls) -> str:
        """The channel's name in responses with a channel condition."""
        return "hotline"

    async def send_response(self, recipient_id: str, message: JSON) -> None:
        """Take one message."""
        kept = {part: message[part] for part in MESSAGE_PARTS if message.get(part)}
        if kept:
            self.messages.append(kept)


async def parse(agent: Agent, text: str) -> JSON:
    """Understand a text: the flat parse of the wire, with the milliseconds it took."""
    started = time.perf_counter()
    return _flat(await _parsed(processor_of(agent), text), text, started)


async def run_turn(agent: Agent, request: TurnRequest) -> JSON:
    """Run one turn; raises TurnFailed."""
    processor = processor_of(agent)
    failures = patches.watch()
    started = time.perf_counter()
    parsed = await _parsed(processor, request.text)
    flat = _flat(parsed, request.text, started)
    tracker = _tracker(processor, request)
    before = len(tracker.events)
    collector = Collector()
    try:
        await _handle(processor, tracker, collector, request, parsed)
    except Exception as error:
        failures.append(("rasa", type(error).__name__))
    _check(processor, tracker, before, failures, collector, flat)
    return {
        "messages": collector.messages,
        "commands": tracker.get_slot(COMMANDS_SLOT) or [],
        "parse": flat,
        "state": _state(tracker),
        "model": processor.model_filename,
    }


def processor_of(agent: Agent) -> MessageProcessor:
    """The agent's processor; LookupError while there is no model."""
    if agent is None or agent.processor is None:
        raise LookupError("no model")
    return agent.processor


def neutral(text: str) -> str:
    """A text that Rasa does not take for a command: a leading slash becomes its full-width twin."""
    bare = text.lstrip()
    return text[: len(text) - len(bare)] + "／" + bare[1:] if bare.startswith("/") else text


async def _parsed(processor: MessageProcessor, text: str) -> JSON:
    message = UserMessage("")
    message.text = neutral(text)  # the constructor would strip it and shift the offsets
    parsed = await processor.parse_message(message)
    return {**parsed, "text": text}


def _flat(parsed: JSON, text: str, started: float) -> JSON:
    return {**flat_parse(parsed), "text": text, "ms": round((time.perf_counter() - started) * 1000, 2)}


def _tracker(processor: MessageProcessor, request: TurnRequest) -> DialogueStateTracker:
    """A tracker as the last turn left it: slots, active loop, listening."""
    domain = processor.domain
    known = {slot.name for slot in domain.slots} - FLEETING
    slots = [SlotSet(name, value) for name, value in request.slots.items() if name in known]
    loop = [ActiveLoop(request.active_loop)] if request.active_loop in domain.form_names else []
    listening: list[Event] = [ActionExecuted(ACTION_LISTEN_NAME)]
    key = f"{request.turn_id}:{secrets.token_hex(4)}"
    tracker = DialogueStateTracker(key, domain.slots)
    tracker.assistant_id = processor.model_metadata.assistant_id
    tracker.model_id = processor.model_metadata.model_id
    tracker.update_with_events([*listening, *slots, *loop, *listening], domain)
    return tracker


async def _handle(
    processor: MessageProcessor, tracker: DialogueStateTracker, collector: Collector, request: TurnRequest, parsed: JSON
) -> None:
    """What `MessageProcessor.handle_message` does, less the tracker store."""
    metadata = {"context": request.context, "attachments": request.attachments, "turn_id": request.turn_id}
    message = UserMessage(
        request.text, collector, tracker.sender_id, parsed, Collector.name(), request.turn_id, metadata)
    message.text = request.text
    await processor._handle_message_with_tracker(message, tracker)
    tracker = await processor.run_action_extract_slots(collector, tracker)
    await processor._run_prediction_loop(collector, tracker)


def _check(
    processor: MessageProcessor, tracker: DialogueStateTracker, before: int, failures: patches.Failures,
    collector: Collector, parse: JSON,
) -> None:
    """Silence is never an answer: raise TurnFailed for whatever Rasa passes over."""
    events = list(tracker.events)[before:]
    detail = [f"{action}: {error}" for action, error in failures]
    detail += [f"{name}: not closed" for name in _unclosed(events, set(processor.domain.user_actions))]
    if detail:
        raise TurnFailed("action_failed", parse, detail)
    if tracker.latest_action_name != ACTION_LISTEN_NAME:
        raise TurnFailed("circuit_breaker", parse, [str(tracker.latest_action_name)])
    if not collector.messages:
        raise TurnFailed("no_message", parse, [])


def _unclosed(events: list[Event], custom: set[str]) -> list[str]:
    """Custom actions of the turn whose own closing event does not follow them before the next action."""
    open_action: str | None = None
    found: list[str] = []
    for event in [*events, ActionExecuted(ACTION_LISTEN_NAME)]:
        if isinstance(event, SlotSet) and event.key == CLOSING_SLOT and event.value == open_action:
            open_action = None
        elif isinstance(event, ActionExecuted):
            if open_action is not None:
                found.append(open_action)
            name = event.action_name
            open_action = name if name in custom and not str(name).startswith("utter_") else None
    return found


def _state(tracker: DialogueStateTracker) -> JSON:
    """Slots that differ from their start and the active loop; commands and the closing event stay behind."""
    slots = {
        slot.name: slot.value for slot in tracker.slots.values()
        if slot.name not in FLEETING and slot.value != slot.initial_value
        and (slot.name not in DEFAULT_SLOT_NAMES or slot.name == "requested_slot")
    }
    return {"slots": slots, "active_loop": tracker.active_loop_name}
