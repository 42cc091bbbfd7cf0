"""Which agent a waiting conversation goes to: a pure choice by skill, load and limit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from hotline.conversation.emergencies import PRIORITY
from hotline.records import Conversation
from hotline.store.presence import ONLINE, Present

# A page says every ten seconds that it is there; who has missed three is given nothing new.
FRESH = timedelta(seconds=30)
# An agent who gave a conversation back does not get it again at once.
PAUSE = timedelta(seconds=60)


def choose(
    conversation: Conversation, people: Sequence[Present], gave_back: Collection[tuple[str, str]], now: datetime
) -> Present | None:
    """The agent with the fewest chats among those who may have this conversation; None when it must wait.

    A skill that nobody online has is anybody's who does general matters. An emergency goes to whoever is free.
    """
    here = [one for one in people if one.chosen == ONLINE and now - one.seen_at <= FRESH]
    skilled = [one for one in here if conversation.skill in one.agent.skills]
    able = [skilled or [one for one in here if "general" in one.agent.skills]]
    if conversation.priority >= PRIORITY:
        able.append(here)
    for group in able:
        free = [one for one in group if one.chats < one.agent.most_chats
                and (conversation.id, one.agent.id) not in gave_back]
        if free:
            return min(free, key=lambda one: (one.chats, one.since, one.agent.id))
    return None
