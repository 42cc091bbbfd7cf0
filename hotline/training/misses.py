"""Questions that found nothing, near-duplicates together: what to write articles about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from aiohttp import web

from hotline.background import in_background
from hotline.conversation.turns import utc_now
from hotline.knowledge.service import Knowledge
from hotline.records import JSON
from hotline.store import misses
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.store.misses import Miss
from hotline.text.embedding import encoder
from hotline.text.masking import mask_text
from hotline.training.asks import number_in
from hotline.training.door import Door

USUAL_DAYS, MOST_DAYS = 30, 366
MOST_READ = 3000  # the newest; grouping more takes long and teaches nothing new
MOST_GROUPS, EXAMPLES, LONGEST = 100, 5, 300
REFUSALS = ("都不是", "都不对", "不是这些")


class Misses:
    """`embeddings`: the encoder's dotted path; with none, words alone say what is alike."""

    def __init__(self, database: Database, knowledge: Knowledge, embeddings: str) -> None:
        self._database = database
        self._knowledge = knowledge
        self._embeddings = embeddings

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The address."""
        return [door.signed("GET", "/training/api/misses", self._read)]

    async def _read(self, request: web.Request, session: Session) -> web.Response:
        days = number_in(request, "days", USUAL_DAYS, MOST_DAYS) or USUAL_DAYS
        since = utc_now() - timedelta(days=days)
        async with self._database.read() as connection:
            newest = await misses.misses(connection, since, MOST_READ, REFUSALS)
            total = len(newest) if len(newest) < MOST_READ else await misses.count_misses(connection, since)
        found = [miss for miss in newest if miss.text]
        groups = await in_background(self._grouped, found)
        rows = [await self._row(group) for group in groups[:MOST_GROUPS]]
        return web.json_response({"days": days, "total": total, "read": len(found), "groups": len(groups),
                                  "rows": rows, "more": None})

    def _grouped(self, found: Sequence[Miss]) -> list[list[Miss]]:
        """Loads libraries and reads thousands of texts: not on the loop."""
        from hotline.training.alike import alike

        groups = alike([miss.text[:LONGEST] for miss in found], encoder(self._embeddings))
        return [[found[number] for number in group] for group in groups]

    async def _row(self, group: Sequence[Miss]) -> JSON:
        times = [miss.at for miss in group]
        nearest = (await self._knowledge.search(group[0].text[:LONGEST], 1)).hits
        return {
            "question": mask_text(group[0].text[:LONGEST]), "count": len(group),
            "conversations": len({miss.conversation_id for miss in group}),
            "first": min(times).isoformat(), "last": max(times).isoformat(),
            "examples": [{"turn": miss.turn_id, "text": mask_text(miss.text[:LONGEST]), "at": miss.at.isoformat()}
                         for miss in _different(group)],
            "nearest": {"article": nearest[0].article.id, "question": nearest[0].article.question,
                        "score": round(nearest[0].score, 4)} if nearest else None}


def _different(group: Sequence[Miss]) -> list[Miss]:
    """A few of a group that are not said in the same words."""
    found: dict[str, Miss] = {}
    for miss in group:
        found.setdefault(miss.text, miss)
    return list(found.values())[:EXAMPLES]
