"""Is somebody in danger now? Tuned for recall: a missed gas leak is the worst error of all."""

from __future__ import annotations

import re

from hotline.emergency import gas, life
from hotline.emergency.context import harmless
from hotline.emergency.kinds import Emergency, Hit, Kind, Subkind
from hotline.emergency.spelling import fold

__all__ = ["Emergency", "Kind", "Subkind", "cannot_speak", "detect"]

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


def detect(text: str) -> Emergency | None:
    """The emergency a message tells of, or None. Gas comes before life, the graver before the lesser."""
    folded = fold(text)
    if not folded:
        return None
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
