"""Tickets, their events and the outbox to the case backend; everything here runs inside the caller's transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import HotlineError, NotFound
from hotline.records import JSON, Attachment, Case, CaseDraft, CaseStatus
from hotline.store.case_events import add_event
from hotline.store.case_outbox import add_outbox, in_outbox
from hotline.store.case_outbox import outbox_count as outbox_count
from hotline.store.tables import cases

CITY = ZoneInfo("Asia/Shanghai")
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8

Refusal = Literal["unknown", "closed", "withdrawn"]


@dataclass(frozen=True)
class CaseUpdate:
    """What came of adding, urging, withdrawing or rating: the case as it is now, or why it was refused."""

    case: Case | None = None
    refused: Refusal | None = None


# --- filing ---------------------------------------------------------------------------------------------------


async def file_case(
    connection: AsyncConnection, draft: CaseDraft, *, key: str, citizen_id: str, conversation_id: str,
    department: str, due_at: datetime | None, now: datetime,
) -> Case:
    """File once per `key`: ticket, first event and outbox entry together. A ticket without a phone gets a code."""
    row = (await connection.execute(select(cases).where(cases.c.key == key))).first()
    if row is not None:
        return case_of(row)
    values = {
        **asdict(draft), "key": key, "citizen_id": citizen_id, "conversation_id": conversation_id,
        "title": draft.title[:200], "name": draft.name[:60] if draft.name else None,
        "occurred": draft.occurred[:100] if draft.occurred else None,
        "attachments": [asdict(attachment) for attachment in draft.attachments],
        "code": None if draft.phone else new_code(), "status": "pending", "department": department, "due_at": due_at,
        "created_at": now, "updated_at": now}
    case = await _insert_case(connection, values, key, now)
    await add_event(connection, case.receipt, "filed", now, status=case.status)
    # The address may become known before this entry is sent; what is sent under one key must never change.
    await add_outbox(connection, case.receipt, "file", {"address": case.address}, key, now)
    return case


def new_receipt(now: datetime) -> str:
    """`QD`, the day in Qingdao, six random digits."""
    return f"QD{now.astimezone(CITY):%Y%m%d}{secrets.randbelow(1_000_000):06d}"


def new_code() -> str:
    """Eight characters without look-alikes."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


async def _insert_case(connection: AsyncConnection, values: JSON, key: str, now: datetime) -> Case:
    for _ in range(50):
        receipt = new_receipt(now)
        try:
            async with connection.begin_nested():
                await connection.execute(insert(cases).values(receipt=receipt, **values))
        except IntegrityError:
            # Either the number is taken, or the same command was carried out by somebody else meanwhile.
            row = (await connection.execute(select(cases).where(cases.c.key == key))).first()
            if row is not None:
                return case_of(row)
            if not await _taken(connection, receipt):
                raise
        else:
            return await get_case(connection, receipt)
    raise HotlineError("no free receipt number was found")


async def _taken(connection: AsyncConnection, receipt: str) -> bool:
    return (await connection.execute(select(cases.c.receipt).where(cases.c.receipt == receipt))).first() is not None


# --- what a citizen does to a ticket --------------------------------------------------------------------------


async def add_to_case(
    connection: AsyncConnection, receipt: str, citizen_id: str, text: str, *, key: str, now: datetime
) -> CaseUpdate:
    """The citizen adds words to an open ticket of theirs."""
    return await _citizen_update(connection, receipt, citizen_id, "add", text, key, now)


async def urge(
    connection: AsyncConnection, receipt: str, citizen_id: str, text: str, *, key: str, now: datetime
) -> CaseUpdate:
    """The citizen presses."""
    return await _citizen_update(connection, receipt, citizen_id, "urge", text, key, now)


async def withdraw(
    connection: AsyncConnection, receipt: str, citizen_id: str, text: str, *, key: str, now: datetime
) -> CaseUpdate:
    """The citizen takes the ticket back; it counts at once, the backend is told after."""
    return await _citizen_update(connection, receipt, citizen_id, "withdraw", text, key, now)


async def rate(
    connection: AsyncConnection, receipt: str | None, citizen_id: str, score: int, text: str, *, key: str,
    now: datetime,
) -> CaseUpdate:
    """The citizen rates how it was dealt with, 1 to 5; without a receipt it is their newest ticket."""
    if receipt is None:
        newest = await cases_of(connection, citizen_id, 1)
        receipt = newest[0].receipt if newest else ""
    case = await _own_locked(connection, receipt, citizen_id)
    if case is None:
        return CaseUpdate(refused="unknown")
    if await add_outbox(connection, receipt, "rate", {"score": score, "text": text}, key, now):
        await add_event(connection, receipt, "rate", now, text=f"{score} {text}".strip())
    return CaseUpdate(case)


async def set_address(connection: AsyncConnection, receipt: str, address: str, *, now: datetime) -> bool:
    """Give a ticket that was filed without a place its address, once; the backend is told as an addition."""
    changed = await connection.execute(update(cases).where(cases.c.receipt == receipt, cases.c.address == "").values(
        address=address, updated_at=now))
    if changed.rowcount != 1:
        return False
    await add_event(connection, receipt, "address", now)
    return await add_outbox(connection, receipt, "add", {"text": f"地址：{address}"}, f"{receipt}:address", now)


async def _citizen_update(
    connection: AsyncConnection, receipt: str, citizen_id: str, kind: str, text: str, key: str, now: datetime
) -> CaseUpdate:
    case = await _own_locked(connection, receipt, citizen_id)
    if case is None:
        return CaseUpdate(refused="unknown")
    if await in_outbox(connection, key):
        return CaseUpdate(case)
    if case.status in ("closed", "withdrawn"):
        return CaseUpdate(case, "withdrawn" if case.status == "withdrawn" else "closed")
    await add_outbox(connection, receipt, kind, {"text": text}, key, now)
    status = "withdrawn" if kind == "withdraw" else case.status
    await add_event(connection, receipt, kind, now, status=status if kind == "withdraw" else None, text=text or None)
    await connection.execute(update(cases).where(cases.c.receipt == receipt).values(status=status, updated_at=now))
    return CaseUpdate(await get_case(connection, receipt))


async def _own_locked(connection: AsyncConnection, receipt: str, citizen_id: str) -> Case | None:
    row = (await connection.execute(select(cases).where(
        cases.c.receipt == receipt, cases.c.citizen_id == citizen_id).with_for_update())).first()
    return case_of(row) if row else None


# --- reading --------------------------------------------------------------------------------------------------


async def get_case(connection: AsyncConnection, receipt: str) -> Case:
    """One ticket. Raises NotFound."""
    row = (await connection.execute(select(cases).where(cases.c.receipt == receipt))).first()
    if row is None:
        raise NotFound("no such case")
    return case_of(row)


async def locked_case(connection: AsyncConnection, receipt: str) -> Case | None:
    """One ticket, kept from changes by others until the transaction ends."""
    row = (await connection.execute(select(cases).where(cases.c.receipt == receipt).with_for_update())).first()
    return case_of(row) if row else None


async def cases_of_backend(connection: AsyncConnection, backend_ids: Sequence[str]) -> dict[str, Case]:
    """The tickets that the case backend knows under these numbers, by number."""
    found: dict[str, Case] = {}
    for start in range(0, len(backend_ids), 500):
        rows = await connection.execute(select(cases).where(
            cases.c.backend_id.in_(list(backend_ids[start:start + 500]))))
        found |= {row.backend_id: case_of(row) for row in rows}
    return found


async def cases_of(connection: AsyncConnection, citizen_id: str, limit: int = 10) -> list[Case]:
    """A citizen's own tickets, newest first."""
    rows = await connection.execute(select(cases).where(cases.c.citizen_id == citizen_id)
                                    .order_by(cases.c.created_at.desc(), cases.c.receipt.desc()).limit(limit))
    return [case_of(row) for row in rows]


# --- what the case backend says -------------------------------------------------------------------------------


async def set_backend(
    connection: AsyncConnection, receipt: str, backend_id: str, department: str | None, expected: datetime | None,
    now: datetime,
) -> None:
    """The backend has the ticket: its number there, and who leads and by when if it says so."""
    values: dict[str, Any] = {"backend_id": backend_id, "updated_at": now}
    values |= {name: value for name, value in (("department", department), ("due_at", expected)) if value}
    await connection.execute(update(cases).where(cases.c.receipt == receipt).values(**values))
    await add_event(connection, receipt, "sent", now)


async def set_status(
    connection: AsyncConnection, receipt: str, status: CaseStatus, notes: str | None, *, at: datetime, now: datetime,
    department: str | None = None, expected: datetime | None = None,
) -> bool:
    """Take over what the backend says; True when the stage or its note is new.

    A ticket that the citizen took back stays so. `at` is the backend's time of the change. The event waits as
    `change` until the citizen was told (see `case_events.told`).
    """
    case = await locked_case(connection, receipt)
    if case is None or (case.status == "withdrawn" and status != "withdrawn"):
        return False
    values: dict[str, Any] = {name: value for name, value in (("department", department), ("due_at", expected))
                              if value and value != getattr(case, name)}
    changed = (status, notes or None) != (case.status, case.status_notes)
    if changed:
        values |= {"status": status, "status_notes": notes or None}
        await add_event(connection, receipt, "change", min(at, now), status=status, text=notes)
    if values:
        await connection.execute(update(cases).where(cases.c.receipt == receipt).values(**values, updated_at=now))
    return changed


def case_of(row: Row[Any]) -> Case:
    """The case in a row of the table."""
    values = dict(row._mapping)
    del values["key"]
    for name in ("phone", "name", "code", "emergency", "occurred", "department", "backend_id", "status_notes"):
        values[name] = values[name] or None
    values["attachments"] = tuple(Attachment(**attachment) for attachment in values["attachments"])
    return Case(**values)
