"""One question asked of what is live and of what the drafts would make of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hotline.background import in_background
from hotline.errors import NotFound
from hotline.knowledge.service import Knowledge
from hotline.records import Article, KnowledgeAnswer
from hotline.store.article_versions import Version, open_versions
from hotline.store.articles import live_articles, one_article, state_of_articles
from hotline.store.database import Database
from hotline.text.embedding import Remembered, encoder

if TYPE_CHECKING:
    from hotline.knowledge.index import Index

Key = tuple[object, ...]
RESULTS = 5


class Trial:
    """Keeps the last index with drafts; a changed draft or article makes another (some seconds)."""

    def __init__(self, database: Database, knowledge: Knowledge, embeddings: str) -> None:
        self._database = database
        self._knowledge = knowledge
        self._embeddings = embeddings
        self._encoder: Remembered | None = None
        self._kept: tuple[Key, Index] | None = None
        self._building = asyncio.Lock()

    async def ask(self, question: str, article_id: str | None = None) -> tuple[KnowledgeAnswer, KnowledgeAnswer]:
        """What citizens get now, and what they would get with all drafts, or with this article's alone.

        Raises NotFound for an article that there is not.
        """
        async with self._database.read() as connection:
            drafts = await open_versions(connection)
            state = await state_of_articles(connection)
            live = await live_articles(connection)
            known = article_id is None or article_id in drafts or await one_article(connection, article_id) is not None
        if not known:
            raise NotFound("没有这一条")
        if article_id is not None:
            drafts = {name: draft for name, draft in drafts.items() if name == article_id}
        now = await self._knowledge.search(question, RESULTS)
        if not drafts:
            return now, now
        key: Key = (state, *((name, draft.version) for name, draft in sorted(drafts.items())))
        index = await self._index(key, live, drafts)
        return now, await asyncio.to_thread(index.answer, question, RESULTS)

    async def _index(self, key: Key, live: list[Article], drafts: Mapping[str, Version]) -> Index:
        async with self._building:
            if self._kept is None or self._kept[0] != key:
                articles = {article.id: article for article in live}
                articles |= {name: draft.article for name, draft in drafts.items()}
                shown = self._knowledge.shown([articles[name] for name in sorted(articles)])
                self._kept = (key, await in_background(self._build, shown))
            return self._kept[1]

    def _build(self, articles: list[Article]) -> Index:
        from hotline.knowledge.index import Index

        if self._encoder is None:
            loaded = encoder(self._embeddings)
            self._encoder = Remembered(loaded) if loaded else None
        return Index(articles, self._encoder)
