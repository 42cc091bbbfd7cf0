"""What a confirmed report becomes: the house's command and the draft's title."""

from __future__ import annotations

from typing import Any

from bot.dialogue.readback import title_of
from bot.dialogue.state import Draft

JSON = dict[str, Any]


def command(draft: Draft) -> JSON:
    """The ticket as the house files it."""
    attributes: JSON = {"images": list(draft.images)} if draft.images else {}
    if draft.latitude is not None and draft.longitude is not None:
        attributes.update(latitude=draft.latitude, longitude=draft.longitude)
    return {
        "kind": "file_case", "service_code": draft.service or "other", "act": draft.act, "title": title_of(draft),
        "description": draft.text, "address": draft.place, "phone": draft.phone or None, "name": draft.name or None,
        "confidential": draft.confidential, "anonymous": draft.anonymous, "occurred": draft.time or None,
        "attributes": attributes,
    }
