"""What may come between a report's questions: a question, a look at a ticket, a person."""

from __future__ import annotations

import re

from bot.actions.base import Message, Outcome
from bot.dialogue import knowledge
from bot.dialogue.hear import asks, doubts_the_bot, menu_word
from bot.dialogue.say import tell
from bot.dialogue.scene import JSON, Needs, Scene
from hotline.text.normalise import squeezed
from hotline.text.phones import parse_phone
from hotline.text.places import find_place
from hotline.text.words import is_no, is_refusal, is_yes, receipt_in

LIMIT = 100
ROBOT, ROBOT_EN = "我是机器人，要找人就说「转人工」。", "I am a robot. For a person say \"agent\"."
_WHY = re.compile(
    "(?:为什么|为啥|干嘛|干什么|干啥|有什么用|必须|一定要|非要|非得|凭什么|可以不|能不能不|能不)"
    ".{0,6}(?:电话|号码|手机|地址|地点|留|说|填)"
)
_OWN_TICKET = re.compile(
    "(?:我|之前|上次|昨天|前几天|以前).{0,12}(?:工单|反映|投诉|报的|那件|那个).{0,12}(?:怎么样|到哪|进展|进度|结果)"
)


def needs(scene: Scene) -> Needs:
    """What an interruption needs to be answered."""
    if asks_for_ticket(scene):
        return Needs(cases=True, receipt=receipt_in(scene.text))
    return Needs((scene.text[:LIMIT],)) if asks_something(scene) else Needs()


def asks_something(scene: Scene) -> bool:
    """Whether a message in a report is a question and fills no field."""
    text, stage = scene.text, scene.draft.stage
    if not scene.draft.text or not 3 <= len(squeezed(text)) <= LIMIT or is_yes(text) or is_no(text):
        return False
    found = find_place(text) if stage == "place" else None
    if (found is not None and found.precise) or parse_phone(text).phone is not None:
        return False
    if stage == "phone" and is_refusal(text) and not asks(text):
        return False
    if stage in ("change", "service"):
        return False
    return asks(text) or (scene.intent == "consult" and scene.confidence >= 0.6 and stage != "place")


def asks_for_ticket(scene: Scene) -> bool:
    """Whether a message in a report asks for an earlier ticket."""
    text = scene.text
    if len(text) > 40 or not scene.draft.text:
        return False
    named = receipt_in(text) is not None or menu_word(text) == "progress"
    seen = scene.intent == "status" and scene.confidence >= 0.6 and asks(text)
    return named or seen or _OWN_TICKET.search(text) is not None


def answer(scene: Scene) -> Message | None:
    """The bubble for an interruption; None when the message is none."""
    if asks_for_ticket(scene):
        return _ticket(scene)
    if doubts_the_bot(scene.text):
        return tell(ROBOT_EN if scene.draft.english else ROBOT)
    if not asks_something(scene):
        return None
    if scene.draft.english:
        return tell("An agent can answer that: say \"agent\".")
    if _WHY.search(scene.text):
        return tell("地点和电话只用于办理和联系您，电话可以不留。")
    article = knowledge.best(scene.reads)
    if article is not None:
        return knowledge.bubble(article)
    if scene.draft.stage == "confirm" and scene.intent != "consult":
        return None
    return tell("没有查到这个问题的答案，可以说「转人工」。先把这件办完。")


def one_line(case: JSON) -> str:
    """A ticket and its state in one sentence."""
    return f"工单 {case['receipt']}「{str(case.get('title') or '')[:20]}」：{case.get('status_text') or '办理中'}。"


def _ticket(scene: Scene) -> Message:
    if scene.reads.cases:
        return tell(one_line(scene.reads.cases[0]))
    return tell("没有查到这张工单。" if scene.reads.cases is not None else "没有查到，这会儿连不上，请稍后再查。")


def to_person(scene: Scene, reason: str, said: str = "") -> Outcome:
    """Hand the conversation over; the house fills in the position, the desk shows the report as far as it came."""
    if scene.english:
        text = said or "I am handing you over to an agent."
        text += " You are number {position} in the queue."
    else:
        text = said or ("没有听懂您的意思，给您转人工。" if reason == "unclear" else "好的，给您转人工。")
        text += "您排在第 {position} 位，请稍等。"
    command = {"kind": "hand_over", "reason": reason}
    return scene.to(Message(text, custom={"type": "handover"}), errand="none", commands=(command,))
