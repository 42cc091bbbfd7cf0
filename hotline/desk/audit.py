"""The audit log for the auditor, and the note of who opened which conversation."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from hotline.desk.accounts import Clock, utc_now
from hotline.desk.gate import Gate
from hotline.errors import BadInput
from hotline.records import Agent
from hotline.store import agents, audit
from hotline.store.agents import Session
from hotline.store.database import Database

# A page that stays open reads on all day: one note in this time says who looked.
SAME_LOOK = timedelta(minutes=10)


class Audit:
    """HTTP around `store.audit`; every look at the log is in the log."""

    def __init__(self, database: Database, gate: Gate, clock: Clock = utc_now) -> None:
        self._database = database
        self._gate = gate
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """The one address."""
        return [self._gate.signed("GET", "/desk/api/audit", self._read)]

    async def _read(self, request: web.Request, session: Session) -> web.Response:
        agent_id, action = (_word(request, name) for name in ("agent", "action"))
        before = request.query.get("before", "")
        if before and not (before.isascii() and before.isdigit() and len(before) <= 18):
            raise BadInput("before must be the number of an entry", "before")
        async with self._database.write() as connection:
            rows, more = await audit.page(
                connection, agent_id=agent_id, action=action, before=int(before) if before else None)
            await agents.add_audit(connection, session.agent.id, "audit", agent_id or action or "all", self._now())
            names = await agents.agent_names(connection, {row.agent_id for row in rows})
        return web.json_response({"more": more, "rows": [
            {"seq": row.seq, "at": row.at.isoformat(), "agent": row.agent_id, "agent_name": names.get(row.agent_id),
             "action": row.action, "subject": row.subject} for row in rows]})


async def note_opened(database: Database, agent: Agent, conversation_id: str, clock: Clock) -> None:
    """Write down that an agent looks into a conversation, once in ten minutes."""
    now = clock()
    async with database.read() as connection:
        if await audit.noted_since(connection, agent.id, "open", conversation_id, now - SAME_LOOK):
            return
    async with database.write() as connection:
        await agents.add_audit(connection, agent.id, "open", conversation_id, now)


def _word(request: web.Request, name: str) -> str:
    value = request.query.get(name, "")
    if value and not (value.isascii() and value.replace("_", "").isalnum() and len(value) <= 40):
        raise BadInput(f"{name} is not one", name)
    return value
