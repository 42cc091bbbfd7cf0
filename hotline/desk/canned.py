"""Canned replies over HTTP: everybody's and one's own, and their variables filled in."""

from __future__ import annotations

from aiohttp import web

from hotline.desk import prefill, talk_views
from hotline.desk.accounts import Clock, utc_now
from hotline.desk.asks import id_of
from hotline.desk.gate import Gate, body, text_of
from hotline.desk.rights import demand
from hotline.errors import BadInput
from hotline.records import JSON, Agent
from hotline.store import agents, conversations, desk
from hotline.store.agents import SKILLS, Session
from hotline.store.canned import add_canned, canned_for, change_canned, drop_canned, get_canned
from hotline.store.database import Database

LONGEST_TITLE = 60
LONGEST_TEXT = 2000


class CannedReplies:
    """Own ones are anybody's to keep; shared ones need the right for it."""

    def __init__(self, database: Database, gate: Gate, clock: Clock = utc_now) -> None:
        self._database = database
        self._gate = gate
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """List, add, change, drop, fill."""
        signed, all_of_them, one = self._gate.signed, "/desk/api/canned", "/desk/api/canned/{id}"
        return [
            signed("GET", all_of_them, self._list), signed("POST", all_of_them, self._add),
            signed("PUT", one, self._change), signed("DELETE", one, self._drop),
            signed("POST", "/desk/api/conversations/{id}/fill", self._fill),
        ]

    async def _list(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            found = await canned_for(connection, session.agent.id)
        return web.json_response({"canned": [talk_views.canned(row) for row in found]})

    async def _add(self, request: web.Request, session: Session) -> web.Response:
        values = await body(request)
        skill, title, text = _read(values)
        mine = values.get("mine", True)
        if not isinstance(mine, bool):
            raise BadInput("mine must be true or false", "mine")
        owner = _owner(session.agent, mine)
        async with self._database.write() as connection:
            row = await add_canned(connection, owner, skill, title, text, self._now())
            if owner is None:
                await agents.add_audit(connection, session.agent.id, "canned_added", row.id, self._now())
        return web.json_response({"canned": talk_views.canned(row)})

    async def _change(self, request: web.Request, session: Session) -> web.Response:
        skill, title, text = _read(await body(request))
        async with self._database.write() as connection:
            row = await get_canned(connection, id_of(request), session.agent.id)
            if _owner(session.agent, row.owner_id is not None) is None:
                await agents.add_audit(connection, session.agent.id, "canned_changed", row.id, self._now())
            await change_canned(connection, row.id, skill, title, text, self._now())
            row = await get_canned(connection, row.id, session.agent.id)
        return web.json_response({"canned": talk_views.canned(row)})

    async def _drop(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.write() as connection:
            row = await get_canned(connection, id_of(request), session.agent.id)
            if _owner(session.agent, row.owner_id is not None) is None:
                await agents.add_audit(connection, session.agent.id, "canned_dropped", row.id, self._now())
            await drop_canned(connection, row.id)
        return web.json_response({"ok": True})

    async def _fill(self, request: web.Request, session: Session) -> web.Response:
        text = text_of(await body(request), "text", LONGEST_TEXT)
        async with self._database.read() as connection:
            row = await conversations.get_conversation(connection, id_of(request))
            tickets = await desk.citizen_cases(connection, row.citizen_id)
        return web.json_response({"text": prefill.fill(
            text, agent=session.agent.name, tickets=tickets, conversation_id=row.id, now=self._now())})


def _owner(agent: Agent, mine: bool) -> str | None:
    """Whose a reply is: the agent's, or nobody's for a shared one. Raises NotAllowed without the right for that."""
    if mine:
        return agent.id
    demand(agent, "canned.manage")
    return None


def _read(values: JSON) -> tuple[str | None, str, str]:
    skill = text_of(values, "skill", 20, optional=True)
    if skill and skill not in SKILLS:
        raise BadInput("没有这个技能组", "skill")
    return skill or None, text_of(values, "title", LONGEST_TITLE), text_of(values, "text", LONGEST_TEXT)
