"""Rasa's REST wire format: a server speaks for its citizens and authenticates with the service token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from connectors.base import Connector, House
from hotline.conversation.http import read_bytes, read_json, require_bearer
from hotline.errors import BadInput
from hotline.records import JSON, Attachment, Inbound, Message
from hotline.settings import Settings

WAIT = 10.0


class RestConnector(Connector):
    """`POST /webhooks/rest/webhook`, `GET .../messages` and `POST .../attachments`."""

    name = "rest"

    def __init__(self, house: House, settings: Settings) -> None:
        self._house = house
        self._settings = settings

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The addresses of the channel."""
        return [web.post("/webhooks/rest/webhook", self.webhook), web.get("/webhooks/rest/messages", self.messages),
                web.post("/webhooks/rest/attachments", self.attachments)]

    async def webhook(self, request: web.Request) -> web.Response:
        """Take one message and answer with the turn's messages; 429 and 400 are the house's errors."""
        require_bearer(request, self._settings.service_token)
        inbound = parse(await read_json(request))
        turn_id = await self._house.receive(inbound)
        return self._answer(inbound.sender, await self._house.replies(turn_id, timeout=WAIT))

    async def messages(self, request: web.Request) -> web.Response:
        """What has come for a sender after a message id (exclusive)."""
        require_bearer(request, self._settings.service_token)
        sender = _sender(request)
        found = await self._house.history(
            self.name, sender, after=request.query.get("after") or None, outgoing_only=True)
        return self._answer(sender, found)

    async def attachments(self, request: web.Request) -> web.Response:
        """Keep a sender's picture or voice note; the answer goes into `metadata.attachments` of a message."""
        require_bearer(request, self._settings.service_token)
        sender = _sender(request)
        kept = await self._house.keep(self.name, sender, await read_bytes(request, self._settings.max_attachment))
        return web.json_response({"kind": kept.kind, "url": kept.url})

    def _answer(self, sender: str, found: Sequence[Message]) -> web.Response:
        return web.json_response([wire(sender, message, self._settings) for message in found])


def _sender(request: web.Request) -> str:
    sender = request.query.get("sender", "")
    if not 1 <= len(sender) <= 200:
        raise BadInput("sender must have 1 to 200 characters", "sender")
    return sender


def parse(body: Any) -> Inbound:
    """The wire format in. Raises BadInput with the field."""
    if not isinstance(body, dict):
        raise BadInput("the body must be an object")
    sender, text = body.get("sender"), body.get("message", "")
    if not isinstance(sender, str):
        raise BadInput("sender must be a string", "sender")
    if not isinstance(text, str):
        raise BadInput("message must be a string", "message")
    metadata = body.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise BadInput("metadata must be an object", "metadata")
    metadata = metadata or {}
    message_id = metadata.get("message_id")
    if message_id is not None and not isinstance(message_id, str):
        raise BadInput("message_id must be a string", "metadata.message_id")
    return Inbound(channel="rest", sender=sender, text=text, external_id=message_id,
                   attachments=attachments(metadata.get("attachments"), "metadata.attachments"))


def attachments(value: Any, field: str) -> tuple[Attachment, ...]:
    """Images, locations and the like that came beside the text. Raises BadInput."""
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > 9:
        raise BadInput("attachments must be a list of at most nine", field)
    return tuple(_attachment(item, field) for item in value)


def _attachment(item: Any, field: str) -> Attachment:
    if not isinstance(item, dict) or item.get("kind") not in ("image", "location", "voice", "file"):
        raise BadInput("an attachment needs a kind: image, location, voice or file", field)
    texts = {name: item.get(name) for name in ("url", "title", "address")}
    numbers = {name: item.get(name) for name in ("latitude", "longitude")}
    if any(value is not None and (not isinstance(value, str) or len(value) > 1000) for value in texts.values()):
        raise BadInput("url, title and address must be strings of at most 1000 characters", field)
    if any(value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)))
           for value in numbers.values()):
        raise BadInput("latitude and longitude must be numbers", field)
    return Attachment(kind=item["kind"], **texts, **numbers)


def wire(sender: str, message: Message, settings: Settings) -> JSON:
    """The wire format out."""
    out: JSON = {"recipient_id": sender, "message_id": message.id}
    if message.text:
        out["text"] = message.text
    if message.buttons:
        out["buttons"] = list(message.buttons)
    if message.image:
        out["image"] = settings.address(message.image)
    if message.voice:
        out["voice"] = settings.address(message.voice)
    if message.custom:
        out["custom"] = message.custom
    return out
