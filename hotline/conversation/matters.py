"""Which service a citizen's words are about, as far as the bot's understanding goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Wishes for a person without any matter rank "other" first; real matters beside such a wish stood above this.
SURE = 0.5


def likely_service(parse: Mapping[str, Any]) -> str:
    """The service that was understood; beside "... an agent, please" the one ranked first if that is sure, else ''."""
    if parse.get("service_code"):
        return str(parse["service_code"])
    best = next(iter(parse.get("service_ranking") or ()), None)
    return str(best["name"]) if best and best["confidence"] >= SURE and best["name"] != "other" else ""
