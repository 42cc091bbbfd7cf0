"""What somebody said last in a conversation, in a few words: for the desk's lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.tables import messages


@dataclass(frozen=True)
class LastWords:
    """What somebody said last in a conversation; what is not text is named."""

    text: str
    author: str
    at: datetime


async def last_words(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, LastWords]:
    """What people said last; that tells an agent more than the house's "you are number 3"."""
    newest = select(func.max(messages.c.seq)).where(
        messages.c.conversation_id.in_(list(ids)), messages.c.author.in_(("citizen", "agent"))
    ).group_by(messages.c.conversation_id)
    rows = await connection.execute(select(messages).where(messages.c.seq.in_(newest)))
    return {row.conversation_id: LastWords(_words(row), row.author, row.created_at) for row in rows}


def _words(row: Row[Any]) -> str:
    """A message in a few words; what is not text is named."""
    if row.text:
        return str(row.text)
    kinds = {"image": "[图片]", "location": "[位置]", "voice": "[语音]"}
    attachments = row.body.get("attachments", ())
    return "".join(kinds.get(attachment["kind"], "[文件]") for attachment in attachments) or (
        "[图片]" if row.body.get("image") else "[语音]" if row.body.get("voice") else "[卡片]")
