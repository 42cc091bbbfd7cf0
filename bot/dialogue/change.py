"""Changing an open report: a field named and corrected at once, or asked for one at a time."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.corrections import Correction
from bot.dialogue.fields import gather, says_only_phone, says_only_place
from bot.dialogue.hear import refuses_phone, wants_no_phone
from bot.dialogue.phone import with_phone, without_phone, wrong_number
from bot.dialogue.readback import FIELDS, OTHER_SERVICE
from bot.dialogue.say import NO_PHONE
from bot.dialogue.scene import Scene
from bot.dialogue.state import Draft
from bot.dialogue.step import Step, again, known
from hotline.text.normalise import squeezed
from hotline.text.phones import group_digits, parse_phone
from hotline.text.places import place_answer

_ENOUGH = re.compile("不改|不用改|不修改|不用了|算了|没有?了|nothing|none")
_NAMES = {
    "matter": "事项|内容|问题|描述|matter|problem", "place": "地址|地点|位置|place|address",
    "phone": "电话|号码|手机|phone|number", "time": "时间|time", "confidential": "保密|confidential",
}
_SURE = 0.4


def answer_change(scene: Scene, draft: Draft) -> Step:
    """Which field, or its new value."""
    text = scene.text
    if _ENOUGH.search(text) and len(squeezed(text)) <= 8:
        return known(_back(draft))
    field = FIELDS.get(text) or _field_named(text)
    if field == "confidential":
        return correct(draft, Correction("confidential", "no" if draft.confidential else "yes"), scene)
    if field and not draft.changing:
        return known(replace(draft, changing=field, stage="change"))
    if draft.changing == "phone":
        return _new_phone(draft, text)
    value = Correction(draft.changing, text) if draft.changing else value_alone(text)
    if value is None:
        return known(_back(draft)) if draft.tries else again(draft, "", "")
    if value.field == "place":
        value = Correction("place", place_answer(text) or text)
    return correct(draft, value, scene)


def answer_service(scene: Scene, draft: Draft) -> Step:
    """Which of the named services? Asked once: any other answer leaves the model's first choice."""
    done = replace(draft, service_done=True, choices=())
    wanted = squeezed(scene.text)
    for code, entry in scene.reads.services.items():
        if wanted and wanted in (squeezed(str(entry.get("name") or "")), squeezed(code)):
            return known(replace(done, service=code))
    if wanted in (squeezed(OTHER_SERVICE), "其他", "都不是", "其它"):
        return known(replace(done, service="other"))
    more = f"{draft.text}\n{scene.text}" if len(wanted) > 8 else draft.text
    return known(replace(gather(done, scene), text=more))


def correct(draft: Draft, correction: Correction, scene: Scene) -> Step:
    """Put a correction into the draft; one without a value asks for it."""
    field, value = correction.field, correction.value
    if field == "any" or not value:
        return known(replace(draft, stage="change", changing="" if field == "any" else field))
    draft = _back(draft)
    if field == "place":
        said = f"地点改为{value}。" if len(value) <= 30 else "地点改好了。"
        return known(replace(draft, place=value[:200], place_done=True), said, "Changed. ")
    if field == "phone" and value == NO_PHONE:
        return known(without_phone(draft), "好的，不留电话，按匿名登记。", "No phone then. ")
    if field == "phone":
        return known(with_phone(draft, value), f"电话改为{group_digits(value)}。", "Changed. ")
    if field == "time":
        return known(replace(draft, time=value[:60]), "时间改好了。", "Changed. ")
    if field == "confidential":
        on = value == "yes"
        return known(replace(draft, confidential=on), "好的，会为您保密。" if on else "好的，不保密。", "Changed. ")
    return known(_new_matter(draft, correction, scene), "事项改好了。", "Changed. ")


def value_alone(text: str) -> Correction | None:
    """A new value without its field's name: a number is the phone, an address the place, a refusal drops the phone."""
    answer = parse_phone(text)
    if answer.phone is not None and says_only_phone(text):
        return Correction("phone", answer.phone.digits)
    if says_only_place(text):
        return Correction("place", place_answer(text) or text)
    if wants_no_phone(text):
        return Correction("phone", NO_PHONE)
    return None


def _back(draft: Draft) -> Draft:
    """Out of the stage change; the next missing thing decides the stage anew."""
    return replace(draft, changing="", stage="confirm" if draft.stage == "change" else draft.stage)


def _new_matter(draft: Draft, correction: Correction, scene: Scene) -> Draft:
    """The new words; of a letter nothing is lost, and the service follows where the model is sure."""
    old, value = correction.old, correction.value
    if old and old in draft.text:
        text = draft.text.replace(old, value)
    elif old or len(draft.text) > 40:
        text = f"{value}\n（先前说的：{draft.text}）"
    else:
        text = value
    sure = float(scene.turn.parse.get("service_confidence") or 0.0) >= _SURE
    return replace(draft, text=text, service=scene.service if sure else draft.service, listed=False)


def _new_phone(draft: Draft, text: str) -> Step:
    answer = parse_phone(text)
    if answer.phone is not None:
        return correct_phone(draft, answer.phone.digits)
    if refuses_phone(text):
        return known(without_phone(_back(draft)), "好的，不留电话。", "No phone then. ")
    if draft.tries:
        return known(_back(draft), "电话没有改。", "Not changed. ")
    return wrong_number(draft, answer)


def correct_phone(draft: Draft, digits: str) -> Step:
    """A new number in place of the old one."""
    return known(with_phone(_back(draft), digits), f"电话改为{group_digits(digits)}。", "Changed. ")


def _field_named(text: str) -> str | None:
    short = squeezed(text)
    found = (field for field, names in _NAMES.items() if len(short) <= 8 and re.search(names, short))
    return next(found, None)
