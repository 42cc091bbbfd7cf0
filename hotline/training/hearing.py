"""What a turn says to whoever teaches the bot: pure functions over what was heard and what followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hotline.records import JSON
from hotline.store.inbox import Heard
from hotline.store.labels import Label
from hotline.text.normalise import squeezed
from hotline.training.choices import ACTS

UNSURE = "nlu_fallback"
NOT_FOUND, DID_YOU_MEAN, NOT_HEARD = "没有查到", "您是不是想问", "没有听懂"  # the bot's words, kept by a test
LOW = 0.15  # a margin below it is a guess
QUIET = timedelta(minutes=30)  # of silence: the talk is over
TELLING = 6  # letters: shorter words to an agent are about no matter
KINDS = ("low_margin", "corrected", "unknown", "handed_over", "doubtful")
# What a message teaches, in points; see `points`.
WORTH = {"corrected": 100, "unknown": 60, "handed_over": 45, "doubtful": 40, "low_margin": 40}
PERSON = ("human", "greet", "thanks", "goodbye", "affirm", "deny")  # asking for a person is no mistake of the bot


@dataclass(frozen=True)
class Lesson:
    """One turn with what it teaches: `why` are kinds, `score` sorts."""

    heard: Heard
    why: tuple[str, ...]
    score: int
    margin: float | None
    label: Label | None = None


def lesson(one: Heard, label: Label | None = None, alike: int = 0, contradicted: bool = False) -> Lesson:
    """What a turn teaches; `alike`: how many others say the same, `contradicted`: their labels differ."""
    gap = margin(one.parse)
    signs = {
        "corrected": _differs(one),
        "unknown": _unknown(one),
        "handed_over": outcome(one) == "handed_over" and one.parse.get("intent") not in PERSON and _telling(one),
        "doubtful": contradicted or one.useful is False,
        "low_margin": gap is not None and gap < LOW,
    }
    why = tuple(kind for kind in KINDS if signs[kind])
    return Lesson(one, why, points(why, gap, alike), gap, label)


def points(why: Sequence[str], gap: float | None, alike: int) -> int:
    """The worst sign counts whole, each further one a fifth; a narrow margin and many alike add to it."""
    worth = sorted((WORTH[kind] for kind in why), reverse=True)
    narrow = round(10 * (1 - min(gap / LOW, 1.0))) if gap is not None else 0
    return (worth[0] if worth else 0) + sum(worth[1:]) // 5 + narrow + min(alike, 10)


def margin(parse: Mapping[str, Any]) -> float | None:
    """How far the best guess is ahead: matter against talk and, in a matter, service against service."""
    ranking = parse.get("ranking") or []
    if not ranking:
        return None
    matter = sum(item["confidence"] for item in ranking if item["name"] in ACTS)
    talk = [item["confidence"] for item in ranking if item["name"] not in ACTS]
    if parse.get("act"):
        services = [item["confidence"] for item in parse.get("service_ranking") or []]
        gaps = [matter - max(talk, default=0.0), *([services[0] - services[1]] if len(services) > 1 else [])]
        return round(max(float(min(gaps)), 0.0), 4)
    best = sorted([matter, *talk], reverse=True)
    return round(max(float(best[0] - best[1]), 0.0), 4) if len(best) > 1 else None


def knowledge(one: Heard) -> JSON | None:
    """What the knowledge base was asked and said in this turn; None when it was not asked.

    A turn that keeps it in its parse says so itself; of others the bot's words tell.
    """
    kept = one.parse.get("knowledge")
    if isinstance(kept, dict) and kept.get("decision"):
        return {"decision": kept["decision"], "article": kept.get("article")}
    for sent in one.sent:
        if sent.turn_id == one.turn_id and sent.author == "bot":
            if sent.custom.get("type") == "answer":
                return {"decision": "answer", "article": sent.custom.get("article")}
            if DID_YOU_MEAN in sent.text:
                return {"decision": "ask", "article": None}
            if NOT_FOUND in sent.text:
                return {"decision": "none", "article": None}
    return None


def emergency(one: Heard) -> str | None:
    """The kind of danger that the house heard in this turn."""
    return next((str(sent.custom.get("kind")) for sent in one.sent
                 if sent.turn_id == one.turn_id and sent.custom.get("type") == "emergency"), None)


def outcome(one: Heard, now: datetime | None = None) -> str:
    """What followed: a ticket, a person, an answer that was enough, silence after a question, or nothing yet."""
    if one.outcome in ("gate", "bot_failed"):
        return "handed_over"
    for sent in one.sent:
        kind = sent.custom.get("type")
        if kind in ("ticket", "handover"):
            return "ticket" if kind == "ticket" else "handed_over"
    if one.useful is not None:
        return "resolved" if one.useful else "abandoned"
    if now is not None and one.last and now - one.at < QUIET:
        return "open"
    asked = [sent for sent in one.sent if sent.turn_id == one.turn_id and sent.custom.get("type") == "ask"]
    return "abandoned" if asked and one.last else "resolved"


def proposal(one: Heard) -> tuple[str, str] | None:
    """Intent and service as a person said them: the agent's correction, else the ticket that an agent filed."""
    if one.corrected is not None:
        act = one.parse.get("act")
        return (str(act) if act in ACTS else "report"), one.corrected[0]
    if one.ticket is not None and _telling(one):
        return one.ticket
    return None


def _differs(one: Heard) -> bool:
    """An agent may also confirm what was heard."""
    return one.corrected is not None and one.corrected[0] != one.parse.get("service_code")


def _unknown(one: Heard) -> bool:
    found = knowledge(one)
    unheard = any(sent.turn_id == one.turn_id and sent.author == "bot" and NOT_HEARD in sent.text for sent in one.sent)
    return one.parse.get("intent") == UNSURE or unheard or (found is not None and found["decision"] == "none")


def _telling(one: Heard) -> bool:
    return len(squeezed(one.text)) >= TELLING
