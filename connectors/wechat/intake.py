"""A noted message on its way into the house: its picture or voice fetched at once, its number understood, its turn."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import structlog

from connectors.base import House
from connectors.wechat.api import Api, Refused
from connectors.wechat.buttons import meant
from connectors.wechat.memory import Memory
from hotline.conversation import unheard
from hotline.errors import BadInput, ChannelError, TooManyRequests
from hotline.records import JSON, Arrival, Attachment, Inbound

log = structlog.get_logger(__name__)
TRIES, PAUSE = 3, 0.7
# A media id lives for three days, but a citizen who waits is told before.
GIVE_UP = timedelta(minutes=10)
LOST_KINDS = {"video": "video", "shortvideo": "video"}


class Intake:
    """One task a message, whoever asks: a retry of the platform waits for the same one."""

    def __init__(self, channel: str, house: House, memory: Memory, api: Api) -> None:
        self._channel = channel
        self._house = house
        self._memory = memory
        self._api = api
        self._tasks: dict[tuple[str, str], asyncio.Task[Arrival]] = {}

    def take(self, arrival: Arrival) -> asyncio.Task[Arrival]:
        """Bring it in; the result is the message in its turn. Raises TooManyRequests, BadInput, ChannelError."""
        name = (arrival.sender, arrival.key)
        if name not in self._tasks:
            task = self._tasks[name] = asyncio.create_task(self._bring(arrival))
            task.add_done_callback(lambda _: self._tasks.pop(name, None))
            # Whoever waited may have left; the next look takes the message up again.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return self._tasks[name]

    async def left_over(self) -> None:
        """Take up what a dead process, or a platform that was away, left."""
        for arrival in await self._memory.left_over(_now()):
            if not arrival.payload:
                await self._memory.handed(arrival.sender, arrival.key)
                continue
            try:
                await self.take(arrival)
            except (BadInput, TooManyRequests) as error:
                log.warning("wechat_message_refused", kind=arrival.kind, why=type(error).__name__)
                await self._memory.joined(arrival.sender, arrival.key, "")
            except ChannelError:
                log.warning("wechat_media_waits", kind=arrival.kind)

    async def stop(self) -> None:
        """Stop; what is noted and not brought in is taken up by the next start."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _bring(self, arrival: Arrival) -> Arrival:
        held = arrival.payload
        text = str(held.get("text", ""))
        if arrival.kind == "text":
            text = await meant(self._house, self._channel, arrival.sender, text, str(held.get("menu_id", "")))
        attachments, about = await self._beside(arrival)
        inbound = Inbound(self._channel, arrival.sender, text, arrival.key, attachments,
                          {"answer_until": held["until"], **about})
        turn_id = await self._house.receive(inbound)
        return await self._memory.joined(arrival.sender, arrival.key, turn_id)

    async def _beside(self, arrival: Arrival) -> tuple[tuple[Attachment, ...], JSON]:
        """What comes beside the words, and what the house must know of it."""
        held = arrival.payload
        if arrival.kind == "location":
            place = Attachment("location", latitude=held.get("latitude"), longitude=held.get("longitude"),
                               address=held.get("address"))
            return (place,), {}
        if arrival.kind in ("image", "voice"):
            kept = await self._fetch(arrival)
            if kept is None:
                return (unheard.lost(arrival.kind),), {"lost": arrival.kind}
            # Words of the platform's own recogniser, where it still gives them, can be read by the bot.
            return (kept,), {"unheard": True} if arrival.kind == "voice" and not held.get("text") else {}
        if arrival.kind in ("text", "link", "click"):
            return (), {}
        lost = LOST_KINDS.get(arrival.kind, "other")
        return (unheard.lost(lost),), {"lost": lost}

    async def _fetch(self, arrival: Arrival) -> Attachment | None:
        """The file, kept by the house; None when it cannot be had. Raises ChannelError to be tried again later."""
        for attempt in range(TRIES):
            try:
                data = await self._api.download(str(arrival.payload.get("media_id", "")))
                return await self._house.keep(self._channel, arrival.sender, data)
            except BadInput as error:
                log.warning("wechat_media_unusable", kind=arrival.kind, why=type(error).__name__)
                return None
            except (ChannelError, TooManyRequests) as error:
                code = error.code if isinstance(error, Refused) else None
                log.warning("wechat_media_failed", kind=arrival.kind, code=code, attempt=attempt + 1)
                since = datetime.fromisoformat(str(arrival.payload["since"]))
                if error.retry_after is None or _now() - since > GIVE_UP:
                    return None
                if attempt + 1 == TRIES:
                    raise ChannelError("wechat media: not now", retry_after=PAUSE) from error
                await asyncio.sleep(PAUSE * (attempt + 1))
        return None


def _now() -> datetime:
    return datetime.now(timezone.utc)
