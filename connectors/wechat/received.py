"""The platform's XML as a record: what it is, whose, and what the house needs of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from wechatpy import parse_message

from connectors.wechat.coordinates import to_wgs84
from connectors.wechat.xml import fields
from hotline.errors import BadInput
from hotline.records import JSON

# Clicks that open the platform's allowance of the menu; a link of the menu does not.
CLICKS = ("click", "scancode_push", "scancode_waitmsg")
FOLLOWS = ("subscribe", "subscribe_scan")
# The platform's own words where its client sends something that has no message type.
UNSUPPORTED = re.compile(r"[\[【]收到不支持的消息类型.*[\]】]", re.DOTALL)
_NAME = re.compile(r"[\x21-\x7e]{1,150}")


@dataclass(frozen=True)
class Received:
    """One message or event. `kind`: a message type, or `event:name`; `raw` the platform's fields."""

    sender: str
    account: str
    kind: str
    key: str
    text: str = ""
    event_key: str = ""
    media_id: str = ""
    menu_id: str = ""
    latitude: float | None = None
    longitude: float | None = None
    address: str = ""
    raw: JSON = field(default_factory=dict)

    @property
    def opens(self) -> str | None:
        """Which allowance the platform opens for it; a click on a menu message counts as one on the menu."""
        if not self.kind.startswith("event:"):
            return "click" if self.menu_id else "message"
        name = self.kind.partition(":")[2]
        return "click" if name in (*CLICKS, *FOLLOWS, "scan") else None

    def payload(self) -> JSON:
        """What must be kept until the house has it."""
        held = {"text": self.text, "media_id": self.media_id, "menu_id": self.menu_id, "latitude": self.latitude,
                "longitude": self.longitude, "address": self.address, "account": self.account}
        return {name: value for name, value in held.items() if value not in ("", None)}


def receive(xml: str) -> Received:
    """Read a clear body. Raises BadInput."""
    raw = fields(xml)
    try:
        message: Any = parse_message(xml)
    except Exception as error:
        # The library raises whatever a missing or odd field makes it raise.
        raise BadInput("the message cannot be read") from error
    sender, account = str(raw.get("FromUserName") or ""), str(raw.get("ToUserName") or "")
    if not _NAME.fullmatch(sender):
        raise BadInput("FromUserName is missing")
    if str(raw.get("MsgType", "")).lower() == "event":
        name = str(getattr(message, "event", "") or raw.get("Event") or "").lower()
        key = _event_key(raw)
        scene = str(raw.get("EventKey") or "").removeprefix("qrscene_")
        return Received(sender, account, f"event:{name}", key, event_key=scene, raw=raw)
    kind = str(raw.get("MsgType") or "").lower()
    identity = str(raw.get("MsgId") or "")[:100] or f"{kind}-{raw.get('CreateTime')}"
    return _message(Received(sender, account, kind, f"wx:{identity}", raw=raw), raw)


def _event_key(raw: JSON) -> str:
    """FromUserName and CreateTime identify an event; its name keeps two of one second apart."""
    return f"ev:{raw.get('CreateTime')}:{str(raw.get('Event') or '').lower()}:{raw.get('EventKey') or ''}"[:200]


def _message(base: Received, raw: JSON) -> Received:
    values: JSON = {}
    match base.kind:
        case "text" if UNSUPPORTED.fullmatch(str(raw.get("Content") or "").strip()):
            values = {"kind": "unsupported"}
        case "text":
            values = {"text": str(raw.get("Content") or ""), "menu_id": str(raw.get("bizmsgmenuid") or "")[:40]}
        case "image":
            values = {"media_id": str(raw.get("MediaId") or "")}
        case "voice":
            values = {"media_id": str(raw.get("MediaId") or ""), "text": str(raw.get("Recognition") or "").strip()}
        case "location":
            values = _place(raw)
        case "link":
            parts = (raw.get("Title"), raw.get("Description"), raw.get("Url"))
            values = {"text": "\n".join(str(part) for part in parts if part)}
    return Received(**{**vars(base), **values})


def _place(raw: JSON) -> JSON:
    try:
        north, east = float(raw["Location_X"]), float(raw["Location_Y"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput("a location needs its coordinates") from error
    if not (abs(north) <= 90 and abs(east) <= 180):
        raise BadInput("the coordinates are out of range")
    latitude, longitude = to_wgs84(north, east)
    return {"latitude": latitude, "longitude": longitude, "address": str(raw.get("Label") or "").strip()[:200]}
