"""Who is connected: known in memory for one process, shared through Redis for several."""

from __future__ import annotations

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import redis.asyncio
import structlog

from hotline.errors import ChannelError

_log = structlog.get_logger(__name__)

_PREFIX = "hotline:web:present:"
_REFRESH = 20.0
_GONE = 60.0


class Presence(ABC):
    """Which senders have a socket open now."""

    @abstractmethod
    async def came(self, sender: str, socket: str) -> None:
        """A socket now belongs to this sender."""

    @abstractmethod
    async def left(self, sender: str, socket: str) -> None:
        """A socket is gone."""

    @abstractmethod
    async def here(self, sender: str) -> bool:
        """Whether the sender has any socket open."""

    @abstractmethod
    async def close(self) -> None:
        """Give back what is held."""


class LocalPresence(Presence):
    """For one front-door process."""

    def __init__(self) -> None:
        self.sockets: dict[str, set[str]] = {}

    async def came(self, sender: str, socket: str) -> None:
        """A socket now belongs to this sender."""
        self.sockets.setdefault(sender, set()).add(socket)

    async def left(self, sender: str, socket: str) -> None:
        """A socket is gone."""
        sockets = self.sockets.get(sender)
        if sockets is None:
            return
        sockets.discard(socket)
        if not sockets:
            del self.sockets[sender]

    async def here(self, sender: str) -> bool:
        """Whether the sender has any socket open."""
        return sender in self.sockets

    async def close(self) -> None:
        """Forget everybody."""
        self.sockets.clear()


class SharedPresence(LocalPresence):
    """For several processes: each refreshes its own sockets, so those of a killed process run out."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis: Any = redis.asyncio.Redis.from_url(url)
        self._refresher: asyncio.Task[None] | None = None

    async def came(self, sender: str, socket: str) -> None:
        """A socket now belongs to this sender."""
        await super().came(sender, socket)
        if self._refresher is None:
            self._refresher = asyncio.create_task(self._refresh())
        await self._note(sender)

    async def left(self, sender: str, socket: str) -> None:
        """A socket is gone."""
        await super().left(sender, socket)
        with _tolerated():
            await self._redis.zrem(_PREFIX + sender, socket)

    async def here(self, sender: str) -> bool:
        """Whether the sender has any socket open in any process."""
        if await super().here(sender):
            return True
        try:
            return bool(await self._redis.zcount(_PREFIX + sender, time.time() - _GONE, "+inf"))
        except (redis.asyncio.RedisError, OSError) as error:
            raise ChannelError("redis does not answer", retry_after=_REFRESH) from error

    async def close(self) -> None:
        """Stop refreshing and leave Redis."""
        if self._refresher is not None:
            self._refresher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._refresher
        await self._redis.aclose()

    async def _note(self, sender: str) -> None:
        sockets = self.sockets.get(sender)
        if sockets:
            now = time.time()
            with _tolerated():
                await self._redis.zadd(_PREFIX + sender, {socket: now for socket in sockets})
                await self._redis.expire(_PREFIX + sender, int(_GONE * 2))

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(_REFRESH)
            for sender in list(self.sockets):
                await self._note(sender)


@contextlib.contextmanager
def _tolerated() -> Iterator[None]:
    """Redis away must not keep citizens of this process from talking; the next refresh notes them again."""
    try:
        yield
    except (redis.asyncio.RedisError, OSError) as error:
        _log.warning("web_presence_not_shared", kind=type(error).__name__)
