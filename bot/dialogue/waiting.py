"""The matters of one letter, one ticket after the other: the first draft, what waits, how the next one begins."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.fields import gather, take_place
from bot.dialogue.say import quote
from bot.dialogue.scene import Scene
from bot.dialogue.several import Matter
from bot.dialogue.state import Draft
from hotline.text.letters import title
from hotline.text.normalise import squeezed
from hotline.text.places import find_place, find_places
from hotline.text.times import find_time

COUNT = "零一二三"
_QUOTED = 18
_WHICH = (
    "(?:第?(?P<which>[一二三123])(?:件|个)|后面(?:的|那?[一两]?[件个])?|(?:剩下|其[他它])的?|另外?(?:那|[一两])+[件个]|那[一两]?件)"
    "(?:事情?|问题|的)?")
_OFF = (
    "(?:就|先|我|也|都|还是|那|不是|吧)*"
    "(?:算了|不用|不要|不登|不报|不反映|不投诉|不说|不办|取消|免了|撤了|别登|别报|不必|删|去掉)")
_DROP = re.compile(f"^.{{0,4}}?{_WHICH}.{{0,6}}?{_OFF}")
_DROP_THIS = re.compile(f"^(?:这|本|现在这)(?:一)?(?:件|个|张)(?:事情?|问题)?{_OFF}")
_DROP_AFTER = re.compile(f"^.{{0,6}}?(?:不用|不要|不登|不报|取消|去掉|删掉?|别登)(?:登?记?|报|要)?了?{_WHICH}")
_FIRST_ONLY = re.compile(
    "(?:只|就)(?:登记|报|要|办|说|反映)?(?:第?一件|前面那?件|这一?件|第一个)(?:就行|就好|就可以|就够|吧|事|了)*$")
_MERGE = re.compile(
    "(?:登记|登|报|写|合|并|合并|算|做|作|弄|当|放)(?:成|为|在|到|做|作)(?:一件|一个|一起|一张|一单|同一|一块)|合并|一起(?:登记|报|写|办)|"
    "^就?(?:一件|一张)就?(?:行|好|可以|够|吧)|(?:就是|是|算)(?:同?一件事|一回事)|不(?:用|要)分(?:开|成|两)|别分开")
_SAME_PLACE = re.compile(
    "(?:就|还|也|都)?是?(?:在)?(?:跟|和|与|同)?(?:刚才|上面|前面|第一件|上一?件|那件|之前)?的?(?:是)?"
    "(?:同一个?(?:地方|地点|地址|位置|小区|处)|同上|一样|相同|老地方|[那这]个?地方|那里|那儿|那边|这里|这儿|同一处)(?:的|吧|啊|呀|了)*")
_NEARBY = re.compile("门口|这里|这边|这儿|这条|此处|附近|旁边|同一|对面|周边")
_AT_HOME = re.compile("小区|院(?:里|内|子)|楼(?:下|上|道|前|后|顶|栋)|单元|隔壁|对门|邻居|我们?家|业主")
_HOUSE = re.compile(r"\d号|号楼|小区|社区|[苑园庭府居邸湾墅]|公寓|新村|大厦|单元")
_ELSEWHERE = re.compile(
    "另一个小区|别的小区|父母|爸妈|公婆|婆婆|岳父|岳母|儿子家|女儿家|老家|学校|单位|公司|医院|市场|上班")


def first(scene: Scene, kept: Draft, found: tuple[Matter, ...]) -> Draft:
    """The first matter's draft: phone, name and wishes are the whole letter's, place and time its own part's."""
    own = found[0].text.strip()
    draft = gather(kept, scene)
    if not kept.place:
        attached = any(item.get("kind") == "location" for item in scene.turn.attachments)
        draft = draft if attached else take_place(replace(draft, place="", place_done=False, hint=""), own)
    when = find_time(own)
    time = kept.time or (when.text if when else "")
    return replace(draft, text=own, act=found[0].act, service=found[0].service, time=time, number=1,
                   waiting=tuple(map(_packed, found[1:])), tries=0)


def following(draft: Draft) -> Draft:
    """The next matter's draft: the phone goes on, the place only where it is the same."""
    service, act, shared, text = _unpacked(draft.waiting[0])
    when = find_time(text)
    new = take_place(Draft(text=text, service=service, act=act, time=when.text if when else ""), text)
    if not new.place:
        new = _same_place(new, draft, shared)
    return replace(new, phone=draft.phone, phone_done=draft.phone_done, name=draft.name, anonymous=draft.anonymous,
                   confidential=draft.confidential, later=draft.later, later_service=draft.later_service,
                   images=draft.images, number=draft.number + 1, waiting=draft.waiting[1:],
                   last_place=draft.place or draft.last_place)


def at_last_place(draft: Draft) -> Draft:
    """The draft at the place of the matter before it."""
    return replace(draft, place=draft.last_place, place_done=True)


def announcement(draft: Draft) -> str:
    """What was understood: how many matters, each in the citizen's words."""
    told = "；".join(map(_quoted, (draft.text, *map(_text, draft.waiting))))
    return f"您说了{'两' if len(draft.waiting) == 1 else '三'}件事：{told}。先登记第一件。"


def _quoted(text: str) -> str:
    """The matter in brackets: as many whole clauses as fit, else cut with dots."""
    short = title(text, _QUOTED)
    return quote(short if len(short) < _QUOTED else title(text), _QUOTED)


def nth(draft: Draft) -> str:
    """ "第二件" for the draft in hand."""
    return f"第{COUNT[max(0, min(draft.number, 3))]}件"


def wants_one(text: str) -> bool:
    """Whether the citizen wants all in one ticket."""
    return len(squeezed(text)) <= 20 and _MERGE.search(squeezed(text)) is not None


def says_same_place(text: str) -> bool:
    """Whether an answer to "where?" is "at the same place"."""
    return _SAME_PLACE.fullmatch(squeezed(text)) is not None


def merged(draft: Draft) -> Draft:
    """All matters in one draft, nothing lost; the clerk gets them as a list too."""
    text = draft.text
    for more in map(_text, draft.waiting):
        text += more if more.startswith("\n") or text.endswith(tuple("。！？!?；;，,：:\n")) else f"\n{more}"
    return replace(draft, text=text.strip(), waiting=(), number=0, listed=True)


def dropped(text: str, draft: Draft) -> set[int]:
    """Which matters, by their number in the letter, the citizen gives up; the one in hand may be among them."""
    words = squeezed(text)
    coming = set(range(draft.number + 1, draft.number + 1 + len(draft.waiting)))
    if len(words) > 20 or not draft.number:
        return set()
    if _FIRST_ONLY.search(words):
        return coming
    if _DROP_THIS.search(words):
        return {draft.number}
    found = _DROP.search(words) or _DROP_AFTER.search(words)
    if found is None:
        return set()
    if found["which"]:
        number = "一二三".find(found["which"]) + 1 or int(found["which"])
        return {number} & (coming | {draft.number})
    return coming or ({draft.number} if draft.number > 1 else set())


def without(draft: Draft, numbers: set[int]) -> Draft:
    """The draft without some of the waiting matters."""
    kept = (text for at, text in enumerate(draft.waiting, draft.number + 1) if at not in numbers)
    return replace(draft, waiting=tuple(kept))


def _packed(matter: Matter) -> str:
    """One text for the state: a line with service, act and the place told for all, then the matter's own part."""
    return f"{matter.service} {matter.act} {' '.join(matter.place.split())}\n{matter.text}"


def _unpacked(kept: str) -> tuple[str, str, str, str]:
    line, _, text = kept.partition("\n")
    service, act, place = (*line.split(" ", 2), "", "", "")[:3]
    return service or "other", act or "report", place, (text or kept).strip()


def _text(kept: str) -> str:
    return kept.partition("\n")[2] or kept


def _same_place(new: Draft, last: Draft, shared: str) -> Draft:
    """The place told for all matters, or the last one's where it is the only one and the words stay near it."""
    if shared:
        said = find_place(last.text)
        corrected = said is not None and said.text == shared and last.place
        return replace(new, place=last.place if corrected else shared, place_done=True)
    named = {place.text for place in find_places(last.text) if place.precise}
    home = _AT_HOME.search(new.text) is not None
    near = _HOUSE.search(last.place) is not None if home else _NEARBY.search(new.text) is not None
    other = _ELSEWHERE.search(new.text) is not None or bool(find_places(new.text))
    if not (last.place and near) or other or len(named) > 1:
        return new
    return replace(new, place=last.place, place_done=True, latitude=last.latitude, longitude=last.longitude)
