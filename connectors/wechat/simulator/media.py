"""The platform's temporary media: kept for three days under an id."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from connectors.wechat.simulator.model import Clock, Rules

_TYPES = {"image": "image/jpeg", "voice": "audio/amr", "video": "video/mp4", "thumb": "image/jpeg"}


@dataclass(frozen=True)
class Kept:
    """Bytes of a kind, good until a time."""

    kind: str
    data: bytes
    until: float
    content_type: str


class Media:
    """Ids to bytes; an id that is unknown or has run out is `None`."""

    def __init__(self, rules: Rules, clock: Clock = time.time) -> None:
        self._rules = rules
        self._clock = clock
        self._kept: dict[str, Kept] = {}

    def keep(self, data: bytes, kind: str) -> str:
        """A new id for these bytes."""
        media_id = secrets.token_urlsafe(48)
        content_type = "image/png" if data.startswith(b"\x89PNG") else _TYPES[kind]
        self._kept[media_id] = Kept(kind, data, self._clock() + self._rules.media_seconds, content_type)
        return media_id

    def get(self, media_id: str) -> Kept | None:
        """What is kept under an id."""
        kept = self._kept.get(media_id)
        return kept if kept and kept.until > self._clock() else None

    def expire(self) -> None:
        """Every id runs out now."""
        self._kept.clear()
