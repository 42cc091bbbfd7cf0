"""A name and its ending: what part of an address they are, or none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hotline.text.place_patterns import Atom, Kind
from hotline.text.place_words import NOT_NAMES, NOT_ROADS, SOFT_STOPS, TROUBLE, UNNAMED

HEADS = ("city", "district", "town", "road", "village")
_PLACEHOLDER = re.compile("[A-Z]\\d{0,2}")
_COUNTED = re.compile("[一二两三四五六七八九十几数多\\d]+[所间栋座个家块条处片万年]")
# 一路颠簸, 大车一路掉土 have no road in them, 闽江一路路口 has.
_GOES_ON = re.compile("[\u4e00-\u9fff](?<![口与和东西南北的上附这那有路])")
# Words that end like the name of a road and are none.
_NO_ROAD = tuple("水泥 柏油 沥青 门前 门口 主干 步行 商业 小吃 美食 乡村 农村 上学 回家 必经之 出行 通行 进出 城市 市政 周边 道 的".split())
_NO_ROAD_BEFORE = "马铁修公盲网线电水道条上下出走跑回带领问让占铺堵过"
_NO_ROAD_ALONE = "到满引指沿串"
_SHORT_ROADS = ("路", "街", "支路", "巷", "巷子", "胡同")
_NO_VILLAGE_BEFORE = "农全我各新该本渔到回进出离返下驻"
# Words of dwelling behind a name with an ending of one character.
_DWELLING = re.compile(
    "业主|居民|住户|小区|物业|\\d|[一二三四五六七]期|[东西南北AB]区|[东西南北正]门|门口|对面|附近|旁边|开发商|楼盘|项目|交房|电梯|地下车|车库|工地"
)
_COMMON = tuple(
    "幼儿园 动物园 植物园 养老院 敬老院 法院 检察院 国务院 政府 大城 商务寓 电视台 售楼台 这里 那里 哪里 平台 阳台 柜台 前台 后台 舞台 灶台 月台 站台 窗台 校园 乐园 菜园 果园 入园 公园 "
    "全城 进城 满城 小城 新城 城里 进府 住院 出院 医院 学院 大院 后院 院里 小院 入院 这院 半岛 每年里 夜里 屋里 群里 嘴里 眼里 圈里 镇里 县里 市里 区里 省里 班里 校里 田里 厂里 店里 楼里 车里 "
    "水里 井里 河里 山里 房里 邻居 民居 旧居 公里 家里 村里 心里 手里".split()
)


@dataclass(frozen=True)
class Candidate:
    """A possible name with the ending that was found behind it, and the part that stands before it."""

    plain: str
    kind: Kind
    name: str
    ending: str
    start: int
    end: int
    bounded: bool
    last: Atom | None

    @property
    def joined(self) -> bool:
        """Whether the part before it touches it."""
        return self.last is not None and self.last.end == self.start

    def atom(self, specific: bool = True) -> Atom:
        """The whole as a part of an address."""
        return Atom(self.start, self.end, self.kind, specific, doubtful=specific and not self.bounded)

    def bare(self) -> Atom:
        """The ending alone, which says no more than "a compound", "a market"."""
        return Atom(self.end - len(self.ending), self.end, self.kind, False)


def named(found: Candidate) -> Atom | None:
    """The part of an address that a name and its ending are."""
    if found.kind in ("city", "district"):
        return _area(found)
    if not (TROUBLE if found.joined else UNNAMED).isdisjoint(found.name):
        return None
    if found.kind == "road":
        return _road(found)
    if found.kind == "town":
        return _town(found)
    if (not found.joined and _COUNTED.match(found.name)) or found.name[-1:] in tuple("个各每这那些条"):
        return None
    return _village(found) if found.kind == "village" else _place(found)


def is_generic(name: str) -> bool:
    """Whether a name is made of common nouns only: 老旧 + 小区, 旅游 + 景区."""
    return name in NOT_NAMES or any(name[:cut] in NOT_NAMES and is_generic(name[cut:]) for cut in range(1, len(name)))


def short(plain: str, atom: Atom, last: Atom | None) -> bool:
    """Whether a one-character ending tells a compound here: beside other parts, or before words of dwelling."""
    name = plain[atom.start:atom.end]
    if len(name) < 3 or name.endswith(_COMMON):
        return False
    joined = last is not None and last.end == atom.start and last.kind in (*HEADS, "number")
    return joined or _DWELLING.match(plain, atom.end) is not None


def _area(found: Candidate) -> Atom | None:
    name = found.name
    if _PLACEHOLDER.fullmatch(name) is None:
        if name in NOT_NAMES or len(name) < 2:
            return None
        known_city = found.joined and found.last is not None and found.last.kind == "city"
        if not (len(name) == 2 and known_city) and found.ending != "县":
            return None
    return Atom(found.start, found.end, found.kind)


def _town(found: Candidate) -> Atom | None:
    name = found.name
    if len(name) < 2 or name in NOT_NAMES or (not found.joined and name[-1] in "城乡集全我各小古"):
        return None
    return found.atom()


def _village(found: Candidate) -> Atom | None:
    name = found.name
    if not name:
        return found.bare() if found.ending.startswith(("社区", "村委")) else None
    if is_generic(name) or name[-1] in _NO_VILLAGE_BEFORE or (len(name) < 3 and name[-1] == "城"):
        return None
    if len(name) == 1 and not found.joined and name in SOFT_STOPS:
        return None
    return found.atom()


def _place(found: Candidate) -> Atom | None:
    name, last = found.name, found.last if found.joined else None
    generic = is_generic(name)
    if generic and len(name) > 1 and last is not None and last.known and last.kind == "place":
        return Atom(found.start, found.end, "place")
    lonely = len(name) == 1 and (last is None or last.kind not in HEADS)
    if name and not generic and not lonely and name not in SOFT_STOPS and not (name[0] in SOFT_STOPS and name[1:] in NOT_NAMES):
        return found.atom()
    if len(found.ending) == 1:
        return None
    return found.atom(specific=False) if generic else found.bare()


def _road(found: Candidate) -> Atom | None:
    name, ending = found.name, found.ending
    if not name or name in NOT_ROADS or (len(name) > 2 and is_generic(name)) or name[-1] in _NO_ROAD_BEFORE:
        return None
    if not found.joined and (name[-1] in _NO_ROAD_ALONE or (ending == "路" and name[-1] == "一" and _GOES_ON.match(found.plain, found.end))):
        return None
    if name.isdigit():
        return Atom(found.start, found.end, "road") if ending in ("国道", "省道", "县道") else None
    if len(name) == 1 and not found.joined and ending in _SHORT_ROADS:
        return None
    if name.endswith(_NO_ROAD) or (name[0] in SOFT_STOPS and name[1:] in NOT_ROADS):
        return None
    if len(name) == 2 and name[-1] in NOT_ROADS and name[-1] in "跑出走弯近远短长半退回来去过修断堵绕":
        return None
    return found.atom()
