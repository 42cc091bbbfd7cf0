"""Tickets in our store: once per key, found only by whom they belong to."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from hotline.records import Attachment, CaseDraft
from hotline.store import case_events, case_outbox
from hotline.store import cases as store
from hotline.store.case_lookup import find_case, forget_lookups, lookup_limited
from hotline.store.database import Database
from hotline.store.tables import cases, lookups

from .conftest import DRAFT, NOW, File


async def count(database: Database, table: Any) -> int:
    async with database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def test_a_filing_leaves_ticket_event_and_outbox_entry(database: Database, file_case: File) -> None:
    case = await file_case(attachments=(Attachment("image", url="http://localhost/a.jpg"),), attributes={"pole": "7"})
    assert re.fullmatch(r"QD20260907\d{6}", case.receipt)
    assert (case.status, case.phone, case.code) == ("pending", "13800138000", None)
    assert case.attachments[0].url == "http://localhost/a.jpg" and case.attributes == {"pole": "7"}
    async with database.read() as connection:
        events = await case_events.events_of(connection, case.receipt)
        assert [(event.kind, event.status) for event in events] == [("filed", "pending")]
        assert await store.outbox_count(connection, "pending") == 1


async def test_the_day_in_the_receipt_is_qingdaos(file_case: File) -> None:
    case = await file_case(now=datetime(2026, 12, 31, 16, 30, tzinfo=UTC))
    assert case.receipt.startswith("QD20270101")


async def test_the_same_key_files_once_even_at_the_same_moment(database: Database, file_case: File) -> None:
    filed = await asyncio.gather(*(file_case(key="t:0", description=f"第{n}次") for n in range(8)))
    assert len({case.receipt for case in filed}) == 1
    assert await count(database, cases) == 1
    async with database.read() as connection:
        assert await store.outbox_count(connection, "pending") == 1


async def test_a_rolled_back_turn_leaves_nothing(database: Database, file_case: File) -> None:
    first = await file_case()
    with pytest.raises(RuntimeError):
        async with database.write() as connection:
            await store.withdraw(connection, first.receipt, first.citizen_id, "", key="t:1", now=NOW)
            raise RuntimeError
    async with database.read() as connection:
        assert (await store.get_case(connection, first.receipt)).status == "pending"
        assert await store.outbox_count(connection, "pending") == 1


async def test_five_hundred_receipts_are_different_and_in_no_order(
    database: Database, file_case: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Draw from few numbers, so that conflicts really happen and are overcome.
    monkeypatch.setattr(store.secrets, "randbelow", lambda limit, draw=store.secrets.randbelow: draw(1000))
    first = await file_case(key="k")
    receipts = []
    async with database.write() as connection:
        for number in range(500):
            case = await store.file_case(
                connection, _draft(), key=f"k{number}", citizen_id=first.citizen_id,
                conversation_id=first.conversation_id, department="x", due_at=None, now=NOW)
            receipts.append(case.receipt)
    assert len({*receipts, first.receipt}) == 501
    assert all(re.fullmatch(r"QD20260907\d{6}", receipt) for receipt in receipts)
    assert receipts != sorted(receipts)


async def test_without_a_phone_there_is_a_code_without_lookalikes(file_case: File) -> None:
    case = await file_case(phone=None, anonymous=True)
    assert case.code and re.fullmatch(r"[2-9A-HJKMNP-Z]{8}", case.code)


async def test_title_is_cut_and_description_kept_whole(file_case: File) -> None:
    case = await file_case(title="长" * 500, description="信" * 20_000, name="名" * 100)
    assert (len(case.title), len(case.description), len(case.name or "")) == (200, 20_000, 60)


async def test_add_urge_withdraw_once_per_key_and_not_after_the_end(database: Database, file_case: File) -> None:
    case = await file_case()
    me = case.citizen_id
    for _ in range(2):
        async with database.write() as connection:
            assert (await store.add_to_case(connection, case.receipt, me, "还有一盏", key="t2:0", now=NOW)).case
            assert (await store.urge(connection, case.receipt, me, "", key="t3:0", now=NOW)).refused is None
            done = await store.withdraw(connection, case.receipt, me, "修好了", key="t4:0", now=NOW)
    assert done.case and done.case.status == "withdrawn" and done.refused is None
    async with database.write() as connection:
        kinds = [event.kind for event in await case_events.events_of(connection, case.receipt)]
        assert kinds == ["filed", "add", "urge", "withdraw"]
        assert await store.outbox_count(connection, "pending") == 4
        assert (await store.urge(connection, case.receipt, me, "", key="t5:0", now=NOW)).refused == "withdrawn"
        await store.set_status(connection, case.receipt, "closed", None, at=NOW, now=NOW)
        assert (await store.get_case(connection, case.receipt)).status == "withdrawn"


async def test_a_closed_ticket_refuses_and_a_foreign_one_is_unknown(database: Database, file_case: File) -> None:
    case = await file_case()
    async with database.write() as connection:
        assert await store.set_status(connection, case.receipt, "closed", "已更换灯泡", at=NOW, now=NOW)
        assert not await store.set_status(connection, case.receipt, "closed", "已更换灯泡", at=NOW, now=NOW)
        own = await store.add_to_case(connection, case.receipt, case.citizen_id, "x", key="a:0", now=NOW)
        foreign = await store.urge(connection, case.receipt, "somebody", "x", key="a:1", now=NOW)
        unknown = await store.urge(connection, "QD20260907000000", "somebody", "x", key="a:2", now=NOW)
    assert (own.refused, foreign.refused, unknown.refused) == ("closed", "unknown", "unknown")
    assert foreign == unknown


async def test_an_address_that_comes_later_is_taken_once_and_told(database: Database, file_case: File) -> None:
    case = await file_case(address="", emergency="gas")
    async with database.write() as connection:
        assert await store.set_address(connection, case.receipt, "延吉路1号", now=NOW)
        assert not await store.set_address(connection, case.receipt, "别处", now=NOW)
        assert (await store.get_case(connection, case.receipt)).address == "延吉路1号"
        assert await store.outbox_count(connection, "pending") == 2


async def test_rating_by_receipt_or_of_the_newest(database: Database, file_case: File) -> None:
    case = await file_case()
    async with database.write() as connection:
        for _ in range(2):
            assert (await store.rate(connection, None, case.citizen_id, 5, "快", key="r:0", now=NOW)).case
        assert (await store.rate(connection, None, "nobody", 5, "", key="r:1", now=NOW)).refused == "unknown"
        events = await case_events.events_of(connection, case.receipt)
    assert [(event.kind, event.text) for event in events] == [("filed", None), ("rate", "5 快")]


async def test_own_tickets_newest_first(database: Database, file_case: File) -> None:
    first = await file_case(key="a:0")
    second = await file_case(key="b:0", now=NOW + timedelta(minutes=1))
    await file_case(key="c:0", sender="other")
    async with database.read() as connection:
        found = await store.cases_of(connection, first.citizen_id, 10)
    assert [case.receipt for case in found] == [second.receipt, first.receipt]


async def look(database: Database, citizen: str, receipt: str, secret: str | None = None, now: datetime = NOW) -> Any:
    async with database.write() as connection:
        return await find_case(connection, citizen, receipt, secret, secret, now)


async def test_a_foreign_ticket_opens_with_last4_or_code_only(database: Database, file_case: File) -> None:
    case = await file_case()
    hidden = await file_case(key="b:0", phone=None, anonymous=True)
    assert await look(database, case.citizen_id, case.receipt)
    assert await look(database, "x", case.receipt) is None
    assert await look(database, "x", case.receipt, "8000")
    assert await look(database, "x", case.receipt, "") is None
    assert await look(database, "x", hidden.receipt, f" {hidden.code} ".lower())
    assert await look(database, "x", hidden.receipt, "None") is None


@pytest.mark.parametrize("citizens", [1, 6])
async def test_guessing_ends_after_five_wrong_tries(database: Database, file_case: File, citizens: int) -> None:
    """Of one citizen over all receipts, and on one receipt over all citizens."""
    case = await file_case()
    for number in range(5):
        assert await look(database, f"x{number % citizens}", case.receipt, f"{number:04d}") is None
    assert await look(database, f"x{5 % citizens}", case.receipt, "8000") is None
    assert await look(database, case.citizen_id, case.receipt), "the owner is never shut out"
    async with database.read() as connection:
        assert await lookup_limited(connection, f"x{5 % citizens}", case.receipt, NOW)
    assert await look(database, "x0", case.receipt, "8000", NOW + timedelta(minutes=61))
    async with database.write() as connection:
        assert await forget_lookups(connection, NOW + timedelta(hours=1)) == 5


async def test_many_guesses_at_once_are_counted_one_by_one(database: Database, file_case: File) -> None:
    case = await file_case()
    await asyncio.gather(*(look(database, f"x{n}", case.receipt, f"{n:04d}") for n in range(20)))
    assert await count(database, lookups) == 5


async def test_unknown_receipts_are_counted_like_foreign_ones(database: Database) -> None:
    for number in range(7):
        assert await look(database, "x", f"QD2026090700000{number}", "1234") is None
    assert await count(database, lookups) == 5


async def test_claims_are_exclusive_in_order_and_emergencies_first(database: Database, file_case: File) -> None:
    plain = await file_case(key="a:0")
    urgent = await file_case(key="b:0", emergency="gas", service_code="gas_leak")
    lease = timedelta(seconds=30)
    async with database.write() as connection:
        await store.urge(connection, plain.receipt, plain.citizen_id, "", key="a:1", now=NOW)
        rows = await case_outbox.claim(connection, NOW, lease, 10)
        assert [(row.receipt, row.kind) for row in rows] == [(urgent.receipt, "file"), (plain.receipt, "file")]
        assert await case_outbox.claim(connection, NOW, lease, 10) == []
        assert await case_outbox.mark_done(connection, rows[1], NOW)
        [after] = await case_outbox.claim(connection, NOW, lease, 10)
        assert (after.receipt, after.kind) == (plain.receipt, "urge")


async def test_a_claim_whose_sender_died_is_doubtful_and_the_late_sender_is_fenced_off(
    database: Database, file_case: File
) -> None:
    await file_case()
    lease = timedelta(seconds=30)
    async with database.write() as connection:
        [dead] = await case_outbox.claim(connection, NOW, lease, 10)
        [again] = await case_outbox.claim(connection, NOW + lease, lease, 10)
        assert (dead.doubtful, again.doubtful, again.attempts) == (False, True, 2)
        assert not await case_outbox.mark_done(connection, dead, NOW)
        assert await case_outbox.mark_failed(connection, again, NOW, "connection refused", unclear=False)
        [third] = await case_outbox.claim(connection, NOW, lease, 10)
        assert third.doubtful, "unclear once stays unclear"


async def test_a_refused_filing_holds_back_what_follows_a_refused_urge_does_not(
    database: Database, file_case: File
) -> None:
    case = await file_case()
    lease = timedelta(seconds=30)
    async with database.write() as connection:
        for key, act in (("u:0", store.urge), ("u:1", store.add_to_case)):
            await act(connection, case.receipt, case.citizen_id, "x", key=key, now=NOW)
        [filing] = await case_outbox.claim(connection, NOW, lease, 10)
        await case_outbox.mark_flagged(connection, filing, "400")
        assert await case_outbox.claim(connection, NOW, lease, 10) == []
        assert await case_outbox.retry_flagged(connection, case.receipt, NOW) == 1
        [filing] = await case_outbox.claim(connection, NOW, lease, 10)
        await case_outbox.mark_done(connection, filing, NOW)
        [urging] = await case_outbox.claim(connection, NOW, lease, 10)
        await case_outbox.mark_flagged(connection, urging, "400")
        assert [row.kind for row in await case_outbox.claim(connection, NOW, lease, 10)] == ["add"]
        assert [row.kind for row in await case_outbox.flagged(connection)] == ["urge"]


def _draft() -> CaseDraft:
    return CaseDraft(**DRAFT)
