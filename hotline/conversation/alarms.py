"""The alarm of an emergency: the desk at once, the duty list after a minute and each minute until somebody confirms."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import structlog

from hotline.conversation.turns import utc_now
from hotline.records import Emergency
from hotline.settings import Settings
from hotline.store import emergencies
from hotline.store.database import Database

log = structlog.get_logger(__name__)
EVERY = timedelta(seconds=60)


class DutyAlarm:
    """Posts unconfirmed emergencies to the duty webhook (JSON: ids, kind, receipt, time; no citizen's words)."""

    def __init__(self, database: Database, session: aiohttp.ClientSession, settings: Settings) -> None:
        self._database = database
        self._session = session
        self._settings = settings
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Watch until stopped."""
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop watching."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            try:
                await self.once()
            except Exception:
                log.exception("duty_alarm_broke")
            await asyncio.sleep(min(5.0, max(0.2, self._settings.duty_after / 4)))

    async def once(self) -> None:
        """End what is silent; alarm what is due. A failed call is tried again at the next look."""
        now = utc_now()
        async with self._database.read() as connection:
            due = await emergencies.to_alarm(
                connection, now - timedelta(seconds=self._settings.duty_after), now - EVERY)
        if self._settings.duty_webhook:
            for emergency in due:
                if await self._post(emergency):
                    async with self._database.write() as connection:
                        await emergencies.alarmed(connection, emergency.id, now)
        silent_before = now - timedelta(seconds=self._settings.emergency_silence)
        async with self._database.write() as connection:
            await emergencies.end_silent(connection, silent_before, now)

    async def _post(self, emergency: Emergency) -> bool:
        body = {"emergency": emergency.id, "conversation": emergency.conversation_id, "kind": emergency.kind,
                "receipt": emergency.receipt, "opened_at": emergency.opened_at.isoformat(), "desk": "/desk/"}
        try:
            async with self._session.post(
                self._settings.duty_webhook, json=body, timeout=aiohttp.ClientTimeout(total=5)
            ) as response:
                if response.status < 300:
                    return True
                log.error("duty_alarm_refused", emergency=emergency.id, status=response.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.error("duty_alarm_failed", emergency=emergency.id, error=type(error).__name__)
        return False
