"""Carries out what a turn wants done, inside the turn's transaction, and fills the numbers into its replies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.cases.service import Cases
from hotline.errors import BotUnavailable
from hotline.records import JSON, Attachment, Case, CaseDraft, Command, Conversation, Reply
from hotline.store import articles


@dataclass
class Effects:
    """What the commands of one turn did."""

    case: Case | None = None
    hand_over: str | None = None


class Executor:
    """Checks and executes commands; a command it cannot make sense of fails the whole attempt."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases

    async def execute(
        self, connection: AsyncConnection, conversation: Conversation, commands: tuple[Command, ...], now: datetime
    ) -> Effects:
        """Execute in order. Raises BotUnavailable("bad_command")."""
        effects = Effects()
        for command in commands:
            try:
                await self._one(connection, conversation, command, now, effects)
            except (KeyError, TypeError, ValueError) as error:
                raise BotUnavailable("bad_command") from error
        return effects

    async def _one(
        self, connection: AsyncConnection, conversation: Conversation, command: Command, now: datetime,
        effects: Effects,
    ) -> None:
        args = command.args
        match command.kind:
            case "file_case":
                effects.case = await self._cases.file(
                    connection, draft_from(args), key=command.key, citizen_id=conversation.citizen_id,
                    conversation_id=conversation.id, now=now)
            case "add_to_case" | "urge" | "withdraw":
                await self._cases.update(
                    connection, command.kind, receipt=str(args["receipt"]), citizen_id=conversation.citizen_id,
                    text=_text(args, "text") or "", key=command.key, now=now)
            case "hand_over":
                effects.hand_over = (_text(args, "reason") or "asked")[:40]
            case "rate":
                await self._cases.rate(
                    connection, receipt=_text(args, "receipt"), citizen_id=conversation.citizen_id,
                    score=int(args["score"]), text=_text(args, "text") or "", key=command.key, now=now)
            case "feedback":
                await articles.add_feedback(
                    connection, key=command.key, article_id=str(args["article"]),
                    conversation_id=conversation.id, useful=bool(args["useful"]), now=now)
            case _:
                raise ValueError(command.kind)


def draft_from(args: JSON) -> CaseDraft:
    """A checked draft. Raises KeyError, TypeError or ValueError when the bot's command makes no sense."""
    description = _text(args, "description")
    if not description:
        raise ValueError("description")
    phone = _text(args, "phone")
    if phone is not None and not phone.isdigit():
        raise ValueError("phone")
    anonymous = bool(args.get("anonymous"))
    attributes = dict(args.get("attributes") or {})
    latitude, longitude = _degrees(attributes.pop("latitude", None)), _degrees(attributes.pop("longitude", None))
    images = [url for url in attributes.pop("images", ()) if isinstance(url, str)]
    return CaseDraft(
        service_code=str(args["service_code"]), title=(_text(args, "title") or description)[:200],
        description=description, act=_text(args, "act") or "report", address=_text(args, "address") or "",
        phone=None if anonymous else phone, name=None if anonymous else _text(args, "name"),
        confidential=bool(args.get("confidential")), anonymous=anonymous, occurred=_text(args, "occurred"),
        attributes=attributes, attachments=tuple(Attachment("image", url) for url in images),
        latitude=latitude, longitude=longitude)


def _degrees(value: Any) -> float | None:
    return None if value is None else float(value)


def fill(replies: tuple[Reply, ...], case: Case | None, position: int) -> list[Reply]:
    """Put receipt, code and position where the replies ask for them."""
    return [_fill(reply, case, position) for reply in replies]


def ticket(case: Case) -> JSON:
    """What a channel is told of a ticket (the design's `custom` of type ticket)."""
    custom: JSON = {
        "type": "ticket", "receipt": case.receipt, "service_code": case.service_code, "address": case.address,
        "phone": case.phone, "status": case.status, "title": case.title}
    if case.code:
        custom["code"] = case.code
    return custom


def _fill(reply: Reply, case: Case | None, position: int) -> Reply:
    text, custom = reply.text, reply.custom
    if text:
        text = text.replace("{position}", str(position))
        if case:
            text = text.replace("{receipt}", case.receipt).replace("{code}", case.code or "")
    if custom and custom.get("type") == "handover":
        custom = {**custom, "position": position}
    if case and custom and custom.get("type") == "ticket" and custom.get("receipt") in (None, "", "{receipt}"):
        custom = ticket(case)
    return replace(reply, text=text, custom=custom)


def _text(args: JSON, name: str) -> str | None:
    value: Any = args.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(name)
    return value.strip() or None
