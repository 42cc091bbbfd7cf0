"""Who is at the desk: signed-in agents' pages and requests keep them online."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from hotline.desk.rights import rights_of
from hotline.records import Agent
from hotline.store import presence
from hotline.store.database import Database

BEAT_SECONDS = 10.0
RIGHT = "chat.answer"


class Presence:
    """Only those who may answer are counted: nobody waits for an observer."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._now = clock
        self._written: dict[str, datetime] = {}

    async def here(self, people: Iterable[Agent]) -> None:
        """These agents are there: a page is connected, or a request came. Written every ten seconds at most."""
        now, due = self._now(), []
        for agent in people:
            last = self._written.get(agent.id)
            # The clock may be set back; then the mark is stale, not in the future.
            fresh = last is not None and abs(now - last) < timedelta(seconds=BEAT_SECONDS - 1)
            if not fresh and RIGHT in rights_of(agent.roles):
                due.append(agent.id)
        if not due:
            return
        async with self._database.write() as connection:
            await presence.seen(connection, due, now)
        self._written |= dict.fromkeys(due, now)

    async def choose(self, agent: Agent, status: str) -> None:
        """The agent says online, busy or away."""
        async with self._database.write() as connection:
            await presence.choose(connection, agent.id, status, self._now())
