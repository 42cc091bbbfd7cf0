"""The lists of the desk: who waits and whose turn it is, what is closed, who is there, and the working hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.cases.calendar import load_calendar
from hotline.conversation.hours import Hours, load_hours, read_hours, save_hours
from hotline.desk import queue_views, views
from hotline.desk.accounts import Clock, utc_now
from hotline.desk.gate import Gate, body
from hotline.desk.presence import Presence
from hotline.desk.rights import rights_of
from hotline.errors import BadInput
from hotline.records import JSON, Conversation
from hotline.settings import Settings
from hotline.store import agents, desk, presence, waits
from hotline.store.agents import Session
from hotline.store.closed import closed_page
from hotline.store.database import Database
from hotline.store.last_words import last_words

STATUSES = ("online", "busy", "away")
LONGEST_QUERY = 100


class QueueRoom:
    """HTTP around the queue, presence and hours."""

    def __init__(
        self, database: Database, gate: Gate, here: Presence, settings: Settings, clock: Clock = utc_now
    ) -> None:
        self._database = database
        self._gate = gate
        self._presence = here
        self._now = clock
        self._limit = timedelta(seconds=settings.answer_seconds)
        self._calendar = load_calendar(settings.var)

    def routes(self) -> list[web.RouteDef]:
        """The lists, presence and hours."""
        signed = self._gate.signed
        return [
            signed("GET", "/desk/api/queue", self._queue),
            signed("GET", "/desk/api/closed", self._closed),
            signed("GET", "/desk/api/presence", self._people),
            signed("PUT", "/desk/api/presence", self._choose),
            signed("GET", "/desk/api/hours", self._hours),
            signed("PUT", "/desk/api/hours", self._set_hours),
        ]

    async def _queue(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            lines = await self.lines(connection, session)
            people = await presence.everybody(connection)
            hours = await load_hours(connection)
            alerts = await desk.unseen_alerts(connection) if "board.read" in rights_of(session.agent.roles) else 0
        now = self._now()
        parts = {"waiting": [line for line in lines if line["owner"] == "queue"],
                 "mine": [line for line in lines if line["mine"]], "all": lines}
        mine = next((one for one in people if one.agent.id == session.agent.id), None)
        return web.json_response({
            **parts, "counts": {name: len(part) for name, part in parts.items()}, "now": now.isoformat(),
            "presence": queue_views.mine(mine, now) if mine else None,
            "open": hours.open_at(now, self._calendar), "alerts": alerts})

    async def lines(self, connection: AsyncConnection, session: Session) -> list[JSON]:
        """Everything that is open, as the list shows it."""
        rows = await desk.queue(connection)
        talks = [row.conversation for row in rows]
        names = await agents.agent_names(connection, views.people(talks))
        since = await waits.unanswered(connection, [talk for talk in talks if talk.owner != "bot"])
        places, now = _positions(talks), self._now()
        lines = [
            views.waiting(row, session.agent, names, places.get(row.conversation.id, 0), now)
            | queue_views.due(row.conversation, since.get(row.conversation.id), self._limit, now) for row in rows]
        # Stable: an open emergency first, the rest stays in the order that citizens are told.
        lines.sort(key=lambda line: line["emergency"] is None)
        return lines

    async def _closed(self, request: web.Request, session: Session) -> web.Response:
        words = request.query.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
        before = _moment(request.query.get("before", ""))
        async with self._database.read() as connection:
            rows, more = await closed_page(connection, before=before, words=words)
            last = await last_words(connection, [row.conversation.id for row in rows])
        return web.json_response({
            "rows": [queue_views.closed(row, last.get(row.conversation.id)) for row in rows], "more": more})

    async def _people(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            people = await presence.everybody(connection)
        now = self._now()
        return web.json_response({"agents": [queue_views.present(one, now) for one in people]})

    async def _choose(self, request: web.Request, session: Session) -> web.Response:
        status = (await body(request)).get("status")
        if status not in STATUSES:
            raise BadInput("status must be online, busy or away", "status")
        await self._presence.choose(session.agent, status)
        async with self._database.read() as connection:
            people = await presence.everybody(connection)
        now = self._now()
        return web.json_response({
            "presence": next(queue_views.mine(one, now) for one in people if one.agent.id == session.agent.id)})

    async def _hours(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            return self._hours_answer(await load_hours(connection))

    async def _set_hours(self, request: web.Request, session: Session) -> web.Response:
        hours = read_hours(await body(request))
        async with self._database.write() as connection:
            await save_hours(connection, hours, self._now())
            await agents.add_audit(connection, session.agent.id, "hours", "hours", self._now())
        return self._hours_answer(hours)

    def _hours_answer(self, hours: Hours) -> web.Response:
        return web.json_response({**hours.as_json(), "open_now": hours.open_at(self._now(), self._calendar)})


def _positions(rows: Sequence[Conversation]) -> dict[str, int]:
    """Places in the queue, counted as the citizens are told them."""
    return {row.id: place for place, row in enumerate((row for row in rows if row.owner == "queue"), 1)}


def _moment(text: str) -> datetime | None:
    """A time from the query, as the list gives it. Raises BadInput."""
    if not text:
        return None
    try:
        # A plus sign that was not escaped arrives as a blank.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if moment.tzinfo is None:
            raise ValueError("no zone")
    except ValueError as error:
        raise BadInput("before must be a time with its zone", "before") from error
    return moment
