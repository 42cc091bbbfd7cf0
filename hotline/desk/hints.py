"""Knowledge beside the answer box: a search, and three suggested answers for the citizen's last question."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from hotline.desk import prefill, talk_views
from hotline.desk.accounts import Clock, utc_now
from hotline.desk.asks import id_of, words_of
from hotline.desk.gate import Gate
from hotline.records import JSON, Agent, Case, Conversation, KnowledgeAnswer
from hotline.store import conversations, desk
from hotline.store.agents import Session
from hotline.store.canned import Canned, canned_for
from hotline.store.database import Database
from hotline.text.normalise import squeezed

Search = Callable[[str, int], Awaitable[KnowledgeAnswer]]
RESULTS = 8
SUGGESTIONS = 3
# Of a canned reply's title, this share of pairs of characters must be in the question.
FITS = 0.3


class Hints:
    """`search` is the knowledge base's."""

    def __init__(self, database: Database, gate: Gate, search: Search, clock: Clock = utc_now) -> None:
        self._database = database
        self._gate = gate
        self._search = search
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """Search and suggestions."""
        signed = self._gate.signed
        return [signed("GET", "/desk/api/knowledge", self._knowledge),
                signed("GET", "/desk/api/conversations/{id}/suggestions", self._suggestions)]

    async def _knowledge(self, request: web.Request, session: Session) -> web.Response:
        found = await self._search(words_of(request, "q", 200), RESULTS)
        return web.json_response({"results": [talk_views.knowledge(hit) for hit in found.hits]})

    async def _suggestions(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            row = await conversations.get_conversation(connection, id_of(request))
            said = prefill.matter(await desk.conversation_messages(connection, row.id))
            tickets = await desk.citizen_cases(connection, row.citizen_id)
            ready = await canned_for(connection, session.agent.id)
        if not said:
            return web.json_response({"question": None, "suggestions": []})
        found = await self._search(said[-1][:200], SUGGESTIONS)
        fitting = self._filled(_fitting(ready, said[-1], row.skill), row, tickets, session.agent)
        return web.json_response({"question": said[-1][:200], "suggestions": _best(found, fitting)})

    def _filled(
        self, ready: Sequence[Canned], row: Conversation, tickets: Sequence[Case], agent: Agent
    ) -> list[JSON]:
        return [{"kind": "canned", "title": one.title, "text": prefill.fill(
            one.text, agent=agent.name, tickets=tickets, conversation_id=row.id, now=self._now())} for one in ready]


def _best(found: KnowledgeAnswer, fitting: Sequence[JSON]) -> list[JSON]:
    """What surely answers first, then canned replies that fit, then the nearest articles."""
    articles: list[JSON] = [{"kind": "article", "title": hit.article.question, "text": hit.article.answer,
                             "article": hit.article.id, "source": hit.article.source, "score": round(hit.score, 4),
                             "verify": hit.article.verify} for hit in found.hits]
    sure = {"answer": 1, "ask": len(articles), "none": 0}[found.decision]
    return [*articles[:sure], *fitting, *articles[sure:]][:SUGGESTIONS]


def _fitting(ready: Sequence[Canned], question: str, skill: str) -> list[Canned]:
    """Canned replies whose title speaks of what is asked, best first; those of other skills do not count."""
    asked = _pairs(question)
    scored = [(len(_pairs(one.title) & asked) / max(1, len(_pairs(one.title))), one) for one in ready
              if one.skill in (None, skill)]
    return [one for score, one in sorted(scored, key=lambda pair: -pair[0]) if score >= FITS][:SUGGESTIONS - 1]


def _pairs(text: str) -> set[str]:
    words = squeezed(text)
    return {words[at:at + 2] for at in range(len(words) - 1)}
