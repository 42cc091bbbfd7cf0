"""The knowledge workshop over HTTP: the list with what is due, one article with its history, and each step of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.cases.periods import today
from hotline.conversation.http import read_object
from hotline.conversation.turns import utc_now
from hotline.errors import BadInput, NotFound
from hotline.knowledge.workshop import Workshop
from hotline.records import JSON
from hotline.store import article_versions, articles
from hotline.store.agents import Session, agent_names
from hotline.store.database import Database
from hotline.training.article_views import STATES, ArticleView, counts, version_json, views
from hotline.training.asks import flag_of, number_of, words_of
from hotline.training.door import Door

PAGE = 200
LONGEST_NOTE = 300
WAYS = ("note", "version")  # of a body, beside the article's fields


class Articles:
    """Reads for everybody in the room, changes for editors."""

    def __init__(self, database: Database, workshop: Workshop) -> None:
        self._database = database
        self._workshop = workshop

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The addresses."""
        one = "/training/api/articles/{id}"
        return [
            door.signed("GET", "/training/api/articles", self._list),
            door.signed("POST", "/training/api/articles", self._add),
            door.signed("GET", one, self._one),
            door.signed("PUT", f"{one}/draft", self._draft),
            door.signed("POST", f"{one}/review", self._review),
            door.signed("POST", f"{one}/publish", self._publish),
            door.signed("POST", f"{one}/withdraw", self._withdraw),
        ]

    async def _list(self, request: web.Request, session: Session) -> web.Response:
        state, asked = request.query.get("state", ""), request.query.get("q", "").strip().lower()
        if state and state not in STATES:
            raise BadInput(f"state 只能是 {'、'.join(STATES)}", "state")
        day = today(utc_now()).isoformat()
        async with self._database.read() as connection:
            everything = await views(connection)
            names = await agent_names(connection, {view.draft.author_id for view in everything if view.draft})
        found = [view for view in everything if (not state or view.has(state)) and view.speaks_of(asked)
                 and (request.query.get("due") != "1" or view.due(day)) and view.id > request.query.get("after", "")]
        return web.json_response({
            "rows": [view.json(day, names) for view in found[:PAGE]],
            "more": found[PAGE - 1].id if len(found) > PAGE else None,
            "counts": counts(everything), "due": sum(view.due(day) for view in everything)})

    async def _one(self, request: web.Request, session: Session) -> web.Response:
        return await self._answer(request.match_info["id"])

    async def _add(self, request: web.Request, session: Session) -> web.Response:
        body = await read_object(request)
        article_id = words_of(body, "id", 60)
        await self._workshop.draft(article_id, _fields(body), session.agent, new=True, note=_note(body))
        return await self._answer(article_id, 201)

    async def _draft(self, request: web.Request, session: Session) -> web.Response:
        body, article_id = await read_object(request), request.match_info["id"]
        await self._workshop.draft(article_id, _fields(body), session.agent, based_on=number_of(body, "version"),
                                   note=_note(body))
        return await self._answer(article_id)

    async def _review(self, request: web.Request, session: Session) -> web.Response:
        body, article_id = await read_object(request), request.match_info["id"]
        await self._workshop.review(article_id, session.agent, number_of(body, "version"))
        return await self._answer(article_id)

    async def _publish(self, request: web.Request, session: Session) -> web.Response:
        body, article_id = await read_object(request), request.match_info["id"]
        await self._workshop.publish(article_id, session.agent, number_of(body, "version"))
        return await self._answer(article_id)

    async def _withdraw(self, request: web.Request, session: Session) -> web.Response:
        body, article_id = await read_object(request), request.match_info["id"]
        await self._workshop.withdraw(article_id, session.agent, _note(body), flag_of(body, "wrong"))
        return await self._answer(article_id)

    async def _answer(self, article_id: str, status: int = 200) -> web.Response:
        await self._adopt()
        async with self._database.read() as connection:
            return web.json_response(await _detail(connection, article_id, utc_now()), status=status)

    async def _adopt(self) -> None:
        """Articles of a database from before versions were kept get their first one."""
        async with self._database.read() as connection:
            if not await article_versions.unknown_articles(connection):
                return
        async with self._database.write() as connection:
            await article_versions.adopt(connection)


async def _detail(connection: AsyncConnection, article_id: str, now: datetime) -> JSON:
    history = await article_versions.versions_of(connection, article_id)
    if not history:
        raise NotFound("没有这一条")
    stored = await articles.one_article(connection, article_id)
    names = await agent_names(connection, {person for version in history
                                           for person in (version.author_id, version.reviewer_id) if person})
    feedback = await articles.feedback_of(connection, article_id)
    view = ArticleView.of(article_id, stored, history)
    return {**view.json(today(now).isoformat(), names), "file": stored.file if stored else None,
            "feedback": {"useful": feedback[True], "useless": feedback[False]},
            "live": version_json(view.live, names), "versions": [version_json(version, names) for version in history]}


def _fields(body: JSON) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in WAYS}


def _note(body: JSON) -> str:
    return words_of(body, "note", LONGEST_NOTE, optional=True)
