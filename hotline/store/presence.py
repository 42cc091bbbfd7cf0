"""Where agents are: the status that each chose, when a page of theirs was last seen, how many chats they have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import Agent, Conversation
from hotline.store.agents import agent_of
from hotline.store.desk_tables import agents, presence
from hotline.store.handing import GONE_AFTER
from hotline.store.tables import conversations

ONLINE = "online"
OFFLINE = "offline"


@dataclass(frozen=True)
class Present:
    """An agent with the status that he chose, and the number of conversations that are his."""

    agent: Agent
    chosen: str
    since: datetime
    seen_at: datetime
    chats: int

    def status(self, now: datetime) -> str:
        """What others see: offline once no page of his has been seen for a minute."""
        return OFFLINE if now - self.seen_at > GONE_AFTER else self.chosen


async def choose(connection: AsyncConnection, agent_id: str, status: str, now: datetime) -> None:
    """The agent says where he is; that counts as being seen."""
    change = update(presence).where(presence.c.agent_id == agent_id).values(status=status, since=now, seen_at=now)
    if (await connection.execute(change)).rowcount == 0 and not await _add(connection, agent_id, status, now):
        await connection.execute(change)


async def seen(connection: AsyncConnection, agent_ids: Iterable[str], now: datetime) -> None:
    """Pages of these agents are there; whoever has not said anything yet is online."""
    wanted = sorted(set(agent_ids))
    # One order of locks: two processes may see the same agents at once.
    known = set((await connection.execute(
        select(presence.c.agent_id).where(presence.c.agent_id.in_(wanted)).order_by(presence.c.agent_id)
        .with_for_update())).scalars())
    await connection.execute(update(presence).where(presence.c.agent_id.in_(sorted(known))).values(seen_at=now))
    for agent_id in wanted:
        if agent_id not in known:
            await _add(connection, agent_id, ONLINE, now)


async def everybody(connection: AsyncConnection) -> list[Present]:
    """All agents who have ever been at the desk and still have an open account, by name."""
    rows = await connection.execute(_present().order_by(agents.c.name, agents.c.id))
    return [_record(row) for row in rows]


async def is_gone(connection: AsyncConnection, agent_id: str, now: datetime) -> bool:
    """Whether no page of the agent has been there for a minute; his row stays as it is for this transaction."""
    seen_at = (await connection.execute(
        select(presence.c.seen_at).where(presence.c.agent_id == agent_id).with_for_update())).scalar()
    return seen_at is not None and now - seen_at > GONE_AFTER


async def lost(connection: AsyncConnection, now: datetime) -> list[Conversation]:
    """Conversations whose owner has had no page for a minute, oldest first."""
    rows = await connection.execute(
        select(conversations).join(presence, presence.c.agent_id == conversations.c.agent_id)
        .where(conversations.c.owner == "agent", presence.c.seen_at < now - GONE_AFTER)
        .order_by(conversations.c.queued_at, conversations.c.id))
    return [Conversation(**dict(row._mapping)) for row in rows]


async def _add(connection: AsyncConnection, agent_id: str, status: str, now: datetime) -> bool:
    try:
        async with connection.begin_nested():
            await connection.execute(insert(presence).values(
                agent_id=agent_id, status=status, since=now, seen_at=now))
    except IntegrityError:
        # Another page of the same agent was faster.
        return False
    return True


def _present() -> Any:
    chats = select(func.count()).select_from(conversations).where(
        conversations.c.agent_id == presence.c.agent_id, conversations.c.owner == "agent",
        conversations.c.closed_at.is_(None)).scalar_subquery()
    return (select(agents, presence.c.status, presence.c.since, presence.c.seen_at, chats.label("chats"))
            .join(presence, presence.c.agent_id == agents.c.id).where(agents.c.disabled.is_(False)))


def _record(row: Row[Any]) -> Present:
    return Present(agent_of(row), row.status, row.since, row.seen_at, row.chats)
