"""Labels over HTTP: say what messages are, read and change labels with their history."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aiohttp import web

from hotline.conversation.http import read_object
from hotline.errors import BadInput
from hotline.records import JSON
from hotline.store import agents
from hotline.store import labels as store
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.store.labels import Label
from hotline.training import queries
from hotline.training.door import Door
from hotline.training.labels import STATES, Labels, Meaning

ALL_STATES = ("accepted", "out_of_scope", "personal", "skipped", "withdrawn")
SOURCES = ("inbox", "cluster", "correction", "doubt", "import")
AT_ONCE = 500


class LabelsPage:
    """HTTP around `Labels`."""

    def __init__(self, database: Database, labels: Labels) -> None:
        self._database = database
        self._labels = labels

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The addresses."""
        return [
            door.signed("POST", "/training/api/labels", self._say),
            door.signed("GET", "/training/api/labels", self._list),
            door.signed("GET", "/training/api/labels/{id}", self._one),
            door.signed("PUT", "/training/api/labels/{id}", self._change),
            door.signed("DELETE", "/training/api/labels/{id}", self._withdraw),
        ]

    async def _say(self, request: web.Request, session: Session) -> web.Response:
        body = await read_object(request)
        given = _meaning(body)
        if "texts" in body:
            said = await self._labels.say(queries.ids(body, "texts", 50), given, session.agent.id, "doubt")
        else:
            action, source = body.get("action"), body.get("source", "inbox")
            if action not in STATES:
                raise BadInput(f"action 应是 {'、'.join(STATES)} 之一", "action")
            if source not in SOURCES[:3]:
                raise BadInput("source 应是 inbox、cluster 或 correction", "source")
            said = await self._labels.label(
                queries.ids(body, "messages", AT_ONCE), str(action), given, session.agent.id, str(source))
        return web.json_response({"labels": await self._shown(said)})

    async def _list(self, request: web.Request, session: Session) -> web.Response:
        cursor = queries.place(request, 2)
        async with self._database.read() as connection:
            found, more = await store.page(
                connection, state=queries.word(request, "state", ALL_STATES),
                part=queries.word(request, "part", ("train", "test")),
                source=queries.word(request, "source", SOURCES), words=queries.words(request),
                before=(queries.moment(cursor[0]), cursor[1]) if cursor else None)
        last = f"{queries.micros(found[-1].updated_at)}_{found[-1].id}" if more else None
        return web.json_response({"rows": await self._shown(found), "more": last})

    async def _one(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            label = await store.get_label(connection, request.match_info["id"])
            changes = await store.changes_of(connection, label.id)
            names = await agents.agent_names(connection, {label.author_id, *(one.author_id for one in changes)})
        return web.json_response({"label": shown(label, names), "changes": [
            {"author": names.get(one.author_id, one.author_id), "before": one.before, "after": one.after,
             "at": one.at.isoformat()} for one in changes]})

    async def _change(self, request: web.Request, session: Session) -> web.Response:
        body = await read_object(request)
        state = body.get("state", "accepted")
        if state not in ALL_STATES:
            raise BadInput("没有这种状态", "state")
        label = await self._labels.change(request.match_info["id"], _meaning(body), str(state), session.agent.id)
        return web.json_response({"label": (await self._shown([label]))[0]})

    async def _withdraw(self, request: web.Request, session: Session) -> web.Response:
        label = await self._labels.withdraw(request.match_info["id"], session.agent.id)
        return web.json_response({"label": (await self._shown([label]))[0]})

    async def _shown(self, labels: Collection[Label]) -> list[JSON]:
        async with self._database.read() as connection:
            names = await agents.agent_names(connection, {label.author_id for label in labels})
        return [shown(label, names) for label in labels]


def shown(label: Label, names: Mapping[str, str]) -> JSON:
    """A label as the room's pages read it; its text is masked already."""
    return {
        "id": label.id, "message": label.message_id, "text": label.text, "intent": label.intent,
        "service": label.service, "emergency": label.emergency, "state": label.state, "part": label.part,
        "source": label.source, "author": names.get(label.author_id, label.author_id),
        "created_at": label.created_at.isoformat(), "updated_at": label.updated_at.isoformat()}


def _meaning(body: JSON) -> Meaning:
    return Meaning(*(queries.said(body, name) for name in ("intent", "service", "emergency")))
