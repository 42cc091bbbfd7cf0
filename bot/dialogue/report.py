"""The report errand: from the first words to the receipt, one question at a time, filed only after a yes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot.actions.base import Outcome
from bot.dialogue import filing, interrupt, matter, readback, waiting
from bot.dialogue.change import answer_change, answer_service, correct, value_alone
from bot.dialogue.corrections import find_correction
from bot.dialogue.fields import gather, take_attachments, told_more
from bot.dialogue.hear import asks, is_small_talk, menu_word
from bot.dialogue.phone import answer_phone
from bot.dialogue.place import answer_place
from bot.dialogue.say import NO_TICKET, TICKET, ask, quote, tell
from bot.dialogue.scene import Scene
from bot.dialogue.state import Draft, Topic
from bot.dialogue.step import Step, again, known
from hotline.text.normalise import squeezed
from hotline.text.words import is_blank, is_cancel, is_no, is_refusal, is_yes, wants_confidential

_AGREES = (
    "没有错", "没有错误", "都没错", "没有问题", "确认提交", "可以提交", "提交申请", "确定提交",
    "submit", "yessubmit", "yesplease",
)
_SECOND = re.compile("(?:另外|还有|再|顺便|还)(?:有?一?[件个]事|有?一?个?问题|想?要?反映|想?要?投诉)")
_GIVEN_UP = ("算了", "取消", "不报", "不投诉", "不反映", "不登记", "不办")
_BY_STAGE: dict[str, Callable[[Scene, Draft], Step]] = {
    "place": answer_place, "phone": answer_phone, "service": answer_service, "change": answer_change}


def step(scene: Scene) -> Outcome | None:
    """One more message while a report is open; None when it is not about the report."""
    draft = take_attachments(scene.draft, scene)
    if is_blank(scene.text) and not is_yes(scene.text):
        return _without_words(scene, draft)
    if not draft.text:
        return matter.answer(scene, draft)
    ordered = _order_of_matters(scene, draft)
    if ordered is not None:
        return ordered
    correction = find_correction(scene.text, draft)
    if correction is not None and not (draft.stage == "change" and correction.field == "any"):
        return matter.go_on(scene, correct(draft, correction, scene))
    if is_cancel(scene.text) and draft.stage != "change" and not _only_refuses(scene, draft):
        return _given_up(scene, draft)
    if menu_word(scene.text) == "report":
        return matter.go_on(scene, Step(draft, "这件还没提交，先把它办完。"))
    return _by_stage(scene, draft)


def _order_of_matters(scene: Scene, draft: Draft) -> Outcome | None:
    """Of a letter with several matters one is left out, or all go into one ticket; None for anything else."""
    if not draft.number:
        return None
    if waiting.wants_one(scene.text):
        alone = not draft.waiting and draft.number > 1
        one = draft if alone else waiting.merged(draft)
        return matter.go_on(scene, known(one, "这件单独登记。" if alone else "好的，登记成一件。"))
    numbers = waiting.dropped(scene.text, draft)
    if draft.number in numbers:
        return _given_up(scene, waiting.without(draft, numbers))
    if not numbers:
        return None
    which = "第二件" if len(draft.waiting) == 1 and draft.number == 1 else "那件" if len(numbers) == 1 else "后面的"
    return matter.go_on(scene, known(waiting.without(draft, numbers), f"好的，{which}不登记了。"))


def _given_up(scene: Scene, draft: Draft) -> Outcome:
    """This matter is not filed; the letter's next one, if there is any, comes in its place."""
    if draft.waiting:
        draft, question = matter.next_one(scene, draft)
        return scene.to(replace(question, text=f"好的，这件不登记了。{question.text}"), errand="report", draft=draft)
    text = "OK, nothing was filed." if draft.english else "好的，这件不登记了。有事随时说。"
    return scene.to(tell(text), errand="none", drop=True)


def _by_stage(scene: Scene, draft: Draft) -> Outcome:
    if wants_confidential(scene.text) and len(squeezed(scene.text)) <= 24:
        kept = replace(gather(draft, scene), confidential=True)
        return matter.go_on(scene, known(kept, "好的，会为您保密。", "It will be kept confidential. "))
    aside = interrupt.answer(scene)
    if aside is not None:
        return scene.to(aside, readback.question(draft, scene.reads), draft=draft)
    if draft.stage not in _BY_STAGE:
        return _confirm(scene, draft)
    return matter.go_on(scene, _BY_STAGE[draft.stage](scene, draft))


def _confirm(scene: Scene, draft: Draft) -> Outcome:
    text = scene.text
    if agrees(text):
        return _file(scene, draft)
    if is_no(text):
        return matter.go_on(scene, known(replace(draft, stage="change", changing="")))
    alone = value_alone(text)
    if alone is not None:
        return matter.go_on(scene, correct(draft, alone, scene))
    if is_small_talk(scene) or len(squeezed(text)) < 3 or not matter.has_matter(text):
        return _unclear(scene, draft)
    if _is_second_matter(scene, draft):
        later = replace(draft, later=text, later_service=scene.service)
        return matter.go_on(scene, known(later, "这是另一件事，先把这件办完，再登记那件。"))
    return matter.go_on(scene, known(told_more(draft, scene), "这句也写进去了。", "Added. "))


def _unclear(scene: Scene, draft: Draft) -> Outcome:
    if draft.tries:
        return interrupt.to_person(scene, "unclear")
    return matter.go_on(scene, again(draft, "请说「提交」「修改」或「算了」。", "Please say yes, change or cancel."))


def agrees(text: str) -> bool:
    """Whether an answer to the read-back is a plain yes."""
    return is_yes(text) or squeezed(text) in _AGREES


def _file(scene: Scene, draft: Draft) -> Outcome:
    """File it and give the receipt; then the letter's next matter, or what comes next and what else was told."""
    if draft.waiting:
        following, question = matter.next_one(scene, draft)
        return scene.to(readback.receipt(draft), question, errand="report", draft=following, topic=Topic(),
                        commands=(filing.command(draft),))
    after, errand, topic = tell(readback.what_next(draft)), "none", Topic()
    if draft.later:
        topic = Topic(offer=draft.later, offer_act="report", offer_service=draft.later_service)
        after = ask("choice", f"刚才说的{quote(draft.later, 18)}，也要登记吗？", TICKET, NO_TICKET)
        errand = "choice"
    commands = (filing.command(draft),)
    return scene.to(readback.receipt(draft), after, errand=errand, drop=True, topic=topic, commands=commands)


def _only_refuses(scene: Scene, draft: Draft) -> bool:
    """"不用了" to a question for the phone refuses the phone and does not cancel the report."""
    given_up = any(word in scene.text for word in _GIVEN_UP)
    return draft.stage in ("phone", "place") and is_refusal(scene.text) and not given_up


def _is_second_matter(scene: Scene, draft: Draft) -> bool:
    """Whether another matter is told while the first waits for its yes."""
    sure = float(scene.turn.parse.get("service_confidence") or 0.0) >= 0.5 and scene.intent in ("report", "suggestion")
    other = scene.service not in (draft.service, "other")
    return sure and other and not asks(scene.text) and _SECOND.search(scene.text) is not None


def _without_words(scene: Scene, draft: Draft) -> Outcome:
    """An image or a location in the middle is kept; a lone sign or nothing gets the question again."""
    if draft == scene.draft:
        return scene.to(readback.question(draft, scene.reads), errand="report")
    if not draft.text:
        return matter.ask_matter(scene, draft)
    said = "地点记下了。" if draft.place != scene.draft.place else "图片收到了，会附在工单里。"
    return matter.go_on(scene, known(draft, said, "Received. "))
