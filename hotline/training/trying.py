"""A question tried against what is live and what is drafted, side by side."""

from __future__ import annotations

from aiohttp import web

from hotline.conversation.http import read_object
from hotline.knowledge.routes import answer_as_json
from hotline.knowledge.trial import Trial
from hotline.store.agents import Session
from hotline.training.asks import words_of
from hotline.training.door import Door

LONGEST_QUESTION = 300


class Trying:
    """HTTP around `Trial`."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The address."""
        return [door.signed("POST", "/training/api/try", self._try)]

    async def _try(self, request: web.Request, session: Session) -> web.Response:
        body = await read_object(request)
        question = words_of(body, "question", LONGEST_QUESTION)
        live, draft = await self._trial.ask(question, words_of(body, "article", 60, optional=True) or None)
        return web.json_response({"live": answer_as_json(live), "draft": answer_as_json(draft)})
