"""A typed number or a click on a menu message as the words of the button it stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from connectors.base import House
from hotline.records import JSON, Message

_NUMBER = re.compile(r"([1-9])[.。、]?")
_LABEL = re.compile(r"^[1-9]\. ")
RECENT = 200


async def meant(house: House, channel: str, sender: str, text: str, menu_id: str) -> str:
    """What the citizen chose; the text itself when it chooses nothing."""
    number = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not menu_id and not number:
        return text
    said = await house.history(channel, sender, limit=RECENT)
    if menu_id:
        return _clicked(said, menu_id) or _LABEL.sub("", text)
    return _numbered(said, int(number.group(1))) or text if number else text


def _clicked(said: Sequence[Message], menu_id: str) -> str | None:
    """The id names the message's place in the history and the button's number."""
    if not (menu_id.isascii() and menu_id.isdigit() and len(menu_id) > 2):
        return None
    seq, number = int(menu_id[:-2]), int(menu_id[-2:])
    found = next((message for message in said if message.seq == seq), None)
    return _payload(found.buttons, number) if found else None


def _numbered(said: Sequence[Message], number: int) -> str | None:
    """The buttons that stood last, unless the citizen has said something since."""
    for message in reversed(said):
        if message.direction == "in":
            return None
        if message.buttons:
            return _payload(message.buttons, number)
    return None


def _payload(buttons: Sequence[JSON], number: int) -> str | None:
    if not 1 <= number <= len(buttons):
        return None
    button = buttons[number - 1]
    return str(button.get("payload") or button.get("title") or "") or None
