"""When it happened, as a phrase of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hotline.text.normalise import normalise

_NUMBER = "[\\d一二两三四五六七八九十半]{1,3}"
_CLOCK = f"(?:(?!一时){_NUMBER})(?:点(?!意见|建议|问题|要求|诉求|原因|水|钱|事|儿|位|击|心|评|燃|火|名|亮|餐|赞|头|子|小)(?:钟|半|多|整|左右|来钟|{_NUMBER}分?)*|时(?!间|候|常|期|代|而|刻|不)(?:{_NUMBER}分?|许)?|:\\d{{2}})(?:左右|前后|多|许|的时候|以后|之后|到现在)?"
_PART = "(?:一?大?早上?|清晨|凌晨|早晨|上午|中午|晌午|下午|傍晚|下黑|晚上|晚间|夜里|夜间|半夜|后半夜|大半夜|深夜|黑天|黑下|头晌|过晌|白天)"
_DAY = (
    "(?:大前天|前天|昨天|昨日|昨儿个?|昨(?=晚|夜|早|晌)|今天|今日|今儿个?|今(?=早|晚|晨)|当天|当晚|夜来|前(?=晚|夜)|这几天|这两天|前几天|这些天|最近几天|最近|近几天|近期|近日|刚才|刚刚|方才|"
    "(?:上|这|本|上上)(?:个)?(?:周|星期|礼拜)(?:[一二三四五六日天末])?|(?:上|这|本|上上)(?:个)?月(?:初|中旬?|底|末)?|(?:周|星期|礼拜)[一二三四五六日天]|周末|"
    f"(?:从|自)?(?:(?:20\\d{{2}}|去|今|前)年)?{_NUMBER}月(?:份|初|底|{_NUMBER}[日号](?!楼|院|线|门|铺)?)?|20\\d{{2}}[-./]\\d{{1,2}}[-./]\\d{{1,2}}|20\\d{{2}}年|去年|前年|今年|"
    f"{_NUMBER}(?:天|个?(?:月|星期|礼拜|小时|钟头)|周|分钟|年)(?:多)?(?:以)?前|(?<![\\d号楼路])(?:本月|这月)?{_NUMBER}号(?!楼|院|线|门|铺|店|库|桥|井|车|机|地|仓|厂|坑|出口|口|{_NUMBER}|[\\u4e00-\\u9fff]?单元)(?={_PART}|{_NUMBER}点))"
)
_WHEN = re.compile(
    f"{_DAY}(?:的| )?(?:{_PART}|晚(?![会饭报点])|夜(?!市|总)|早(?![市餐饭报]))?(?:的| )?(?:大概|大约|差不多)?(?:{_CLOCK})?|(?:每天|天天|每晚|每周|周末)?(?:的)?{_PART}(?:大概|大约|差不多)?(?:{_CLOCK})(?:到|至|-)?(?:(?:第二天|次日)?{_PART}?{_CLOCK})?|"
    f"(?:早|晚)(?:上)?{_CLOCK}|(?:每天|天天|每晚)(?:的)?{_PART}"
)
_CLOCK_ALONE = re.compile(f"(?<![\\d.])(?:大概|大约)?{_CLOCK}")


@dataclass(frozen=True)
class When:
    """A time phrase at `start:end` of the text."""

    text: str
    start: int
    end: int


def find_time(text: str) -> When | None:
    """The first phrase that says when it happened ("昨晚十点多", "11月3号", "夜来"), or None."""
    folded = normalise(text)
    match = _WHEN.search(folded.text) or _CLOCK_ALONE.search(folded.text)
    if match is None:
        return None
    start, end = folded.span(match.start(), match.start() + len(match.group().rstrip()))
    return When(text[start:end], start, end)
