"""The citizen's answer to "how was our agent?": it belongs to the closed conversation and is no new matter."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import Conversation
from hotline.store import conversations, wrap_ups
from hotline.text.normalise import squeezed
from hotline.text.scores import only_score

OPEN_FOR = timedelta(hours=24)


async def rated_conversation(
    connection: AsyncConnection, citizen: Row[Any], text: str, now: datetime
) -> Conversation | None:
    """The closed conversation that this message rates; None when it is about something else."""
    if only_score(text) is None:
        return None
    closed = await wrap_ups.to_be_scored(connection, citizen.id, now - OPEN_FOR)
    if closed is None or citizen.conversation_id in (None, closed.id):
        return closed
    current = await conversations.get_conversation(connection, citizen.conversation_id)
    # Meanwhile they talk of something else: a bare number, or the answer to a question of the bot's, belongs there.
    last = await conversations.last_outgoing(connection, current.id)
    asked = last is not None and (last.custom or {}).get("type") == "ask"
    return closed if current.owner == "bot" and not asked and not squeezed(text).isdigit() else None
