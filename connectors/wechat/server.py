"""The server address: each request let in, noted once, and answered in time by its own reply, else by `success`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import structlog
from aiohttp import web

from connectors.base import House
from connectors.wechat import texts
from connectors.wechat.events import Events
from connectors.wechat.intake import Intake
from connectors.wechat.memory import Memory
from connectors.wechat.parcels import for_reply
from connectors.wechat.received import Received, receive
from connectors.wechat.sending import Sending
from connectors.wechat.signing import Gate, Opened
from connectors.wechat.vendor import Vendor
from hotline.errors import BadInput, ChannelError, Conflict, NotAllowed, TooManyRequests
from hotline.records import JSON, Arrival, Parcel, Unsent
from hotline.settings import Settings

log = structlog.get_logger(__name__)
SUCCESS = "success"
# Seconds after the time for the reply in which it may still be claimed and written: the platform hangs up after five.
GRACE = 0.5
Note = Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """One request being answered, and until when; `click`: it opens no time in which a person may answer."""

    request: web.Request
    opened: Opened
    received: Received
    until: datetime
    click: bool

    @property
    def seconds(self) -> float:
        """What is left."""
        return max(0.0, (self.until - _now()).total_seconds())

    @property
    def gone(self) -> bool:
        """Whether the platform has hung up, to ask again or never, or is about to."""
        transport = self.request.transport
        return transport is None or transport.is_closing() or _now() > self.until + timedelta(seconds=GRACE)


class Server:
    """Handles the platform's GET and POST."""

    def __init__(
        self, house: House, settings: Settings, memory: Memory, intake: Intake, events: Events, vendor: Vendor,
        sending: Sending | None,
    ) -> None:
        self._house = house
        self._settings = settings
        self._memory = memory
        self._intake = intake
        self._events = events
        self._vendor = vendor
        self._sending = sending
        self._gate = Gate(settings.wechat_token, settings.wechat_app_id, settings.wechat_aes_key,
                          settings.wechat_clock_seconds)
        self._newest: dict[str, tuple[str, asyncio.Event]] = {}
        self._side: set[asyncio.Task[Any]] = set()

    async def stop(self) -> None:
        """Stop what runs beside the requests."""
        for task in self._side:
            task.cancel()
        await asyncio.gather(*self._side, return_exceptions=True)

    async def greet(self, request: web.Request) -> web.Response:
        """The platform looks whether the address is ours."""
        self._gate.check(request.query)
        return web.Response(text=request.query.get("echostr", "")[:200])

    async def hear(self, request: web.Request) -> web.StreamResponse:
        """A message or an event. Raises NotAllowed, BadInput."""
        until = _now() + timedelta(seconds=self._settings.wechat_reply_seconds)
        opened = self._gate.open(request.query, await request.read())
        received = receive(opened.xml)
        if self._vendor.owns(received):
            return self._response(opened, await self._vendor.ask(opened.xml, received))
        typed = (await self._memory.quota(received.sender, _now())).typed_left if received.opens == "click" else 1
        asked = Asked(request, opened, received, until, click=not typed)
        kind, payload = _to_keep(asked)
        try:
            arrival = await self._memory.open(
                received.sender, received.key, kind, opened.signature, payload, _now(),
                until + timedelta(seconds=2), opens=received.opens)
        except Conflict as error:
            raise NotAllowed("the signature was used for another message") from error
        return await self._hand(asked, await self._by_then(asked, arrival))

    # --- what is said ------------------------------------------------------------------------------------------

    async def _by_then(self, asked: Asked, arrival: Arrival) -> str | None:
        """The answer while the platform still listens, else `success`; what comes too late goes out by push."""
        answering = asyncio.create_task(self._answer(asked, arrival))
        try:
            done, _ = await asyncio.wait({answering}, timeout=asked.seconds + GRACE)
        except asyncio.CancelledError:
            self._beside(self._unheard(asked, answering, self._memory.not_written))
            raise
        if done:
            return answering.result()
        log.warning("wechat_answer_too_late")
        self._beside(self._unheard(asked, answering, self._memory.not_handed))
        return None

    async def _unheard(self, asked: Asked, answering: asyncio.Task[str | None], note: Note) -> None:
        """A reply that is claimed when the platform has its `success`, or has hung up, is not heard."""
        if await answering is not None:
            await note(asked.received.sender, asked.received.key)

    async def _answer(self, asked: Asked, arrival: Arrival) -> str | None:
        """The reply's XML; None for `success`."""
        received = asked.received
        if arrival.superseded:
            return None
        if arrival.reply:
            return await self._claim(asked)
        if _wants_person(asked):
            return await self._claim(asked, texts.TYPE_FIRST, final=True)
        if not arrival.payload and not arrival.turn_id:
            said = await self._events.heard(received)
            return await self._claim(asked, said, final=True) if said or received.opens else None
        if arrival.state == "new":
            brought = await self._bring(asked, arrival)
            if not isinstance(brought, Arrival):
                return await self._claim(asked, brought, final=True) if brought else None
            arrival = brought
        return await self._in_time(asked, str(arrival.turn_id))

    async def _bring(self, asked: Asked, arrival: Arrival) -> Arrival | str | None:
        """The message in its turn; words when it was refused; None when it takes longer than we have."""
        task = self._intake.take(arrival)
        await asyncio.wait({task}, timeout=asked.seconds)
        if not task.done():
            return None
        try:
            return task.result()
        except TooManyRequests as error:
            return texts.TOO_FAST.format(seconds=max(1, round(error.retry_after)))
        except BadInput:
            return texts.EMPTY
        except ChannelError:
            return None

    async def _in_time(self, asked: Asked, turn_id: str) -> str | None:
        """Wait for the turn's answer as long as there is time; a later fragment of the turn takes it over."""
        key, mine = asked.received.key, asyncio.Event()
        before = self._newest.get(turn_id)
        if before and before[0] != key:
            before[1].set()
        self._newest[turn_id] = key, mine
        answered = asyncio.ensure_future(self._house.answered(turn_id, asked.seconds))
        overtaken = asyncio.ensure_future(mine.wait())
        try:
            await asyncio.wait({answered, overtaken}, return_when=asyncio.FIRST_COMPLETED)
            if mine.is_set():
                return None
            if not answered.result():
                self._beside(self._typing(asked.received.sender))
        finally:
            answered.cancel()
            overtaken.cancel()
            if self._newest.get(turn_id) == (key, mine):
                del self._newest[turn_id]
        return await self._claim(asked)

    async def _claim(self, asked: Asked, lead: str | None = None, final: bool = False) -> str | None:
        """What waits for the citizen as this request's reply, or the reply that it had before."""
        if asked.gone:
            return None

        def pack(items: Sequence[Unsent]) -> Parcel | None:
            waits = any((one.message.custom or {}).get("type") == "handover" for one in items)
            return for_reply(items, asked.received.sender, asked.received.account, self._settings.address, lead or "",
                             tail=texts.TYPE_MORE if asked.click and waits and not lead else "")

        return await self._memory.passive(asked.received.sender, asked.received.key, pack, _now(), final=final,
                                          listens=lambda: not asked.gone)

    async def _typing(self, sender: str) -> None:
        if self._sending and (await self._memory.quota(sender, _now())).left:
            await self._sending.typing(sender)

    # --- how it is handed over ---------------------------------------------------------------------------------

    async def _hand(self, asked: Asked, reply: str | None) -> web.StreamResponse:
        """Write the answer; only what has been written counts as handed over."""
        response = self._response(asked.opened, reply)
        if reply is None:
            return response
        try:
            await response.prepare(asked.request)
            await response.write_eof()
        except (ConnectionError, RuntimeError):
            # The platform asks again and gets the same; what it never fetches goes out by push.
            log.info("wechat_reply_not_written")
            await self._memory.not_written(asked.received.sender, asked.received.key)
            return response
        await self._memory.handed(asked.received.sender, asked.received.key)
        return response

    def _response(self, opened: Opened, reply: str | None) -> web.Response:
        if reply is None:
            return web.Response(text=SUCCESS)
        return web.Response(text=self._gate.seal(reply) if opened.safe else reply, content_type="application/xml")

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._side.add(task)
        task.add_done_callback(self._side.discard)


def _to_keep(asked: Asked) -> tuple[str, JSON]:
    """The arrival's kind, and what must survive this process; events outside the conversation need nothing."""
    received = asked.received
    times = {"since": _now().isoformat(), "until": asked.until.isoformat()}
    if received.kind == "event:click" and received.event_key in texts.MENU_KEYS:
        return "click", {} if _wants_person(asked) else {
            **times, "text": texts.MENU_KEYS[received.event_key], "account": received.account}
    if received.kind.startswith("event:"):
        return received.kind[:20], {}
    return received.kind[:20], {} if _wants_person(asked) else {**times, **received.payload()}


def _wants_person(asked: Asked) -> bool:
    """A click that means to wait for a person, where only a typed word lets the person answer."""
    if not asked.click:
        return False
    received = asked.received
    if received.kind == "event:click":
        return texts.MENU_KEYS.get(received.event_key) in texts.PERSON
    return bool(received.menu_id) and received.text.split(". ", 1)[-1] in texts.PERSON


def _now() -> datetime:
    return datetime.now(timezone.utc)
