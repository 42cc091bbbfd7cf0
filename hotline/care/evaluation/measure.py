"""Runs a table through the internal API and counts: messages by label, questions by decision."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from hotline.care.evaluation.client import InternalClient
from hotline.care.evaluation.figures import (
    Bin,
    ClassRow,
    Pair,
    Share,
    accuracy,
    calibration,
    confusions,
    macro_f1,
    per_class,
    percentile,
)
from hotline.care.evaluation.tables import Example, Question
from hotline.records import JSON

CLASSES = ("domain", "act", "service")
MOST_EXAMPLES = 8


@dataclass
class ClassFigures:
    """One label with classes: how many right, which taken for which, and in which words."""

    accuracy: Share
    macro_f1: float
    classes: list[ClassRow]
    confusions: list[tuple[str, str, int, list[str]]]
    groups: dict[str, Share]


@dataclass
class MessageFigures:
    """All that a table of messages tells."""

    rows: int
    labels: dict[str, ClassFigures] = field(default_factory=dict)
    emergency: dict[str, Share] = field(default_factory=dict)
    emergency_wrong: list[tuple[str, str, str]] = field(default_factory=list)
    spans: dict[str, Share] = field(default_factory=dict)
    spans_wrong: list[tuple[str, str, str, str]] = field(default_factory=list)
    calibration: list[Bin] = field(default_factory=list)
    calibration_error: float = 0.0
    milliseconds: dict[str, float] = field(default_factory=dict)


@dataclass
class QuestionFigures:
    """All that a table of questions tells; `ours` have facts, `outside` have none."""

    first: Share
    in_three: Share
    answered: Share
    asked: Share
    wrong: Share
    outside_answered: Share
    outside_asked: Share
    misses: list[tuple[str, str, str, str]]
    milliseconds: dict[str, float]


async def measure_messages(client: InternalClient, examples: Sequence[Example]) -> MessageFigures:
    """Parse every message once, one after the other. Raises BotUnavailable."""
    said: list[JSON] = []
    spent: list[float] = []
    for example in examples:
        answer, milliseconds = await client.parse(example.text)
        said.append(_flat(answer))
        spent.append(milliseconds)
    figures = MessageFigures(len(examples), milliseconds=_times(spent))
    for label in CLASSES:
        rows = [(example, answer) for example, answer in zip(examples, said, strict=True) if label in example.labels]
        if rows:
            figures.labels[label] = _classes(label, rows)
    pairs = list(zip(examples, said, strict=True))
    if any("emergency" in example.labels for example in examples):
        _emergencies(figures, pairs)
    for label in ("place", "phone"):
        _spans(figures, label, pairs)
    judged = [(float(answer["confidence"]), answer["act"] == example.labels["act"])
              for example, answer in pairs if "act" in example.labels]
    figures.calibration, figures.calibration_error = calibration(judged)
    return figures


async def measure_questions(client: InternalClient, questions: Sequence[Question]) -> QuestionFigures:
    """Search every question once. Raises BotUnavailable."""
    counts: Counter[str] = Counter()
    misses: list[tuple[str, str, str, str]] = []
    spent: list[float] = []
    for question in questions:
        answer, milliseconds = await client.search(question.text)
        spent.append(milliseconds)
        found = [set(result["facts"]) for result in answer["results"]]
        names = " ".join(result["article"] for result in answer["results"])
        decision = answer["decision"]
        side = "ours" if question.facts else "outside"
        counts[side] += 1
        counts[f"{side}_{decision}"] += 1
        if not question.facts:
            if decision == "answer":
                misses.append((decision, question.text, names.split()[0], "none"))
            continue
        first = bool(found and question.facts & found[0])
        near = any(question.facts & facts for facts in found[:3])
        counts.update({"first": first, "in_three": near, "answered": decision == "answer" and first,
                       "asked": decision == "ask" and near, "wrong": decision == "answer" and not first})
        if not first:
            misses.append((decision, question.text, names, " ".join(sorted(question.facts))))
    ours, outside = counts["ours"], counts["outside"]
    return QuestionFigures(
        first=Share(counts["first"], ours), in_three=Share(counts["in_three"], ours),
        answered=Share(counts["answered"], ours), asked=Share(counts["asked"], ours),
        wrong=Share(counts["wrong"], ours), outside_answered=Share(counts["outside_answer"], outside),
        outside_asked=Share(counts["outside_ask"], outside), misses=misses, milliseconds=_times(spent))


def _flat(answer: JSON) -> JSON:
    return {"domain": answer.get("domain"), "act": answer.get("act"), "service": answer.get("service_code"),
            "emergency": answer.get("emergency"), "place": answer.get("place"), "phone": answer.get("phone"),
            "confidence": answer.get("confidence") or 0.0}


def _times(spent: Sequence[float]) -> dict[str, float]:
    return {"median": round(percentile(spent, 0.5), 2), "p95": round(percentile(spent, 0.95), 2),
            "max": round(max(spent, default=0.0), 2)}


def _classes(label: str, rows: Sequence[tuple[Example, JSON]]) -> ClassFigures:
    pairs: list[Pair] = [(example.labels[label], answer[label]) for example, answer in rows]
    words: dict[tuple[str, str], list[str]] = defaultdict(list)
    groups: dict[str, list[Pair]] = defaultdict(list)
    for (example, _), pair in zip(rows, pairs, strict=True):
        if pair[0] != pair[1]:
            words[str(pair[0]), str(pair[1])].append(f"{example.line}: {example.text[:80]}")
        groups[example.group].append(pair)
    return ClassFigures(
        accuracy(pairs), macro_f1(pairs), per_class(pairs),
        [(true, said, count, words[true, said][:MOST_EXAMPLES]) for true, said, count in confusions(pairs)],
        {group: accuracy(found) for group, found in sorted(groups.items()) if group})


def _emergencies(figures: MessageFigures, pairs: Sequence[tuple[Example, JSON]]) -> None:
    for kind in ("gas", "life"):
        of_kind = [(example, answer) for example, answer in pairs if example.labels.get("emergency") == kind]
        figures.emergency[f"{kind}_recall"] = Share(
            sum(answer["emergency"] == kind for _, answer in of_kind), len(of_kind))
        figures.emergency[f"{kind}_any_alarm"] = Share(
            sum(answer["emergency"] is not None for _, answer in of_kind), len(of_kind))
    calm = [(example, answer) for example, answer in pairs if example.labels.get("emergency") is None]
    figures.emergency["false_alarms"] = Share(sum(answer["emergency"] is not None for _, answer in calm), len(calm))
    figures.emergency_wrong = [
        (str(example.labels.get("emergency")), str(answer["emergency"]), f"{example.line}: {example.text[:120]}")
        for example, answer in pairs if example.labels.get("emergency") != answer["emergency"]]


def _spans(figures: MessageFigures, label: str, pairs: Sequence[tuple[Example, JSON]]) -> None:
    """A place counts when it is exact or contains the phrase; a phone when its digits are the same."""
    rows = [(example, answer[label]) for example, answer in pairs if example.labels.get(label)]
    if not rows:
        return
    hits = 0
    for example, said in rows:
        true = str(example.labels[label])
        right = said is not None and (said == true or (label == "place" and true in said))
        hits += right
        if not right:
            figures.spans_wrong.append((label, true, str(said), f"{example.line}: {example.text[:80]}"))
    figures.spans[label] = Share(hits, len(rows))
    empty = [answer[label] for example, answer in pairs if label in example.labels and not example.labels[label]]
    figures.spans[f"{label}_invented"] = Share(sum(said is not None for said in empty), len(empty))
