"""The stages of a ticket in the hotline's words."""

from __future__ import annotations

from hotline.records import CaseStatus

STAGE_NAMES: dict[CaseStatus, str] = {
    "pending": "待受理", "accepted": "已受理", "dispatched": "已转办", "signed": "已签收", "processing": "办理中",
    "answered": "已反馈", "closed": "已办结", "returned": "已退单", "withdrawn": "已撤回"}
ENDED: frozenset[str] = frozenset({"closed", "withdrawn"})
# The line of steps that a citizen sees; the others are turns off it.
LINE: tuple[CaseStatus, ...] = ("pending", "accepted", "dispatched", "signed", "processing", "answered", "closed")


def stage_of(value: object) -> CaseStatus | None:
    """A stage from its code; None for anything else."""
    return next((stage for stage in STAGE_NAMES if stage == value), None)


def stage_in_notes(notes: str | None) -> CaseStatus | None:
    """The stage whose name a note begins with, as in “办理中：已派人”."""
    return next((stage for stage, name in STAGE_NAMES.items() if (notes or "").startswith(name)), None)


def notes_with_stage(stage: CaseStatus, note: str | None) -> str:
    """What stands in Open311's `status_notes`: the stage's name, then the note."""
    return f"{STAGE_NAMES[stage]}：{note}" if note else STAGE_NAMES[stage]


def notes_without_stage(notes: str | None) -> str | None:
    """The note alone."""
    stage = stage_in_notes(notes)
    rest = (notes or "")[len(STAGE_NAMES[stage]):].lstrip("：: ") if stage else notes
    return rest or None
