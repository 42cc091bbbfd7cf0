"""Parts of an address in a plain text: known names and names told by their ending, from left to right."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from hotline.text.gazetteer import gazetteer
from hotline.text.place_words import NOT_NAMES, NOT_ROADS, SOFT_STOPS, STOP_CHARACTERS, STOP_WORDS

Kind = Literal["city", "district", "town", "village", "road", "place", "number", "unit", "tail"]

_N = "(?:[A-Za-z]?\\d{1,4}[A-Za-z]?|[A-Za-z]|[一二三四五六七八九十百]{1,4})"
# Endings, with the longest name before them. A name is up to the next boundary: punctuation, a stop word, another part.
_ENDINGS: tuple[tuple[Kind, int, re.Pattern[str]], ...] = (
    ("city", 3, re.compile("省|自治区|自治州|市(?![场民区政长委内容面里值上监井中县面北南]|东|西)")),
    ("town", 4, re.compile("街道(?:办事处|办)?(?![上两边口旁卫环路清的])|办事处|镇(?![上里政府干长中区压静痛])(?:政府)?|乡(?![下镇村亲里政干长土])|工业园区?|开发区|高新区|新区")),
    ("district", 3, re.compile("[区县旗](?![别域分间块长里内级委政城上直级道卫人公乡])")),
    ("village", 4, re.compile("社区(?:居委会)?(?![服卫工文群矫居])|村委会?|村民委员会|居委会|村(?![民里干长上支官集道镇庄寨部组内落医霸])")),
    ("road", 5, re.compile(
        "大道|大街(?!小巷)|高速公路|快速路|高架路|高架桥|高架|公路(?!局)|国道|省道|县道|乡道|立交桥|隧道|支路|胡同|巷子|巷(?![道战])|"
        "弄(?=\\d)|路(?![人过程费由政障基牙桩牌况途径线虎数由费])(?!灯(?!.?路))(?!面)|街(?![道坊头边上拍舞景市])(?:[一二三四五六七八九十]路)?"
    )),
    ("place", 9, re.compile(
        "小区|花园(?!式)|花苑|家园|公寓|新村|新苑|雅苑|馨苑|嘉苑|佳苑|庭院|名都|名城|名邸|华府|府邸|公馆|豪庭|华庭|丽庭|山庄|别墅|家属院|家属楼|宿舍楼?|"
        "安置房|安置点|国际城|新城|大厦|大楼|写字楼|广场(?!舞)|商场|商城|百货|购物中心|购物广场|超市(?!场)|便利店|批发市场|农贸市场|菜市场|"
        "市场(?![监价化经调竞主秩管份机营准部定运])|夜市|大集|集市|酒店|宾馆|旅馆|民宿|饭店|餐厅|酒楼|烧烤店|火锅店|奶茶店|理发店|饭馆|网吧|网咖|ktv|KTV|酒吧|"
        "浴池|洗浴中心|健身房|药店|药房|诊所|医院(?!长)|卫生院|卫生室|服务中心|学校(?!长)|驾校|工地|小镇|古镇|小学(?!生)|中学(?!生)|大学(?!生|毕业)|学院|职高|幼儿园|养老院|敬老院|"
        "福利院|公园|游园|游乐园|乐园|景区|海水浴场|浴场|码头|火车站|客运站|汽车站|公交总?站|公交车站|地铁站|加油站|加气站|充电站|收费站|变电站|污水处理厂|"
        "垃圾中转站|垃圾站|服务区|机场|大桥|天桥|人行桥|桥(?![梁接架牌头下上洞])|涵洞|水库|体育馆|体育场|图书馆|博物馆|美术馆|文化馆|教堂|派出所|工业园|产业园|"
        "步行街|美食街|小吃街|商业街|酒吧街|风情街|文化街|啤酒街|科技园|创业园|物流园|孵化器|建材城|家居城|汽配城|商贸城|服装城|影城|电影院|剧院|[45]S店|站(?![点着在起立不岗长出台位内住稳])(?=[^\\u4e00-\\u9fa5]|[A-Z\\d]|[东西南北出附对旁门]|口)"
    )),
    # A firm or an office is a place only where somebody stands at it.
    ("place", 9, re.compile(
        "(?:公司|工厂|厂|店|银行|营业厅|仓库|工地|项目部|政府|法院|大队|办公室|办事处|局|所|中心|院|会所|馆|部)"
        "(?=的?(?:[东西南北正大]门|门口|门前|(?:斜|正)?对(?:面|过)|旁边?|附近|后面|前面|院内|楼下|路口|路段))"
    )),
    # One character tells a compound only where the words around it say so.
    ("place", 6, re.compile("[苑园城府湾庭轩郡居里院岛阁台墅邸寓](?![市镇乡区建管中里外上下内员长])")),
)
_UNIT = re.compile(
    f"{_N}(?:号楼|#楼|#|号院(?![长墙子])|栋|幢|单元|号门(?!头)|号门头(?:房)?|号网点|号商铺|座(?![位谈落右])|号公寓)(?:[东西南北])?|[东西]楼(?=\\d|[一二三四五六七八九]单元)|{_N}楼{_N}单元"
)
_UNIT_MORE = re.compile(
    f"[,、 ]?(?:\\d{{1,3}}(?:-\\d{{1,4}}){{1,3}}(?:室|户|号)?(?!\\d)|{_N}(?:号楼|栋|幢|座|单元|号院(?![长墙子])|号(?!院[墙子])|楼(?![上下道梯盘房顶长])|层|室|户|门(?!口|店|面)|房|期|区(?!别|域))|"
    "(?:[东西南北中]|左|右)(?:户|单元|区(?!别|域)|院(?!长)|楼(?!上|下)|塔)|\\d{3,4}(?![\\d年元块米人个多名户天次月平万吨斤])|第?[\\d一二三四五六七八九十]{1,3}(?:村民)?(?:小组|组(?![织成])|社(?!区|会))|地下[一二\\d]?层|负[一二三\\d]层?)"
)
_NUMBER = re.compile("[ ]?(?:\\d{1,5}(?:[-/]\\d{1,4})?|[一二三四五六七八九十百]{1,5})号(?!线|楼|院(?![长墙子])|下午|上午|晚|早|开始|到|至)[甲乙丙丁戊]?(?:附\\d{1,3}号?)?(?:院(?![长墙子里内]))?"
                     "|[ ]?\\d{1,5}号(?:院(?![长墙子])|楼(?![上下顶道梯]))|[ ]?\\d{1,4}公里(?:处|附近)|[Kk]\\d{1,4}(?:\\+\\d{1,4})?(?:处|米)?")
_TAIL = re.compile(
    "(?:[东西南北]{1,2}|正|侧|后|前|大|小区|校|村|单元)门(?:口|外|前|处)?|门口|门前|门外|门头房?|(?:正|斜|马路|路|公路)?对(?:面|过|个儿?)|附近|周边|周围|旁边?(?![听观若人白])|边上|"
    "(?:东南|东北|西南|西北|[东西南北中])(?:侧|边|头|段|面|端|首|口|角)|一带|(?:[十丁]字|红绿灯|三岔|交叉)?路口|交叉路?口|交叉处|相交处?|交汇处?|交汇|交界处?|交口|拐角处?|"
    "拐弯处?|转弯处|转角处?|之间|中间|路段|段(?![落时])|沿线|沿街|楼下|楼上|楼前|楼后|楼西|楼东|地下车库|地下停车场|停车场|车库|出入口|(?:[A-Z]\\d?)?出口|入口|红绿灯|桥头|桥下|桥上|桥洞|"
    "后身|院内|院里|村口|村头|村[东西南北]头?|路[东西南北](?:侧|边|段)?|公交车?站牌?|公交站点|站牌|地铁站?[A-Z]?\\d?口|[A-Z]\\d?口|天桥|人行道|匝道|辅路|绿化带|垃圾点|垃圾站|公厕|公共厕所|"
    "沿路|后山|山上|海边|河边|方向"
)
# What is complained of rather than where it is, when it follows 的.
_FACILITY = re.compile("红绿灯|公厕|公共厕所|人行道|绿化带|垃圾|停车场|车库|站牌|辅路|天桥")
_TAIL_AFTER_ROAD = re.compile("口(?![号碑罩腔水头味中气])|与?[东西南北]段")
_NAMED_TAIL = re.compile("[东西南北正]门|门口|门前|(?:斜|正)?对面|旁边|路口|十字路口|楼下|[东西南北]侧")
_OWN = re.compile("(?:我们|俺们|咱们|咱|我|俺|本|我家|俺家|我们这个|我所在的?|我住的?)$")
_TRAILING = re.compile("的$")


@dataclass(frozen=True)
class Atom:
    """One part of an address; `known` comes from the gazetteer, `specific` tells one spot from its like."""

    start: int
    end: int
    kind: Kind
    specific: bool = True
    district: str | None = None
    known: bool = False
    weak: bool = False
    doubtful: bool = False


def scan(plain: str) -> list[Atom]:
    """The parts in order, without overlap."""
    atoms: list[Atom] = []
    position = 0
    while position < len(plain):
        atom = _atom(plain, position, atoms[-1] if atoms else None)
        if atom is None:
            position += 1
            continue
        if atoms and atom.start < atoms[-1].end:
            atoms.pop()
        atoms.append(atom)
        position = atom.end
    return atoms


def _atom(plain: str, position: int, last: Atom | None) -> Atom | None:
    touching = last is not None and last.end == position
    beside = last if last is not None and position - last.end <= 1 and last.kind != "tail" else None
    return (
        _after(plain, position, beside)
        or (_tail(plain, position, last, True) if touching else None)
        or _known(plain, position)
        or _ended(plain, position, last)
        or _unit(plain, position)
        or _tail(plain, position, last, touching)
    )


def _after(plain: str, position: int, last: Atom | None) -> Atom | None:
    """Numbers, buildings, flats: what counts only right after another part."""
    if last is None or (last.end != position and plain[last.end] not in " ,的、-"):
        return None
    if last.kind in ("road", "place", "village", "town", "district") and last.end == position:
        match = _NUMBER.match(plain, position)
        if match and not (last.kind == "district" and not last.specific):
            return Atom(position, match.end(), "number", False)
    if last.kind in ("place", "village", "unit", "number") or (last.kind == "road" and last.end == position):
        match = _UNIT_MORE.match(plain, position)
        if match and (last.kind != "road" or "-" not in match.group()):
            return Atom(position, match.end(), "unit", False)
    return None


def _known(plain: str, position: int) -> Atom | None:
    name = gazetteer().at(plain, position)
    if name is None:
        return None
    end = position + len(name.text)
    if name.text[:2] in ("市北", "市南") and position and plain[position - 1] in "城都超":
        return None
    following = plain[end:end + 1]
    if name.section in ("district", "city", "place") and following and following in "路街" and plain[end:end + 2] not in ("路口", "路边"):
        return Atom(position, end + 1, "road")
    kind: Kind = name.section  # type: ignore[assignment]
    return Atom(position, end, kind, True, name.district, True, name.weak)


def _ended(plain: str, position: int, last: Atom | None) -> Atom | None:
    """A name told by its ending, which stands at the position."""
    floor = last.end if last is not None else 0
    for kind, longest, pattern in _ENDINGS:
        match = pattern.match(plain, position)
        if match is None:
            continue
        start, bounded = name_start(plain, position, floor, longest)
        name, ending = plain[start:position], match.group()
        if not name and len(ending) == 1 and kind == "place" and ending not in "站桥":
            continue
        if not name and last is not None and last.end == position and last.kind in ("road", "place", "village", "town", "district", "city"):
            return _grown(plain, last, kind, match.end())
        atom = _named(kind, name, ending, start, match.end(), bounded, last)
        if atom is not None and len(ending) == 1 and kind == "place" and ending not in "站桥" and not _short(plain, atom, last):
            continue
        if atom is not None:
            return atom
    return None


def _grown(plain: str, last: Atom, kind: Kind, end: int) -> Atom | None:
    """A known name with an ending (湛山 + 小区); an ending after 市 or 区 stands for itself."""
    if kind in ("city", "district") or (last.kind in ("district", "city") and kind not in ("road", "place")):
        return None
    if last.kind in ("district", "city"):
        return Atom(last.end, end, kind, False)
    if kind == "place" and plain[last.end:end] == "小区" and last.kind == "road":
        return Atom(last.end, end, kind, False)
    return replace(last, end=end, kind=kind, specific=True, weak=False)


def _named(kind: Kind, name: str, ending: str, start: int, end: int, bounded: bool, last: Atom | None) -> Atom | None:
    joined = last is not None and last.end == start
    if kind == "road":
        return _road(name, ending, start, end, bounded, joined)
    if kind in ("city", "district"):
        placeholder = re.fullmatch("[A-Z]\\d{0,2}", name) is not None
        plausible = len(name) == 2 and joined and last is not None and last.kind == "city" and name not in NOT_NAMES
        return Atom(start, end, kind) if placeholder or plausible or (kind == "district" and ending in "县旗" and len(name) >= 2 and name not in NOT_NAMES) else None
    if kind == "town" and (len(name) < 2 or name in NOT_NAMES or name[-1] in "城乡集全我各小古"):
        return None
    if (name[-1:] and name[-1] in "个各每这那些条") or (kind == "village" and len(name) == 1 and not joined and name in SOFT_STOPS):
        return None
    if kind == "village" and (not name or name in NOT_NAMES or name[-1] in "农全我各城新该本"):
        return Atom(end - len(ending), end, kind, False) if ending.startswith(("社区", "村委")) and not name else None
    if kind == "place" and (not name or name in NOT_NAMES or (len(name) == 1 and not joined) or (name[:1] in SOFT_STOPS and name[1:] in NOT_NAMES)):
        generic = start if name in NOT_NAMES else end - len(ending)
        return Atom(generic, end, kind, False) if len(ending) > 1 else None
    return Atom(start, end, kind, True, doubtful=not bounded)


def _short(plain: str, atom: Atom, last: Atom | None) -> bool:
    """Whether a one-character ending tells a compound here: beside other parts, or before words of dwelling."""
    name = plain[atom.start:atom.end]
    if len(name) < 3 or any(name.endswith(common) for common in _COMMON):
        return False
    joined = last is not None and last.end == atom.start and last.kind in ("city", "district", "town", "road", "village")
    return joined or _DWELLING.match(plain, atom.end) is not None


_DWELLING = re.compile(
    "业主|居民|住户|小区|物业|\\d|[一二三四五六七]期|[东西南北AB]区|[东西南北正]门|门口|对面|附近|旁边|开发商|楼盘|项目|交房|电梯|地下车|车库|工地"
)
_COMMON = frozenset("幼儿园 动物园 植物园 养老院 敬老院 法院 检察院 国务院 市政府 县政府 区政府 镇政府 人民政府 各地政府 上级政府 政府 大城 "
                    "乡政府 商务寓 电视台 售楼台 这里 那里 哪里 平台 阳台 柜台 前台 后台 舞台 灶台 月台 站台 窗台 校园 乐园 菜园 果园 入园 公园 全城 进城 满城 小城 新城 城里 进府 住院 出院 医院 学院 法院 大院 后院 院里 小院 入院 这院 半岛 每年里 夜里 屋里 群里 嘴里 眼里 圈里 镇里 县里 市里 区里 省里 班里 校里 田里 厂里 店里 楼里 车里 水里 井里 河里 山里 房里 邻居 民居 旧居 公里 家里 村里 心里 手里".split())


def _road(name: str, ending: str, start: int, end: int, bounded: bool, joined: bool) -> Atom | None:
    if name in NOT_ROADS or not name or name[-1] in "马铁修公盲网线电水道条上下出走跑回带领问让占铺堵过":
        return None
    if name.isdigit():
        return Atom(start, end, "road") if ending in ("国道", "省道", "县道") else None
    if len(name) == 1 and not joined and ending in ("路", "街", "支路", "巷", "巷子", "胡同"):
        return None
    for common in ("水泥", "柏油", "沥青", "门前", "门口", "主干", "步行", "商业", "小吃", "美食", "乡村", "农村", "上学", "回家", "必经之", "出行", "通行", "进出", "城市", "市政", "周边", "道", "的"):
        if name.endswith(common):
            return None
    if (name[0] in SOFT_STOPS and name[1:] in NOT_ROADS) or (name[-1] in NOT_ROADS and len(name) == 2 and name[-1] in "跑出走弯近远短长半退回来去过修断堵绕"):
        return None
    return Atom(start, end, "road", doubtful=not bounded)


def _unit(plain: str, position: int) -> Atom | None:
    if position and plain[position - 1].isalnum() and plain[position - 1].isascii():
        return None
    match = _UNIT.match(plain, position)
    return Atom(position, match.end(), "unit", False) if match else None


def _tail(plain: str, position: int, last: Atom | None, touching: bool) -> Atom | None:
    if last is not None and (touching or (last.end == position - 1 and plain[last.end] == "的")):
        match = _TAIL_AFTER_ROAD.match(plain, position) if last.kind == "road" and touching else None
        match = match or _TAIL.match(plain, position)
        if match and not touching and _FACILITY.match(match.group()):
            return None
        if match and last.kind != "city" and plain[match.end():match.end() + 1] not in ("村", "镇", "庄"):
            return Atom(position, match.end(), "tail", False)
    match = _NAMED_TAIL.match(plain, position)
    if match is None:
        return None
    floor = last.end if last is not None else 0
    start, bounded = name_start(plain, position, floor, 9)
    name = plain[start:position]
    if len(name) < 2 or not bounded or name in NOT_NAMES or name in NOT_ROADS:
        return None
    joined = last is not None and last.end == start and last.kind in ("city", "district", "town", "road", "village", "place")
    return Atom(start, match.end(), "place", joined)


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
    if start == floor and start < position - 1 and plain[start] in "内里上下外":
        start += 1
    joint = max((index for index in range(start, position - 2) if plain[index] in "和与及到将把被"), default=start)
    if position - joint >= 3 and position - start >= 6:
        start = joint
    while position - start >= 3 and plain[start] in SOFT_STOPS:
        start += 1
    return start, bounded


def _name_character(character: str) -> bool:
    return ("\u4e00" <= character <= "\u9fff" or (character.isascii() and character.isalnum()) or character == "·") \
        and character not in STOP_CHARACTERS


def _stop_ends(plain: str, end: int, floor: int) -> bool:
    return any(end - length >= floor and plain[end - length:end] in STOP_WORDS for length in _stop_lengths())


@lru_cache(maxsize=1)
def _stop_lengths() -> tuple[int, ...]:
    return tuple(sorted({len(word) for word in STOP_WORDS}))
