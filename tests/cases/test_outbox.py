"""The outbox: whatever the backend does, each ticket arrives once and in order."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web
from sqlalchemy import func, select

from hotline.cases.backend import EmbeddedBackend, api
from hotline.cases.catalogue import load_catalogue
from hotline.cases.memory import MemoryBackend
from hotline.cases.open311 import Open311Backend
from hotline.cases.outbox import CaseOutbox
from hotline.errors import CaseBackendError, CaseRejected
from hotline.records import Case
from hotline.settings import Settings
from hotline.store import case_outbox, tables
from hotline.store import cases as store
from hotline.store.database import Database

from .conftest import NOW, File, Serve


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        return self.now


async def get(database: Database, case: Case) -> Case:
    async with database.read() as connection:
        return await store.get_case(connection, case.receipt)


async def counts(database: Database) -> tuple[int, int, int]:
    """Pending, done, flagged."""
    async with database.read() as connection:
        pending, done, flagged = [await store.outbox_count(connection, status)
                                  for status in ("pending", "done", "flagged")]
        return pending, done, flagged


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(clock: Clock) -> MemoryBackend:
    return MemoryBackend(clock)


@pytest.fixture
def outbox(database: Database, memory: MemoryBackend, clock: Clock) -> CaseOutbox:
    return CaseOutbox(database, memory, Settings(), clock=clock)


async def test_a_filing_is_sent_and_its_number_kept(
    database: Database, outbox: CaseOutbox, memory: MemoryBackend, file_case: File
) -> None:
    case = await file_case()
    assert await outbox.send_due() == 1
    assert (await get(database, case)).backend_id == "M1"
    assert memory.cases["M1"].case.receipt == case.receipt
    assert await outbox.send_due() == 0


async def test_an_hour_without_the_backend_loses_nothing_and_keeps_the_order(
    database: Database, outbox: CaseOutbox, memory: MemoryBackend, file_case: File, clock: Clock
) -> None:
    memory.failure = CaseBackendError("down")
    filed = [await file_case(key=f"t{number}:0", sender=f"u{number}") for number in range(5)]
    async with database.write() as connection:
        for key, act in (("x:1", store.add_to_case), ("x:2", store.urge), ("x:3", store.withdraw)):
            await act(connection, filed[0].receipt, filed[0].citizen_id, key, key=key, now=clock.now)
    attempts = 0
    while clock.now < NOW + timedelta(hours=1):
        attempts += await outbox.send_due()
        clock.now += timedelta(seconds=20)
    assert 5 * 10 < attempts < 5 * 40, "pauses grow to five minutes and no further"
    memory.failure = None
    clock.now += timedelta(minutes=5)
    await outbox.send_due()
    assert await counts(database) == (0, 8, 0)
    assert sorted(kept.case.receipt for kept in memory.cases.values()) == sorted(case.receipt for case in filed)
    first = next(kept for kept in memory.cases.values() if kept.case.receipt == filed[0].receipt)
    assert [kind for _, kind, _ in first.updates] == ["add", "urge", "withdraw"]


@pytest.mark.parametrize("honours_keys", [True, False])
async def test_an_unclear_filing_ends_in_one_ticket(
    database: Database, outbox: CaseOutbox, memory: MemoryBackend, file_case: File, clock: Clock, honours_keys: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not honours_keys:
        file = memory._file
        monkeypatch.setattr(memory, "_file", lambda case, key: file(case, f"{key}/{len(memory.cases)}"))
    memory.lose_answers = True
    case = await file_case()
    await outbox.send_due()
    assert len(memory.cases) == 1 and (await get(database, case)).backend_id is None
    memory.lose_answers = False
    # It is even moved before we know its number.
    memory.move("M1", "signed", "网格员已接单")
    clock.now += timedelta(minutes=1)
    await outbox.send_due()
    seen = await get(database, case)
    assert (len(memory.cases), seen.backend_id, seen.status) == (1, "M1", "signed")


async def test_a_clear_failure_after_an_unclear_one_still_asks_first(
    database: Database, outbox: CaseOutbox, memory: MemoryBackend, file_case: File, clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = memory._file
    monkeypatch.setattr(memory, "_file", lambda case, key: file(case, f"{key}/{len(memory.cases)}"))
    memory.lose_answers = True
    await file_case()
    await outbox.send_due()
    memory.lose_answers, memory.failure = False, CaseBackendError("refused")
    clock.now += timedelta(minutes=1)
    await outbox.send_due()
    memory.failure = None
    clock.now += timedelta(minutes=1)
    await outbox.send_due()
    assert len(memory.cases) == 1 and await counts(database) == (0, 1, 0)


async def test_what_is_refused_is_flagged_and_can_be_sent_again(
    database: Database, outbox: CaseOutbox, memory: MemoryBackend, file_case: File, clock: Clock
) -> None:
    memory.failure = CaseRejected("refused with 400")
    case = await file_case()
    other = await file_case(key="b:0")
    await outbox.send_due()
    assert await counts(database) == (0, 0, 2)
    memory.failure = None
    clock.now += timedelta(days=1)
    assert await outbox.send_due() == 0
    async with database.write() as connection:
        assert [row.last_error for row in await case_outbox.flagged(connection)] == ["refused with 400"] * 2
        assert await case_outbox.retry_flagged(connection, case.receipt, clock.now) == 1
    await outbox.send_due()
    assert (await get(database, case)).backend_id and not (await get(database, other)).backend_id


async def test_an_adapter_that_breaks_is_survived(
    database: Database, outbox: CaseOutbox, memory: MemoryBackend, file_case: File, clock: Clock
) -> None:
    memory.failure = ZeroDivisionError()  # type: ignore[assignment]
    await file_case()
    await outbox.send_due()
    memory.failure = None
    clock.now += timedelta(minutes=1)
    await outbox.send_due()
    assert await counts(database) == (0, 1, 0)


async def test_an_address_that_came_meanwhile_follows_the_filing(
    database: Database, outbox: CaseOutbox, memory: MemoryBackend, file_case: File, clock: Clock
) -> None:
    case = await file_case(address="", emergency="gas", service_code="gas_leak")
    async with database.write() as connection:
        await store.set_address(connection, case.receipt, "延吉路1号", now=clock.now)
    await outbox.send_due()
    assert memory.cases["M1"].case.address == ""
    assert memory.cases["M1"].updates == [(f"{case.receipt}:address", "add", "地址：延吉路1号")]


async def test_two_outboxes_send_each_entry_once(
    database: Database, memory: MemoryBackend, file_case: File, clock: Clock
) -> None:
    for number in range(20):
        await file_case(key=f"t{number}:0")
    tried = await asyncio.gather(*(
        CaseOutbox(database, memory, Settings(), clock=clock).send_due() for _ in range(3)))
    assert sum(tried) == 20 and len(memory.cases) == 20


async def eventually(check: Any) -> None:
    for _ in range(1000):
        if await check():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to pass")


async def test_the_running_outbox_wakes_survives_and_goes_on_after_a_restart(
    database: Database, memory: MemoryBackend, file_case: File
) -> None:
    """Real time, short pauses."""
    memory.failure = CaseBackendError("down")
    outbox = CaseOutbox(database, memory, Settings(case_retry_seconds=0.1))
    await outbox.start()
    case = await file_case()
    outbox.wake()
    async def tried() -> bool:
        async with database.read() as connection:
            return bool(await case_outbox.next_due(connection)) and await store.outbox_count(connection, "pending") == 1
    await eventually(tried)
    await outbox.stop()
    memory.failure = None
    again = CaseOutbox(database, memory, Settings(case_retry_seconds=0.1))
    await again.start()

    async def sent() -> bool:
        return (await get(database, case)).backend_id is not None

    try:
        await eventually(sent)
    finally:
        await again.stop()
    assert len(memory.cases) == 1


async def test_a_dead_process_leaves_a_claim_that_is_taken_up_at_once_on_sqlite(
    database: Database, memory: MemoryBackend, file_case: File
) -> None:
    if not database.sqlite:
        pytest.skip("with several processes the claim must run out by itself")
    case = await file_case()
    async with database.write() as connection:
        [dead] = await case_outbox.claim(connection, NOW, timedelta(days=1000), 1)
    await memory.file(case, dead.key)
    outbox = CaseOutbox(database, memory, Settings())
    await outbox.start()

    async def sent() -> bool:
        return (await get(database, case)).backend_id is not None

    try:
        await eventually(sent)
    finally:
        await outbox.stop()
    assert len(memory.cases) == 1


@pytest.mark.parametrize(("honours_keys", "drops"), [(True, 2), (False, 1)])
async def test_on_real_http_a_dropped_answer_ends_in_exactly_one_request(
    database: Database, serve: Serve, tmp_path: Path, file_case: File, honours_keys: bool, drops: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server takes the request and drops the connection; with keys that goes for updates too."""
    if not honours_keys:
        monkeypatch.setattr(api, "_key", lambda request: None)
    left = [drops]

    @web.middleware
    async def drop(request: web.Request, handler: Any) -> web.StreamResponse:
        response = await handler(request)
        if request.method == "POST" and left[0]:
            left[0] -= 1
            assert request.transport is not None
            request.transport.abort()
        return cast(web.StreamResponse, response)

    embedded = EmbeddedBackend(database, load_catalogue(), Settings(var=tmp_path, open311_api_key="k"))
    url = await serve(embedded.routes(), middlewares=[drop])
    backend = Open311Backend(serve.session, Settings(
        var=tmp_path, case_backend_url=f"{url}/open311/v2", case_backend_key="k"))
    case = await file_case(now=datetime.now(UTC))
    async with database.write() as connection:
        await store.urge(connection, case.receipt, case.citizen_id, "快点", key="t:1", now=datetime.now(UTC))
    outbox = CaseOutbox(database, backend, Settings(case_retry_seconds=0.1))
    await outbox.start()

    async def all_done() -> bool:
        return await counts(database) == (0, 2, 0)

    try:
        await eventually(all_done)
    finally:
        await outbox.stop()
    assert left == [0]
    [only] = await backend._list({})
    assert only["receipt"] == case.receipt
    updates = await backend._get(f"/requests/{only['service_request_id']}/updates.json", {})
    assert [item["kind"] for item in updates] == ["urge"]


async def test_a_backend_that_is_really_gone_and_comes_back(
    database: Database, serve: Serve, tmp_path: Path, file_case: File
) -> None:
    """Nobody listens on its port; then it does, and everything arrives."""
    embedded = EmbeddedBackend(database, load_catalogue(), Settings(var=tmp_path, open311_api_key="k"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    backend = Open311Backend(serve.session, Settings(
        var=tmp_path, case_backend_url=f"http://127.0.0.1:{port}/open311/v2", case_backend_key="k"))
    filed = [await file_case(key=f"t{n}:0", now=datetime.now(UTC)) for n in range(10)]
    outbox = CaseOutbox(database, backend, Settings(case_retry_seconds=0.1))
    await outbox.start()

    async def tried() -> bool:
        async with database.read() as connection:
            attempts = (await connection.execute(select(func.min(tables.case_outbox.c.attempts)))).scalar_one()
        return bool(attempts > 1)

    async def all_done() -> bool:
        return await counts(database) == (0, 10, 0)

    try:
        await eventually(tried)
        assert await counts(database) == (10, 0, 0)
        await serve(embedded.routes(), port=port)
        await eventually(all_done)
    finally:
        await outbox.stop()
    assert sorted(item["receipt"] for item in await backend._list({})) == sorted(case.receipt for case in filed)
