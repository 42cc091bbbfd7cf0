"""What the lists of the desk say, as plain JSON."""

from __future__ import annotations

from datetime import datetime, timedelta

from hotline.desk.views import CHANNELS, short_name
from hotline.records import JSON, Conversation
from hotline.store.closed import Closed
from hotline.store.last_words import LastWords
from hotline.store.presence import Present

# A page says every ten seconds that it is there.
CONNECTED = timedelta(seconds=30)


def due(talk: Conversation, since: datetime | None, limit: timedelta, now: datetime) -> JSON:
    """The three-minute rule of a line: `since` when the citizen waits for an answer, None when not."""
    waited = int((now - talk.queued_at).total_seconds()) if talk.queued_at else 0
    until = since + limit if since else None
    return {"wait_seconds": max(0, waited), "due_at": until.isoformat() if until else None,
            "overdue": until is not None and until < now}


def mine(one: Present, now: datetime) -> JSON:
    """The agent's own state."""
    return {"status": one.status(now), "most_chats": one.agent.most_chats, "mine": one.chats}


def present(one: Present, now: datetime) -> JSON:
    """A colleague's state."""
    return {
        "id": one.agent.id, "name": one.agent.name, "status": one.status(now), "since": one.since.isoformat(),
        "connected": now - one.seen_at <= CONNECTED, "chats": one.chats, "most_chats": one.agent.most_chats,
        "skills": list(one.agent.skills)}


def closed(row: Closed, last: LastWords | None) -> JSON:
    """A closed conversation."""
    talk = row.conversation
    return {
        "id": talk.id, "citizen": short_name(talk.citizen_id), "channel": talk.channel,
        "channel_name": CHANNELS.get(talk.channel, talk.channel),
        "closed_at": talk.closed_at.isoformat() if talk.closed_at else None, "agent_name": row.agent_name,
        "result": row.result,
        "last": {"text": " ".join(last.text.split())[:80], "author": last.author, "at": last.at.isoformat()}
        if last else None}
