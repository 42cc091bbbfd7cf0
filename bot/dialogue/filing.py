"""What a confirmed report becomes: the house's command and the draft's title."""

from __future__ import annotations

from typing import Any

from bot.dialogue.readback import title_of
from bot.dialogue.state import Draft
from hotline.text.demands import demands
from hotline.text.letters import grievances

JSON = dict[str, Any]
LONG = 120  # characters from which on a clerk is helped by the demand before the letter
ITEM, ITEMS = 80, 10


def command(draft: Draft) -> JSON:
    """The ticket as the house files it."""
    attributes: JSON = {"images": list(draft.images)} if draft.images else {}
    if draft.latitude is not None and draft.longitude is not None:
        attributes.update(latitude=draft.latitude, longitude=draft.longitude)
    return {
        "kind": "file_case", "service_code": draft.service or "other", "act": draft.act, "title": title_of(draft),
        "description": description(draft), "address": draft.place, "phone": draft.phone or None,
        "name": draft.name or None, "confidential": draft.confidential, "anonymous": draft.anonymous,
        "occurred": draft.time or None, "attributes": attributes,
    }


def description(draft: Draft) -> str:
    """The letter word for word; before it what helps the clerk: the wrongs of one firm as a list, and the demand."""
    text = draft.text.strip()
    items = grievances(text)[:ITEMS] if draft.listed else []
    lines = [f"来信反映{len(items)}个问题："] if items else []
    lines += [f"{number}. {_short(item)}" for number, item in enumerate(items, 1)]
    wishes = demands(text) if not draft.english and (items or len(text) >= LONG) else []
    lines += [f"诉求：{''.join(wishes)}"] if wishes else []
    return "\n".join([*lines, "来信全文：", text] if lines else [text])


def _short(item: str) -> str:
    plain = " ".join(item.split())
    return plain if len(plain) <= ITEM else f"{plain[:ITEM - 1]}…"
