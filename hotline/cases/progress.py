"""Follows the case backend: takes over each ticket's stage and sees that the citizen is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from hotline.cases.port import BackendChange, CaseBackend
from hotline.cases.stages import stage_of
from hotline.errors import CaseBackendError
from hotline.records import Case
from hotline.store import case_events
from hotline.store import cases as case_store
from hotline.store.database import Database

log = structlog.get_logger(__name__)
OnChange = Callable[[Case, Case], Awaitable[None]]
# Clocks differ a little, and a change may be committed after a later one.
OVERLAP = timedelta(minutes=1)


class CaseProgress:
    """Polls `changes`; for each new stage calls `on_change(case, old)`, again at the next poll if that failed."""

    def __init__(
        self, database: Database, backend: CaseBackend, on_change: OnChange, *, seconds: float = 5.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._backend = backend
        self._on_change = on_change
        self._seconds = seconds
        self._clock = clock
        self._since: datetime | None = None
        self._reachable = True
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin where the last process ended."""
        self._task = asyncio.create_task(self._run(), name="case-progress")

    async def stop(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def poll(self) -> int:
        """Ask once, take over, tell; returns how many tickets moved. Raises CaseBackendError."""
        if self._since is None:
            async with self._database.read() as connection:
                self._since = await case_events.last_change(connection) or datetime(2020, 1, 1, tzinfo=UTC)
        started = self._clock()
        changes = await self._backend.changes(self._since - OVERLAP)
        # Most of what an overlap brings is known: compared in one reading transaction before any writing one.
        async with self._database.read() as connection:
            known = await case_store.cases_of_backend(connection, [change.backend_id for change in changes])
        moved = 0
        for change in changes:
            case = known.get(change.backend_id)
            if case is not None and not _same(case, change):
                moved += await self._take(case, change)
            self._since = max(self._since, min(change.updated_at, started))
        await self._tell()
        return moved

    async def _run(self) -> None:
        while True:
            try:
                await self.poll()
                self._say_reachable(True)
            except CaseBackendError as error:
                self._say_reachable(False, str(error))
            except Exception:
                log.exception("case_progress_broke")
            await asyncio.sleep(self._seconds)

    async def _take(self, case: Case, change: BackendChange) -> bool:
        status = change.status
        async with self._database.write() as connection:
            return await case_store.set_status(
                connection, case.receipt, status.stage, status.notes, at=change.updated_at, now=self._clock(),
                department=status.department, expected=status.expected)

    async def _tell(self) -> None:
        async with self._database.read() as connection:
            events = await case_events.untold(connection)
            pairs = [(event, await case_store.get_case(connection, event.receipt),
                      await case_events.status_before(connection, event)) for event in events]
        for event, case, before in pairs:
            status = stage_of(event.status) or case.status
            try:
                await self._on_change(replace(case, status=status, status_notes=event.text),
                                      replace(case, status=stage_of(before) or case.status))
            except Exception:
                log.exception("case_change_not_told", receipt=event.receipt)
                continue
            async with self._database.write() as connection:
                await case_events.told(connection, [event.seq])

    def _say_reachable(self, reachable: bool, reason: str = "") -> None:
        """Once per change, not once per poll."""
        if reachable != self._reachable:
            self._reachable = reachable
            if reachable:
                log.info("case_backend_back")
            else:
                log.warning("case_backend_away", reason=reason)


def _same(case: Case, change: BackendChange) -> bool:
    status = change.status
    return ((case.status, case.status_notes) == (status.stage, status.notes)
            and status.department in (None, case.department) and status.expected in (None, case.due_at))
