"""From what two models said to gains and losses: pure counting, and the list that a person reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from hotline.emergency import Detector
from hotline.records import JSON
from hotline.text.masking import mask_text
from hotline.training.choices import ACTS
from hotline.training.exam import UNKNOWN, Item, Question

MOST = 500  # changed messages that are listed
TALK = "talk"
DANGERS: Mapping[str | None, str] = {"gas": "燃气危险", "life": "人身危险", None: "没有危险"}
Names = Mapping[str, str]


def understanding(items: Sequence[Item], before: Sequence[JSON], after: Sequence[JSON], names: Names) -> JSON:
    """Rows by intent and service with their right answers, and the messages that are heard otherwise now."""
    sides = list(zip(items, before, after, strict=True))
    intents = [(item.intent or TALK, intent_right(item, old), intent_right(item, new))
               for item, old, new in sides if item.intent != UNKNOWN]
    services = [(str(item.service), old.get("service_code") == item.service, new.get("service_code") == item.service)
                for item, old, new in sides if item.service != UNKNOWN]
    changed = [_changed(item, old, new, names) for item, old, new in sides if _heard(old) != _heard(new)]
    return {"size": len(items), "intents": _rows(intents), "services": _rows(services),
            "changed": changed[:MOST], "changed_count": len(changed)}


def intent_right(item: Item, said: JSON) -> bool:
    """Talk is right when it was taken for no matter."""
    if item.intent is None:
        return said.get("act") is None
    return bool((said.get("act") if item.intent in ACTS else said.get("intent")) == item.intent)


def _rows(judged: Iterable[tuple[str, bool, bool]]) -> list[JSON]:
    """What lost most first."""
    groups: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for code, old, new in judged:
        groups[code].append((old, new))
    rows = [{"code": code, "size": len(pairs), "before": sum(old for old, _ in pairs),
             "after": sum(new for _, new in pairs)} for code, pairs in groups.items()]
    return sorted(rows, key=lambda row: (int(row["after"]) - int(row["before"]), str(row["code"])))


def _heard(said: JSON) -> tuple[object, object]:
    return said.get("intent"), said.get("service_code")


def _changed(item: Item, old: JSON, new: JSON, names: Names) -> JSON:
    effect = _effect(_points(item, old), _points(item, new))
    text = mask_text(item.text)
    right = _told(item.intent, item.service, names)
    line = f"「{text[:80]}」原来听成{_told(*_heard(old), names)}，现在听成{_told(*_heard(new), names)}"
    return {"text": text, "where": item.where, "effect": effect,
            "before": {"intent": old.get("intent"), "service": old.get("service_code")},
            "after": {"intent": new.get("intent"), "service": new.get("service_code")},
            "expected": {"intent": _known(item.intent), "service": _known(item.service)},
            "line": f"{line}，应是{right}（{effect}）" if right else line}


def taught(
    items: Sequence[Item], before: Sequence[JSON], after: Sequence[JSON], ears: Sequence[Detector], names: Names
) -> JSON:
    """How many labels that train are heard as labelled, before and after; `wrong`: those that are not, after it."""
    counts, wrong = {"before": 0, "after": 0}, []
    for item, old, new in zip(items, before, after, strict=True):
        kinds = [found.kind if (found := side.detect(item.text)) else None for side in ears]
        right = [_as_taught(item, said, kind) for said, kind in zip((old, new), kinds, strict=True)]
        counts["before"] += right[0]
        counts["after"] += right[1]
        if not right[1]:
            text = mask_text(item.text)
            was, now = (_told_whole(*_heard(said), kind, item, names)
                        for said, kind in zip((old, new), kinds, strict=True))
            meant = _told_whole(item.intent, item.service, item.emergency, item, names)
            wrong.append({"text": text, "where": item.where, "effect": "变差" if right[0] else "不分高下",
                          "line": f"「{text[:80]}」标的是{meant}，现在听成{was}，新的听成{now}"})
    return {"size": len(items), **counts, "wrong": wrong}


def _as_taught(item: Item, said: JSON, kind: str | None) -> bool:
    """Whether all that the label says is heard."""
    points = _points(item, said)
    return (points is None or points == (item.intent != UNKNOWN) + (item.service != UNKNOWN)) and (
        item.emergency in (UNKNOWN, kind))


def _told_whole(intent: object, service: object, kind: str | None, item: Item, names: Names) -> str:
    """With the danger where the label says something of it; without a matter where it says nothing of one."""
    matter = [_told(intent, service, names)] if item.intent != UNKNOWN else []
    return "，".join([*matter, *([DANGERS[kind]] if item.emergency != UNKNOWN else [])])


def _points(item: Item, said: JSON) -> int | None:
    known = [intent_right(item, said)] if item.intent != UNKNOWN else []
    known += [said.get("service_code") == item.service] if item.service != UNKNOWN else []
    return sum(known) if known else None


def _effect(old: int | None, new: int | None) -> str:
    if old is None or new is None:
        return "未标注"
    return "变好" if new > old else "变差" if new < old else "不分高下"


def _told(intent: object, service: object, names: Names) -> str:
    if intent is None:
        return "闲谈"
    parts = [str(code) for code in (intent, service) if code not in (None, UNKNOWN)]
    return "·".join(names.get(code, code) for code in parts)


def _known(value: str | None) -> str | None:
    return None if value == UNKNOWN else value


def emergencies(items: Iterable[Item], before: Detector, after: Detector) -> JSON:
    """Dangers found by both; `lost`: found before and no more, or taken for another kind; `alarms` are false ones."""
    size, counts = 0, {"before": 0, "after": 0}
    alarms = {"before": 0, "after": 0}
    lost, gained = [], []
    for item in {item.text: item for item in items}.values():
        old, new = (found.kind if (found := side.detect(item.text)) else None for side in (before, after))
        size += 1
        truth = old if item.emergency == UNKNOWN else item.emergency
        counts["before"] += old == truth
        counts["after"] += new == truth
        if truth is None:
            alarms["before"] += old is not None
            alarms["after"] += new is not None
        told = {"text": mask_text(item.text), "where": item.where, "kind": truth, "before": old, "after": new}
        if old == truth and truth is not None and new != truth:
            lost.append(told)
        elif old != truth and new == truth:
            gained.append(told)
    return {"size": size, **counts, "alarms": alarms, "lost": lost, "gained": gained[:MOST]}


def answers(questions: Sequence[Question], before: Sequence[JSON], after: Sequence[JSON], facts: bool) -> JSON:
    """Those with facts: answered with one of them; those without: not answered from the knowledge base."""
    right: Callable[[Question, JSON], bool] = _answered if facts else _left
    sides = [(question, right(question, old), right(question, new))
             for question, old, new in zip(questions, before, after, strict=True) if bool(question.facts) == facts]
    return {"size": len(sides), "before": sum(old for _, old, _ in sides), "after": sum(new for _, _, new in sides),
            "lost": [question.text for question, old, new in sides if old and not new],
            "gained": [question.text for question, old, new in sides if new and not old]}


def _customs(turn: JSON) -> list[JSON]:
    return [message["custom"] for message in turn.get("messages", ())
            if (message.get("custom") or {}).get("type") == "answer"]


def _answered(question: Question, turn: JSON) -> bool:
    return any(question.facts & set(custom.get("facts") or ()) for custom in _customs(turn))


def _left(question: Question, turn: JSON) -> bool:
    return not _customs(turn) and not turn.get("failed")
