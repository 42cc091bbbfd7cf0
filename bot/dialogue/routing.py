"""Which errand a turn belongs to, what it needs to read, and the one function that answers it.

Rasa's rules choose an action by the open errand and the intent; here the words themselves are heard first where
they are plain, because the intent is a statistical guess. `plan` and `respond` take the same way, so that what was
read is what is needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot.actions.base import Outcome
from bot.dialogue import answer, cases, fallback, interrupt, matter, person, rate, report, several, talk
from bot.dialogue.case_words import plainly
from bot.dialogue.hear import (
    LETTER,
    angry_at_bot,
    asks,
    cannot_speak,
    doubts_the_bot,
    is_goodbye,
    is_greeting,
    is_thanks,
    menu_word,
    wants_agent,
)
from bot.dialogue.scene import Needs, Scene
from bot.dialogue.state import dump
from hotline.text.normalise import squeezed
from hotline.text.words import has_abuse, is_blank, is_english, receipt_in, wants_person, without_abuse

# The errand of each intent when none is open: the same table as bot/data/rules.yml (a test compares them).
BY_INTENT = {
    "report": "report", "suggestion": "report", "praise": "report", "inform": "report", "anonymous": "report",
    "confidential": "report", "consult": "answer", "status": "case", "urge": "case", "withdraw": "case",
    "add_to_case": "case", "correct": "case", "human": "person", "greet": "talk", "goodbye": "talk", "thanks": "talk",
    "affirm": "talk", "deny": "talk", "cancel": "talk", "bot_challenge": "talk", "chitchat": "talk", "abuse": "talk",
    "nonsense": "talk", "english": "talk", "rate": "rate", "nlu_fallback": "fallback",
}
STEPS: dict[str, Callable[[Scene], Outcome | None]] = {
    "report": report.step, "case": cases.step, "choice": answer.step, "rating": rate.step}
STARTS: dict[str, Callable[[Scene], Outcome]] = {
    "report": matter.start, "answer": answer.start, "case": cases.start, "person": person.start, "talk": talk.start,
    "rate": rate.start, "fallback": fallback.start, "english": talk.english, "without_words": talk.without_words,
    "angry": person.for_anger, "deaf": person.for_deaf,
}
TALK_LIMIT = 30
ABUSE_LEAST = 8
COMPLAINT_LEAST = 12
DOUBTFUL, QUESTION_MOST = 0.5, 20
_COMPLAINS = re.compile(
    r"\s*(?:你好|您好|我们?|要|想|来|实名|匿名|再次|[,，.。! ！])*(?:投诉|举报|反映|反应|求助|建议)(?!的|过|了)"
)


def plan(scene: Scene) -> Needs:
    """What must be read before `respond`: for the open errand, and for the one that would start instead."""
    first = always(scene)
    if first is not None:
        return Needs()
    if scene.errand == "report" and scene.draft.text:
        return interrupt.needs(scene)
    if scene.errand == "case" and scene.topic.case_stage:
        return _with_queries(scene, cases.needs(scene))
    if scene.errand == "choice" and answer.chosen(scene):
        return answer.needs(scene)
    return _needs_of(scene, fresh(scene))


def respond(scene: Scene) -> Outcome:
    """The turn's outcome: what is always heard, then the open errand, then a new one."""
    return _settled(scene, _respond(scene))


def _respond(scene: Scene) -> Outcome:
    first = always(scene)
    if first is not None:
        return STARTS[first](scene)
    useful = answer.feedback_word(scene.text)
    if useful is not None and scene.errand in ("none", "choice"):
        done = answer.feedback(scene, useful)
        if done is not None:
            return done
    step = STEPS.get(scene.errand)
    if step is not None:
        outcome = step(scene)
        if outcome is not None:
            return outcome
    return STARTS[fresh(scene)](scene)


def always(scene: Scene) -> str | None:
    """What is heard in every errand: the wish for a person, anger at the bot, who cannot speak."""
    text = scene.text
    if doubts_the_bot(text):
        return "talk" if scene.errand != "report" else None
    complains = len(text) > 10 and re.search("投诉|举报|态度|反映|打不通", text) is not None
    sure = scene.intent == "human" and scene.confidence >= 0.7 and len(text) <= 20
    if (wants_person(text) or wants_agent(text) or sure) and not complains:
        return "person"
    if angry_at_bot(text):
        return "angry"
    return "deaf" if cannot_speak(text) else None


def fresh(scene: Scene) -> str:
    """The errand of a message when none is open."""
    text = scene.text
    if is_blank(text):
        return "without_words"
    way = menu_word(text)
    if way is not None:
        return {"report": "report", "consult": "answer", "progress": "case"}[way]
    if (receipt_in(text) and len(text) <= LETTER) or plainly(text):
        return "case"
    if rate.plainly(text):
        return "rate"
    if is_english(text):
        return "english"
    if _plain_talk(text):
        return "talk"
    return _by_intent(scene)


def _plain_talk(text: str) -> bool:
    """Talk by its very words; abuse with nothing beside it too."""
    nothing_else = has_abuse(text) and not without_abuse(text)
    return is_greeting(text) or is_thanks(text) or is_goodbye(text) or doubts_the_bot(text) or nothing_else


def _by_intent(scene: Scene) -> str:
    errand = BY_INTENT.get(scene.intent, "fallback")
    if errand == "report" and scene.confidence < DOUBTFUL and asks(scene.text) and len(scene.text) <= QUESTION_MOST:
        return "answer"
    words = len(squeezed(scene.text))
    if errand in ("answer", "case", "fallback") and _tells_new_matters(scene):
        return "report"
    if words > COMPLAINT_LEAST and errand != "report" and _COMPLAINS.match(scene.text):
        return "report"
    rest = without_abuse(scene.text) if scene.intent == "abuse" else ""
    if len(squeezed(rest)) >= ABUSE_LEAST and matter.has_matter(rest):
        return "report"
    if scene.intent in ("inform", "anonymous", "confidential", "correct") and words > TALK_LIMIT:
        return "report"
    if errand == "talk" and words > TALK_LIMIT:
        return "fallback"
    if scene.intent == "praise" and words <= 8:
        return "talk"
    if errand in ("person", "rate") and words > LETTER:
        return "report"
    return errand


def _tells_new_matters(scene: Scene) -> bool:
    """Whether a letter holds several matters, one of them new: they are filed one by one, whatever the whole seems."""
    return any(found.act != "urge" for found in several.matters(scene))


def _needs_of(scene: Scene, errand: str) -> Needs:
    if errand in ("answer", "fallback"):
        return answer.needs(scene)
    if errand == "case":
        return cases.needs(scene)
    return rate.needs(scene) if errand == "rate" else Needs()


def _with_queries(scene: Scene, needed: Needs) -> Needs:
    """While a ticket is talked about the message may be a new question all the same."""
    return replace(needed, queries=answer.needs(scene).queries) if fresh(scene) in ("answer", "fallback") else needed


def _settled(scene: Scene, outcome: Outcome) -> Outcome:
    """An errand left open by nobody is closed, and something understood ends the count of failures."""
    slots = dict(outcome.slots)
    if "errand" not in slots and scene.errand == "choice" and not outcome.slots:
        slots["errand"] = "none"
    if scene.errand == "none" and scene.draft.text and "draft" not in slots:
        slots["draft"] = None  # the report that an agent took over
    topic = scene.topic
    if topic.fails and "topic" not in slots:
        slots["topic"] = dump(replace(topic, fails=0))
    return replace(outcome, slots=slots)


