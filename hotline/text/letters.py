"""A letter taken apart: sentences, title, time, demands, grievances, and pieces that may be matters of their own.

Nothing is made up and nothing is understood here: every part is a piece of the letter, found by its words alone.
Which pieces are separate matters is decided by who also knows their services (bot/dialogue/several.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from hotline.text.demands import ITEM, demands, only_asks, sentences, without_demand
from hotline.text.grievances import named_grievances
from hotline.text.letter_marks import Mark, find_marks
from hotline.text.normalise import normalise, squeezed
from hotline.text.places import find_place
from hotline.text.times import find_time
from hotline.text.titles import make_title, without_greeting

MOST_SEGMENTS = 12
SHORT = 12  # letters and digits: a shorter paragraph is a greeting or a signature
ANNOUNCED, MOST_ANNOUNCED = 5, 160  # letters left when greeting, name and place are gone; characters in all
_FIRST = re.compile(
    r"(?:^|(?<=[。；;!！?？\n:：,，、 ]))(?:第[一1](?:(?:件|个)(?:事情?|问题|诉求)?|点|条|项)?(?:就?是|(?=[，,：:、]))|第一(?:件事|个问题)|首先(?=[，,])|一是|一[个件]就?是|"
    r"[(（]?[1１一][、.．)）](?![\d一二三四五六七八九十])|①)[是，,：:、]*")
_LEAD = re.compile(
    r"^\s*(?:首先|第[一二三四五\d](?:件|个|点)?(?:事情?|问题)?(?:就?是|[，,：:、])|[（(]?(?:\d{1,2}|[一二三四五六])(?:[、.．)）]|是)|[①②③④⑤⑥])[是，,：:、]*")
_TOLD = re.compile("^(?:我们?)?(?:要|想|想要)?(?:反映|反应|投诉|举报|说)的(?:问题|事情?)?就?是[，,：:]?")
_COMPLAINT = re.compile(
    "不|没|无|坏|漏|堵|破|乱|臭|脏|吵|噪|扰|违|拖|欠|断|掉|裂|积水|占|倒|丢|涨|危险|隐患|影响|投诉|举报|损|塌|松|黑|难|差|偷|骗|罚|停|缺|慢|严重|被|冒|溢|私|挡|贵|高|老化|失灵|锈|翘|晃|随意|强制|垃圾|困|经常|总是|老是|天天|从来|只有|丢|枯|死|锁|响|味|才|全是|满|怕|喷|贴|砸|加盖|摔|卡|伤|碎|烂|坑|到处|半夜|霸|赖|坐视|迟迟|屡|油污|烟")
_FURTHER = re.compile("^(?:还有|另外|此外|再就是|同时|而且)[，,：:]?")
_ANNOUNCEMENT = re.compile(
    r"(?:以下|如下|下列|下面|[这有]?[两二三四五几2-9]|一些)(?:件|个|点|条|项|方面|种|大)?(?:的)?(?:事情?儿?|问题|情况|诉求|意见)?|反映|反应|投诉|举报|反馈|汇报|咨询|现在?|特此?|今天|本次|此次|想|要|在此|"
    r"[向跟给](?:您们?|你们|领导|贵局|政府|有关部门|各位领导)|(?:希望|恳?请|垦请|盼?望)[^。!?;,:]*(?:重视|敦促|处理|解决|督促|关注|过问|协调)|我们?|本人|家?住[在址]?|业主|居民|小区|同时|都|需要|解决|分别|请|帮忙?|一下|您好|领导|主要|目前|存在|有|师傅|同志|麻烦|你们")
_PARTY = re.compile("开发商|物业|公司|店|馆|厂|工地|项目|学校|医院|单位|市场|村委|扰民")
_FIRM = re.compile(
    "(?:投诉|举报|反映|反应|控诉|曝光)[^。!?;\n]{0,30}?物业(?:服务)?(?:公司|企业|中心|处|管理处|有限公司|管理公司)*"
    "(?:的?[。!;:\n,]|[^。!?;\n,:]{0,6}?(?:不作为|乱作为|乱象|各种|种种|诸多|许多|很多|多个|几个|几点|一些|以下|如下|下列|存在|问题|服务|管理|[两二三四五六][个点项]))|"
    "物业(?:服务)?(?:公司|企业|中心|处)?(?:的|在管理上|管理|服务)?(?:存在|有|的)?(?:着)?(?:以下|如下|下列|诸多|很多|许多|种种|几个|一些|多个|[两二三四五六]个)[^。!?;\n,:]{0,6}(?:问题|情况|事)")


@dataclass(frozen=True)
class Segment:
    """A piece at `start:end` of a letter that may be a matter of its own; `kind` is how it begins.

    kind: "" (the letter's beginning), paragraph, switch ("另外"), number ("2、", "二是") or matter ("第二件事");
    `number` is its place in a list of grievances, 0 outside of one; `lead` the length of the words that only count.
    """

    start: int
    end: int
    text: str
    kind: str = ""
    number: int = 0
    lead: int = 0

    @property
    def body(self) -> str:
        """The piece without its "2、" or "另外": what is to be understood."""
        return self.text[self.lead:].strip(" \u3000\n，,：:、")


@dataclass(frozen=True)
class Letter:
    """What a letter says: all of it in the letter's own words."""

    title: str
    sentences: tuple[str, ...]
    when: str
    demands: tuple[str, ...]
    grievances: tuple[str, ...]
    segments: tuple[Segment, ...]


def apart(text: str) -> Letter:
    """A letter taken apart."""
    when = find_time(text)
    return Letter(title(text), tuple(sentences(text)), when.text if when else "", tuple(demands(text)),
                  tuple(grievances(text)), tuple(segments(text)))


def title(text: str, limit: int = 40) -> str:
    """The letter's title: of what comes before "另外" and lists, of the first item where that only announces them."""
    parts = segments(text)
    begun = next((part.start for part in parts[1:] if part.kind != "paragraph"), len(text))
    first = _FIRST.search(text)
    if first is not None and (only_announces(text[:first.start()]) or of_one_firm(text[:first.end()])):
        rest = text[first.end():next((part.start for part in parts if part.start >= first.end()), len(text))]
    elif parts and parts[0].lead:
        rest = parts[0].body
    else:
        rest = text[:begun] if not only_announces(text[:begun]) else text
    rest = _TOLD.sub("", _LEAD.sub("", rest))
    return make_title(rest if len(squeezed(rest)) >= 4 else text, limit)


@lru_cache(maxsize=16)  # a turn asks the same letter several times
def segments(text: str) -> tuple[Segment, ...]:
    """The pieces in order; together they are the whole letter. One piece where nothing begins anew, none of blanks."""
    if not squeezed(text):
        return ()
    cuts = _cuts(text)
    ends = [mark.start for mark in cuts[1:]] + [len(text)]
    return tuple(
        Segment(mark.start, end, text[mark.start:end], mark.kind, mark.number, mark.end - mark.start)
        for mark, end in zip(cuts, ends, strict=True))


def grievances(text: str) -> list[str]:
    """What is wrong, one phrase each: the list's items, else the sentences about different things; else nothing."""
    parts = segments(text)
    items = [without_demand(part.body) for part in parts if part.number]
    if len(items) > 1:
        more = [without_demand(part.body) for part in parts[-1:] if part.kind in ("switch", "matter") and not part.number]
        listed = [item for item in items + more if len(squeezed(item)) > 2 and (item in items or complains(item))]
        return listed if 2 * sum(item.endswith(("？", "?")) for item in listed) < len(listed) else []
    pieces = [(_FURTHER.sub("", sentence), _begins_anew(part, at, sentence)) for part in parts
              for at, sentence in enumerate(sentences(part.body)) if not ITEM.match(sentence)]
    return named_grievances([(one, new) for one, new in pieces if complains(one) and not only_asks(one)])


def _begins_anew(part: Segment, at: int, sentence: str) -> bool:
    return (at == 0 and part.kind in ("switch", "matter")) or _FURTHER.match(sentence) is not None


def complains(text: str) -> bool:
    """Whether a piece has words of a complaint or a demand."""
    return _COMPLAINT.search(text) is not None or bool(demands(text))


def of_one_firm(text: str) -> bool:
    """Whether a letter is addressed against one property firm as a whole."""
    return _FIRM.search(normalise(text).text) is not None


def only_announces(text: str) -> bool:
    """Whether a letter's beginning only greets, says who and where, and that several things follow."""
    if len(text) > MOST_ANNOUNCED:
        return False
    place = find_place(text)
    rest = text if place is None else f"{text[:place.start]} {text[place.end:]}"
    told = "".join(without_greeting(sentence.rstrip("。！？!?；;：:")) for sentence in sentences(rest))
    left = squeezed(_ANNOUNCEMENT.sub("", normalise(told).text))
    return len(left) <= ANNOUNCED and _PARTY.search(left) is None


def _cuts(text: str) -> list[Mark]:
    """Where pieces begin: the start, then the marks; paragraphs give way where they are short or too many."""
    word = re.search(r"\w", text)
    begun = word.start() if word is not None else 0
    found = find_marks(text)
    marks = [mark for mark in found if mark.start > begun]
    beginning = next((mark for mark in found if mark.start <= begun), Mark(0, 0, ""))
    ends = [mark.start for mark in marks[1:]] + [len(text)]
    long = [mark for mark, end in zip(marks, ends, strict=False)  # without a mark there is still the text's end
            if mark.kind != "paragraph" or len(squeezed(text[mark.start:end])) >= SHORT]
    if len(long) >= MOST_SEGMENTS:
        long = [mark for mark in long if mark.kind != "paragraph"]
    first = Mark(0, beginning.end, "" if beginning.kind == "paragraph" else beginning.kind, beginning.number)
    return [first, *long][:MOST_SEGMENTS]
