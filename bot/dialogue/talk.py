"""Everything around a matter: greetings, thanks, abuse, nonsense, a picture without words, English."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.actions.base import Message, Outcome
from bot.dialogue import matter
from bot.dialogue.fields import take_attachments
from bot.dialogue.hear import doubts_the_bot, is_goodbye, is_greeting, is_thanks
from bot.dialogue.interrupt import to_person
from bot.dialogue.say import CONSULT, MENU, PERSON, REPORT, ask, buttons, tell
from bot.dialogue.scene import Scene
from bot.dialogue.state import Draft
from hotline.text.words import has_abuse, is_blank

_SENTENCE = "请用一句话说是什么问题。"
_ENGLISH_PERSON = re.compile("agent|human|operator|person|someone|somebody|representative|staff", re.IGNORECASE)
_ENGLISH_REPORT = re.compile(
    "report|complain|broken|leak|noise|noisy|smell|dirty|garbage|trash|block|damage|dark|danger|illegal|not work|"
    "doesn't work|isn't work|fix|repair|flood|hole|light|parking|loud", re.IGNORECASE)
_ENGLISH_HELLO = re.compile(
    r"\W*(?:hello|hi|hey|good (?:morning|afternoon|evening|day))\b[\w ,.!]{0,20}", re.IGNORECASE)
_ENGLISH_HELP = (
    "This is the Qingdao 12345 hotline's robot. Tell me what is wrong and where, and I file a report; "
    "or say \"agent\" for a person."
)


def start(scene: Scene) -> Outcome:
    """Answer talk by what it plainly is, else by the model's intent."""
    text = scene.text
    if is_thanks(text) or scene.intent == "thanks":
        return scene.to(tell("不客气。有事随时说。"), errand="none")
    if is_goodbye(text) or scene.intent == "goodbye":
        return scene.to(tell("好的，再见。"), errand="none")
    if doubts_the_bot(text) or scene.intent == "bot_challenge":
        who = tell("我是机器人，能查政策、登记工单。要找人，说「转人工」。", REPORT, CONSULT, PERSON)
        return scene.to(who, errand="none")
    if has_abuse(text) or scene.intent == "abuse":
        return scene.to(tell("听得出您很着急。您说是什么事，我来登记，或者转人工。", REPORT, PERSON), errand="none")
    if is_greeting(text) or scene.intent == "greet":
        return greeting(scene)
    return _by_intent(scene)


def greeting(scene: Scene) -> Outcome:
    """Who speaks and what can be done here."""
    text = "您好，这里是青岛12345。可以反映问题、咨询政策、查工单进度。"
    return scene.to(Message(text, MENU), errand="none")


def _by_intent(scene: Scene) -> Outcome:
    if scene.intent in ("affirm", "deny", "cancel"):
        return scene.to(Message("好的。您要办哪一样？", MENU, custom={"type": "ask", "field": "choice"}), errand="none")
    if scene.intent == "chitchat":
        return scene.to(Message("这个我帮不上。12345的事可以直接说。", MENU), errand="none")
    return nonsense(scene)


def nonsense(scene: Scene) -> Outcome:
    """A text without a meaning, a lone sign: ask for one sentence and show the ways."""
    return scene.to(ask("matter", f"没有看懂。{_SENTENCE}", REPORT, CONSULT, PERSON), errand="none")


def without_words(scene: Scene) -> Outcome:
    """A picture, a place or nothing at all: what came is kept for the report."""
    before = scene.draft if not scene.draft.text else Draft()
    kept = take_attachments(before, scene)
    if kept == before:
        if scene.turn.attachments or is_blank(scene.text):
            return scene.to(ask("matter", _SENTENCE, REPORT, CONSULT, PERSON), errand="none")
        return nonsense(scene)
    located = kept.place != before.place or kept.latitude != before.latitude
    said = "位置收到了。" if located else "图片收到了。"
    question = ask("matter", f"{said}{_SENTENCE}", REPORT, CONSULT, PERSON)
    return scene.to(question, errand="report", draft=replace(kept, stage="matter"))


def english(scene: Scene) -> Outcome:
    """Fixed English: hand-over, report, or what can be done here."""
    text = scene.text
    words = text.split()
    if _ENGLISH_PERSON.search(text) and len(words) <= 12:
        return to_person(scene, "asked")
    if _ENGLISH_HELLO.fullmatch(text):
        return scene.to(_help(), errand="none")
    question = text.rstrip().endswith("?") and not _ENGLISH_REPORT.search(text)
    if question or (len(words) < 6 and not _ENGLISH_REPORT.search(text)):
        return scene.to(_help(), errand="none")
    return matter.start(scene)


def _help() -> Message:
    return Message(_ENGLISH_HELP, (*buttons("Report a problem"), {"title": "Agent", "payload": "agent please"}))


