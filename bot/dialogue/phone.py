"""The report's stage "which phone?": any usual writing, or none; nonsense twice and the report goes on without."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.fields import says_only_place, take_name, take_place, told_more
from bot.dialogue.hear import asks, is_small_talk, refuses_phone
from bot.dialogue.say import NO_PHONE
from bot.dialogue.scene import Scene
from bot.dialogue.state import Draft
from bot.dialogue.step import Step, again, known
from hotline.text.normalise import squeezed
from hotline.text.phones import PhoneAnswer, parse_phone
from hotline.text.times import find_time

_WRONG = {
    "too_short": "这个号码只有{count}位，手机号是11位，请再发一次。",
    "too_long": "这个号码有{count}位，手机号是11位，请再发一次。",
    "prefix": "这个号码不像手机号，请核对后再发一次。",
}
_WRONG_EN = "That number does not look complete. Please send it again, or say \"no phone\"."


def answer_phone(scene: Scene, draft: Draft) -> Step:
    """Take the answer to "which phone?"."""
    text = scene.text
    answer = parse_phone(text)
    if answer.phone is not None:
        return known(with_phone(take_name(_timed(draft, text), text), answer.phone.digits))
    if refuses_phone(text):
        return known(without_phone(draft), "好的，不留电话，按匿名登记。", "No phone then. ")
    if says_only_place(text):
        return known(take_place(draft, text), "地点改好了。", "Place changed. ")
    if answer.problem not in (None, "none"):
        return wrong_number(draft, answer)
    return _unclear(scene, draft)


def with_phone(draft: Draft, digits: str) -> Draft:
    """The draft with a phone."""
    return replace(draft, phone=digits, phone_done=True, anonymous=False)


def without_phone(draft: Draft) -> Draft:
    """The draft of somebody who stays anonymous."""
    return replace(draft, phone="", phone_done=True, anonymous=True)


def wrong_number(draft: Draft, answer: PhoneAnswer) -> Step:
    """Why it cannot be used; then the offer to go on without; the third time it goes on without."""
    if draft.tries >= 2:
        return _left_out(draft)
    if draft.tries:
        return again(draft, f"号码还是不对。再发一次，或者点「{NO_PHONE}」先登记。", _WRONG_EN, True)
    said = _WRONG.get(answer.problem or "", "没有看到号码，请再发一次。").format(count=answer.count)
    return again(draft, said, _WRONG_EN, True)


def _left_out(draft: Draft) -> Step:
    return known(replace(draft, phone_done=True), "先不留电话，要补随时告诉我。", "No phone for now. ")


def _unclear(scene: Scene, draft: Draft) -> Step:
    """Another sentence instead of a number is kept when it tells more; the question comes once more."""
    text = scene.text
    if len(squeezed(text)) >= 6 and not is_small_talk(scene) and not asks(text):
        draft = told_more(draft, scene)
    if draft.tries:
        return _left_out(draft)
    return again(draft, "没有看到号码。", "I see no number. ")


def _timed(draft: Draft, text: str) -> Draft:
    when = find_time(text)
    return replace(draft, time=when.text[:60]) if when is not None and not draft.time else draft
