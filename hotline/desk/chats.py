"""The agents' work: a conversation with its context, taking, answering, giving back, confirming."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.desk import views
from hotline.desk.accounts import Clock, utc_now
from hotline.desk.asks import id_of, mark_of, note_audit, told
from hotline.desk.audit import note_opened
from hotline.desk.context import Context
from hotline.desk.gate import Gate
from hotline.desk.house import DeskHouse
from hotline.errors import BadInput, Conflict, NotFound
from hotline.records import JSON, Agent, Conversation, Message
from hotline.store import agents, conversations, desk
from hotline.store.agents import Session
from hotline.store.database import Database

log = structlog.get_logger(__name__)


class Chats:
    """HTTP around the house's desk side and the desk's queries."""

    def __init__(
        self, database: Database, house: DeskHouse, gate: Gate, services: Mapping[str, str], context: Context,
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._house = house
        self._gate = gate
        self._services = services
        self._context = context
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """Everything below /desk/api/ that has to do with citizens."""
        signed, one = self._gate.signed, "/desk/api/conversations/{id}"
        return [
            signed("GET", one, self._conversation),
            signed("GET", one + "/messages", self._messages),
            signed("POST", one + "/take", self._take),
            signed("POST", one + "/typing", self._typing),
            signed("POST", "/desk/api/emergencies/{id}/confirm", self._confirm),
            signed("POST", "/desk/api/cases/{receipt}/phone", self._phone),
        ]

    async def _conversation(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            row = await conversations.get_conversation(connection, id_of(request))
            talk = await head(connection, row, session.agent)
            talk |= await _page(connection, row, None, None)
            alarms = await desk.all_emergencies(connection, row.id)
            names = await agents.agent_names(connection, {one.confirmed_by for one in alarms if one.confirmed_by})
            heard = await desk.understood(connection, row.id)
            tickets = await desk.citizen_cases(connection, row.citizen_id)
            around = await self._context.around(connection, row, session.agent, heard, tickets)
        around |= await self._context.viewers(row, session.agent)
        limits = await self._context.limits(row)
        await note_opened(self._database, session.agent, row.id, self._now)
        return web.json_response({
            **talk, **around, "limits": limits, "emergencies": [views.emergency(one, names) for one in alarms],
            "understanding": [views.understood(one, self._services) for one in heard],
            "draft": views.draft(row.state, self._services),
            "cases": [views.case(one, self._services) for one in tickets]})

    async def _messages(self, request: web.Request, session: Session) -> web.Response:
        before, after = mark_of(request, "before"), mark_of(request, "after")
        if before and after:
            raise BadInput("before or after, not both", "before")
        async with self._database.read() as connection:
            row = await conversations.get_conversation(connection, id_of(request))
            talk = await head(connection, row, session.agent)
            found = await _page(connection, row, before, after)
        await note_opened(self._database, session.agent, row.id, self._now)
        return web.json_response({**talk, **found})

    async def _take(self, request: web.Request, session: Session) -> web.Response:
        try:
            row = await self._house.take(id_of(request), session.agent)
        except Conflict as error:
            raise await told(self._database, id_of(request), session.agent, error) from error
        await note_audit(self._database, session.agent, "take", row.id, self._now())
        return await self._answer_head(row, session.agent)

    async def _typing(self, request: web.Request, session: Session) -> web.Response:
        await self._house.agent_typing(id_of(request), session.agent)
        return web.json_response({"ok": True})

    async def _confirm(self, request: web.Request, session: Session) -> web.Response:
        emergency_id = id_of(request)
        async with self._database.read() as connection:
            conversation_id = await desk.emergency_conversation(connection, emergency_id)
        try:
            await self._house.confirm_emergency(emergency_id, session.agent)
            await note_audit(self._database, session.agent, "confirm", emergency_id, self._now())
        except NotFound:
            # Two agents press at once: both have seen it, so the second one is no error.
            log.info("emergency_confirmed_before", emergency=emergency_id)
        return web.json_response({"ok": True, "conversation_id": conversation_id})

    async def _phone(self, request: web.Request, session: Session) -> web.Response:
        receipt = id_of(request, "receipt")
        async with self._database.write() as connection:
            phone = await desk.case_phone(connection, receipt)
            await agents.add_audit(connection, session.agent.id, "phone", receipt, self._now())
        return web.json_response({"receipt": receipt, "phone": phone})

    async def _answer_head(self, row: Conversation, me: Agent) -> web.Response:
        async with self._database.read() as connection:
            return web.json_response({"conversation": await head(connection, row, me)})


async def head(connection: AsyncConnection, row: Conversation, me: Agent) -> JSON:
    """A conversation without its content, as this agent sees it."""
    names = await agents.agent_names(connection, views.people([row]))
    return views.conversation(row, me, names, await conversations.queue_position(connection, row))


async def _page(connection: AsyncConnection, row: Conversation, before: str | None, after: str | None) -> JSON:
    found, more = await desk.page(connection, row.citizen_id, before=before, after=after)
    names = await agents.agent_names(connection, {one.agent_id for one in found if one.agent_id})
    return {"messages": [_bubble(one, names) for one in found], "more": more}


def _bubble(message: Message, names: Mapping[str, str]) -> JSON:
    return views.message(message, names)
