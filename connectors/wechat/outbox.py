"""The channel's outbox: one task per citizen, each parcel claimed before it is sent, and a look at all each second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta, timezone

import structlog

from connectors.wechat.api import Refused
from connectors.wechat.memory import Memory, Shared
from connectors.wechat.parcels import for_push
from connectors.wechat.pieces import Address
from connectors.wechat.tokens import TokenUnavailable
from hotline.errors import ChannelError
from hotline.records import Message, Parcel

log = structlog.get_logger(__name__)
TROUBLE = "account_trouble"
EVERY = 1.0
TIDY_EVERY = 600
# A parcel may need its picture uploaded and the token renewed before it is sent.
LEASE_SECONDS = 60.0
LONGEST_PAUSE = 60.0
Send = Callable[[str, Parcel], Awaitable[None]]
Held = Callable[[str, Sequence[Message]], Awaitable[None]]


class Outbox:
    """`send` puts one parcel out; `held` hears of messages that must wait for the citizen's next word."""

    def __init__(
        self, memory: Memory, shared: Shared, send: Send, held: Held, address: Address, can_push: bool = True
    ) -> None:
        self._can_push = can_push
        self._trouble = False
        self._looked = False
        self._memory = memory
        self._shared = shared
        self._send = send
        self._held = held
        self._address = address
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._failures: dict[str, int] = {}
        self._watcher: asyncio.Task[None] | None = None

    def start(self, look: Callable[[], Awaitable[None]]) -> None:
        """Watch until stopped; `look` is called with each look."""
        self._watcher = asyncio.create_task(self._watch(look))

    async def stop(self) -> None:
        """Stop; what waits stays in the database, what was cut short is settled by its lease."""
        tasks = [*([self._watcher] if self._watcher else []), *self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self, sender: str) -> None:
        """There may be something for this citizen; before the first look it cannot be told from what was cut short."""
        if not self._looked:
            return
        if sender in self._tasks:
            self._again.add(sender)
        else:
            self._tasks[sender] = asyncio.create_task(self._run(sender))

    async def _watch(self, look: Callable[[], Awaitable[None]]) -> None:
        looks = 0
        while True:
            try:
                if looks % TIDY_EVERY == 0:
                    await self._memory.tidy(_now())
                settled = await self._memory.recover(_now(), starting=not self._looked)
                self._looked = True
                if settled:
                    log.warning("wechat_unclear_settled", number=settled)
                self._trouble = await self._shared.get(TROUBLE, _now()) is not None
                if self._can_push and not self._trouble:
                    for sender in await self._memory.due(_now()):
                        self.wake(sender)
                await look()
            except Exception:
                log.exception("wechat_outbox_broke")
            looks += 1
            await asyncio.sleep(EVERY)

    async def _run(self, sender: str) -> None:
        try:
            while await self._once(sender) or sender in self._again:
                self._again.discard(sender)
        except Exception:
            # The database may be away: the next look tries again.
            log.exception("wechat_push_broke")
        finally:
            self._again.discard(sender)
            del self._tasks[sender]

    async def _once(self, sender: str) -> bool:
        """Put one parcel out; False when nothing can go now."""
        if self._trouble:
            return False
        parcel, held = await self._memory.push(
            sender, lambda items: for_push(items, self._address), _now(), _now() + timedelta(seconds=LEASE_SECONDS))
        if held:
            log.info("wechat_held", number=len(held))
            await self._held(sender, held)
        if parcel is None:
            return False
        try:
            if parcel.body:
                await self._send(sender, parcel)
        except ChannelError as error:
            return await self._failed(sender, parcel, error)
        self._failures.pop(sender, None)
        await self._memory.sent(parcel)
        return True

    async def _failed(self, sender: str, parcel: Parcel, error: ChannelError) -> bool:
        """True when the next parcel may be tried at once."""
        code = error.code if isinstance(error, Refused) else None
        log.warning("wechat_push_failed", code=code, unclear=error.unclear, number=len(parcel.ids))
        if error.unclear:
            await self._memory.unclear(parcel)
            await asyncio.sleep(self._pause(sender, error))
            return True
        if isinstance(error, Refused) and error.closed:
            await self._memory.not_sent(sender, parcel, _now(), None, error.closed)
            return False
        account = error.account if isinstance(error, (Refused, TokenUnavailable)) else None
        if account:
            until = _now() + timedelta(seconds=error.retry_after or LONGEST_PAUSE)
            self._trouble = True
            await self._shared.put(TROUBLE, account, until)
            await self._memory.not_sent(sender, parcel, _now(), until)
            return False
        if error.retry_after is None:
            await self._memory.not_sent(sender, parcel, _now(), None)
            return True
        await self._memory.not_sent(
            sender, parcel, _now(), _now() + timedelta(seconds=self._pause(sender, error)))
        return False

    def _pause(self, sender: str, error: ChannelError) -> float:
        failures = self._failures[sender] = self._failures.get(sender, 0) + 1
        if len(self._failures) > 10_000:
            self._failures.clear()
        return min(LONGEST_PAUSE, max(error.retry_after or 0.0, 2.0**failures / 2))


def _now() -> datetime:
    return datetime.now(timezone.utc)
