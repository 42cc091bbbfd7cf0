"""What is known of kept pictures and voice notes; the bytes are files (`hotline.conversation.media`)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import NotFound
from hotline.records import MEDIA, Attachment
from hotline.store.tables import attachments

_NAME = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Kept:
    """A kept file: `id` is its name on the public site, `digest` (SHA-256) its name on the disk.

    `channel` and `sender` are the citizen's whose conversation it is for, whoever sent it.
    """

    id: str
    digest: str
    kind: str
    media_type: str
    size: int
    channel: str
    sender: str
    agent_id: str | None
    conversation_id: str | None
    created_at: datetime

    @property
    def url(self) -> str:
        """Where the public site serves it."""
        return MEDIA + self.id


def new_name() -> str:
    """A name of 160 random bits: whoever has it may see the file, so nobody may guess it."""
    return secrets.token_hex(20)


def name_in(url: str | None) -> str | None:
    """The name in one of our own addresses; None for any other address."""
    if not url or not url.startswith(MEDIA):
        return None
    return url[len(MEDIA):]


async def add(connection: AsyncConnection, kept: Kept) -> None:
    """Note a file that is on the disk."""
    await connection.execute(insert(attachments).values(**asdict(kept)))


async def get(connection: AsyncConnection, name: str) -> Kept:
    """The file of this name. Raises NotFound."""
    row = await _row(connection, name)
    if row is None:
        raise NotFound("no such attachment")
    return Kept(**dict(row._mapping))


async def claim(
    connection: AsyncConnection, sent: Sequence[Attachment], channel: str, sender: str, conversation_id: str
) -> None:
    """A citizen's message carries these: those of our own become the conversation's.

    Raises NotFound for one that is not there, is another citizen's or is of another kind.
    """
    for attachment in sent:
        name = name_in(attachment.url)
        if name is None:
            continue
        row = await _row(connection, name)
        if row is None or (row.channel, row.sender, row.kind, row.agent_id) != (channel, sender, attachment.kind, None):
            raise NotFound("no such attachment")
        await connection.execute(update(attachments).where(
            attachments.c.id == name, attachments.c.conversation_id.is_(None)).values(conversation_id=conversation_id))


async def belongs(connection: AsyncConnection, url: str, kind: str, conversation_id: str) -> bool:
    """Whether this address of ours is a file of this kind that was kept for this conversation."""
    row = await _row(connection, name_in(url) or "")
    return row is not None and (row.kind, row.conversation_id) == (kind, conversation_id)


async def drop_unclaimed(connection: AsyncConnection, before: datetime, limit: int = 500) -> list[str]:
    """Forget what is older and no message has ever carried.

    Returns the digests that nothing else refers to: their files may go after the commit.
    """
    lost = (attachments.c.conversation_id.is_(None), attachments.c.created_at < before)
    rows = (await connection.execute(select(attachments.c.id, attachments.c.digest).where(*lost).limit(limit))).all()
    # The condition again: one may have been claimed since it was looked at.
    await connection.execute(delete(attachments).where(attachments.c.id.in_([row.id for row in rows]), *lost))
    digests = {row.digest for row in rows}
    held = (await connection.execute(select(attachments.c.digest).where(attachments.c.digest.in_(digests)))).scalars()
    return sorted(digests - set(held))


async def _row(connection: AsyncConnection, name: str) -> Row[Any] | None:
    if not _NAME.fullmatch(name):
        return None
    return (await connection.execute(select(attachments).where(attachments.c.id == name))).first()
