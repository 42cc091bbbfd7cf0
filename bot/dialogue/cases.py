"""The ticket errand: progress, urging, adding to it and withdrawing it; foreign and unknown receipts sound alike."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.base import Message, Outcome
from bot.dialogue import interrupt, matter
from bot.dialogue.case_words import LAST_ONE, addition_in, kind_of, secrets_in, taken
from bot.dialogue.hear import LETTER, menu_word
from bot.dialogue.say import PERSON, REPORT, TICKET, ask, quote, tell
from bot.dialogue.scene import JSON, Needs, Scene
from bot.dialogue.state import Topic
from hotline.text.normalise import squeezed
from hotline.text.words import is_cancel, is_no, is_yes, receipt_in

OPEN = ("pending", "accepted", "dispatched", "signed", "processing", "returned", "answered")
NOTE = 200
WITHDRAW, KEEP = "撤回", "不撤了"

def needs(scene: Scene) -> Needs:
    """Which tickets to look up."""
    topic = scene.topic
    if scene.errand == "case" and topic.case_stage == "last4":
        last4, code = secrets_in(scene.text)
        if last4 or code:
            return Needs(cases=True, receipt=topic.receipt, last4=last4, code=code)
    if scene.errand == "case" and topic.case_stage in ("sure", "text") and topic.receipt:
        return Needs(cases=True, receipt=receipt_in(scene.text))
    return Needs(cases=True, receipt=receipt_in(scene.text) or taken(scene))


def start(scene: Scene, kind: str | None = None) -> Outcome:
    """A message about a ticket."""
    kind = kind or kind_of(scene)
    if scene.reads.cases is None:
        return _out_of_reach(scene)
    named = receipt_in(scene.text)
    found = scene.reads.cases
    if named and not found:
        return _unknown(scene, Topic(case_kind=kind, receipt=named, case_text=addition_in(scene.text)))
    if not found:
        return _none(scene, kind)
    if not named and _is_new_matter(scene, kind, found):
        return matter.start(scene)
    if kind == "status" and len(found) > 1 and not LAST_ONE.search(scene.text):
        return _which(scene, found)
    return do(scene, kind, _meant(scene, kind, found), addition_in(scene.text))


def step(scene: Scene) -> Outcome | None:
    """One more message in the ticket errand; None when it is about something else."""
    topic = scene.topic
    chosen = topic.case_stage == "which" and taken(scene) is not None
    if not chosen and (is_cancel(scene.text) or (is_no(scene.text) and topic.case_stage != "sure")):
        return scene.to(tell("好的。有事随时说。"), errand="none", topic=Topic())
    stages = {"which": _step_which, "last4": _step_last4, "text": _step_text, "sure": _step_sure}
    handler = stages.get(topic.case_stage)
    return handler(scene, topic) if handler is not None else None


def do(scene: Scene, kind: str, case: JSON, addition: str = "") -> Outcome:
    """Do with a known ticket what is wanted."""
    receipt, done = str(case["receipt"]), case.get("status") not in OPEN
    topic = Topic(receipt=receipt, said=kind)
    if kind == "status":
        return scene.to(_status(case), errand="none", topic=topic)
    if done:
        text = f"{interrupt.one_line(case)}不能再改了。没解决可以重新登记。"
        return scene.to(tell(text, REPORT, PERSON), errand="none", topic=topic)
    if kind == "urge":
        command = {"kind": "urge", "receipt": receipt, "text": scene.text}
        return scene.to(tell(f"已催办工单 {receipt}{quote(_title(case), 16)}，您的话会转给承办单位。"),
                        errand="none", topic=topic, commands=(command,))
    if kind == "withdraw":
        question = ask("choice", f"要撤回工单 {receipt}{quote(_title(case), 16)}吗？撤回后不再办理。", WITHDRAW, KEEP)
        return scene.to(question, errand="case", topic=replace(topic, case_kind=kind, case_stage="sure"))
    if len(squeezed(addition)) < 2:
        question = ask("matter", f"要给工单 {receipt} 补充什么？请直接说。")
        return scene.to(question, errand="case", topic=replace(topic, case_kind=kind, case_stage="text"))
    return _add(scene, receipt, addition)


def _add(scene: Scene, receipt: str, addition: str) -> Outcome:
    command = {"kind": "add_to_case", "receipt": receipt, "text": addition}
    return scene.to(tell(f"已补充到工单 {receipt}：{quote(addition)}。"), errand="none", topic=Topic(receipt=receipt),
                    commands=(command,))


def _step_which(scene: Scene, topic: Topic) -> Outcome | None:
    receipt = receipt_in(scene.text) or taken(scene)
    if receipt is None:
        return None
    if not scene.reads.cases:
        return _out_of_reach(scene) if scene.reads.cases is None else _unknown(scene, replace(topic, receipt=receipt))
    return do(scene, topic.case_kind or "status", scene.reads.cases[0], topic.case_text)


def _step_last4(scene: Scene, topic: Topic) -> Outcome | None:
    last4, code = secrets_in(scene.text)
    if not last4 and not code:
        return None
    if scene.reads.cases is None:
        return _out_of_reach(scene)
    if scene.reads.limited:
        later = tell("没有查到。试的次数多了，请稍后再查，或转人工。", PERSON, REPORT)
        return scene.to(later, errand="none", topic=Topic())
    if not scene.reads.cases:
        text = "没有查到这张工单，请核对编号。可以重新登记，或转人工。"
        return scene.to(tell(text, REPORT, PERSON), errand="none", topic=Topic())
    return _foreign(scene, topic.case_kind, scene.reads.cases[0])


def _step_text(scene: Scene, topic: Topic) -> Outcome | None:
    if menu_word(scene.text) or (scene.intent in ("status", "human", "withdraw") and len(scene.text) < 15):
        return None
    return _add(scene, topic.receipt, scene.text)


def _step_sure(scene: Scene, topic: Topic) -> Outcome | None:
    words, kept = squeezed(scene.text), Topic(receipt=topic.receipt)
    if words in ("不撤了", "不撤", "不撤回", "别撤") or is_no(scene.text):
        return scene.to(tell(f"好的，工单 {topic.receipt} 继续办理。"), errand="none", topic=kept)
    if is_yes(scene.text) or words in ("撤回", "撤", "撤吧", "确认撤回", "撤销", "是撤回", "撤回吧", "确认撤销"):
        command = {"kind": "withdraw", "receipt": topic.receipt}
        return scene.to(tell(f"工单 {topic.receipt} 已撤回。"), errand="none", topic=Topic(), commands=(command,))
    return None


def _status(case: JSON) -> Message:
    """The ticket's state; a day only where the house names one."""
    text = interrupt.one_line(case)
    if case.get("status_notes") and case.get("status") in ("answered", "closed", "returned"):
        text += f"答复：{str(case['status_notes'])[:NOTE]}"
    if case.get("due_at"):
        text += f"最迟 {str(case['due_at'])[:10]} 前答复。"
    shown = {key: case.get(key) for key in ("receipt", "service_code", "address", "phone", "status", "title")}
    return tell(text, custom={"type": "ticket", **shown})


def _foreign(scene: Scene, kind: str, case: JSON) -> Outcome:
    """A ticket filed elsewhere and opened by its secret is shown; only its owner here can change it."""
    shown = _status(case)
    if kind in ("", "status"):
        return scene.to(shown, errand="none", topic=Topic())
    text = "这张工单不是在这里登记的，催办、补充或撤回请转人工。"
    return scene.to(shown, tell(text, PERSON, REPORT), errand="none", topic=Topic())


def _which(scene: Scene, found: tuple[JSON, ...]) -> Outcome:
    """Up to three tickets to choose from."""
    shown = found[:3]
    lines = "\n".join(f"{case['receipt']}{quote(_title(case), 12)}" for case in shown)
    receipts = tuple(str(case["receipt"]) for case in shown)
    question = ask("choice", f"您有 {len(found)} 张工单，查哪一张？\n{lines}", *receipts)
    topic = Topic(case_kind="status", case_stage="which", receipts=receipts)
    return scene.to(question, errand="case", topic=topic)


def _unknown(scene: Scene, topic: Topic) -> Outcome:
    """The same words for receipts that do not exist and for other citizens' receipts."""
    text = "没有查到这张工单。请发登记时手机号的后四位，没留电话的发查询码。"
    return scene.to(ask("last4", text, PERSON), errand="case", topic=replace(topic, case_stage="last4"))


def _none(scene: Scene, kind: str) -> Outcome:
    """No ticket of theirs: a matter in the words becomes one, else two ways out."""
    text = scene.text
    told = matter.has_matter(text) and (len(text) > LETTER or (kind == "urge" and len(text) >= 12))
    if told and kind in ("urge", "status"):
        return matter.start(scene)
    topic = Topic()
    if matter.has_matter(text) and len(text) >= 12:
        topic = Topic(offer=text, offer_act=kind if kind == "urge" else "report", offer_service=scene.service)
    said = "没有查到您在这里登记的工单。有编号请发给我，也可以现在登记。"
    question = ask("receipt", said, TICKET, PERSON)
    return scene.to(question, errand="choice" if topic.offer else "none", topic=topic)


def _out_of_reach(scene: Scene) -> Outcome:
    said = tell("没有查到，工单系统这会儿连不上。请稍后再查，或转人工。", PERSON, REPORT)
    return scene.to(said, errand="none", topic=Topic())


def _meant(scene: Scene, kind: str, found: tuple[JSON, ...]) -> JSON:
    """The newest ticket that can still be urged, added to or withdrawn, of the named matter if there is one."""
    usable = [case for case in found if kind == "status" or case.get("status") in OPEN] or list(found)
    same = (case for case in usable if kind == "urge" and case.get("service_code") == scene.service)
    return next(same, usable[0])


def _is_new_matter(scene: Scene, kind: str, found: tuple[JSON, ...]) -> bool:
    """Whether a long message presses for a matter of which the citizen has no ticket here."""
    known = {case.get("service_code") for case in found}
    return kind in ("urge", "status") and len(scene.text) > LETTER and scene.service not in known


def _title(case: JSON) -> str:
    return str(case.get("title") or case.get("service_name") or "")
