"""The socket's wire format: Rasa's socketio events with message ids, authors and `custom` on top."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from typing import Any

from hotline.errors import BadInput, TooLarge
from hotline.records import JSON, MEDIA, Attachment, Inbound, Message

_ID_LENGTH = 100
_ATTACHMENTS = 10
_KINDS = ("image", "location", "voice", "file")
_URL_LENGTH = 2_000
_WORDS = 200


def outgoing(message: Message) -> JSON:
    """A reply as `bot_uttered`: what Rasa's clients read, and the keys of our own."""
    wire: JSON = {
        "id": message.id, "seq": message.seq, "direction": "out", "author": message.author,
        "created_at": message.created_at.isoformat(),
    }
    if message.text:
        wire["text"] = message.text
    if message.buttons:
        wire["buttons"] = [dict(button) for button in message.buttons]
        wire["quick_replies"] = [
            {"content_type": "text", "title": button.get("title"), "payload": button.get("payload")}
            for button in message.buttons
        ]
    if message.image:
        wire["image"] = message.image
        wire["attachment"] = {"type": "image", "payload": {"src": message.image}}
    if message.voice:
        wire["voice"] = message.voice
    if message.custom is not None:
        wire["custom"] = message.custom
    return wire


def incoming(message: Message) -> JSON:
    """A citizen's own stored message, for the history."""
    wire: JSON = {
        "id": message.id, "seq": message.seq, "direction": "in", "author": message.author,
        "client_id": message.external_id, "text": message.text or "", "created_at": message.created_at.isoformat(),
    }
    if message.status == "seen":
        wire["seen"] = True
    if message.attachments:
        wire["attachments"] = [attachment_out(attachment) for attachment in message.attachments]
    return wire


def stored(message: Message) -> JSON:
    """A stored message of either direction."""
    return incoming(message) if message.direction == "in" else outgoing(message)


def attachment_out(attachment: Attachment) -> JSON:
    """An attachment without its empty fields."""
    return {name: value for name, value in vars(attachment).items() if value is not None}


def inbound(channel: str, sender: str, data: object) -> Inbound:
    """Read `user_uttered`. Raises BadInput naming the field; the text's length is the house's to judge."""
    if not isinstance(data, Mapping):
        raise BadInput("user_uttered must be an object")
    text = data.get("message", "")
    if text is None:
        text = ""
    if not isinstance(text, str):
        raise BadInput("message must be a string", "message")
    attachments = _attachments(data.get("attachments"))
    if not text.strip() and not attachments:
        raise BadInput("message is empty", "message")
    return Inbound(channel, sender, text, _message_id(data.get("metadata")), attachments)


def _message_id(metadata: object) -> str:
    given = metadata.get("message_id") if isinstance(metadata, Mapping) else None
    if given is None:
        return uuid.uuid4().hex
    if not isinstance(given, str) or not given or not given.isprintable():
        raise BadInput("message_id must be a printable string", "metadata.message_id")
    if len(given) > _ID_LENGTH:
        raise TooLarge("message_id is too long", "metadata.message_id")
    return given


def _attachments(given: object) -> tuple[Attachment, ...]:
    if given is None:
        return ()
    if not isinstance(given, list):
        raise BadInput("attachments must be a list", "attachments")
    if len(given) > _ATTACHMENTS:
        raise TooLarge("too many attachments", "attachments")
    return tuple(_attachment(item) for item in given)


def _attachment(item: object) -> Attachment:
    if not isinstance(item, Mapping) or item.get("kind") not in _KINDS:
        raise BadInput("an attachment needs a known kind", "attachments.kind")
    latitude, longitude = _degrees(item.get("latitude"), 90), _degrees(item.get("longitude"), 180)
    if (latitude is None) != (longitude is None):
        raise BadInput("latitude and longitude belong together", "attachments.latitude")
    url = _words(item.get("url"), _URL_LENGTH, "url")
    if url is not None and not url.startswith(("https://", "http://", MEDIA)):
        raise BadInput("only http and https addresses and those of kept files", "attachments.url")
    if item["kind"] == "location":
        if latitude is None:
            raise BadInput("a location needs latitude and longitude", "attachments.latitude")
    elif url is None:
        raise BadInput("this attachment needs a url", "attachments.url")
    title, address = _words(item.get("title"), _WORDS, "title"), _words(item.get("address"), _WORDS, "address")
    return Attachment(str(item["kind"]), url, title, latitude, longitude, address)


def _degrees(value: Any, limit: float) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadInput("degrees must be numbers", "attachments.latitude")
    if not math.isfinite(value) or abs(value) > limit:
        raise BadInput("degrees are out of range", "attachments.latitude")
    return float(value)


def _words(value: object, limit: int, field: str) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise BadInput(f"{field} must be a string", f"attachments.{field}")
    if len(value) > limit:
        raise TooLarge(f"{field} is too long", f"attachments.{field}")
    return value
