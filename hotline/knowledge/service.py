"""The knowledge base as the house uses it: an index in memory that follows the articles table."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from hotline.background import in_background, wait_until
from hotline.knowledge.routes import knowledge_routes
from hotline.records import Article, KnowledgeAnswer
from hotline.settings import Settings
from hotline.store.articles import live_articles, state_of_articles
from hotline.store.database import Database
from hotline.text.embedding import Remembered, encoder

if TYPE_CHECKING:
    from hotline.knowledge.index import Index

log = structlog.get_logger(__name__)

KEPT = "knowledge-model.npz"
State = tuple[int, int, datetime | None]


class Knowledge:
    """Searches the live articles; a change in the table is seen within `poll_seconds` by every process."""

    def __init__(self, database: Database, settings: Settings, poll_seconds: float = 10.0) -> None:
        self._database = database
        self._hide_unverified = settings.knowledge_unverified == "hide"
        self._embeddings = settings.embeddings
        self._kept = settings.var / KEPT
        self._encoder: Remembered | None = None
        self._poll_seconds = poll_seconds
        self._index: Index | None = None
        self._state: State | None = None
        self._refreshing = asyncio.Lock()
        self._poller: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()

    async def start(self) -> None:
        """Begin to follow the table; a search that comes before the first index waits for it.

        The front door opens meanwhile: whoever writes of a gas leak after a restart must not wait for an index.
        """
        self._poller = asyncio.create_task(self._poll(), name="knowledge-poll")

    @property
    def indexed(self) -> bool:
        """Whether the first index is there."""
        return self._index is not None

    async def stop(self) -> None:
        """Stop following the table."""
        if self._poller is not None:
            self._poller.cancel()
            with suppress(asyncio.CancelledError):
                await self._poller
            self._poller = None

    async def refresh(self) -> bool:
        """Look at the table now; True when the index was built anew."""
        async with self._refreshing:
            async with self._database.read() as connection:
                state = await state_of_articles(connection)
                if state == self._state and self._index is not None:
                    return False
                articles = await live_articles(connection)
            articles = self.shown(articles)
            # Built beside the running index and put in its place in one step: no search ever waits for it.
            self._index = await in_background(self._build, articles)
            self._state = state
        log.info("knowledge_indexed", articles=len(articles), build_ms=self._index.build_ms)
        return True

    def shown(self, articles: Sequence[Article]) -> list[Article]:
        """Those that citizens may get: the operator may hide what is not verified."""
        return [article for article in articles if not (self._hide_unverified and article.verify)]

    def wake(self) -> None:
        """An article was changed here: look at the table now rather than at the next poll."""
        self._woken.set()

    async def search(self, query: str, limit: int = 3) -> KnowledgeAnswer:
        """What the base has on a question, best first.

        Only `answer` and `ask` are for citizens; the hits of `none` are the nearest articles, for the desk.
        """
        if self._index is None:
            await self.refresh()
        assert self._index is not None
        return self._index.answer(query, limit)

    def routes(self) -> Sequence[web.RouteDef]:
        """The internal API's part; the application checks the service token before it."""
        return knowledge_routes(self.search)

    async def _poll(self) -> None:
        while True:
            try:
                await self.refresh()
            except Exception as error:
                # The old index still answers; the database may be back at the next look.
                log.warning("knowledge_refresh_failed", error=type(error).__name__)
            await wait_until(self._woken, self._poll_seconds)
            self._woken.clear()

    def _build(self, articles: list[Article]) -> Index:
        """Import and build in the worker's thread: the libraries behind the index take seconds to load."""
        from hotline.knowledge.index import Index

        if self._encoder is None:
            loaded = encoder(self._embeddings)
            self._encoder = Remembered(loaded) if loaded else None
        return Index(articles, self._encoder, kept=self._kept)
