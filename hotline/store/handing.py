"""What must be known and written when a conversation passes from hand to hand or is read."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import Conflict, NotFound
from hotline.records import Agent, Message
from hotline.store.agents import agent_of
from hotline.store.conversations import get_message, message_of
from hotline.store.desk_tables import agents, presence
from hotline.store.tables import conversations, messages

GONE_AFTER = timedelta(seconds=60)


async def free_agent(connection: AsyncConnection, agent_id: str, now: datetime) -> Agent:
    """An agent who is online and may have one more conversation. Raises Conflict, NotFound.

    Their row stays locked: two hand-overs at once do not go over the limit. Lock the citizen first.
    """
    row = (await connection.execute(select(agents).where(
        agents.c.id == agent_id, agents.c.disabled.is_(False)).with_for_update())).first()
    if row is None:
        raise NotFound("no such agent")
    here = (await connection.execute(select(presence.c.agent_id).where(
        presence.c.agent_id == agent_id, presence.c.status == "online",
        presence.c.seen_at > now - GONE_AFTER))).first()
    if here is None:
        raise Conflict(f"{row.name}现在不在线")
    chats = (await connection.execute(select(func.count()).select_from(conversations).where(
        conversations.c.agent_id == agent_id, conversations.c.owner == "agent"))).scalar_one()
    if chats >= row.most_chats:
        raise Conflict(f"{row.name}手里的会话已满")
    return agent_of(row)


async def read_up_to(connection: AsyncConnection, conversation_id: str, agent_id: str, message_id: str) -> bool:
    """The owner has read up to this message; False for who is not the owner or has read further. Raises NotFound."""
    citizen = (await connection.execute(select(conversations.c.citizen_id).where(
        conversations.c.id == conversation_id))).scalar()
    message = await get_message(connection, message_id)
    if message.citizen_id != citizen:
        raise NotFound("no such message")
    result = await connection.execute(update(conversations).where(
        conversations.c.id == conversation_id, conversations.c.agent_id == agent_id,
        or_(conversations.c.agent_seen.is_(None), conversations.c.agent_seen < message.seq),
    ).values(agent_seen=message.seq))
    return result.rowcount == 1


async def mark_read(connection: AsyncConnection, conversation_id: str, message_id: str) -> Message | None:
    """An agent has read the citizen's messages up to this one; the last of those that nobody had read before."""
    upto = select(messages.c.seq).where(messages.c.id == message_id).scalar_subquery()
    unread = (messages.c.conversation_id == conversation_id, messages.c.direction == "in",
              messages.c.seq <= upto, messages.c.status != "seen")
    row = (await connection.execute(
        select(messages).where(*unread).order_by(messages.c.seq.desc()).limit(1))).first()
    await connection.execute(update(messages).where(*unread).values(status="seen"))
    return message_of(row) if row else None


async def seen_up_to(connection: AsyncConnection, citizen_id: str) -> str | None:
    """The last message that the citizen has had before his eyes; None on channels that cannot tell."""
    found: str | None = (await connection.execute(select(messages.c.id).where(
        messages.c.citizen_id == citizen_id, messages.c.direction == "out", messages.c.status == "seen")
        .order_by(messages.c.seq.desc()).limit(1))).scalar()
    return found


async def answered_by_others(
    connection: AsyncConnection, conversation_id: str, agent_id: str, after: Message
) -> bool:
    """Whether another agent or the bot has spoken since this message."""
    found = (await connection.execute(select(messages.c.id).where(
        messages.c.conversation_id == conversation_id, messages.c.seq > after.seq,
        or_(messages.c.author == "bot", (messages.c.author == "agent") & (messages.c.agent_id != agent_id))).limit(1)))
    return found.first() is not None
