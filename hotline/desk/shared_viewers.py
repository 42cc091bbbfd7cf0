"""Who has which conversation open, for several front-door processes: each keeps its own pages fresh in Redis."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import Any

import redis.asyncio
import structlog

from hotline.desk.viewers import Viewer, Viewers
from hotline.records import Agent

log = structlog.get_logger(__name__)
PREFIX = "hotline:desk:viewing:"
REFRESH = 20.0
# Pages of a process that was killed run out.
GONE = 60.0
PATIENCE = 2.0


class SharedViewers(Viewers):
    """Without Redis everybody still sees the viewers of their own process."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis: Any = redis.asyncio.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        self._refresher: asyncio.Task[None] | None = None

    async def look(self, page: str, agent: Agent, conversation_id: str | None) -> set[str]:
        """See `Viewers`."""
        before = self._pages.get(page)
        changed = await super().look(page, agent, conversation_id)
        if self._refresher is None:
            self._refresher = asyncio.create_task(self._refresh())
        if changed and before:
            await self._ask("zrem", PREFIX + before[1], _member(page, before[0]))
        if conversation_id is not None:
            await self._note(conversation_id, [page])
        return changed

    async def leave(self, page: str) -> set[str]:
        """See `Viewers`."""
        before = self._pages.get(page)
        changed = await super().leave(page)
        if before:
            await self._ask("zrem", PREFIX + before[1], _member(page, before[0]))
        return changed

    async def of(self, conversation_id: str, besides: str = "") -> list[Viewer]:
        """See `Viewers`: those of every process."""
        here = await super().of(conversation_id, besides)
        members = await self._ask("zrangebyscore", PREFIX + conversation_id, time.time() - GONE, "+inf")
        there = {Viewer(*json.loads(member)[1:]) for member in members or ()}
        found = {viewer for viewer in {*here, *there} if viewer.id != besides}
        return sorted(found, key=lambda viewer: (viewer.name, viewer.id))

    async def close(self) -> None:
        """Stop refreshing, take the pages of this process back and leave Redis."""
        if self._refresher is not None:
            self._refresher.cancel()
            await asyncio.gather(self._refresher, return_exceptions=True)
        for page in list(self._pages):
            await self.leave(page)
        with contextlib.suppress(redis.asyncio.RedisError, OSError):
            await self._redis.aclose()

    async def _note(self, conversation_id: str, pages: list[str]) -> None:
        now = time.time()
        members = {_member(page, self._pages[page][0]): now for page in pages if page in self._pages}
        if members:
            await self._ask("zadd", PREFIX + conversation_id, members)
            await self._ask("expire", PREFIX + conversation_id, int(GONE * 2))

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH)
            for conversation_id in {seen for _, seen in self._pages.values()}:
                await self._note(conversation_id, [page for page, (_, seen) in self._pages.items()
                                                   if seen == conversation_id])

    async def _ask(self, command: str, *arguments: Any) -> Any:
        """Redis away must not keep agents from working: the next refresh notes their pages again."""
        try:
            return await getattr(self._redis, command)(*arguments)
        except (redis.asyncio.RedisError, OSError) as error:
            log.warning("desk_viewers_not_shared", kind=type(error).__name__)
            return None


def _member(page: str, viewer: Viewer) -> str:
    return json.dumps([page, viewer.id, viewer.name], ensure_ascii=False)
