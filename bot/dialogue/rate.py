"""The rating errand: one to five for a ticket, with a word if there is one."""

from __future__ import annotations

import re

from bot.actions.base import Outcome
from bot.dialogue.say import PERSON, REPORT, ask, tell
from bot.dialogue.scene import Needs, Scene
from bot.dialogue.state import Topic
from hotline.text.normalise import squeezed
from hotline.text.scores import score_in
from hotline.text.words import is_cancel, is_no, receipt_in

SCORES = ("非常满意", "满意", "一般", "不满意", "非常不满意")


def plainly(text: str) -> bool:
    """Whether a text is one of the offered scores, whatever the model thinks."""
    words = squeezed(text)
    return words in SCORES or re.fullmatch("(?:打|给|评)?[1-5一二三四五](?:分|星|颗星)", words) is not None


def needs(scene: Scene) -> Needs:
    """The ticket to rate."""
    return Needs(cases=True, receipt=receipt_in(scene.text) or scene.topic.rating or None)


def start(scene: Scene) -> Outcome:
    """The citizen wants to rate: the score is in the words, or asked for."""
    if scene.reads.cases is None:
        return scene.to(tell("没有查到，这会儿连不上。请稍后再评，或转人工。", PERSON, REPORT), errand="none")
    if not scene.reads.cases:
        return scene.to(tell("没有查到可以评价的工单。可以反映问题，或转人工。", REPORT, PERSON), errand="none")
    done = [case for case in scene.reads.cases if case.get("status") in ("answered", "closed")]
    case = (done or list(scene.reads.cases))[0]
    receipt, score = str(case["receipt"]), score_in(scene.text)
    if score is not None:
        return _rated(scene, receipt, score)
    title = str(case.get("title") or "")[:16]
    question = ask("rating", f"工单 {receipt}「{title}」办得怎么样？", *SCORES)
    return scene.to(question, errand="rating", topic=Topic(rating=receipt))


def step(scene: Scene) -> Outcome | None:
    """The answer to "how was it?"; None when it is about something else."""
    score = score_in(scene.text)
    if score is not None and scene.topic.rating:
        return _rated(scene, scene.topic.rating, score)
    if is_cancel(scene.text) or is_no(scene.text):
        return scene.to(tell("好的，不评价也没关系。"), errand="none", topic=Topic())
    return None


def _rated(scene: Scene, receipt: str, score: int) -> Outcome:
    text = scene.text if len(squeezed(scene.text)) > 6 else ""
    command = {"kind": "rate", "receipt": receipt, "score": score} | ({"text": text} if text else {})
    if score <= 2:
        said = tell("记下了。没解决的话，可以重新登记，或转人工。", REPORT, PERSON)
    else:
        said = tell("谢谢您的评价，记下了。")
    return scene.to(said, errand="none", topic=Topic(), commands=(command,))
