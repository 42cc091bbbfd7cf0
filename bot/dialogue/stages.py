"""What an answer does to a report at each stage: (draft, sentence to say first); a draft of None: give it to a person."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot.actions.base import Outcome
from bot.dialogue.corrections import Correction
from bot.dialogue.fields import gather, joined, no_place_needed, says_only_phone, says_only_place, take_phone, take_place
from bot.dialogue.hear import asks, is_small_talk, is_wide, menu_word, refuses_place
from bot.dialogue.readback import FIELDS, OTHER_SERVICE
from bot.dialogue.say import NO_PHONE
from bot.dialogue.scene import Scene
from bot.dialogue.state import Draft
from hotline.text.normalise import squeezed
from hotline.text.phones import Problem, group_digits, parse_phone
from hotline.text.places import find_place, place_answer
from hotline.text.times import find_time
from hotline.text.words import has_abuse, is_cancel, is_no, is_refusal, is_yes

Step = tuple[Draft | None, str]
PLACE_LIMIT = 60
_WRONG = {
    "too_short": "这个号码只有{count}位，手机号是11位，请再发一次。",
    "too_long": "这个号码有{count}位，手机号是11位，请再发一次。",
    "prefix": "这个号码不像手机号，请再核对发一次。",
}
_WRONG_EN = "That number does not look complete. Please send it again, or say \"no phone\"."


def answer_matter(scene: Scene, draft: Draft, start: Callable[[Scene], Outcome]) -> Outcome | None:
    """What is the matter? Everything but a question, an order or small talk is taken for it."""
    if is_cancel(scene.text):
        text = "OK." if draft.english else "好的。有事随时说。"
        return Outcome.say(text, slots={"errand": "none", "draft": None})
    words = squeezed(scene.text)
    if menu_word(scene.text) in ("progress", "consult") or is_small_talk(scene) or is_yes(scene.text) or is_no(scene.text):
        return None
    if scene.intent in ("consult", "status", "withdraw", "human", "rate") and len(words) <= 60:
        return None
    return start(scene)


def answer_place(scene: Scene, draft: Draft) -> Step:
    """Where? The answer is taken word for word; after one unclear answer whatever is said counts."""
    text, known = scene.text, take_phone(draft, scene.text)
    if says_only_phone(text) and known.phone != draft.phone:
        return replace(known, tries=0), "电话记下了。"
    if refuses_place(text) or is_wide(text):
        return _no_place(known, text)
    found = find_place(text)
    value = _place_in(text)
    if found is None and _is_no_place(scene, value):
        return _place_unclear(scene, known)
    if len(text) > PLACE_LIMIT:
        return _long_place_answer(known, text)
    place = joined(draft.hint, value or text)
    return replace(known, place=place, place_done=True, tries=0), ""


def answer_phone(scene: Scene, draft: Draft) -> Step:
    """Which phone? Any usual writing; a refusal makes the report anonymous; nonsense twice goes on without."""
    text = scene.text
    answer = parse_phone(text)
    if answer.phone is not None:
        return replace(gather_more(draft, scene), phone=answer.phone.digits, phone_done=True, anonymous=False, tries=0), ""
    if is_refusal(text) or is_no(text):
        return _without_phone(draft), "No phone then. " if draft.english else "好的，不留电话，按匿名登记。"
    if says_only_place(text) and draft.place != text:
        return replace(take_place(replace(draft, place=""), text), place_done=True, tries=0), "地点改好了。"
    if answer.problem not in (None, "none"):
        return _wrong_number(draft, answer.problem, answer.count)
    return _phone_unclear(scene, draft)


def answer_service(scene: Scene, draft: Draft) -> Step:
    """Which of the named services? Asked once: any other answer leaves the model's first choice."""
    done = replace(draft, service_done=True, choices=(), tries=0)
    wanted = squeezed(scene.text)
    for code, entry in scene.reads.services.items():
        if wanted and wanted in (squeezed(str(entry.get("name") or "")), squeezed(code)):
            return replace(done, service=code), ""
    if wanted in (squeezed(OTHER_SERVICE), "其他", "都不是", "其它"):
        return replace(done, service="other"), ""
    return replace(gather(done, scene), text=f"{draft.text}\n{scene.text}" if len(wanted) > 8 else draft.text), ""


def answer_change(scene: Scene, draft: Draft) -> Step:
    """Which field, or its new value."""
    text = scene.text
    if re.search("不改|不用改|不修改|算了|没有?了|nothing", text) and len(squeezed(text)) <= 8:
        return replace(draft, stage="confirm", changing="", tries=0), ""
    field = FIELDS.get(text) or _field_named(text)
    if field == "confidential":
        return correct(draft, Correction("confidential", "no" if draft.confidential else "yes"), scene)
    if field and not draft.changing:
        return replace(draft, changing=field, stage="change", tries=0), ""
    value = Correction(draft.changing, text) if draft.changing else value_alone(draft, text)
    if value is None:
        if draft.tries >= 1:
            return replace(draft, stage="confirm", changing="", tries=0), ""
        return replace(draft, tries=draft.tries + 1), ""
    if value.field == "phone":
        return _new_phone(draft, text)
    if value.field == "place":
        value = Correction("place", place_answer(text) or text)
    return correct(draft, value, scene)


def correct(draft: Draft, correction: Correction, scene: Scene) -> Step:
    """Put a correction into the draft; one without a value asks for it."""
    field, value = correction.field, correction.value
    if field == "any" or not value:
        return replace(draft, stage="change", changing="" if field == "any" else field, tries=0), ""
    draft = replace(draft, changing="", tries=0, stage="confirm" if draft.stage == "change" else draft.stage)
    if field == "place":
        return replace(draft, place=value[:200], place_done=True), _said(draft, f"地点改为{value}。" if len(value) <= 30 else "地点改好了。")
    if field == "phone" and value == NO_PHONE:
        return _without_phone(draft), _said(draft, "好的，不留电话，按匿名登记。")
    if field == "phone":
        changed = replace(draft, phone=value, phone_done=True, anonymous=False)
        return changed, _said(draft, f"电话改为{group_digits(value)}。")
    if field == "time":
        return replace(draft, time=value[:60]), _said(draft, "时间改好了。")
    if field == "confidential":
        on = value == "yes"
        return replace(draft, confidential=on), _said(draft, "好的，会为您保密。" if on else "好的，不保密。")
    return _new_matter(draft, correction, scene), _said(draft, "事项改好了。")


def gather_more(draft: Draft, scene: Scene) -> Draft:
    """What else an answer says: a confidential wish, a time."""
    when = find_time(scene.text)
    return replace(draft, time=when.text[:60]) if when is not None and not draft.time else draft


def _new_matter(draft: Draft, correction: Correction, scene: Scene) -> Draft:
    """The new words; of a letter nothing is lost, and the service follows where the model is sure."""
    old, value = correction.old, correction.value
    if old and old in draft.text:
        text = draft.text.replace(old, value)
    elif len(draft.text) > 40 or old:
        text = f"{value}\n（先前说的：{draft.text}）"
    else:
        text = value
    sure = float(scene.turn.parse.get("service_confidence") or 0.0) >= 0.4
    return replace(draft, text=text, service=scene.service if sure else draft.service)


def _new_phone(draft: Draft, text: str) -> Step:
    answer = parse_phone(text)
    if answer.phone is not None:
        return correct_phone(draft, answer.phone.digits)
    if is_refusal(text) or is_no(text):
        return replace(_without_phone(draft), stage="confirm", changing=""), _said(draft, "好的，不留电话。")
    if draft.tries >= 1:
        return replace(draft, stage="confirm", changing="", tries=0), _said(draft, "电话没有改。")
    return replace(draft, tries=draft.tries + 1), _wrong_words(draft, answer.problem, answer.count)


def correct_phone(draft: Draft, digits: str) -> Step:
    """A new number in place of the old one."""
    changed = replace(draft, phone=digits, phone_done=True, anonymous=False, stage="confirm", changing="", tries=0)
    return changed, _said(draft, f"电话改为{group_digits(digits)}。")


def _without_phone(draft: Draft) -> Draft:
    return replace(draft, phone="", phone_done=True, anonymous=True, tries=0)


def _wrong_number(draft: Draft, problem: Problem | None, count: int) -> Step:
    """Why it cannot be used, twice; the third time the report goes on without a phone."""
    if draft.tries >= 2:
        return replace(draft, phone_done=True, tries=0), _said(draft, "先不留电话，要补随时告诉我。")
    return replace(draft, tries=draft.tries + 1), _wrong_words(draft, problem, count)


def _wrong_words(draft: Draft, problem: Problem | None, count: int) -> str:
    if draft.english:
        return _WRONG_EN
    if draft.tries >= 1:
        return f"还是不对。可以点「{NO_PHONE}」先登记。"
    return _WRONG.get(problem or "", "没有看到号码。").format(count=count)


def _phone_unclear(scene: Scene, draft: Draft) -> Step:
    """Another sentence instead of a number: kept when it tells more, and the question comes once more."""
    text = scene.text
    if len(squeezed(text)) >= 6 and not is_small_talk(scene) and not asks(text) and text not in draft.text:
        draft = replace(draft, text=f"{draft.text}\n{text}")
    if draft.tries >= 1:
        return replace(draft, phone_done=True, tries=0), _said(draft, "先不留电话，要补随时告诉我。")
    said = "没有看到号码。"
    return replace(draft, tries=draft.tries + 1), "I see no number. " if draft.english else said


def _place_in(text: str) -> str | None:
    """The answer's place: place and phone in one answer are told apart, else word for word."""
    found = find_place(text)
    if found is not None and found.precise and parse_phone(text).phone is not None:
        return found.text
    return place_answer(text)


def _is_no_place(scene: Scene, value: str | None) -> bool:
    text = scene.text
    short = len(squeezed(text)) < 2 or is_yes(text) or is_no(text)
    return value is None or short or is_small_talk(scene) or asks(text) or (has_abuse(text) and len(text) < 30)


def _place_unclear(scene: Scene, draft: Draft) -> Step:
    if draft.tries >= 2 or (draft.tries == 1 and len(squeezed(scene.text)) < 2):
        return replace(draft, place_done=True, tries=0), _said(draft, "地点先空着。")
    if draft.tries == 1 and not asks(scene.text):
        return replace(draft, place=scene.text[:200], place_done=True, tries=0), ""
    return replace(draft, tries=draft.tries + 1), "I need a place to send somebody. " if draft.english else "还需要一个地点。"


def _no_place(draft: Draft, text: str) -> Step:
    """A proposal may go without a place; a report is asked once more."""
    if no_place_needed(draft, text):
        return replace(draft, place=text[:40] if is_wide(text) else "", place_done=True, tries=0), ""
    if draft.tries >= 1:
        return replace(draft, place=draft.hint, place_done=True, tries=0), _said(draft, "地点先空着。" if not draft.hint else "")
    return replace(draft, tries=draft.tries + 1), "" if draft.english else "大概在哪条路、哪个小区也可以。"


def _long_place_answer(draft: Draft, text: str) -> Step:
    """A whole letter instead of an address: nothing is lost, its place is taken if there is one."""
    draft = draft if text in draft.text else replace(draft, text=f"{draft.text}\n{text}")
    found = find_place(text)
    if found is not None:
        return replace(draft, place=found.text, place_done=True, tries=0), ""
    if draft.tries >= 1:
        return replace(draft, place=draft.hint, place_done=True, tries=0), ""
    return replace(draft, tries=draft.tries + 1), "记下了。"


def _field_named(text: str) -> str | None:
    words = {"matter": "事项|内容|问题|描述", "place": "地址|地点|位置|place|address", "phone": "电话|号码|手机|phone",
             "time": "时间|time", "confidential": "保密"}
    short = squeezed(text)
    found = (field for field, names in words.items() if len(short) <= 8 and re.search(names, short))
    return next(found, None)


def value_alone(draft: Draft, text: str) -> Correction | None:
    """A new value without its field's name: a number is the phone, an address the place, a refusal drops the phone."""
    if says_only_phone(text):
        return Correction("phone", str(parse_phone(text).phone.digits)) if parse_phone(text).phone else None
    if says_only_place(text):
        return Correction("place", place_answer(text) or text)
    if is_refusal(text) and len(squeezed(text)) <= 10 and not is_no(text):
        return Correction("phone", NO_PHONE)
    return None


def _said(draft: Draft, text: str) -> str:
    return "Changed. " if draft.english else text
