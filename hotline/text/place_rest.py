"""Unknown proper names told by where they stand: right behind the head of an address (胶州市广州北路 + 御景华庄)."""

from __future__ import annotations

import re

from hotline.text.place_names import NAMEISH, break_in, plausible
from hotline.text.place_patterns import UNIT_MORE, Atom

LONGEST = 14
_RUN = re.compile("[\u4e00-\u9fffA-Za-z0-9·#\\-]{1,40}")
_NUMBERED = re.compile("([\u4e00-\u9fff]{2,8})(?:\\d{1,3}(?:-\\d{1,4}){1,3}|\\d{1,3}(?:号楼|栋|座|单元|期))")
# Behind these a clause may begin with an address.
_BEFORE = frozenset("在是于住到址点去来从至为即，,.。!?;:、 \n\x00(\"'[>")


def with_names(plain: str, atoms: list[Atom]) -> list[Atom]:
    """The parts with the unknown names between and behind them."""
    found: list[Atom] = []
    position = 0
    for index, atom in enumerate(atoms):
        if atom.start < position:
            continue
        found.append(atom)
        name = _name_behind(plain, found, atoms[index + 1] if index + 1 < len(atoms) else None)
        if name is not None:
            found += [name, *_units(plain, name.end)]
            position = found[-1].end
    return found


def _name_behind(plain: str, found: list[Atom], right: Atom | None) -> Atom | None:
    last = found[-1]
    if last.kind in ("city", "tail", "unit") or (right is not None and right.start == last.end):
        return None
    match = _RUN.match(plain, last.end)
    if match is None:
        return None
    run, group = match.group(), _group(found)
    if len(run) <= LONGEST and _fits(plain, run, group) and plausible(run):
        return Atom(last.end, match.end(), "place")
    return _before_part(plain, run, last, right) or _in_sentence(run, group, right)


def _units(plain: str, position: int) -> list[Atom]:
    """Buildings and flats behind an unknown name."""
    units: list[Atom] = []
    while match := UNIT_MORE.match(plain, position):
        units.append(Atom(match.start(), match.end(), "unit", False))
        position = match.end()
    return units


def _group(found: list[Atom]) -> list[Atom]:
    """The parts that stand together with the last."""
    first = len(found) - 1
    while first and found[first - 1].end == found[first].start:
        first -= 1
    return found[first:]


def _fits(plain: str, run: str, group: list[Atom]) -> bool:
    """Whether what follows up to the next boundary may be a name: the stronger the head, the freer the name."""
    first, last = group[0], group[-1]
    if last.weak or (first.start and plain[first.start - 1] not in _BEFORE):
        return False
    if last.kind == "number" or (last.specific and (last.kind == "town" or (last.kind == "road" and len(group) > 1))):
        return True
    if last.kind == "district" and plain[last.end - 1] not in "市区县":
        return False
    return last.specific and NAMEISH.search(run) is not None


def _before_part(plain: str, run: str, last: Atom, right: Atom | None) -> Atom | None:
    """A name between the head and a building or a door: 同安路 + 映月公馆 + 5号楼."""
    if right is None or right.kind not in ("unit", "place") or right.start >= last.end + len(run):
        return None
    gap = plain[last.end:right.start]
    if last.kind not in ("road", "town", "number", "village") or not 2 <= len(gap) <= 8 or not plausible(gap):
        return None
    return Atom(last.end, right.start, "place") if right.kind == "unit" or right.doubtful else None


def _in_sentence(run: str, group: list[Atom], right: Atom | None) -> Atom | None:
    """A name behind which the sentence runs on: it ends like one, or a whole address stands before it."""
    last, cut = group[-1], break_in(run)
    numbered = _NUMBERED.match(run)
    if numbered and numbered.end(1) < cut:
        cut = numbered.end(1)
    if not 2 <= cut <= 8 or cut == len(run) or (right is not None and right.start < last.end + cut):
        return None
    name = run[:cut]
    if last.kind not in ("road", "town", "number") or not plausible(name):
        return None
    whole = last.kind != "number" and len(group) > 1 and (cut in (4, 5) or numbered)
    return Atom(last.end, last.end + cut, "place") if whole or NAMEISH.search(name) else None
