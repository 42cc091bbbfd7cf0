"""The agents' work: the queue, a conversation with its context, taking, answering, giving back, confirming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import structlog
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.desk import views
from hotline.desk.accounts import Clock, utc_now
from hotline.desk.gate import Gate, body, text_of
from hotline.desk.house import DeskHouse
from hotline.errors import BadInput, Conflict, NotFound
from hotline.records import JSON, Agent, Conversation, Message
from hotline.store import agents, conversations, desk
from hotline.store.agents import Session
from hotline.store.database import Database

log = structlog.get_logger(__name__)
TAKEN = "已被其他坐席接起"
LONGEST_ANSWER = 2000
RELEASES: dict[str, Literal["bot", "closed"]] = {"bot": "bot", "closed": "closed"}


class Chats:
    """HTTP around the house's desk side and the desk's queries."""

    def __init__(
        self, database: Database, house: DeskHouse, gate: Gate, services: Mapping[str, str], clock: Clock = utc_now
    ) -> None:
        self._database = database
        self._house = house
        self._gate = gate
        self._services = services
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """Everything below /desk/api/ that has to do with citizens."""
        signed, one = self._gate.signed, "/desk/api/conversations/{id}"
        return [
            signed("GET", "/desk/api/queue", self._queue),
            signed("GET", one, self._conversation),
            signed("GET", one + "/messages", self._messages),
            signed("POST", one + "/take", self._take),
            signed("POST", one + "/messages", self._say),
            signed("POST", one + "/release", self._release),
            signed("POST", one + "/typing", self._typing),
            signed("POST", "/desk/api/emergencies/{id}/confirm", self._confirm),
            signed("POST", "/desk/api/cases/{receipt}/phone", self._phone),
        ]

    async def _queue(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            rows = await desk.queue(connection)
            names = await agents.agent_names(connection, views.people([row.conversation for row in rows]))
        places = _positions([row.conversation for row in rows])
        now, me = self._now(), session.agent
        lines = [views.waiting(row, me, names, places.get(row.conversation.id, 0), now) for row in rows]
        # Stable: an open emergency first, the rest stays in the order that citizens are told.
        lines.sort(key=lambda line: line["emergency"] is None)
        parts = {"waiting": [line for line in lines if line["owner"] == "queue"],
                 "mine": [line for line in lines if line["mine"]], "all": lines}
        return web.json_response({**parts, "counts": {name: len(part) for name, part in parts.items()},
                                  "now": now.isoformat()})

    async def _conversation(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            row = await conversations.get_conversation(connection, _id(request))
            talk = await self._head(connection, row, session.agent)
            talk |= await _page(connection, row, None, None)
            alarms = await desk.all_emergencies(connection, row.id)
            names = await agents.agent_names(connection, {one.confirmed_by for one in alarms if one.confirmed_by})
            heard = await desk.understood(connection, row.id)
            tickets = await desk.citizen_cases(connection, row.citizen_id)
        return web.json_response({
            **talk, "emergencies": [views.emergency(one, names) for one in alarms],
            "understanding": [views.understood(one, self._services) for one in heard],
            "draft": views.draft(row.state, self._services),
            "cases": [views.case(one, self._services) for one in tickets]})

    async def _messages(self, request: web.Request, session: Session) -> web.Response:
        before, after = (_mark(request.query.get(name)) for name in ("before", "after"))
        if before and after:
            raise BadInput("before or after, not both", "before")
        async with self._database.read() as connection:
            row = await conversations.get_conversation(connection, _id(request))
            talk = await self._head(connection, row, session.agent)
            return web.json_response({**talk, **await _page(connection, row, before, after)})

    async def _take(self, request: web.Request, session: Session) -> web.Response:
        try:
            row = await self._house.take(_id(request), session.agent)
        except Conflict as error:
            raise await self._told(_id(request), session.agent, error) from error
        await self._note(session.agent, "take", row.id)
        return await self._answer_head(row, session.agent)

    async def _say(self, request: web.Request, session: Session) -> web.Response:
        values = await body(request)
        text = text_of(values, "text", LONGEST_ANSWER)
        key = text_of(values, "key", 64, optional=True)
        try:
            # The key is the agent's own: nobody can guess another's and get that answer back.
            message = await self._house.say(_id(request), session.agent, text, _key(session.agent, key))
        except Conflict as error:
            raise await self._told(_id(request), session.agent, error) from error
        return web.json_response({"message": views.message(message, {session.agent.id: session.agent.name})})

    async def _release(self, request: web.Request, session: Session) -> web.Response:
        values = await body(request)
        to = values.get("to")
        if not isinstance(to, str) or to not in RELEASES:
            raise BadInput("to must be bot or closed", "to")
        text = text_of(values, "text", LONGEST_ANSWER, optional=True)
        try:
            row = await self._house.release(_id(request), session.agent, RELEASES[to], text or None)
        except Conflict as error:
            raise await self._told(_id(request), session.agent, error) from error
        await self._note(session.agent, f"release_{to}", row.id)
        return await self._answer_head(row, session.agent)

    async def _typing(self, request: web.Request, session: Session) -> web.Response:
        await self._house.agent_typing(_id(request), session.agent)
        return web.json_response({"ok": True})

    async def _confirm(self, request: web.Request, session: Session) -> web.Response:
        emergency_id = _id(request)
        async with self._database.read() as connection:
            conversation_id = await desk.emergency_conversation(connection, emergency_id)
        try:
            await self._house.confirm_emergency(emergency_id, session.agent)
            await self._note(session.agent, "confirm", emergency_id)
        except NotFound:
            # Two agents press at once: both have seen it, so the second one is no error.
            log.info("emergency_confirmed_before", emergency=emergency_id)
        return web.json_response({"ok": True, "conversation_id": conversation_id})

    async def _phone(self, request: web.Request, session: Session) -> web.Response:
        receipt = _id(request, "receipt")
        async with self._database.write() as connection:
            phone = await desk.case_phone(connection, receipt)
            await agents.add_audit(connection, session.agent.id, "phone", receipt, self._now())
        return web.json_response({"receipt": receipt, "phone": phone})

    async def _told(self, conversation_id: str, me: Agent, error: Conflict) -> Conflict:
        """A conflict in words for the agent, who need not know whom."""
        async with self._database.read() as connection:
            row = await conversations.get_conversation(connection, conversation_id)
        if row.closed_at is not None:
            return Conflict("会话已结束")
        if row.owner == "agent":
            return Conflict(TAKEN) if row.agent_id != me.id else Conflict("会话刚有变化，请再试一次")
        return Conflict("请先接起这个会话")

    async def _note(self, agent: Agent, action: str, subject: str) -> None:
        async with self._database.write() as connection:
            await agents.add_audit(connection, agent.id, action, subject, self._now())
        log.info("desk_action", action=action, agent=agent.id, subject=subject)

    async def _answer_head(self, row: Conversation, me: Agent) -> web.Response:
        async with self._database.read() as connection:
            return web.json_response({"conversation": await self._head(connection, row, me)})

    async def _head(self, connection: AsyncConnection, row: Conversation, me: Agent) -> JSON:
        names = await agents.agent_names(connection, views.people([row]))
        return views.conversation(row, me, names, await conversations.queue_position(connection, row))


async def _page(connection: AsyncConnection, row: Conversation, before: str | None, after: str | None) -> JSON:
    found, more = await desk.page(connection, row.citizen_id, before=before, after=after)
    names = await agents.agent_names(connection, {one.agent_id for one in found if one.agent_id})
    return {"messages": [_bubble(one, names) for one in found], "more": more}


def _bubble(message: Message, names: Mapping[str, str]) -> JSON:
    return views.message(message, names)


def _positions(rows: Sequence[Conversation]) -> dict[str, int]:
    """Places in the queue, counted as the citizens are told them."""
    return {row.id: place for place, row in enumerate((row for row in rows if row.owner == "queue"), 1)}


def _id(request: web.Request, name: str = "id") -> str:
    """An id from the address. Raises NotFound for what cannot be one: PostgreSQL refuses NUL, for instance."""
    value = request.match_info[name]
    if not (value.isascii() and value.isalnum() and len(value) <= 40):
        raise NotFound("no such record")
    return value


def _mark(value: str | None) -> str | None:
    """A message id from the query. Raises NotFound for what cannot be one."""
    if value and not (value.isascii() and value.isalnum() and len(value) <= 40):
        raise NotFound("no such message")
    return value or None


def _key(agent: Agent, key: str) -> str | None:
    return f"{agent.id}:{key}" if key else None
