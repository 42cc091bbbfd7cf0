"""Who answers a message: a pure decision on the conversation's own state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hotline.records import Emergency, Owner

Route = Literal["emergency", "house", "bot"]


def route(owner: Owner, kind: str | None, active: Sequence[Emergency]) -> Route:
    """A new emergency goes first, whoever owns the conversation; then the gate; then the bot.

    `kind` is what was detected in this message. Once per emergency: the same kind again while it goes on is
    left to the person who is on the way, unless nobody is (the bot owns the conversation).
    """
    if kind is not None and (owner == "bot" or all(kind != emergency.kind for emergency in active)):
        return "emergency"
    return "bot" if owner == "bot" else "house"
