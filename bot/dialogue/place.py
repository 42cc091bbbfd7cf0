"""The report's stage "where?": an answer is taken word for word; after one unclear answer whatever is said counts."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.fields import joined, says_only_phone, take_phone
from bot.dialogue.hear import MATTER, asks, is_small_talk, is_wide, refuses_place
from bot.dialogue.scene import Scene
from bot.dialogue.state import Draft
from bot.dialogue.step import Step, again, known
from hotline.text.normalise import squeezed
from hotline.text.phones import find_phones
from hotline.text.places import find_place, place_answer
from hotline.text.words import has_abuse, is_no, is_yes

LONG = 60
LIMIT = 200
_SOMEWHERE = re.compile("[路街道区村楼店站桥院门旁边近面家校园苑号室里]|单元|广场|市场|大厦|公司|医院")


def answer_place(scene: Scene, draft: Draft) -> Step:
    """Take the answer to "where?"."""
    text = scene.text
    draft = take_phone(draft, text)
    if says_only_phone(text) and draft.phone_done:
        return known(draft, "电话记下了。", "Phone noted. ")
    if refuses_place(text) or is_wide(text):
        return _no_place(draft, text)
    value = _place_in(text)
    if value is None or (find_place(text) is None and _is_no_place(scene)):
        return _unclear(scene, draft)
    if len(text) > LONG:
        return _letter(draft, text)
    return known(_placed(draft, joined(draft.hint, value)))


def _placed(draft: Draft, place: str) -> Draft:
    return replace(draft, place=place[:LIMIT], place_done=True)


def _place_in(text: str) -> str | None:
    """The answer's place: told apart from a phone in the same answer, else word for word."""
    found = find_place(text)
    if found is not None and found.precise and find_phones(text):
        return found.text
    return place_answer(text)


def _is_no_place(scene: Scene) -> bool:
    text = scene.text
    if len(squeezed(text)) < 2 or is_yes(text) or is_no(text) or is_small_talk(scene) or asks(text):
        return True
    matter = scene.intent in MATTER and scene.confidence >= 0.6 and not _SOMEWHERE.search(text)
    return matter or (has_abuse(text) and len(text) < 30)


def _unclear(scene: Scene, draft: Draft) -> Step:
    """Ask once more; then what is said counts, and after nothing at all the place stays empty."""
    text = scene.text
    if draft.tries and len(squeezed(text)) >= 2 and not asks(text):
        return known(_placed(draft, text))
    if draft.tries >= 2:
        return known(_placed(draft, draft.hint), "地点先空着。", "No place then. ")
    if len(squeezed(text)) >= 6 and text not in draft.text and not is_small_talk(scene):
        draft = replace(draft, text=f"{draft.text}\n{text}")
    return again(draft, "还需要一个地点。", "I need a place to send somebody. ")


def _no_place(draft: Draft, text: str) -> Step:
    """A proposal or a thank-you may go without a place; a report is asked once more."""
    if is_wide(text):
        return known(_placed(draft, text))
    if draft.act in ("suggestion", "praise") or draft.tries:
        return known(_placed(draft, draft.hint), "好的，地点先空着。" if not draft.hint else "", "No place then. ")
    roughly = "大概在哪条路、哪个小区附近也可以。真说不清，就再说一次「说不清」。"
    return again(draft, roughly, "A road or a compound nearby will do.", True)


def _letter(draft: Draft, text: str) -> Step:
    """A whole letter instead of an address: nothing is lost, its place is taken if there is one."""
    draft = draft if text in draft.text else replace(draft, text=f"{draft.text}\n{text}")
    found = find_place(text)
    if found is not None or draft.tries:
        return known(_placed(draft, found.text if found is not None else draft.hint))
    return again(draft, "记下了。", "Noted. ")
