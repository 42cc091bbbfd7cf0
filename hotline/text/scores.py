"""How content somebody is, from 1 to 5, in what they write."""

from __future__ import annotations

import re

from hotline.text.normalise import squeezed

_WORDS = (
    (1, "(?:非常|很|太|极其|特别)不满意|太差|极差|差评"), (2, "不(?:太|怎么|大)?满意|不好|不行"),
    (3, "一般|还行|还可以|凑合|基本满意"), (5, "(?:非常|很|十分|特别|太)满意|满分|好评"), (4, "满意|不错|挺好"),
)
_DIGIT = re.compile(r"^(?:我)?(?:打|给|评)?([1-5一二三四五])(?:分|星|颗星)?(?:好评|差评)?$")
_ONLY = re.compile(
    "(?:我|本人)?(?:对)?(?:这次|本次|你们|您们|你|您)?(?:的)?(?:人工)?(?:服务|坐席|回复|答复|评价)?(?:是|打|给|评|选|觉得)?"
    "(?P<score>(?:非常|很|十分|特别|太|极其|基本|比较|还算|不太|不怎么|不大|不)*满意|满分|好评|差评|太差|极差|一般般?|还行|还可以"
    "|挺好|不错|[1-5一二三四五](?:分|星|颗星)?)"
    "(?:了|的|啊|哦|吧|呢)*(?:(?:非常|十分|很)?(?:谢谢|感谢|多谢|辛苦)(?:了|你们|您们|你|您|大家|坐席)*)*")


def score_in(text: str) -> int | None:
    """The score from 1 to 5 that a short text gives."""
    words = squeezed(text)
    digit = _DIGIT.match(words)
    if digit:
        return "12345".find(digit.group(1)) + 1 or "一二三四五".find(digit.group(1)) + 1
    if len(words) > 40:
        return None
    return next((score for score, pattern in _WORDS if re.search(pattern, words)), None)


def only_score(text: str) -> int | None:
    """The score of a text that says nothing else, thanks aside."""
    said = _ONLY.fullmatch(squeezed(text)) if len(text) <= 40 else None
    return score_in(said["score"]) if said else None
