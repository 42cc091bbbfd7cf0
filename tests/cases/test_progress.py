"""Following the backend: each new stage is taken over once and the citizen is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from hotline.cases.memory import MemoryBackend
from hotline.cases.outbox import CaseOutbox
from hotline.cases.progress import CaseProgress
from hotline.errors import CaseBackendError
from hotline.records import Case
from hotline.settings import Settings
from hotline.store import cases as store
from hotline.store.database import Database

from .conftest import NOW, File


@dataclass
class House:
    """The backend, the outbox and the progress on one clock, and what citizens were told."""

    database: Database
    now: datetime = NOW
    said: list[tuple[str, str, str | None]] = field(default_factory=list)
    broken: bool = False

    def __post_init__(self) -> None:
        self.backend = MemoryBackend(self.clock)
        self.outbox = CaseOutbox(self.database, self.backend, Settings(), clock=self.clock)
        self.progress = self.follow()

    def clock(self) -> datetime:
        return self.now

    def follow(self) -> CaseProgress:
        return CaseProgress(self.database, self.backend, self.changed, clock=self.clock)

    async def changed(self, case: Case, old: Case) -> None:
        if self.broken:
            raise RuntimeError
        self.said.append((old.status, case.status, case.status_notes))

    async def status(self, case: Case) -> str:
        async with self.database.read() as connection:
            return (await store.get_case(connection, case.receipt)).status


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


async def test_each_stage_is_told_once(house: House, file_case: File) -> None:
    case = await file_case()
    await house.outbox.send_due()
    assert await house.progress.poll() == 0
    for stage, note in (("dispatched", None), ("processing", "已派人"), ("closed", "已更换灯泡")):
        house.now += timedelta(minutes=5)
        house.backend.move("M1", stage, note)  # type: ignore[arg-type]
        assert await house.progress.poll() == 1
        assert await house.progress.poll() == 0
    assert await house.status(case) == "closed"
    assert house.said == [("pending", "dispatched", None), ("dispatched", "processing", "已派人"),
                          ("processing", "closed", "已更换灯泡")]


async def test_a_restart_tells_nothing_twice_and_misses_nothing(house: House, file_case: File) -> None:
    await file_case()
    await house.outbox.send_due()
    house.now += timedelta(minutes=5)
    house.backend.move("M1", "signed")
    await house.progress.poll()
    house.now += timedelta(minutes=5)
    house.backend.move("M1", "processing")
    house.now += timedelta(days=3)
    assert await house.follow().poll() == 1
    assert [new for _, new, _ in house.said] == ["signed", "processing"]


async def test_a_notice_that_failed_is_told_at_the_next_poll(house: House, file_case: File) -> None:
    await file_case()
    await house.outbox.send_due()
    house.backend.move("M1", "signed")
    house.broken = True
    await house.progress.poll()
    house.broken = False
    await house.follow().poll()
    assert house.said == [("pending", "signed", None)]


async def test_what_the_citizen_took_back_stays_so(house: House, file_case: File) -> None:
    case = await file_case()
    await house.outbox.send_due()
    async with house.database.write() as connection:
        await store.withdraw(connection, case.receipt, case.citizen_id, "", key="t:1", now=NOW)
    house.backend.move("M1", "processing")
    assert await house.progress.poll() == 0
    await house.outbox.send_due()
    await house.progress.poll()
    assert await house.status(case) == "withdrawn" and house.said == []


async def test_a_backend_that_is_away_is_an_error_and_then_caught_up(house: House, file_case: File) -> None:
    case = await file_case()
    await house.outbox.send_due()
    house.backend.move("M1", "closed")
    house.backend.failure = CaseBackendError("down")
    with pytest.raises(CaseBackendError):
        await house.progress.poll()
    house.backend.failure = None
    await house.progress.poll()
    assert await house.status(case) == "closed"
