"""Where it is: the longest continuous address phrase as it stands in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from hotline.text.gazetteer import gazetteer
from hotline.text.normalise import normalise
from hotline.text.place_atoms import scan
from hotline.text.place_patterns import Atom
from hotline.text.place_rest import with_names

# Long numbers, dates and web addresses end every name and are no part of one.
_NO_PLACE = re.compile(
    r"(?:19|20)\d{2}\s?(?:年|[-./]\d{1,2}[-./]\d{1,2})(?:\s?\d{1,2}月(?:份|\s?\d{1,2}[日号])?)?|\d{1,2}月(?:份|\s?\d{1,2}[日号]?)|"
    r"[Qq][Dd]\d{14}|(?<![\d-])\d{3,4}(?:[- ]\d{3,4}){1,2}(?![\d-])|\d{7,}|https?://[!-~]+|\d{1,2}:\d{2}|\d{1,2}[点时](?:\d{1,2}分?|半|多|左右)?"
)
# Slips of the keyboard in what an address is made of; each keeps its length.
_SLIPS = (
    (re.compile(r"(?<=\d)[好浩](?=[院楼\d])"), "号"),
    (re.compile(r"(?<=\d)单[圆员](?=\d|[,.!?\s]|$)"), "单元"),
    (re.compile(r"(?<=\d号)[搂娄]"), "楼"),
)
_GAPS = re.compile("|[ ]|[,、]|的|[ ]?[-—(\\[][ ]?|[)\\]]")
_BETWEEN = re.compile("[ ]?(?:和|与|跟|到|至|同|及|、|/|-|~|—|近|交)[ ]?")
# A place that is not named, behind a road that is: 清江路 + 一处 + 家属院.
_SOME = ("某", "某个", "一处", "某处")
_WHOLES = ("road", "place", "village")
_LINE = re.compile("(?:(?:地铁|轻轨)?(?:\\d{1,2}|[一二三四五六七八九十]{1,2})号线|地铁|轻轨)$")
_OFFICE = re.compile("(?:办事处|街道办|政府)$")
_END_OF_NAME = re.compile("[^\u4e00-\u9fff\"'”’]|[的这那有哪能怎什为是不没到从区市]|附近|开发区")
_THERE = frozenset("在住到去来是从于")
_OWN = re.compile("(?:我们|俺们|咱们|咱|我家|俺家|我|俺|本)(?:这个|这|家)?$")


@dataclass(frozen=True)
class Place:
    """An address phrase at `start:end` of the text; `precise` when it is good enough to send somebody there.

    `sure` is False for an unknown name whose beginning is a guess.
    """

    text: str
    start: int
    end: int
    district: str | None
    precise: bool
    sure: bool = True


@lru_cache(maxsize=16)  # a turn asks the same text several times
def find_place(text: str) -> Place | None:
    """The best address phrase of a text: precise before vague, then the longest, then the first."""
    places = find_places(text)
    return max(places, key=lambda place: (place.precise, place.sure, len(place.text), -place.start)) if places else None


def find_places(text: str) -> list[Place]:
    """All address phrases in order, vague ones too."""
    folded = normalise(text)
    plain = _NO_PLACE.sub(lambda match: "\x00" * len(match.group()), folded.text)
    for slip, meant in _SLIPS:
        plain = slip.sub(meant, plain)
    found: list[Place] = []
    for chain in _chains(plain, with_names(plain, scan(plain))):
        place = _place(plain, chain)
        if place is None:
            continue
        start, end = folded.span(place.start, place.end)
        found.append(Place(text[start:end], start, end, place.district, place.precise, place.sure))
    return found


def district_of(place_text: str) -> str | None:
    """The district's name that a place names or lies in (西海岸新区 is 黄岛区), None when it cannot be told."""
    atoms = scan(normalise(place_text).text)
    named = [atom.district for atom in atoms if atom.kind == "district" and atom.district]
    told = named or [atom.district for atom in atoms if atom.district]
    return told[0] if told else None


def _chains(plain: str, atoms: list[Atom]) -> list[list[Atom]]:
    """Neighbouring parts put together where what stands between them only joins."""
    chains: list[list[Atom]] = []
    for atom in atoms:
        if chains and _joined(plain, chains[-1][-1], atom):
            chains[-1].append(atom)
        else:
            chains.append([atom])
    return chains


def _joined(plain: str, left: Atom, right: Atom) -> bool:
    gap = plain[left.end:right.start]
    if left.kind == "tail" and right.kind == "place" and not right.specific:
        return gap in ("", "的") and plain[left.start:left.end] not in ("附近", "周边", "周围", "一带")
    if not gap:
        return True
    if right.kind in ("number", "unit", "tail") and _GAPS.fullmatch(gap):
        return not (gap in ",、" and right.kind == "tail")
    if gap in _SOME:
        return left.kind in ("road", "place", "village", "town") and right.kind == "place"
    if gap == " ":
        return _rank(right) >= _rank(left)
    if gap == "," and left.kind == "number":
        return right.kind == "place" and right.specific
    if gap in ",、;":
        return left.kind in ("city", "district", "town") and _rank(right) > _rank(left)
    if gap == "的":
        return left.kind in ("city", "district", "town") or (right.kind == "place" and left.kind in ("tail", "road", "village"))
    if gap == "(":
        return _rank(right) >= _rank(left)
    if left.kind in ("road", "place", "number", "village") and right.kind in ("road", "place", "village"):
        return _BETWEEN.fullmatch(gap) is not None
    return gap in "([-" and _rank(right) >= _rank(left)


def _rank(atom: Atom) -> int:
    return ("city", "district", "town", "village", "road", "number", "place", "unit", "tail").index(atom.kind)


def _place(plain: str, chain: list[Atom]) -> Place | None:
    """What a chain means, in plain offsets; None when it is nothing to go to."""
    if len(chain) == 1 and chain[0].weak:
        return None
    while chain and chain[0].kind == "tail":
        chain = chain[1:]
    if not chain:
        return None
    start, end = chain[0].start, chain[-1].end
    if plain[end:end + 1] == ")" and "(" in plain[start:end]:
        end += 1
    if "站" in plain[start:end] and (line := _LINE.search(plain, max(0, start - 8), start)):
        start = line.start()
    precise = any(atom.kind in _WHOLES and atom.specific and not (atom.weak and len(chain) == 1) for atom in chain)
    precise = precise or any(_OFFICE.search(plain, left.start, left.end) and right.kind == "tail" for left, right in pairwise(chain))
    if not precise:
        if not _leads_somewhere(plain, chain):
            return None
        own = _OWN.search(plain[max(0, start - 5):start]) if chain[0].kind in ("place", "unit", "village") else None
        start -= len(own.group()) if own else 0
    names = [atom.district for atom in chain if atom.kind == "district"] + [atom.district for atom in chain]
    district = next((name for name in names if name), None)
    sure = not chain[0].doubtful and (len(chain) > 1 or chain[0].known or chain[0].kind != "place")
    return Place(plain[start:end], start, end, district, precise, sure)


def _leads_somewhere(plain: str, chain: list[Atom]) -> bool:
    """Whether a vague phrase says more than "in our compound" or "in the city"."""
    kinds = {atom.kind for atom in chain}
    if kinds & {"town", "number"} or ("unit" in kinds and (len(chain) > 1 or not plain[chain[0].start:chain[0].end].endswith("单元"))):
        return True
    first, end = chain[0], chain[-1].end
    if "district" not in kinds:
        return False
    # 崂山绿茶, 即墨老酒: the bare name of a district is often that of a product.
    bare = len(chain) == 1 and plain[end - 1] not in "市区县"
    return not bare or first.end == len(plain) or _END_OF_NAME.match(plain, end) is not None or plain[first.start - 1:first.start] in _THERE


_FILLER = re.compile(
    "(?:(?:嗯+|啊+|哦+|呃+|额|好的?|行|对|是的?|喂|你好|您好|那个|这个)[,.!、 ]+|嗯+|呃+|哦+|你好|您好|请问|麻烦)*"
    "(?:(?:事发|出事|出问题|具体|详细|我的?|俺的?|我家的?|俺家的?|我们的?|家庭)*(?:地址|地点|位置|方位|住址)(?:就?是|就?在|:|,| )*(?:位于)?|"
    "(?:我们?|俺们?|咱们?)?(?:家|单位|公司|这儿|这里|这边|这个)?(?:就|现在|现|都|是|目前)*(?:住在|位于|在(?!水一方|建|线)|是在|住(?![建宅院友]))(?:就是)?|就?是在?|就在|位于|家住)?[:, ]*"
)
_HEREABOUTS = re.compile("的?(?:这边|这儿|这里|这块儿?|那边|那儿|那里|那块儿?)的?$")
_END = re.compile("(?:了|啊|呀|(?<![网酒水氧茶书陶])吧|呢|哦|嘛|噢|谢谢您?|谢谢你|麻烦快点|快来)*[,.!?;:、。~\\s]*$")
_NO_ANSWER = re.compile(
    "(?:我|俺)?(?:也|真)?(?:不|没)(?:知道|清楚|晓得|想说|告诉|方便|记得|能说|说|确定|了解|认识|记住|好说|太清楚|太确定)(?:了|啊|呀|吧|在哪|地址|具体|哪里|什么|路|叫|是|地方|这|那|个|儿)*|算了.*|取消.*|不用了?|不报了?|不要了?|没有?|无|匿名|随便|哪里都(?:有|是)|"
    "到处都是|谢谢.*|你好|您好|好的?|嗯+|对|是的?|行|可以|跳过|转?人工.*|人工客服|什么.{0,3}|啥|哪里|为什么|(?:你|您)?(?:说|问)(?:什么|啥|哪).*|no|yes|ok"
)
_QUESTION = re.compile("[?？]\\s*$|(?:吗|呢|么|什么|怎么|怎样|如何|为什么|多少|几点|多久|哪里|哪儿|哪个|谁|是否|能不能|可不可以|有没有|是不是)[^,。]{0,8}$")


def place_answer(text: str) -> str | None:
    """An answer to "where?" without its filler, else word for word; None for what is clearly no place."""
    stripped = text.strip().strip("，。！,.!;；、~ \n\t")
    plain = normalise(stripped).text
    if not plain or not any(character.isalnum() for character in plain):
        return None
    if _NO_ANSWER.fullmatch(plain.strip(",.!?;:、。~ ")):
        return None
    place = find_place(stripped)
    if _QUESTION.search(plain) and place is None:
        return None
    if place is not None and place.start == 0 and place.end == len(stripped):
        return stripped
    if len(stripped) > 60 and place is not None and place.precise:
        return place.text  # a story rather than an answer
    return _without_filler(stripped) or stripped


def _without_filler(text: str) -> str:
    folded = normalise(text)
    plain = folded.text
    filler = _FILLER.match(plain)
    start = filler.end() if filler else 0
    known = gazetteer().at(plain, 0)
    if known is not None and start <= len(known.text):
        start = 0
    ending = _END.search(plain, start)
    end = ending.start() if ending else len(plain)
    if start and (here := _HEREABOUTS.search(plain, start, end)) and here.start() > start:
        end = here.start()
    if end <= start:
        return ""
    first, last = folded.span(start, end)
    return text[first:last].strip().rstrip("，。！,.!;；、~ ")
