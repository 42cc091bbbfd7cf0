"""What happened, for those who watch: desks, sockets, waiting requests. Ids only travel with names of kinds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hotline.records import JSON


@dataclass(frozen=True)
class Event:
    """`kind` is message, queue, owner, returned, presence, emergency, confirmed, typing, note, alert or seen."""

    kind: str
    conversation_id: str
    data: JSON = field(default_factory=dict)


class EventHub:
    """Hands each event to every subscriber; a subscriber that does not read loses the oldest, never blocks others."""

    def __init__(self, size: int = 1000) -> None:
        self._size = size
        self._queues: set[asyncio.Queue[Event]] = set()

    def publish(self, event: Event) -> None:
        """Give the event to all who listen now."""
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[asyncio.Queue[Event]]:
        """A queue of events for as long as the block runs."""
        queue: asyncio.Queue[Event] = asyncio.Queue(self._size)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)
