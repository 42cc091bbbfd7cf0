"""What every room of the desk does with a request: ids out of the address, conflicts in words, the audit entry."""

from __future__ import annotations

from datetime import datetime

import structlog
from aiohttp import web

from hotline.desk.gate import text_of
from hotline.errors import BadInput, Conflict, NotFound
from hotline.records import JSON, Agent
from hotline.store import agents, conversations
from hotline.store.database import Database

log = structlog.get_logger(__name__)
TAKEN = "已被其他坐席接起"


def id_of(request: web.Request, name: str = "id") -> str:
    """An id from the address. Raises NotFound for what cannot be one: PostgreSQL refuses NUL, for instance."""
    value = request.match_info[name]
    if not can_be_id(value):
        raise NotFound("no such record")
    return value


def mark_of(request: web.Request, name: str) -> str | None:
    """A message id from the query. Raises NotFound for what cannot be one."""
    value = request.query.get(name)
    if value and not can_be_id(value):
        raise NotFound("no such message")
    return value or None


def id_in(values: JSON, name: str, *, optional: bool = False) -> str:
    """An id from the body. Raises BadInput for what cannot be one."""
    value = text_of(values, name, 40, optional=optional)
    if value and not can_be_id(value):
        raise BadInput(f"{name} is not an id", name)
    return value


def words_of(request: web.Request, name: str, longest: int) -> str:
    """A text from the query, of 1 to `longest` characters. Raises BadInput."""
    return text_of(dict(request.query), name, longest)


def can_be_id(value: str) -> bool:
    """Whether this may be one of our ids."""
    return value.isascii() and value.isalnum() and len(value) <= 40


async def told(database: Database, conversation_id: str, me: Agent, error: Conflict) -> Conflict:
    """A conflict in words for the agent, who need not know whom; what hit the owner says itself what it is."""
    async with database.read() as connection:
        row = await conversations.get_conversation(connection, conversation_id)
    if row.closed_at is not None:
        return Conflict("会话已结束")
    if row.owner == "agent":
        return Conflict(TAKEN) if row.agent_id != me.id else error
    return Conflict("请先接起这个会话")


async def note_audit(database: Database, agent: Agent, action: str, subject: str, now: datetime) -> None:
    """Write into the audit log who did what to which record."""
    async with database.write() as connection:
        await agents.add_audit(connection, agent.id, action, subject, now)
    log.info("desk_action", action=action, agent=agent.id, subject=subject)
