"""Who has which conversation open: by page, known in memory for one process, shared through Redis for several."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.records import Agent


@dataclass(frozen=True)
class Viewer:
    """Somebody who has a conversation open."""

    id: str
    name: str


class Viewers:
    """One conversation for each open page. A page that reconnects says it again."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[Viewer, str]] = {}

    async def look(self, page: str, agent: Agent, conversation_id: str | None) -> set[str]:
        """A page shows another conversation, or none; returns the conversations whose viewers have changed."""
        before = self._pages.pop(page, None)
        if conversation_id is not None:
            self._pages[page] = (Viewer(agent.id, agent.name), conversation_id)
        seen = {before[1] if before else None, conversation_id}
        return {one for one in seen if one is not None} if len(seen) > 1 else set()

    async def leave(self, page: str) -> set[str]:
        """A page is gone; returns the conversations whose viewers have changed."""
        before = self._pages.pop(page, None)
        return {before[1]} if before else set()

    async def of(self, conversation_id: str, besides: str = "") -> list[Viewer]:
        """Who looks at a conversation, each once, by name."""
        found = {viewer for viewer, seen in self._pages.values() if seen == conversation_id and viewer.id != besides}
        return sorted(found, key=lambda viewer: (viewer.name, viewer.id))

    async def close(self) -> None:
        """Give back what is held."""
        self._pages.clear()
