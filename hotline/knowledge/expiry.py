"""Takes articles out of every answer once their last day is over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog

from hotline.store.article_versions import went_in
from hotline.store.articles import expired_articles, one_article, withdraw_article
from hotline.store.database import Database

log = structlog.get_logger(__name__)
CITY = ZoneInfo("Asia/Shanghai")


class Expiry:
    """Looks at start and every `seconds` after: a day ends at the city's midnight, whenever the house was started."""

    def __init__(
        self, database: Database, changed: Callable[[], Awaitable[object]],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC), seconds: float = 600.0,
    ) -> None:
        self._database = database
        self._changed = changed
        self._now = clock
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="article-expiry")

    async def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def check(self) -> list[str]:
        """Take out what is over; the ids of it. `changed` is called when there is any."""
        now = self._now()
        today = now.astimezone(CITY).date().isoformat()
        async with self._database.write() as connection:
            over = await expired_articles(connection, today)
            for article_id in over:
                stored = await one_article(connection, article_id)
                # What was edited online stays so: an import must not put the file's old text in its place.
                await withdraw_article(connection, article_id, now,
                                       edited_online=stored is not None and stored.edited_online)
                await went_in(connection, article_id, "expired", now)
        if over:
            log.info("articles_expired", articles=over)
            await self._changed()
        return over

    async def _run(self) -> None:
        while True:
            try:
                await self.check()
            except Exception as error:
                log.warning("article_expiry_failed", error=type(error).__name__)
            await asyncio.sleep(self._seconds)
