"""The public face of the room: what channels and the case room ask of conversations."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import structlog

from connectors.base import Connector
from hotline.conversation.desk_side import DeskSide
from hotline.conversation.events import Event
from hotline.conversation.inbox import Inbox
from hotline.conversation.limits import RateLimit, clean
from hotline.conversation.replies import Replies
from hotline.conversation.runner import Runner
from hotline.conversation.timing import Timings
from hotline.conversation.turns import Attempt, Probe, Turns, utc_now
from hotline.emergency import Detector
from hotline.errors import BadInput, NotFound
from hotline.records import Attachment, Case, Inbound, Message, Reply
from hotline.settings import Settings
from hotline.store import conversations
from hotline.store.database import Database

log = structlog.get_logger(__name__)


class FrontDoor(DeskSide):
    """Implements `connectors.base.House`, beside the agents' side that it inherits."""

    def __init__(
        self, database: Database, settings: Settings, detector: Detector, steps: Turns,
        connectors: Mapping[str, Connector], worker: str, probe: Probe, timings: Timings,
    ) -> None:
        super().__init__(database, settings, connectors, probe)
        self._settings = settings
        self._detector = detector
        self._timings = timings
        self._rate = RateLimit(settings.rate_messages, settings.rate_seconds)
        self._uploads = RateLimit(settings.rate_messages, settings.rate_seconds)
        self._inbox = Inbox(database, worker, settings.fragment_seconds)
        self._replies = Replies(database, self.voice)
        self._urgent: set[asyncio.Task[None]] = set()
        self.runner = Runner(database, steps, worker, self._ended)
        self.counts: dict[str, int] = defaultdict(int)
        self._wake_cases: Any = lambda: None
        self._wake_queue: Any = lambda: None

    def on_cases(self, wake: Any) -> None:
        """What to call when a commit may have left something for the case backend."""
        self._wake_cases = wake

    def on_queue(self, wake: Any) -> None:
        """What to call when somebody has begun to wait for an agent."""
        self._wake_queue = wake

    def cases_changed(self) -> None:
        """A commit has left something for the case backend."""
        self._wake_cases()

    async def start(self) -> None:
        """Take up what is open."""
        await self.runner.start()
        await self.media.start()

    async def stop(self) -> None:
        """Stop in order; nothing is lost, everything is in the database."""
        await self.runner.stop()
        await self.media.stop()
        for task in self._urgent:
            task.cancel()
        await asyncio.gather(*self._urgent, return_exceptions=True)
        await self.delivery.stop()

    # --- channels ---------------------------------------------------------------------------------------------

    async def receive(self, inbound: Inbound) -> str:
        """Steps 1 to 3: save once, then look for an emergency, then hand the turn to the runner."""
        inbound = clean(inbound, self._settings.max_text)
        with self._timings.step("detect"):
            urgent = self._detector.detect(inbound.text) is not None
        if not urgent:
            self._rate.check(inbound.channel, inbound.sender)
        alerts = await self.watch.kinds(inbound.text)
        with self._timings.step("save"):
            saved = await self._inbox.save(
                inbound, fragments=self._connectors[inbound.channel].fragments, urgent=urgent, alerts=alerts)
        self._probe("saved")
        self.counts["messages" if saved.message else "duplicates"] += 1
        if saved.message:
            self._replies.opened(saved.turn_id)
            self.hub.publish(Event("message", saved.conversation.id, {"message": saved.message.id}))
            if alerts:
                self.hub.publish(Event("alert", saved.conversation.id, {"kinds": list(alerts)}))
        if urgent:
            task = asyncio.create_task(self._at_once(saved.turn_id, saved.conversation.citizen_id))
            self._urgent.add(task)
            task.add_done_callback(self._urgent.discard)
        else:
            self.runner.wake(saved.conversation.citizen_id)
        return saved.turn_id

    async def keep(self, channel: str, sender: str, data: bytes) -> Attachment:
        """See `connectors.base.House`."""
        self._uploads.check(channel, sender)
        kept = await self.media.keep(data, channel, sender)
        return Attachment(kept.kind, kept.url)

    async def replies(self, turn_id: str, timeout: float | None = None) -> list[Message]:
        """See `connectors.base.House`."""
        return await self._replies.of(turn_id, timeout)

    async def answered(self, turn_id: str, timeout: float) -> bool:
        """See `connectors.base.House`."""
        return bool(await self._replies.of(turn_id, timeout, say_late=False))

    async def file(self, url: str) -> tuple[bytes, str]:
        """See `connectors.base.House`."""
        return await self.media.read(url)

    async def history(
        self, channel: str, sender: str, after: str | None = None, limit: int = 200, outgoing_only: bool = False,
    ) -> list[Message]:
        """See `connectors.base.House`. Raises BadInput for an unknown `after`."""
        async with self._database.read() as connection:
            citizen = await conversations.citizen_of(connection, channel, sender)
            if citizen is None:
                if after is not None:
                    raise BadInput("no such message", "after")
                return []
            try:
                return await conversations.history(
                    connection, citizen.id, after=after, limit=limit, direction="out" if outgoing_only else None)
            except NotFound as error:
                raise BadInput("no such message", "after") from error

    async def delivered(self, channel: str, sender: str, message_id: str) -> None:
        """See `connectors.base.House`."""
        await self._arrived(channel, sender, message_id, "delivered")

    async def seen(self, channel: str, sender: str, message_id: str) -> None:
        """See `connectors.base.House`."""
        await self._arrived(channel, sender, message_id, "seen")

    async def typing(self, channel: str, sender: str) -> None:
        """See `connectors.base.House`."""
        async with self._database.read() as connection:
            citizen = await conversations.citizen_of(connection, channel, sender)
        if citizen and citizen.conversation_id:
            self.hub.publish(Event("typing", citizen.conversation_id, {"who": "citizen"}))

    # --- other rooms ------------------------------------------------------------------------------------------

    async def notify(self, case: Case, reply: Reply) -> None:
        """A notice about a ticket, to the conversation it was filed in or the citizen's current one."""
        now = utc_now()
        async with self._database.write() as connection:
            conversation = await conversations.citizen_conversation(
                connection, case.citizen_id, case.conversation_id)
            message = await conversations.add_reply(
                connection, reply, conversation, now, turn_id=None, pushed=self.voice.pushes(conversation))
        self._out(conversation, [message])

    # --- inside -----------------------------------------------------------------------------------------------

    async def _arrived(self, channel: str, sender: str, message_id: str, status: str) -> None:
        async with self._database.write() as connection:
            citizen = await conversations.citizen_of(connection, channel, sender)
            news = citizen is not None and await conversations.mark_arrived(connection, citizen.id, message_id, status)
        if news and citizen and citizen.conversation_id:
            self.hub.publish(Event("seen", citizen.conversation_id, {
                "who": "citizen", "message": message_id, "status": status}))

    async def _at_once(self, turn_id: str, citizen_id: str) -> None:
        try:
            await self.runner.now(turn_id)
        except Exception:
            # The runner tries again; whatever broke must not leave a person with a leak unanswered.
            log.exception("urgent_turn_broke", turn=turn_id)
        self.runner.wake(citizen_id)

    async def _ended(self, turn_id: str, attempt: Attempt) -> None:
        """After a commit: wake whoever waits for it."""
        self.counts[f"turns_{attempt.outcome or 'again'}"] += 1
        self._replies.ended(turn_id, attempt)
        conversation = attempt.conversation
        if conversation is None:
            return
        self._out(conversation, attempt.messages)
        if attempt.queued:
            kind = "emergency" if attempt.emergency else "queue"
            self.hub.publish(Event(kind, conversation.id, {"owner": conversation.owner}))
            self._wake_queue()
        if attempt.left_queue:
            self.voice.owner(conversation)
        self._wake_cases()
