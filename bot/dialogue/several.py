"""Whether a letter tells of one matter or of several: several only on strong evidence, one firm's wrongs are one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.dialogue.scene import JSON, Scene
from hotline.text.letters import Segment, complains, grievances, of_one_firm, only_announces, segments
from hotline.text.normalise import squeezed
from hotline.text.places import Place, find_place
from hotline.text.words import is_english

SURE = 0.6  # the confidence that both matters' services need
SURE_OTHER = 0.95  # the same where one is no service of ours: a remark on the way is `other` too
SUBSTANCE = 12  # letters and digits that a matter has at least
MOST = 3
ACTS = ("report", "suggestion", "urge")
# Services that are often two views of one matter: only "第二件事" makes two of them.
_NEAR = (
    {"courtyard_clutter", "sanitation"}, {"facility_manhole", "facility_guardrail_pavement"},
    {"property_repair", "facility_streetlight"}, {"property_repair", "facility_manhole"},
    {"property_service", "sanitation"}, {"property_parking", "courtyard_clutter"},
    {"property_renovation_noise", "courtyard_illegal_building"}, {"gas_hazard", "courtyard_illegal_building"},
)
_ONE_FAMILY = ("gas", "signage", "courtyard", "property")
_COUNTED = re.compile("[两二三四五六几2-6]件(?:不同的)?事")
_THANKS = re.compile("^.{0,6}(?:谢谢|感谢|多谢|表扬|点赞)")
_GOES_ON = re.compile(
    "^.{0,12}(?:这件事|此事|这事|该问题|这个问题|这种情况|上述|以上|对此|为此|前面说|同样的?问题)|"
    "(?:物业|社区|居委会?|街道|城管|执法|派出所|交警|政府|部门|热线|客服|单位|公司|12345|领导|他们|你们).{0,14}"
    "(?:不管|不理|不作为|不闻不问|推诿|推脱|推卸|踢皮球|不处理|不解决|没人管|没有?管|无人管|管不了|不答复|没有?(?:人)?回复|不回复|没有?答复|"
    "没有?下文|没有?结果|没人来|没人接|不接电话|视而不见)|"
    "(?:打|拨).{0,8}(?:电话|热线|12345)|(?:反映|投诉|举报|报修|找)(?:过|了).{0,6}[次遍回趟]|工单|踢皮球|交着?物业费|按时交")


@dataclass(frozen=True)
class Heard:
    """A piece of the letter with what the model makes of it."""

    piece: Segment
    service: str
    confidence: float
    act: str

    @property
    def sure(self) -> bool:
        """Whether this is a matter by itself: its service known, an act, and words enough."""
        body = self.piece.body
        enough = len(squeezed(body)) >= SUBSTANCE and complains(body) and not _THANKS.search(body)
        return enough and self.confidence >= SURE and self.act in ACTS and bool(self.service)


@dataclass(frozen=True)
class Matter:
    """One of several matters: its own part of the letter; `place` is one told for all of them, else empty."""

    text: str
    service: str
    act: str
    place: str = ""


def matters(scene: Scene) -> tuple[Matter, ...]:
    """The letter's separate matters, two or three in their order; nothing where it is one ticket."""
    heard = pieces(scene)
    if len(heard) < 2 or is_english(scene.text) or of_one_firm(scene.text):
        return ()
    if _is_one_list(heard):
        heard = tuple(map(_as_going_on, heard))
    opening = _opening(heard)
    parts: list[list[Heard]] = []
    for one in heard[opening:]:
        home = _home(parts, one)
        if home is None:
            parts.append([one])
        else:
            home.append(one)
    if len(parts) < 2 or _each_names_firm(parts):
        return ()
    shared = find_place(scene.turn.text[:heard[opening].piece.start])
    parts[0] = [*heard[:opening], *parts[0]]
    return tuple(_matter(part, shared if at else None) for at, part in enumerate(parts))


def one_firm(scene: Scene) -> bool:
    """Whether a letter tells several wrongs of one property firm, to be listed in one ticket."""
    heard = pieces(scene)
    if not heard or len(grievances(scene.text)) < 2:
        return False
    if of_one_firm(scene.text):
        return True
    known = [one for one in heard if one.service and one.confidence >= SURE]
    if len(heard) > 1 and len(known) < 2:
        return False
    about = {one.service.split("_")[0] for one in known} or {scene.service.split("_")[0]}
    named = "物业" in scene.text or len(known) == len(heard)
    return about == {"property"} and named and not any(
        _elsewhere(one.piece.body, known[0].piece.body) for one in known[1:])


def firms_service(scene: Scene, service: str) -> str:
    """The service of one firm's wrongs; surely another matter, a firm's unpaid wages, stays what it is."""
    sure = float(scene.turn.parse.get("service_confidence") or 0.0) >= SURE
    return service if service.startswith("property_") or (service == "other" and sure) else "property_service"


def pieces(scene: Scene) -> tuple[Heard, ...]:
    """The letter's pieces as the model hears them; none where the parse does not tell."""
    told = scene.turn.parse.get("segments")
    known = {(item.get("start"), item.get("end")): item for item in told or [] if isinstance(item, dict)}
    if not known:
        return ()
    return tuple(_heard(piece, known.get((piece.start, piece.end)) or {}) for piece in segments(scene.turn.text))


def _heard(piece: Segment, item: JSON) -> Heard:
    confidence = item.get("confidence")
    number = float(confidence) if isinstance(confidence, (int, float)) else 0.0
    return Heard(piece, str(item.get("service_code") or ""), number, str(item.get("act") or ""))


def _opening(heard: tuple[Heard, ...]) -> int:
    """How many pieces stand before a list's first item: they only announce it."""
    return next((at for at, one in enumerate(heard) if one.piece.number == 1), 0)


def _is_one_list(heard: tuple[Heard, ...]) -> bool:
    """Whether numbers only order one matter's sides: its name stands before them, or an item is no sure matter.

    Measured on 10,059 real letters: with many items or a beginning that tells something it is nearly always one.
    """
    items = [one for one in heard if one.piece.number and one.piece.kind == "number"]
    if not items:
        return False
    opening = "".join(one.piece.text for one in heard[:_opening(heard)])
    many = len(items) > MOST and not _COUNTED.search(opening)
    return many or not all(one.sure for one in items) or not only_announces(opening)


def _as_going_on(one: Heard) -> Heard:
    """A list's item that begins nothing new."""
    return replace(one, piece=replace(one.piece, kind="")) if one.piece.kind == "number" else one


def _home(parts: list[list[Heard]], one: Heard) -> list[Heard] | None:
    """The matter that a piece belongs to; None when it begins one of its own."""
    if not parts:
        return None
    if not one.sure:
        return parts[-1]
    same = next((part for part in parts if any(other.sure and other.service == one.service for other in part)), None)
    if same is not None and not _elsewhere(one.piece.body, same[0].piece.body):
        return same
    told = [other for part in parts for other in part if other.sure]
    alone = bool(told) and len(parts) < MOST and all(_apart(other, one) for other in told)
    return None if alone and any(other.sure for other in parts[-1]) else parts[-1]


def _apart(one: Heard, other: Heard) -> bool:
    """Whether a piece is another matter than an earlier one, by the words before it and by both services."""
    kind, body = other.piece.kind, other.piece.body
    if kind in ("", "paragraph") or (kind != "matter" and _GOES_ON.search(body)):
        return False
    families = one.service.split("_")[0], other.service.split("_")[0]
    if families[0] == families[1] == "property" or one.service == other.service:
        return kind in ("number", "matter") and one.service != other.service and _elsewhere(body, one.piece.body)
    if {one.service, other.service} & {"other", "suggestion"}:
        return min(one.confidence, other.confidence) >= SURE_OTHER
    near = families[0] == families[1] and families[0] in _ONE_FAMILY
    return kind == "matter" or not (near or {one.service, other.service} in _NEAR)


def _elsewhere(text: str, other: str) -> bool:
    """Whether two pieces name two different places."""
    here, there = find_place(text), find_place(other)
    if here is None or there is None or not (here.precise and here.sure and there.precise and there.sure):
        return False
    return here.text not in other and there.text not in text


def _each_names_firm(parts: list[list[Heard]]) -> bool:
    """Whether every one of the matters is told of the property firm, none of them as another matter."""
    if any(part[0].piece.kind == "matter" for part in parts[1:]):
        return False
    return all(any("物业" in one.piece.body for one in part) for part in parts)


def _matter(part: list[Heard], shared: Place | None) -> Matter:
    leading = max((one for one in part if one.sure), key=lambda one: one.confidence)
    text, end = "", part[0].piece.start
    for one in part:
        text += one.piece.text if one.piece.start == end or not text else "\n" + one.piece.text
        end = one.piece.end
    own = find_place(text)
    place = shared.text if shared is not None and shared.precise and not (own and own.precise) else ""
    return Matter(text, leading.service, leading.act, place)
