"""The outbox to the case backend: sends what the database holds until the backend has it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import structlog

from hotline.background import wait_until
from hotline.cases.port import BackendReceipt, CaseBackend, UpdateKind
from hotline.errors import CaseBackendError, CaseRejected
from hotline.records import Case
from hotline.settings import Settings
from hotline.store import case_outbox
from hotline.store import cases as case_store
from hotline.store.case_outbox import OutboxRow
from hotline.store.database import Database

log = structlog.get_logger(__name__)
IDLE_SECONDS = 5.0


class CaseOutbox:
    """In order within a ticket, several tickets at once, for as long as it takes.

    Pauses grow from a tenth of `case_retry_seconds` to ten times it (3 s to 5 min), with jitter. What the backend
    refuses for good is flagged. After an unclear filing the backend is asked for the receipt before it is sent again.
    """

    def __init__(
        self, database: Database, backend: CaseBackend, settings: Settings, *, concurrency: int = 4,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._backend = backend
        self._concurrency = concurrency
        self._clock = clock
        self._first_pause = settings.case_retry_seconds / 10
        self._longest_pause = settings.case_retry_seconds * 10
        # Asking, sending and asking a token's number each end within the time-out.
        self._lease = timedelta(seconds=settings.case_timeout * 3 + 15)
        self._changed = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; take over what a dead process had in hand where no other process can be sending."""
        if self._database.sqlite:
            async with self._database.write() as connection:
                await case_outbox.release_claims(connection, self._clock())
        self._task = asyncio.create_task(self._run(), name="case-outbox")

    async def stop(self) -> None:
        """Stop; entries stay pending, one in the middle of sending counts as unclear."""
        tasks = [task for task in (self._task, *self._sending) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._task = None

    def wake(self) -> None:
        """There may be something new."""
        self._changed.set()

    async def send_due(self) -> int:
        """Send, once, everything that is due now; returns how many were tried."""
        tried = 0
        while rows := await self._claim(self._concurrency):
            tried += len(rows)
            await asyncio.gather(*(self._send(row) for row in rows))
        return tried

    async def _run(self) -> None:
        while True:
            pause = IDLE_SECONDS
            try:
                self._changed.clear()
                free = self._concurrency - len(self._sending)
                for row in await self._claim(free) if free > 0 else []:
                    task = asyncio.create_task(self._send(row))
                    self._sending.add(task)
                    task.add_done_callback(self._sent)
                pause = await self._pause()
            except Exception:
                log.exception("case_outbox_broke")
            await wait_until(self._changed, pause)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._changed.set()
        if not task.cancelled() and (error := task.exception()):
            # Not even the failure could be written down: the claim runs out and the entry is tried again.
            log.error("case_send_broke", error=type(error).__name__)

    async def _claim(self, limit: int) -> list[OutboxRow]:
        now = self._clock()
        async with self._database.read() as connection:
            # Writers queue up for SQLite's one lock: look first.
            due = await case_outbox.next_due(connection)
        if due is None or due > now:
            return []
        async with self._database.write() as connection:
            return await case_outbox.claim(connection, now, self._lease, limit)

    async def _pause(self) -> float:
        if len(self._sending) >= self._concurrency:
            return IDLE_SECONDS
        async with self._database.read() as connection:
            due = await case_outbox.next_due(connection)
        if due is None:
            return IDLE_SECONDS
        return min(IDLE_SECONDS, max(0.05, (due - self._clock()).total_seconds()))

    async def _send(self, row: OutboxRow) -> None:
        try:
            await self._deliver(row)
        except CaseRejected as error:
            log.error("case_refused", receipt=row.receipt, kind=row.kind, reason=str(error))
            async with self._database.write() as connection:
                await case_outbox.mark_flagged(connection, row, str(error))
        except CaseBackendError as error:
            await self._again(row, str(error), error.unclear)
        except Exception as error:
            log.exception("case_send_broke", receipt=row.receipt, kind=row.kind)
            await self._again(row, type(error).__name__, unclear=True)

    async def _deliver(self, row: OutboxRow) -> None:
        async with self._database.read() as connection:
            case = await case_store.get_case(connection, row.receipt)
        if row.kind == "file":
            # What is sent under one key never changes, though the ticket may have got its address meanwhile.
            taken = await self._file(row, replace(case, address=row.body["address"]))
            async with self._database.write() as connection:
                if await case_outbox.mark_done(connection, row, self._clock()):
                    await case_store.set_backend(connection, row.receipt, taken.backend_id, taken.department,
                                                 taken.expected, self._clock())
        else:
            text = row.body.get("text", "")
            if row.kind == "rate":
                text = f"{row.body['score']} {text}".strip()
            await self._backend.update(case, cast(UpdateKind, row.kind), text, row.key)
            async with self._database.write() as connection:
                await case_outbox.mark_done(connection, row, self._clock())
        log.info("case_sent", receipt=row.receipt, kind=row.kind, attempts=row.attempts)

    async def _file(self, row: OutboxRow, case: Case) -> BackendReceipt:
        if row.doubtful:
            backend_id = await self._backend.find(row.receipt)
            if backend_id is not None:
                # It may have moved since, unseen: take its state over with its number.
                status = await self._backend.status(backend_id)
                async with self._database.write() as connection:
                    await case_store.set_status(connection, row.receipt, status.stage, status.notes,
                                                at=self._clock(), now=self._clock())
                return BackendReceipt(backend_id, status.department, status.expected)
        return await self._backend.file(case, row.key)

    async def _again(self, row: OutboxRow, reason: str, unclear: bool) -> None:
        pause = min(self._longest_pause, self._first_pause * 2 ** min(row.attempts - 1, 30))
        pause *= random.uniform(0.5, 1)
        log.warning("case_not_sent", receipt=row.receipt, kind=row.kind, attempts=row.attempts, reason=reason,
                    unclear=unclear, pause=round(pause, 1))
        async with self._database.write() as connection:
            await case_outbox.mark_failed(
                connection, row, self._clock() + timedelta(seconds=pause), reason, unclear=unclear)
