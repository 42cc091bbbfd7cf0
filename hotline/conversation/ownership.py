"""Changes of a conversation's owner, each with its event, inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import Agent, Conversation
from hotline.store import conversations, desk_events, waits

# What the desk had set; the bot's state stays as it was.
BACK: dict[str, Any] = {
    "owner": "bot", "agent_id": None, "queued_at": None, "priority": 0, "handover_reason": None, "skill": "general",
    "told_position": None, "offered_at": None}
EPISODE = ("queued", "released", "closed", "first_answer")


async def give(
    connection: AsyncConnection, conversation: Conversation, agent: Agent, kind: str, now: datetime, **about: Any
) -> Conversation:
    """Make a conversation an agent's; `kind` is taken, assigned, taken_over or reassigned."""
    waited = (now - conversation.queued_at).total_seconds() if conversation.queued_at else None
    await desk_events.add_event(connection, conversation.id, kind, now, agent.id, seconds=waited, **about)
    return await conversations.update_conversation(
        connection, conversation, now, owner="agent", agent_id=agent.id, agent_seen=None, told_position=None)


async def enqueue(
    connection: AsyncConnection, conversation: Conversation, now: datetime, *, priority: int, **values: Any
) -> tuple[Conversation, int]:
    """Put a conversation into the queue; returns it with its place, which the caller tells the citizen."""
    waiting = {"owner": "queue", "agent_id": None, "queued_at": now, "priority": priority, "offered_at": None, **values}
    place = await conversations.place_if_queued(connection, conversation.id, priority, now)
    return await conversations.update_conversation(
        connection, conversation, now, **waiting, told_position=place), place


async def answered(
    connection: AsyncConnection, conversation: Conversation, agent: Agent, now: datetime
) -> Conversation:
    """The owner is about to answer: how long the citizen has waited for it, and what was offered is off."""
    since = (await waits.unanswered(connection, [conversation])).get(conversation.id)
    if since is not None:
        seconds = round((now - since).total_seconds(), 3)
        if await desk_events.last_kind(connection, conversation.id, EPISODE) != "first_answer":
            await desk_events.add_event(connection, conversation.id, "first_answer", now, agent.id, seconds=seconds)
        await desk_events.add_event(connection, conversation.id, "answered", now, agent.id, seconds=seconds)
    if conversation.offered_at is None:
        return conversation
    return await conversations.update_conversation(connection, conversation, now, offered_at=None)
