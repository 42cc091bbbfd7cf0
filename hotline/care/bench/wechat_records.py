"""What the house's own database says after a kill: sends that were under way, and how a message stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.settings import Settings
from hotline.store import conversations, wechat
from hotline.store.database import Database
from hotline.store.wechat_journal import FOLDER, Handed, Left, Pushed, digest_of

CHANNEL = "wechat"


class Records:
    """Reads beside the front door, or while there is none."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.database_url
        self._journal = settings.var / FOLDER

    async def under_way(self) -> set[str]:
        """Citizens to whom something was being sent, or was sent and noted nowhere as sent; the house's ids."""
        notes = Left(self._journal).notes()
        pushed = {message_id for note in notes if isinstance(note, Pushed) for message_id in note.parcel.ids}
        handed = {note.digest for note in notes if isinstance(note, Handed)}
        async with self._read() as connection:
            rows = [row for row in await wechat.cut_short(connection, None) if row.id not in pushed]
            for reply in await wechat.not_fetched(connection, None):
                if digest_of(reply.sender, reply.key) not in handed:
                    rows += await wechat.by_ids(connection, reply.carried)
            return {row.citizen_id for row in rows}

    async def citizen(self, openid: str) -> str:
        """The house's id of a citizen."""
        async with self._read() as connection:
            found = await conversations.citizen_of(connection, CHANNEL, openid)
            return found.id if found else ""

    async def status(self, openid: str, words: str) -> str:
        """How the messages with these words stand."""
        async with self._read() as connection:
            citizen = await conversations.citizen_of(connection, CHANNEL, openid)
            said = await conversations.history(connection, citizen.id, limit=50) if citizen else []
            return ", ".join(message.status for message in said if words in (message.text or "")) or "never said"

    @asynccontextmanager
    async def _read(self) -> AsyncIterator[AsyncConnection]:
        database = Database(self._url)
        try:
            async with database.read() as connection:
                yield connection
        finally:
            await database.close()
