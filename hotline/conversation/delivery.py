"""The outbox of replies: puts stored messages out on channels that must be delivered to, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from connectors.base import Connector
from hotline.conversation.turns import utc_now
from hotline.errors import ChannelError
from hotline.records import Message
from hotline.store import conversations
from hotline.store.database import Database

log = structlog.get_logger(__name__)
GIVE_UP_AFTER = 10


class Delivery:
    """One task per citizen with undelivered messages. What cannot go out now stays pending in the database."""

    def __init__(self, database: Database, connectors: Mapping[str, Connector]) -> None:
        self._database = database
        self._connectors = connectors
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def wake(self, citizen_id: str, channel: str, sender: str) -> None:
        """There may be something to deliver to this citizen."""
        connector = self._connectors.get(channel)
        if connector is None or not connector.pushes:
            return
        if connector.keeps_outbox:
            connector.wake(sender)
            return
        if citizen_id in self._tasks:
            self._again.add(citizen_id)
        else:
            self._tasks[citizen_id] = asyncio.create_task(self._run(citizen_id, connector, sender))

    async def stop(self) -> None:
        """Stop; pending messages stay pending."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _run(self, citizen_id: str, connector: Connector, sender: str) -> None:
        try:
            failures = 0
            while failures < GIVE_UP_AFTER:
                self._again.discard(citizen_id)
                try:
                    if await self._once(citizen_id, connector, sender) and citizen_id not in self._again:
                        return
                except Exception as error:
                    failures += 1
                    log.warning("delivery_failed", channel=connector.name, error=type(error).__name__)
                    wait = error.retry_after if isinstance(error, ChannelError) else None
                    await asyncio.sleep(wait or min(60, 2**failures))
        finally:
            del self._tasks[citizen_id]

    async def _once(self, citizen_id: str, connector: Connector, sender: str) -> bool:
        """True when nothing is left that can go out now."""
        async with self._database.read() as connection:
            waiting = await conversations.pending(connection, utc_now(), citizen_id)
        if not waiting:
            return True
        try:
            if not await connector.deliver(sender, waiting):
                await self._home(citizen_id, connector)
                return True
        except ChannelError as error:
            await self._refused(waiting, error)
            raise
        async with self._database.write() as connection:
            await conversations.mark(connection, [message.id for message in waiting], "sent")
        return False

    async def _home(self, citizen_id: str, away: Connector) -> None:
        """A citizen who has left the page, and who first came by a channel that reaches them, is told there."""
        async with self._database.read() as connection:
            home = await conversations.home_of(connection, citizen_id)
        connector = self._connectors.get(home[0]) if home else None
        if home and connector and connector is not away and connector.keeps_outbox:
            connector.wake(home[1])

    async def _refused(self, waiting: Sequence[Message], error: ChannelError) -> None:
        """After an unclear send only what matters most is sent again; a refusal for good is kept as failed."""
        if error.unclear:
            ids, status = [message.id for message in waiting if not message.must_arrive], "unknown"
        elif error.retry_after is None:
            ids, status = [message.id for message in waiting], "failed"
        else:
            return
        if ids:
            async with self._database.write() as connection:
                await conversations.mark(connection, ids, status)
