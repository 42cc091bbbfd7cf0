"""Where an unknown name begins, and whether some words can be a name at all."""

from __future__ import annotations

import re

from hotline.text.place_words import NEVER, NOT_NAMES, SOFT_STOPS, STOP_CHARACTERS, STOP_WORDS

# What the names of compounds, shops and sights end with.
NAMEISH = re.compile(
    "(?:[苑园城府湾庭轩郡居里院岛阁台墅邸寓都汇坊邨舍宅榭谷阙樾璟馆庄村屯疃夼崮洼沟泊峪岭口天峰境界座厅店铺场站厂所市集亭寺庙庵观宫塔堤坝港桥渡埠滩湖溪池街巷户园]|"
    "国际|[一二三四五六七八九壹贰叁]号|[一二三四五六七八九]期|印象|时代|春天|畔|[东西南北]门|门口|[东西南北]侧|旁)(?:[A-Z]?\\d[\\d\\-]*|[A-Z])?$"
)
# A sentence goes on like this, no name begins so.
_NO_BEGINNING = re.compile(
    "[\\d\\-A-Z]|[上下里内外口边旁段处侧头与及跟同或至市区县镇乡村路街道号院楼]|[东西南北中](?:[段口侧头边面]|[东西南北])|附近|路口|周边|和(?=.*[路街号楼村区])|[一两几]\\D?[个家条名位辆群堆只片处]"
)
_NAME = re.compile("[\u4e00-\u9fffA-Za-z0-9·#\\-]+")
# 丽都, 名都: the one word of a sentence that ends many names too.
_CAPITALS = frozenset(first + "都" for first in "丽锦名京新成花御华国帝商古银金香豪港首海水")
_LENGTHS = tuple(sorted({len(word) for word in STOP_WORDS}))


def name_start(plain: str, position: int, floor: int, longest: int) -> tuple[int, bool]:
    """Where an unknown name that ends at the position begins, and whether a real boundary stands there."""
    start = position
    while start > floor and position - start < longest:
        if not _name_character(plain[start - 1]) or _stop_ends(plain, start, floor):
            break
        start -= 1
    bounded = start <= floor or not _name_character(plain[start - 1]) or _stop_ends(plain, start, floor)
    if not bounded:
        soft = max((index for index in range(start, position - 1) if plain[index] in SOFT_STOPS), default=None)
        start = soft + 1 if soft is not None else max(start, position - (2 if longest <= 5 else 4))
        bounded = soft is not None
    if start == floor and start < position - 1 and plain[start] in "内里上下外" and not (longest == 4 and position - start == 3):
        start += 1
    joint = max((index for index in range(start, position - 2) if plain[index] in "和与及到将把被"), default=start)
    if position - joint >= 3 and position - start >= 6:
        start = joint
    while position - start >= 3 and plain[start] in SOFT_STOPS and not (plain[start] in "和与" and _begins_clause(plain, start)):
        start += 1
    return start, bounded


def _begins_clause(plain: str, start: int) -> bool:
    return start == 0 or not "\u4e00" <= plain[start - 1] <= "\u9fff"


def plausible(name: str) -> bool:
    """Whether some words can be a proper name: no word of a sentence or of a complaint is in them."""
    return (
        len(name) >= 2 and _NAME.fullmatch(name) is not None and name not in NOT_NAMES and _NO_BEGINNING.match(name) is None and break_in(name) == len(name)
    )


def break_in(text: str) -> int:
    """Where the first word of a sentence or of a complaint begins; the text's length when there is none."""
    for index, character in enumerate(text):
        if (character in NEVER and text[max(0, index - 1):index + 1] not in _CAPITALS) or any(text[index:index + length] in STOP_WORDS for length in _LENGTHS):
            return index
    return len(text)


def _name_character(character: str) -> bool:
    return ("\u4e00" <= character <= "\u9fff" or (character.isascii() and character.isalnum()) or character == "·") \
        and character not in STOP_CHARACTERS


def _stop_ends(plain: str, end: int, floor: int) -> bool:
    return any(end - length >= floor and plain[end - length:end] in STOP_WORDS for length in _LENGTHS)
