"""What the citizen is told when a ticket moves."""

from __future__ import annotations

from hotline.conversation.commands import ticket
from hotline.records import Case, Reply

SAID = {
    "accepted": "已受理", "dispatched": "已转办到承办单位", "signed": "承办单位已签收", "processing": "正在办理",
    "answered": "承办单位已反馈", "closed": "已办结", "returned": "被退单，热线会重新转办",
}


def progress_notice(case: Case, old: Case) -> Reply | None:
    """A sentence and the ticket; None for what the citizen did or need not hear of."""
    said = SAID.get(case.status)
    if said is None or case.status == old.status:
        return None
    text = f"您的工单 {case.receipt} {said}。"
    if case.status_notes and case.status in ("answered", "closed"):
        text += f"答复：{case.status_notes}"
    return Reply(author="house", text=text, custom=ticket(case))
