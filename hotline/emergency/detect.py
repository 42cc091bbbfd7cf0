"""Is somebody in danger now? Tuned for recall: a missed gas leak is the worst error of all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import cast

from hotline.emergency import gas, life
from hotline.emergency.context import harmless
from hotline.emergency.kinds import Emergency, Hit, Kind, Subkind
from hotline.emergency.matter import matter
from hotline.emergency.model import NONE, Model
from hotline.emergency.spelling import fold
from hotline.emergency.thresholds import Thresholds

__all__ = ["Detector", "Emergency", "Kind", "Subkind", "cannot_speak"]

KEPT = 64
# Carbon monoxide has no smell. Where gas is smelt or heard as well, no switch may be touched: the advice on a leak
# stands, with the ambulance beside it.
_SURE_LEAKS = ("smell", "leak", "hiss")
_ORDER = ("carbon_monoxide", "fire", "leak")
_LIFE_ORDER = ("self_harm", "fire", "illness", "crime")
_MUTE = re.compile(
    "聋哑|聋人|聋子|失聪|(?<!装聋作)哑巴|哑人|听障|听力(?:障碍|残疾|不好|有问题|不行|差)|语言障碍|言语障碍|无声人士|"
    "(?:我|耳朵|本人|老人|我们)[^,。!?]{0,6}(?:听不见|听不到|听不清|耳背|聋)|(?:听不见|听不到|听不清)(?:电话|声音|你们?说|,|。|$)|"
    "(?:我|本人)[^,。!?]{0,4}(?:不能说话|不会说话|说不了话|说不出话|没法说话|无法说话|讲不了话|不能出声|不能讲话|不敢出声|不敢说话)|"
    "^(?:不能说话|说不了话|不会说话|不能出声|不敢出声|没法说话)|(?:打|接|拨)(?:不了|不成)电话|(?:不能|没法|无法|不会|不敢)(?:打|接|拨)电话|"
    "deaf|mute|can(?:no|')?t (?:speak|hear|talk)|hard of hearing|unable to (?:speak|hear|talk)"
)
# What is left of a message that only says where somebody is. The model never learnt from so little: "我在" alone was
# a crime to it, and whoever answered the house's own question for the place got the advice on one.
_WHERE = re.compile("(?:我们?|俺们?|本人)?(?:家|人)?(?:现在|目前|就)*(?:家|人)?住?(?:在|是)?")


@dataclass(frozen=True)
class _Ears:
    """What a message is heard with, and what was heard lately: a message is asked about more than once."""

    model: Model | None
    thresholds: Thresholds
    last: dict[str, Emergency | None] = field(default_factory=dict)


class Detector:
    """The patterns and, once there is one, the trained model with its thresholds."""

    def __init__(self, model: Model | None = None, thresholds: Thresholds | None = None) -> None:
        self._ears = _Ears(model, thresholds or Thresholds())

    @property
    def model(self) -> Model | None:
        """What it hears with beside the patterns."""
        return self._ears.model

    def use(self, model: Model | None, thresholds: Thresholds) -> None:
        """Take another model and its thresholds, both at once, while other threads are asking."""
        self._ears = _Ears(model, thresholds)

    def detect(self, text: str) -> Emergency | None:
        """The emergency a message tells of, or None."""
        ears = self._ears
        try:
            return ears.last[text]
        except KeyError:
            found = _detect(text, ears.model, ears.thresholds)
        if len(ears.last) >= KEPT:
            ears.last.clear()
        ears.last[text] = found
        return found


def _detect(text: str, model: Model | None, thresholds: Thresholds) -> Emergency | None:
    """The model decides where there is one; the patterns do where there is none.

    The model has heard what the patterns found, and they still say which help is right where they know.
    """
    folded = fold(text)
    if not folded:
        return None
    if model is None:
        return by_patterns(folded)
    known, about = by_patterns(folded), matter(folded)
    if known is None and about != folded and _WHERE.fullmatch(about):
        return None
    chances = model.chances(about, thresholds.sure)
    by_kind = {kind: sum(chance for name, chance in chances.items() if name.startswith(f"{kind}:"))
               for kind in ("gas", "life")}
    danger = sum(by_kind.values())
    heard = thresholds.heard_short if len(folded) <= thresholds.short else thresholds.heard
    if known is not None and danger >= heard[known.kind]:
        # Gas goes before life: whoever smells it must not touch a switch, whatever else has happened.
        if known.kind == "gas" or by_kind["life"] >= by_kind["gas"]:
            return known
    elif danger < thresholds.alarm and by_kind["gas"] < thresholds.gas_alarm:
        return None
    kind = max(by_kind, key=lambda name: by_kind[name])
    best = max((name for name in chances if name != NONE and name.startswith(kind)), key=lambda name: chances[name])
    return Emergency(cast(Kind, kind), cast(Subkind, best.split(":")[1]), "model")


def by_patterns(folded: str) -> Emergency | None:
    """What the patterns alone say. Gas comes before life, the graver before the lesser."""
    for found, order in ((gas.hits, _ORDER), (life.hits, _LIFE_ORDER)):
        real = [hit for hit in found(folded) if not harmless(folded, hit)]
        if real:
            return _gravest(real, order)
    return None


def cannot_speak(text: str) -> bool:
    """Whether the citizen says that they cannot hear or speak."""
    return _MUTE.search(fold(text)) is not None


def _gravest(hits: list[Hit], order: tuple[str, ...]) -> Emergency:
    hit = min(hits, key=lambda hit: (order.index(hit.subkind), hit.start))
    if hit.subkind == "carbon_monoxide" and any(
            other.subkind == "leak" and other.name in _SURE_LEAKS for other in hits):
        return Emergency("gas", "leak", hit.name, ill=True)
    return Emergency(hit.kind, hit.subkind, hit.name)
