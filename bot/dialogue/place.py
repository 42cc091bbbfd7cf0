"""The report's stage "where?": an answer is taken word for word; after one unclear answer whatever is said counts."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.fields import joined, says_only_phone, says_only_place, take_name, take_phone, told_more
from bot.dialogue.hear import MATTER, TALK, asks, is_small_talk, is_vague, is_wide, matter_of, refuses_place
from bot.dialogue.scene import Scene
from bot.dialogue.state import Draft
from bot.dialogue.step import Step, again, known
from bot.dialogue.waiting import at_last_place, says_same_place
from hotline.text.normalise import squeezed
from hotline.text.phones import find_phones
from hotline.text.places import find_place, place_answer
from hotline.text.words import has_abuse, is_no, is_yes

LONG = 60
LIMIT = 200
_TAIL = re.compile("[吧啊呢呀了。，,.!！]+$")
_SOMEWHERE = re.compile("[路街道区村楼店站桥院门旁边近面家校园苑号室里]|单元|广场|市场|大厦|公司|医院")


def answer_place(scene: Scene, draft: Draft) -> Step:
    """Take the answer to "where?"."""
    text = scene.text
    draft = take_name(take_phone(draft, text), text)
    if draft.last_place and says_same_place(text):
        return known(at_last_place(draft))
    if says_only_phone(text) and draft.phone_done:
        return known(draft, "电话记下了。", "Phone noted. ")
    if refuses_place(text) or is_wide(text):
        return _no_place(draft, text)
    value = _place_in(text)
    found = find_place(text)
    if value is None or ((found is None or not found.precise) and _is_no_place(scene)):
        return _unclear(scene, draft)
    if len(text) > LONG or (found is not None and _tells_more(scene)):
        return _letter(scene, draft)
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
    if len(squeezed(text)) < 2 or is_yes(text) or is_no(text) or is_small_talk(scene) or asks(text) or is_vague(text):
        return True
    sure = scene.intent in (*MATTER, *TALK) and scene.confidence >= 0.6 and not _SOMEWHERE.search(text)
    return sure or (has_abuse(text) and len(text) < 30)


def _tells_more(scene: Scene) -> bool:
    """Whether an answer with a place in it is a sentence about the matter."""
    return scene.intent in MATTER and not says_only_place(scene.text) and len(matter_of(scene.text)) >= 4


def _unclear(scene: Scene, draft: Draft) -> Step:
    """Ask once more; then what is said counts, and after nothing at all the place stays empty."""
    text = scene.text
    if draft.tries and len(squeezed(text)) >= 2 and not asks(text):
        return known(_placed(draft, text))
    if draft.tries >= 2:
        return known(_placed(draft, draft.hint), "地点先空着。", "No place then. ")
    if len(squeezed(text)) >= 6 and not is_small_talk(scene) and not is_vague(text):
        draft = told_more(draft, scene)
    if is_vague(text) and not draft.english:
        return again(draft, "具体是哪个小区、哪条路几号？", "", whole=True)
    return again(draft, "还需要一个地点。", "I need a place to send somebody. ")


def _no_place(draft: Draft, text: str) -> Step:
    """A proposal or a thank-you may go without a place; a report is asked once more."""
    if is_wide(text):
        return known(_placed(draft, _TAIL.sub("", text)))
    if draft.act in ("suggestion", "praise") or draft.tries:
        return known(_placed(draft, draft.hint), "好的，地点先空着。" if not draft.hint else "", "No place then. ")
    roughly = "大概在哪条路、哪个小区附近也可以。真说不清，就再说一次「说不清」。"
    return again(draft, roughly, "A road or a compound nearby will do.", True)


def _letter(scene: Scene, draft: Draft) -> Step:
    """A sentence or a letter instead of an address: nothing is lost, its place is taken if there is one."""
    draft = told_more(draft, scene)
    found = find_place(scene.text)
    if found is not None or draft.tries:
        return known(_placed(draft, found.text if found is not None else draft.hint))
    return again(draft, "记下了。", "Noted. ")
