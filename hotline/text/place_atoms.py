"""Parts of an address in a plain text: known names and names told by their ending, from left to right."""

from __future__ import annotations

import re
from dataclasses import replace

from hotline.text import place_patterns as patterns
from hotline.text.gazetteer import gazetteer
from hotline.text.place_endings import Candidate, is_generic, named, short
from hotline.text.place_names import NAMEISH, break_in, name_start, plausible
from hotline.text.place_patterns import Atom, Kind
from hotline.text.place_words import MANY, NOT_NAMES, NOT_ROADS, SOFT_STOPS

# 东校区, 老公房: no names by themselves, but enough before such an ending.
_BARE = ("", *"东西南北中老新")
_WHOLE = "站桥河"
# 宝龙 + 城, 万达 + 府.
_BRANDED = "城苑府轩郡邸"
# "大荒村路太窄" speaks of the village's roads, "李仙庄路的路灯" of a road of that name.
_VILLAGE_ROAD_IS = tuple("太很不没都全也又就难窄坑烂坏破边通")
_GROWS = ("road", "place", "village", "town", "district", "city")


def scan(plain: str) -> list[Atom]:
    """The parts in order, without overlap."""
    atoms: list[Atom] = []
    position = 0
    while position < len(plain):
        last = atoms[-1] if atoms else None
        atom = _atom(plain, position, last, atoms[-2].end if len(atoms) > 1 else 0)
        if atom is None:
            position += 1
            continue
        if last is not None and atom.start < last.end:
            atoms.pop()
        atoms.append(atom)
        position = atom.end
    return atoms


def _atom(plain: str, position: int, last: Atom | None, floor: int) -> Atom | None:
    touching = last is not None and last.end == position
    return (
        (_after(plain, position, last) if last is not None and position - last.end <= 1 else None)
        or (_tail(plain, position, last, True) if touching else None)
        or _known(plain, position, last.end if last is not None else 0)
        or _ended(plain, position, last, floor)
        or _institution(plain, position, last)
        or _unit(plain, position, last.end if last is not None else 0)
        or _tail(plain, position, last, touching)
    )


def _after(plain: str, position: int, last: Atom) -> Atom | None:
    """Numbers, buildings, flats: what counts only right after another part."""
    touching = last.end == position
    if not touching and plain[last.end] not in " ,的、-":
        return None
    if touching and last.kind in ("road", "place", "village", "town", "district") and (last.kind != "district" or last.specific):
        match = patterns.NUMBER_OF_HOUSE.match(plain, position) if last.kind == "road" else None
        match = match or patterns.NUMBER.match(plain, position)
        if match:
            return Atom(position, match.end(), "number", False)
    in_hall = last.kind == "tail" and plain[last.end - 1] in "库场厅"
    if last.kind in ("place", "village", "unit", "number") or (touching and (in_hall or last.kind == "road")):
        match = patterns.UNIT_MORE.match(plain, position)
        if match and (last.kind != "road" or "-" not in match.group()):
            return Atom(position, match.end(), "unit", False)
    return None


def _known(plain: str, position: int, floor: int) -> Atom | None:
    name = gazetteer().at(plain, position)
    if name is None:
        return None
    end = position + len(name.text)
    if name.text[:2] in ("市北", "市南") and position and plain[position - 1] in "城都超":
        return None
    if name.section in ("district", "city", "place") and (road := patterns.ROAD_BEHIND.match(plain, end)):
        return Atom(_cut_off(plain, position, floor), road.end(), "road")
    kind: Kind = name.section  # type: ignore[assignment]
    if kind == "road" and (start := _cut_off(plain, position, floor)) < position:
        return Atom(start, end, kind)  # another road than the known one
    return Atom(position, end, kind, True, name.district, True, name.weak)


def _cut_off(plain: str, position: int, floor: int) -> int:
    """Where a road begins of whose name the known one is but the end: 伏 + 龙山路, 南 + 九水路."""
    start, bounded = name_start(plain, position, floor, 1)
    name = plain[start:position]
    fits = bounded and name and name not in SOFT_STOPS and name not in NOT_NAMES and break_in(name) == 1
    return start if fits and name not in NOT_ROADS and not name.isascii() else position


def _ended(plain: str, position: int, last: Atom | None, floor: int) -> Atom | None:
    """A name told by its ending, which stands at the position; no known name grows to the left beyond `floor`."""
    if plain[position] not in patterns.ENDING_STARTS:
        return None
    for kind, longest, pattern in patterns.ENDINGS:
        match = pattern.match(plain, position)
        if match is None:
            continue
        start, bounded = name_start(plain, position, last.end if last is not None else 0, longest)
        name, ending = plain[start:position], match.group()
        weak = kind == "place" and len(ending) == 1 and ending not in _WHOLE
        touching = last is not None and last.end == position
        if not name and weak and not (touching and last is not None and last.known and last.kind == "place" and ending in _BRANDED):
            continue
        if not name and last is not None and touching and last.kind in _GROWS:
            return _grown(plain, last, kind, match.end(), floor)
        atom = named(Candidate(plain, kind, name, ending, start, match.end(), bounded, last))
        if atom is not None and not (weak and not short(plain, atom, last)):
            return atom
    return None


def _grown(plain: str, last: Atom, kind: Kind, end: int, floor: int) -> Atom | None:
    """A known name with an ending (湛山 + 小区), longer to the left where it is cut from a longer one (杨家 + 庄子 + 村)."""
    ending = plain[last.end:end]
    if kind in ("city", "district") or (last.kind in ("district", "city") and kind not in ("road", "place")):
        return None
    if last.kind in ("district", "city"):
        return Atom(last.end, end, kind, kind == "place" and ending not in NOT_NAMES and ending not in MANY)
    if last.kind == "village" and kind == "road" and plain[end:end + 1] in _VILLAGE_ROAD_IS:
        return None
    if kind == "place" and ending == "小区" and last.kind == "road":
        return Atom(last.end, end, kind, False)
    start = _longer(plain, last, floor) if kind in ("village", "place") and last.kind == "place" else last.start
    return replace(last, start=start, end=end, kind=kind, weak=False)


def _longer(plain: str, known: Atom, floor: int) -> int:
    start, bounded = name_start(plain, known.start, floor, 4)
    name = plain[start:known.start]
    cut = bounded and name and name not in SOFT_STOPS and name not in NOT_NAMES and break_in(name) == len(name)
    return start if cut else known.start


def _institution(plain: str, position: int, last: Atom | None) -> Atom | None:
    """A shop, an office, a path: a place right behind another part only."""
    if last is None or last.kind in ("city", "unit") or position - last.end > 6:
        return None
    match = patterns.INSTITUTION.match(plain, position)
    name = plain[last.end:position]
    if match is None or (last.kind in ("district", "tail") and len(name) < 2):
        return None
    specific = last.specific and last.kind not in ("tail", "number")
    return Atom(last.end, match.end(), "place", specific) if name in _BARE or plausible(name) else None


def _unit(plain: str, position: int, floor: int) -> Atom | None:
    """A building; with the name before it where that looks like a compound's (香槟国际 + 6栋)."""
    if position and plain[position - 1].isalnum() and plain[position - 1].isascii():
        return None
    match = patterns.UNIT.match(plain, position)
    if match is None:
        return None
    start, bounded = name_start(plain, position, floor, 9)
    name = plain[start:position]
    if bounded and len(name) >= 3 and NAMEISH.search(name) and plausible(name) and not is_generic(name):
        return Atom(start, match.end(), "place", doubtful=True)
    return Atom(position, match.end(), "unit", False)


def _tail(plain: str, position: int, last: Atom | None, touching: bool) -> Atom | None:
    """Words of position, behind a part or behind a name that they alone tell (海情丽都北门)."""
    if last is not None and (touching or (last.end == position - 1 and plain[last.end] == "的")):
        match = _position_word(plain, position, last, touching)
        if match and last.kind != "city" and plain[match.end():match.end() + 1] not in ("村", "镇", "庄"):
            return Atom(position, match.end(), "tail", False)
        if not touching and match is None and patterns.FACILITY.match(plain, position):
            return None
    match = patterns.NAMED_TAIL.match(plain, position)
    if match is None:
        return None
    start, bounded = name_start(plain, position, last.end if last is not None else 0, 9)
    name = plain[start:position]
    if len(name) < 2 or not bounded or name in NOT_NAMES or name in NOT_ROADS:
        return None
    joined = last is not None and last.end == start and last.kind in _GROWS
    return Atom(start, match.end(), "place", joined)


def _position_word(plain: str, position: int, last: Atom, touching: bool) -> re.Match[str] | None:
    match = patterns.TAIL_AFTER_ROAD.match(plain, position) if last.kind == "road" and touching else None
    match = match or patterns.TAIL.match(plain, position) or (_short_tail(plain, position, last) if touching else None)
    if match is None:
        return None
    if not touching and patterns.FACILITY.match(match.group()):
        return None  # what is complained of: 延吉路的路灯
    if last.kind == "place" and plain[position] == "村":
        return None  # 庄子 + 村后: the village first
    if last.kind != "place" and match.group() in ("楼上", "楼顶"):
        return None  # whoever lives upstairs
    return match


def _short_tail(plain: str, position: int, last: Atom) -> re.Match[str] | None:
    """One character of position: 毛家庄桥西 at any rate, 北昌村东 and 3号楼后 before a boundary."""
    beside = patterns.BESIDE.get(plain[last.end - 1])
    if beside is not None and (match := beside.match(plain, position)):
        return match
    if last.kind == "village" and (match := patterns.TAIL_AFTER_VILLAGE.match(plain, position)):
        return match
    return patterns.TAIL_SHORT.match(plain, position) if last.kind in ("village", "place", "unit", "number") else None
