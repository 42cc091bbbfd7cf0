"""Notices by template, when nothing else may be sent: a ticket's progress, and how the citizen found it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import structlog

from connectors.wechat.api import Api, Refused
from connectors.wechat.memory import Shared
from hotline.cases.stages import STAGE_NAMES
from hotline.errors import ChannelError, SettingsError
from hotline.records import JSON, Message
from hotline.settings import Settings

log = structlog.get_logger(__name__)
SUBSCRIBE, TEMPLATE = "/cgi-bin/message/subscribe/bizsend", "/cgi-bin/message/template/send"
CHINA = timezone(timedelta(hours=8))
# The platform refuses longer values, by the kind of field; the kind is the field's name without its number.
MOST = {"thing": 20, "phrase": 5, "character_string": 32, "name": 10, "const": 20}
VALUES = ("receipt", "status", "time", "title")


@dataclass(frozen=True)
class Template:
    """A template of the console: which of our values goes into which of its fields."""

    id: str
    fields: Mapping[str, str]
    subscribed: bool = True


def parse(text: str, name: str) -> Template | None:
    """`[template:]ID receipt=character_string1 ...`. Raises SettingsError."""
    if not text:
        return None
    subscribed = not text.startswith("template:")
    template_id, *rest = text.removeprefix("template:").split()
    fields = dict(part.split("=", 1) for part in rest if "=" in part)
    if not fields or len(fields) != len(rest) or not set(fields) <= set(VALUES):
        raise SettingsError(f"{name} must be: template id, then pairs of {', '.join(VALUES)} and a field")
    return Template(template_id, fields, subscribed)


class Notices:
    """Keeps who has agreed to what; sends at most one notice for what begins to wait."""

    def __init__(self, api: Api, shared: Shared, settings: Settings) -> None:
        self._api = api
        self._shared = shared
        self._settings = settings
        self._progress = parse(settings.wechat_progress_template, "HOTLINE_WECHAT_PROGRESS_TEMPLATE")
        self._rating = parse(settings.wechat_rating_template, "HOTLINE_WECHAT_RATING_TEMPLATE")

    async def held(self, sender: str, messages: Sequence[Message]) -> None:
        """These messages wait for the citizen's next word: a notice tells of the newest that matters."""
        for message in reversed(messages):
            custom = message.custom or {}
            template = self._progress if custom.get("type") == "ticket" else None
            if custom.get("type") == "ask" and custom.get("field") == "rating":
                template = self._rating
            if template is not None:
                await self._send(sender, template, message)
                return

    async def agreed(self, sender: str, raw: JSON) -> None:
        """The citizen has agreed to notices, or has refused them."""
        for item in _items(raw):
            template, said = str(item.get("TemplateId") or "")[:100], item.get("SubscribeStatusString")
            if template and said in ("accept", "reject"):
                await self._shared.grant(sender, template, 1 if said == "accept" else 0)

    def fared(self, event: str, raw: JSON) -> None:
        """How notices that were sent have fared; failures are for the operator's log."""
        for item in [*_items(raw), raw]:
            said = str(item.get("Status") or item.get("ErrorStatus") or "")[:80]
            if said and said.lower() not in ("success", "send success"):
                log.warning("wechat_notice_failed", event_name=event, status=said, code=item.get("ErrorCode"))

    async def _send(self, sender: str, template: Template, message: Message) -> None:
        if template.subscribed and not await self._shared.use_grant(sender, template.id):
            log.info("wechat_notice_not_agreed")
            return
        custom = message.custom or {}
        receipt = str(custom.get("receipt") or "")
        page = self._settings.address(f"/t/{receipt}" if receipt else "/wechat/chat")
        body: JSON = {"touser": sender, "template_id": template.id, "data": _data(template, message)}
        if page.startswith("http"):
            body["page" if template.subscribed else "url"] = page
        try:
            await self._api.post(SUBSCRIBE if template.subscribed else TEMPLATE, body)
        except ChannelError as error:
            if template.subscribed and not error.unclear:
                await self._shared.grant(sender, template.id, 1)
            log.warning("wechat_notice_not_sent", code=error.code if isinstance(error, Refused) else None)


def _data(template: Template, message: Message) -> JSON:
    custom = message.custom or {}
    status = STAGE_NAMES.get(custom.get("status", "pending"), "待评价")
    values = {"receipt": str(custom.get("receipt") or "-"), "status": status,
              "time": datetime.now(CHINA).strftime("%Y-%m-%d %H:%M"),
              "title": str(custom.get("title") or "12345热线") or "-"}
    return {name: {"value": values[ours][:MOST.get(re.sub(r"\d+$", "", name), 200)]}
            for ours, name in template.fields.items()}


def _items(raw: JSON) -> list[JSON]:
    """The event's list, which stands under a name of its own and may be a single one."""
    found: list[JSON] = []
    for name, held in raw.items():
        if name.startswith("SubscribeMsg") and isinstance(held, dict):
            listed: Any = held.get("List", held)
            found += [one for one in (listed if isinstance(listed, list) else [listed]) if isinstance(one, dict)]
    return found
