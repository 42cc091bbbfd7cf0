"""Files that were sent in and wait for their columns to be named; nobody but the house may read them."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from aiohttp import web

from hotline.errors import BadInput, NotFound, TooLarge
from hotline.store.conversations import new_id

MOST = 64 * 1024 * 1024  # bytes
KEPT_SECONDS, KEPT_FILES = 24 * 3600, 5
_ID = re.compile(r"[0-9a-f]{24}")


class Uploads:
    """A folder of raw files by id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, request: web.Request) -> str:
        """Write the body of a request; returns the upload's id. Raises TooLarge, BadInput."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._clear()
        name, size = new_id(), 0
        path = self._folder / name
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                async for chunk in request.content.iter_chunked(1 << 16):
                    size += len(chunk)
                    if size > MOST:
                        raise TooLarge(f"文件超过 {MOST >> 20} MB")
                    file.write(chunk)
            if not size:
                raise BadInput("文件是空的")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return name

    def read(self, upload: str) -> bytes:
        """The file. Raises NotFound."""
        try:
            return self._path(upload).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("上传的文件已经清除，请重新上传") from error

    def drop(self, upload: str) -> None:
        """Throw the file away."""
        self._path(upload).unlink(missing_ok=True)

    def _path(self, upload: str) -> Path:
        if not _ID.fullmatch(upload):
            raise NotFound("没有这个上传的文件")
        return self._folder / upload

    def _clear(self) -> None:
        """Old files go, and all but the newest few."""
        files = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for number, path in enumerate(files):
            if number >= KEPT_FILES - 1 or path.stat().st_mtime < time.time() - KEPT_SECONDS:
                path.unlink(missing_ok=True)
