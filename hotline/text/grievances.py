"""Grievances that stand without numbers, one sentence each: told apart by what they are about."""

from __future__ import annotations

import re

from hotline.text.normalise import normalise

_HEAD = 18  # what a sentence is about stands near its beginning
_ABOUT: tuple[tuple[str, re.Pattern[str]], ...] = tuple((name, re.compile(words)) for name, words in (
    ("lift", "电梯|货梯|客梯"), ("clean", "卫生|保洁|打扫|垃圾|清扫|清运|清洁"), ("gate", "门禁|单元门|大门|道闸"),
    ("guard", "保安|门岗|门卫|安保|巡逻|陌生人|外来人"), ("green", "绿化|草坪|草地|树木|杂草|绿地|绿植"),
    ("fee", "物业费|收费|费用|水电费|公摊|涨价"), ("parking", "停车|车位|车库|地库|充电"),
    ("fund", "维修基金|维修资金|公共收益|账目|广告收入|公示"), ("light", "路灯|楼道灯|照明|声控灯|楼道里?的?灯"),
    ("camera", "监控|摄像头"), ("fire", "消防|灭火器"), ("repair", "漏水|渗水|外墙|屋顶|楼顶|墙皮|防水|下水|管道|维修|报修"),
    ("manner", "态度|电话|前台|客服|投诉电话"), ("noise", "噪音|噪声|装修"), ("building", "违建|违章|私搭|圈占"),
    ("pests", "蚊|老鼠|蟑螂|流浪|养狗|遛狗"), ("play", "健身|游乐|滑梯|秋千"), ("ground", "路面|地砖|地面|道路|井盖"),
    ("water", "水泵|水箱|二次供水|停水|水压"), ("things", "杂物|堆放|飞线|小广告"),
))
_REPORTED = re.compile("(?:说|称|答复|回复|表示|回应|推脱|推诿|解释)")


def named_grievances(sentences: list[tuple[str, bool]]) -> list[str]:
    """Those sentences that begin a grievance of their own; (sentence, whether "另外" or the like stands before it).

    A sentence about nothing named, or about what was named before, goes on about the last one. Fewer than two: none.
    """
    found: list[str] = []
    seen: set[str] = set()
    for sentence, new in sentences:
        about = _about(sentence)
        told = _REPORTED.search(sentence[:8]) is not None
        if about in seen or (told and not new) or (about is None and not (new and found)):
            continue
        seen.add(about or sentence)
        found.append(sentence.rstrip("。；;，,"))
    return found if len(found) > 1 else []


def _about(sentence: str) -> str | None:
    """The thing named first near the sentence's beginning."""
    head = normalise(sentence).text[:_HEAD]
    named = [(match.start(), name) for name, words in _ABOUT if (match := words.search(head))]
    return min(named)[1] if named else None
