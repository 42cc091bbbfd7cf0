"""The house's pictures and voice notes: checked, kept as files under `var/attachments/`, served by name."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from aiohttp import web

from hotline.conversation.media_types import check
from hotline.conversation.turns import utc_now
from hotline.errors import BadInput, NotFound, TooLarge
from hotline.records import MEDIA
from hotline.settings import Settings
from hotline.store import attachments
from hotline.store.attachments import Kept, new_name
from hotline.store.database import Database

log = structlog.get_logger(__name__)
# Two pictures are unfolded at a time: each may take a few hundred megabytes of memory.
AT_ONCE = 2
SWEEP_SECONDS = 3600.0
UNCLAIMED = timedelta(days=2)
HEADERS = {
    # Nothing in it may run, whatever a browser takes it for; other sites show it inside the widget alone.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; sandbox"),
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "private, max-age=86400, immutable",
}
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "audio/mpeg": "mp3", "audio/mp4": "m4a"}


class Media:
    """Bytes on the disk by their digest, so that the same picture is kept once; a row for each time it was sent."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._folder = settings.var / "attachments"
        self._limit = settings.max_attachment
        self._room = asyncio.Semaphore(AT_ONCE)
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to sweep out what no message has carried."""
        self._sweeper = asyncio.create_task(self._sweep_on())

    async def stop(self) -> None:
        """Stop sweeping."""
        if self._sweeper:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)

    async def keep(
        self, data: bytes, channel: str, sender: str, *, agent_id: str | None = None,
        conversation_id: str | None = None,
    ) -> Kept:
        """Check and keep what came for, or from, this citizen. Raises BadInput, TooLarge."""
        if len(data) > self._limit:
            raise TooLarge(f"最大 {self._limit // 1_048_576} MB", "file")
        if not data:
            raise BadInput("文件是空的", "file")
        async with self._room:
            checked = await asyncio.to_thread(check, data)
            digest = await asyncio.to_thread(self._write, checked.data)
        kept = Kept(new_name(), digest, checked.kind, checked.media_type, len(checked.data), channel, sender,
                    agent_id, conversation_id, utc_now())
        async with self._database.write() as connection:
            await attachments.add(connection, kept)
        if not self._path(digest).exists():
            # The sweeper took the same bytes away between our two steps; now that they are noted it will not.
            await asyncio.to_thread(self._write, checked.data)
        return kept

    async def find(self, name: str) -> tuple[Kept, Path]:
        """A kept file. Raises NotFound, also when its bytes are gone."""
        async with self._database.read() as connection:
            kept = await attachments.get(connection, name)
        path = self._path(kept.digest)
        if not path.is_file():
            log.error("attachment_file_missing", digest=kept.digest)
            raise NotFound("no such attachment")
        return kept, path

    async def read(self, url: str) -> tuple[bytes, str]:
        """The bytes and the media type behind one of our own addresses. Raises NotFound."""
        kept, path = await self.find(attachments.name_in(url) or "")
        return await asyncio.to_thread(path.read_bytes), kept.media_type

    async def sweep(self, now: datetime) -> int:
        """Forget what was sent up and never used; returns how many files went."""
        async with self._database.write() as connection:
            digests = await attachments.drop_unclaimed(connection, now - UNCLAIMED)
        for digest in digests:
            with suppress(FileNotFoundError):
                self._path(digest).unlink()
        return len(digests)

    def routes(self) -> list[web.RouteDef]:
        """The one public address."""
        return [web.get(MEDIA + r"{name:[0-9a-f]{40}}", self._serve)]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        kept, path = await self.find(request.match_info["name"])
        ending = ENDINGS.get(kept.media_type, kept.media_type.partition("/")[2])
        return web.FileResponse(path, headers={
            **HEADERS, "Content-Type": kept.media_type,
            "Content-Disposition": f'inline; filename="{kept.id[:8]}.{ending}"'})

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def _write(self, data: bytes) -> str:
        """On the disk for good before anything refers to it."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if path.exists():
            return digest
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{digest}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        return digest

    async def _sweep_on(self) -> None:
        while True:
            try:
                await self.sweep(utc_now())
            except Exception:
                log.exception("attachment_sweep_broke")
            await asyncio.sleep(SWEEP_SECONDS)
