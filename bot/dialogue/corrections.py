"""Corrections by saying so: "地址错了，是延吉路120号", "电话改成139...", "不是漏水是停水", "改成保密", "修改"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.dialogue.state import Draft
from hotline.text.normalise import normalise
from hotline.text.phones import find_phones
from hotline.text.places import find_place, place_answer
from hotline.text.words import wants_confidential

LIMIT = 80
_FIELDS = {
    "place": "地址|地点|位置|路名|小区名|门牌号?|address|place",
    "phone": "电话号码|手机号码?|电话|号码|联系方式|手机|phone|number",
    "time": "发生时间|时间|日期|time",
    "matter": "事项|内容|问题描述|描述|标题|诉求|事情|问题|matter",
    "confidential": "保密",
}
_CHANGE = "错|不对|有误|不准|改|换|更正|纠正|应该是|应是|应为|不是|更新|修正|wrong|change|correct|should be"
_VALUE = re.compile(
    "改成|改为|换成|换为|更正为|更正成|应该是|应当是|应是|应为|是|为|:|成|改|换|,|should be|is|to"
)
_FALSE_START = "(?:不对|错了|等等|等一下|哦|啊|对了|说错了|我说错了|那个)?[,. ]*"
_SWAP = re.compile(
    rf"^{_FALSE_START}不是(?P<old>[^,。.;]{{1,30}}?)[,，]?\s*(?:而?是|应该是)(?P<new>[^。;]{{1,60}})$"
)
_SWAP_WRONG = re.compile(
    r"^(?P<old>[^,。.;]{1,30}?)(?:错了|不对|写错了|说错了)[,，。 ]*(?:应该是|应为|应是|是|改成)(?P<new>[^。;]{1,60})$"
)
_BARE = re.compile(
    "(?:(?:我?(?:要|想)?(?:修改|改)(?:一下|下|信息)?|有错|有误|信息有误|信息不对|信息错了|错了|填错了|写错了|不对)[吧啊了]?|"
    "change|edit|wrong)"
)
_OPEN = re.compile("(?:不用|不必|不需要|无需|取消|别|不要|不)保密|可以公开")
_PUNCTUATION = " ,.;:!?，。；：！？、\n"


@dataclass(frozen=True)
class Correction:
    """A field and its new value; without a value it is to be asked, field `any`: which one is to be asked."""

    field: str
    value: str = ""
    old: str = ""


def find_correction(text: str, draft: Draft) -> Correction | None:
    """The correction that a text makes to an open report, or None."""
    plain = normalise(text).text.strip(_PUNCTUATION)
    if not plain or len(plain) > LIMIT:
        return None
    if _BARE.fullmatch(plain.lower()):
        return Correction("any")
    if _OPEN.search(plain):
        return Correction("confidential", "no")
    if "保密" in plain and re.search("[改加要]", plain) and wants_confidential(plain):
        return Correction("confidential", "yes")
    return _named(plain, draft) or _swapped(plain, draft)


def _named(plain: str, draft: Draft) -> Correction | None:
    """A correction that names its field near its start."""
    for field, names in _FIELDS.items():
        match = re.search(f"^(?P<before>.{{0,8}}?)(?:{names})(?P<rest>.*)$", plain, re.IGNORECASE | re.DOTALL)
        if match is None:
            continue
        near = match["before"] + " " + match["rest"][:8 if field in ("place", "phone") else 4]
        changed = re.search(_CHANGE, near, re.IGNORECASE) is not None
        stated = re.match(r"\s*(?:是|为|:|就是|在)", match["rest"]) is not None and field in ("place", "phone")
        if changed or stated:
            found = _value(field, plain, match["rest"], changed)
            if found is not None:
                return found
    return None


def _value(field: str, plain: str, rest: str, changed: bool) -> Correction | None:
    if field == "confidential":
        return None
    if field == "phone":
        phones = [phone for phone in find_phones(plain) if phone.valid]
        if phones:
            return Correction("phone", phones[-1].digits)
        return Correction("phone") if changed and len(plain) <= 16 else None
    tail = _VALUE.split(rest)[-1].strip(_PUNCTUATION + "了吧啊") if _VALUE.search(rest) else ""
    if re.fullmatch(f"(?:{_CHANGE}|了|吧|一下|下|的|写|说|填|我|要|想)*", tail):
        tail = ""
    if field == "place":
        return _place(plain, rest, tail, changed)
    if not tail:
        return Correction(field) if len(plain) <= 12 else None
    return Correction(field, tail) if len(tail) >= 2 else None


def _place(plain: str, rest: str, tail: str, changed: bool) -> Correction | None:
    """The address after the last "is": a house number that holds such a word is taken whole."""
    found = find_place(tail) or find_place(re.split("不是[^,]*,?", rest)[-1])
    value = place_answer(tail) if tail else None
    if found is not None and (not value or len(found.text) > len(value) or value not in plain):
        value = found.text
    if value and found is None and re.search("清楚|知道|确定|方便|记得", value):
        return None
    if value and (changed or len(value) >= 3):
        return Correction("place", value)
    return Correction("place") if changed and len(plain) <= 12 else None


def _swapped(plain: str, draft: Draft) -> Correction | None:
    """ "Not A but B": the field is the one that holds A."""
    match = _SWAP.match(plain) or _SWAP_WRONG.match(plain)
    if match is None:
        return None
    old, new = match["old"].strip(_PUNCTUATION), match["new"].strip(_PUNCTUATION)
    if not old or not new:
        return None
    phones = [phone for phone in find_phones(new) if phone.valid]
    if phones:
        return Correction("phone", phones[-1].digits)
    if draft.place and (old in draft.place or (find_place(new) and find_place(old))):
        value = draft.place.replace(old, new) if len(new) <= len(old) + 1 and old in draft.place else new
        return Correction("place", value, old)
    if draft.time and old in draft.time:
        return Correction("time", new, old)
    return Correction("matter", new, old) if draft.text else None
