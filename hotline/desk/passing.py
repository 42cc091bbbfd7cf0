"""Passing on over HTTP: transfer to an agent or a skill, merging, and notes that citizens never see."""

from __future__ import annotations

from aiohttp import web

from hotline.conversation.events import Event
from hotline.desk import talk_views
from hotline.desk.accounts import Clock, utc_now
from hotline.desk.asks import id_in, id_of, note_audit, told
from hotline.desk.chats import head
from hotline.desk.gate import Gate, body, text_of
from hotline.desk.house import DeskHouse
from hotline.desk.rights import rights_of
from hotline.errors import BadInput, Conflict
from hotline.records import Conversation
from hotline.store import agents, conversations
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.store.notes import add_note

LONGEST_NOTE = 2000


class Passing:
    """HTTP around the house's `Handing`, and notes."""

    def __init__(self, database: Database, house: DeskHouse, gate: Gate, clock: Clock = utc_now) -> None:
        self._database = database
        self._house = house
        self._gate = gate
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """Transfer, merge, notes."""
        signed, one = self._gate.signed, "/desk/api/conversations/{id}"
        return [
            signed("POST", one + "/transfer", self._transfer),
            signed("POST", one + "/merge", self._merge),
            signed("POST", one + "/notes", self._add_note),
        ]

    async def _transfer(self, request: web.Request, session: Session) -> web.Response:
        values, me, conversation_id = await body(request), session.agent, id_of(request)
        to, skill = id_in(values, "agent", optional=True), text_of(values, "skill", 20, optional=True)
        if bool(to) == bool(skill):
            raise BadInput("agent or skill, one of the two", "agent")
        note = text_of(values, "note", LONGEST_NOTE, optional=True)
        handing = self._house.handing
        try:
            if to:
                await self._may_answer(to)
                row = await handing.to_agent(conversation_id, me, to, note)
            else:
                row = await handing.to_skill(conversation_id, me, skill, note)
        except Conflict as error:
            raise await told(self._database, conversation_id, me, error) from error
        return await self._done(row, session, "transfer")

    async def _merge(self, request: web.Request, session: Session) -> web.Response:
        conversation_id, other = id_of(request), id_in(await body(request), "other")
        try:
            row = await self._house.handing.merge(conversation_id, session.agent, other)
        except Conflict as error:
            raise await told(self._database, conversation_id, session.agent, error) from error
        return await self._done(row, session, "merge")

    async def _add_note(self, request: web.Request, session: Session) -> web.Response:
        text = text_of(await body(request), "text", LONGEST_NOTE)
        async with self._database.write() as connection:
            row = await conversations.get_conversation(connection, id_of(request))
            note = await add_note(connection, row, session.agent.id, text, self._now())
        self._house.hub.publish(Event("note", row.id))
        return web.json_response({"note": talk_views.note(note, {session.agent.id: session.agent.name})})

    async def _may_answer(self, agent_id: str) -> None:
        """Raise BadInput for an account that may not talk to citizens."""
        async with self._database.read() as connection:
            agent = await agents.get_agent(connection, agent_id)
        if "chat.answer" not in rights_of(agent.roles):
            raise BadInput("这个账号不接会话", "agent")

    async def _done(self, row: Conversation, session: Session, action: str) -> web.Response:
        await note_audit(self._database, session.agent, action, row.id, self._now())
        async with self._database.read() as connection:
            return web.json_response({"conversation": await head(connection, row, session.agent)})
