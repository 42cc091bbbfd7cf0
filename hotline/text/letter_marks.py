"""The signs in a letter that something new begins: numbered items, "第二件事", "另外", a new paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hotline.text.normalise import Normalised, normalise

_CIRCLED = "①②③④⑤⑥⑦⑧⑨"
_HAN = "一二三四五六七八九十"
_AT = r"(?:^|(?<=[。;!?\n:,、 )]))"
_ORDER = {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "然后": 3}
# One pattern a style, because a letter may number its items with 一、 and their parts with 1.
_STYLES: tuple[re.Pattern[str], ...] = (*(re.compile(_AT + pattern) for pattern in (
    r"[(\[]?(?P<n>\d{1,2})(?:[、.)\]]+|:|,(?=[\u4e00-\u9fff])) ?(?![\d:])",
    rf"[(\[]?(?P<n>[{_HAN}]{{1,2}})(?:[、.)\]]+|:) ?(?![{_HAN}\d]{{0,2}}[、单号栋])",
    rf"第(?P<n>[{_HAN}]|\d{{1,2}})(?P<matter>件事情?|个问题|个事情?|个诉求)(?:就?是|[,、:. ])*",
    rf"第(?P<n>[{_HAN}]|\d{{1,2}})(?:[件个点条项]|方面)?(?:就?是|[,、:. ])[,:]?",
    rf"(?P<n>[{_HAN}])(?:来|则)?是(?!否)[,:]?",
    r"(?P<n>一[个件](?=就?是)|(?:另外?|再|还有)一[个件](?=就?是))就?是[,:]?",
    r"(?P<n>首先|其次|再次(?=[,是])|再者|然后(?=,))(?!.{0,6}感谢)[,是:]*",
)), re.compile(rf"(?P<n>[{_CIRCLED}])[、.]?"), re.compile(rf"[(\[](?P<n>\d{{1,2}}|[{_HAN}]{{1,2}})[)\]][、.]?"))
# A list after these words says what is wanted or why, and not what else is wrong.
_NO_GRIEVANCES = re.compile(
    "(?:诉求|要求|请求|希望|建议|恳请|措施|办法|方案|原因|理由|依据|证据|材料|附件|经过|过程|步骤|咨询|(?:请|想|要)问|请教|规定|答复|回复|解释|方式|条件|政策|"
    "条例|标准|法规|包括|分为|分别)(?![^。;!?\n]{0,8}(?:问题|情况|事))[^。;!?\n]{0,8}?[:,是]?\\s*$")
_WANTS = re.compile(
    "(?:请|希望|要求|恳请|建议|望|尽快|尽早|立即|立刻|及时|责令|督促|严查|严肃|查处|查明|追究|彻查|公开|公布|赔偿|退还|恢复|拆除|安排|加强|协调|给予|依法)")
_MATTER = re.compile(
    r"(?:^|(?<=[。;!?\n,]))(?:(?:另外|此外|顺便|除此之外|对了|哦|噢|啊)[, ]*)?(?:我们?|本人|俺)?(?:同时)?(?:还有|还想|还要|还|再|也想|另有|另外|另)"
    r"(?:想|要|跟您|向您|给您|有|说|讲|提|反映|反应|投诉|举报|报)*(?:另外?)?[一1]?[件个桩](?:别的|其他|其它)?(?:事情?儿?|问题|诉求)"
    r"(?:要|想)?(?:反映|反应|投诉|麻烦|说)?(?:一下)?(?:就?是|[,:])*")
_SWITCH = re.compile(
    r"(?:^|(?<=[。;!?\n,]))(?:另外(?:(?=[,:]|有人)|(?![的一二两三四五六几多那有租加付给交收找买建])(?!.{0,2}[个人户]))|此外|除此(?:之|以)外|再就是|再有就?是|还有就是|还有一点|再一[个点]|"
    r"另(?=[,:])|顺便(?=[,说问反提投再请也讲举])|再者(?=,))(?:再|也|说|问|反映|反应|提|投诉|举报|一下|一句|一个|是)*[,: ]*|"
    r"(?:^|(?<=[。;!?\n]))(?:还有(?=[,:]|我|俺|咱|小区|楼|物业|街|路|门口|附近|院|隔壁|对面|村)|其次(?=[,是])|再一个)[,:是]*")
_STRENGTH = ("paragraph", "switch", "number", "matter")


@dataclass(frozen=True)
class Mark:
    """A sign at `start:end` of the source; kind paragraph, switch, number or matter ("第二件事", "还有一件事")."""

    start: int
    end: int
    kind: str
    number: int = 0


def find_marks(text: str) -> list[Mark]:
    """The signs in order, those that follow each other at once counted as the strongest of them."""
    folded = normalise(text)
    plain = _with_circles(text, folded)
    found = [*_numbered(plain), *_worded(plain, _MATTER, "matter"), *_worded(plain, _SWITCH, "switch")]
    found += [Mark(at + 1, at + 1, "paragraph") for at, sign in enumerate(plain) if sign == "\n"]
    merged: list[Mark] = []
    for mark in sorted(found, key=lambda mark: (mark.start, mark.end)):
        last = merged[-1] if merged else None
        if last is not None and not re.search(r"\w", plain[last.end:mark.start]):
            merged[-1] = _stronger(last, mark)
        else:
            merged.append(mark)
    return [_in_source(mark, folded, len(text)) for mark in merged]


def _in_source(mark: Mark, folded: Normalised, length: int) -> Mark:
    start = folded.offsets[mark.start]
    end = folded.offsets[mark.end] if mark.end < len(folded.text) else length
    return replace(mark, start=start, end=end)


def _stronger(one: Mark, other: Mark) -> Mark:
    kind = max(one.kind, other.kind, key=_STRENGTH.index)
    return Mark(one.start, max(one.end, other.end), kind, one.number or other.number)


def _with_circles(text: str, folded: Normalised) -> str:
    """The plain form, in which ① stays what it is: as a bare 1 it would be part of any number."""
    return "".join(text[at] if text[at] in _CIRCLED else sign
                   for sign, at in zip(folded.text, folded.offsets, strict=False))  # offsets: one more, the end


def _worded(plain: str, pattern: re.Pattern[str], kind: str) -> Iterator[Mark]:
    for match in pattern.finditer(plain):
        yield Mark(match.start(), match.end(), kind)


def _numbered(plain: str) -> list[Mark]:
    """The outermost list of grievances, and each "第二件事" whose first stands without a number."""
    alone = [mark for mark in _marks(plain, _STYLES[2]) if mark.number > 1]
    runs = [run for style in _STYLES if len(run := _run(_marks(plain, style))) > 1]
    for run in sorted(runs, key=lambda run: run[0].start):
        if not _is_other_list(plain, run):
            return [*run, *(mark for mark in alone if mark not in run)]
    return alone


def _marks(plain: str, style: re.Pattern[str]) -> list[Mark]:
    return [Mark(match.start(), match.end(), "matter" if match.groupdict().get("matter") else "number",
                 _value(match["n"])) for match in style.finditer(plain)]


def _value(word: str) -> int:
    if word in _ORDER:
        return _ORDER[word]
    if word in _CIRCLED:
        return _CIRCLED.index(word) + 1
    if word[-1] in "个件":
        return 1 if word[0] == "一" else 2
    return int(word) if word.isdigit() else _HAN.index(word[-1]) + 1 + (10 if len(word) > 1 else 0)


def _run(marks: list[Mark]) -> list[Mark]:
    """The marks that count 1, 2, 3 ..., whatever else stands between."""
    run: list[Mark] = []
    for mark in marks:
        if mark.number == len(run) + 1:
            run.append(mark)
    return run


def _is_other_list(plain: str, run: list[Mark]) -> bool:
    """Whether a list tells wishes, reasons or steps: by the words before it, or because each item is a wish."""
    if _NO_GRIEVANCES.search(plain, max(0, run[0].start - 24), run[0].start):
        return True
    return all(_WANTS.match(plain, mark.end) for mark in run)
