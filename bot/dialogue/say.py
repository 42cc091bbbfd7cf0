"""How the bot says things: bubbles, buttons and the questions' marks."""

from __future__ import annotations

from typing import Any

from bot.actions.base import Message, button

JSON = dict[str, Any]

REPORT, CONSULT, PROGRESS, PERSON = "我要反映", "我要咨询", "查进度", "转人工"
TICKET, NO_TICKET, NEITHER = "登记工单", "不用了", "都不是"
SUBMIT, CHANGE, GIVE_UP = "提交", "修改", "算了"
ONE_TICKET, SAME_PLACE = "登记成一件", "同一个地方"
NO_PHONE, NO_PLACE = "不留电话", "说不清地点"


def buttons(*titles: str) -> tuple[JSON, ...]:
    """Quick replies whose payload is their title."""
    return tuple(button(title) for title in titles)


MENU = buttons(REPORT, CONSULT, PROGRESS, PERSON)
WAYS_OUT = buttons(TICKET, PERSON)


def tell(text: str, *titles: str, custom: JSON | None = None) -> Message:
    """A bubble that asks nothing."""
    return Message(text, buttons(*titles), custom=custom)


def ask(field: str, text: str, *titles: str, **more: Any) -> Message:
    """A question; `field` says what an answer fills."""
    return Message(text, buttons(*titles), custom={"type": "ask", "field": field, **more})


def quote(text: str, limit: int = 22) -> str:
    """A citizen's words in brackets, shortened where they are long."""
    plain = " ".join(text.split())
    return f"「{plain if len(plain) <= limit else plain[: limit - 1] + '…'}」"
