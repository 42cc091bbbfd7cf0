"""The gate before publishing, pure: what a candidate may lose against the model that serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hotline.records import JSON

# A service may lose this much, in share and in examples: one message of a small class is no news.
POINTS, EXAMPLES = 0.02, 2
SHOWN = 3


@dataclass(frozen=True)
class Verdict:
    """Whether the candidate may be published without an override, and what speaks against it, in Chinese."""

    passed: bool
    reasons: tuple[str, ...] = ()

    def to_json(self) -> JSON:
        """For the wire and the database."""
        return {**asdict(self), "reasons": list(self.reasons)}


def judge(comparison: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Verdict:
    """Judge a result of `comparing`; `names` are the services' names by code."""
    reasons = (*_emergencies(comparison), *_services(comparison, names or {}), *_answers(comparison))
    return Verdict(not reasons, reasons)


def _emergencies(comparison: Mapping[str, Any]) -> Iterator[str]:
    emergency = comparison.get("emergency")
    if not emergency or not emergency["size"]:
        yield "没有比较紧急识别"
        return
    lost: Sequence[Mapping[str, Any]] = emergency["lost"]
    if lost:
        shown = "；".join(f"「{item['text'][:40]}」" for item in lost[:SHOWN])
        yield f"有 {len(lost)} 条原来能识别的紧急情况会漏掉：{shown}{'……' if len(lost) > SHOWN else ''}"


def _services(comparison: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    if not comparison.get("services"):
        yield "没有比较服务类别"
    for row in comparison.get("services") or ():
        if lost_too_much(row):
            yield f"服务「{names.get(row['code'], row['code'])}」变差：{_fell(row)}"


def _answers(comparison: Mapping[str, Any]) -> Iterator[str]:
    for part, name in (("knowledge", "知识问答"), ("outside", "库里没有答案的问题")):
        row = comparison.get(part)
        if not row or not row["size"]:
            yield f"没有比较{name}"
        elif lost_too_much(row):
            yield f"{name}变差：{_fell(row)}"


def lost_too_much(row: Mapping[str, Any]) -> bool:
    """Whether of `size` examples, `before` of them right, more than two points and more than two are wrong now."""
    lost = int(row["before"]) - int(row["after"])
    return lost > EXAMPLES and lost > POINTS * int(row["size"])


def _fell(row: Mapping[str, Any]) -> str:
    return f"{row['size']} 条里答对的从 {row['before']} 条降到 {row['after']} 条"
