"""Clusters over HTTP: unknown messages that mean the same, with a label or a draft article for each."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence

from aiohttp import web

from hotline.background import in_background
from hotline.records import JSON
from hotline.settings import Settings
from hotline.store.agents import Session
from hotline.text.embedding import Encoder, Remembered, encoder
from hotline.text.masking import mask_text
from hotline.training.door import Door
from hotline.training.grouping import Group, draft, groups, proposed
from hotline.training.hearing import Lesson
from hotline.training.inbox import Inbox

MOST = 1500  # messages that are grouped at once: the comparison is of each with each
SHOWN = 200  # messages of one cluster
UNKNOWN = ("unknown", "low_margin")


class Clusters:
    """Groups the unlabelled unknown messages of the inbox; keeps their embeddings for the next look."""

    def __init__(self, inbox: Inbox, settings: Settings) -> None:
        self._inbox = inbox
        self._embeddings = settings.embeddings
        self._encoder: Remembered | None = None
        self._one = asyncio.Lock()

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The address."""
        return [door.signed("GET", "/training/api/clusters", self._read)]

    async def _read(self, request: web.Request, session: Session) -> web.Response:
        lessons, _ = await self._inbox.lessons(unlabelled=True)
        unknown = [one for one in lessons if one.label is None and set(UNKNOWN) & set(one.why)][:MOST]
        async with self._one:  # two at once would only take twice as long
            found = await in_background(self._grouped, unknown)
        return web.json_response({"clusters": found, "of": len(unknown)})

    def _grouped(self, unknown: Sequence[Lesson]) -> list[JSON]:
        return [_shown(group) for group in groups(unknown, self._loaded())]

    def _loaded(self) -> Encoder | None:
        if self._encoder is None:
            found = encoder(self._embeddings)
            self._encoder = Remembered(found) if found else None
        return self._encoder


def _shown(group: Group) -> JSON:
    lessons = group.lessons[:SHOWN]
    texts = [mask_text(one.heard.text) for one in lessons]
    why = Counter(kind for one in group.lessons for kind in one.why)
    smallest = min(one.heard.message_id for one in group.lessons)
    return {
        "id": hashlib.sha256(smallest.encode()).hexdigest()[:12], "size": len(group.lessons),
        "why": [kind for kind, _ in why.most_common()],
        "messages": [{"message": one.heard.message_id, "text": text}
                     for one, text in zip(lessons, texts, strict=True)],
        "proposal": proposed(group), "draft": draft(Group(lessons), texts)}
