"""What the embedded backend does with requests: take them, note what citizens add, move them through the stages."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.cases.backend.errors import Refused
from hotline.cases.calendar import WorkCalendar
from hotline.cases.catalogue import Catalogue
from hotline.cases.stages import ENDED, STAGE_NAMES, stage_of
from hotline.errors import BadInput, NotFound
from hotline.records import JSON, CaseStatus
from hotline.store import backend as store
from hotline.store.backend import BackendRequest
from hotline.store.database import Database

CITIZEN_KINDS = ("add", "urge", "withdraw", "rate")


def new_request(
    service_code: str, fields: JSON, key: str | None, catalogue: Catalogue, calendar: WorkCalendar, now: datetime
) -> BackendRequest:
    """A request with its department by place and its time limit; nobody has looked at it yet."""
    service = catalogue.get(service_code)
    return BackendRequest(
        service_request_id=secrets.token_hex(10), idempotency_key=key, service_code=service_code, status="open",
        stage="pending", status_notes=None, agency=catalogue.department(service_code, fields["address_string"]),
        requested_at=now, updated_at=now, expected_at=calendar.due(now, service.working_days or 5).at, **fields)


async def note_update(
    connection: AsyncConnection, request_id: str, kind: str, now: datetime, *, stage: str | None = None,
    text: str | None = None, agency: str | None = None, key: str | None = None,
) -> BackendRequest:
    """Write an update down and let it work; once per key. Raises Refused (404, 422)."""
    request = await store.by_id(connection, request_id, lock=True)
    if request is None:
        raise Refused(404, "no such request")
    known = await store.update_by_key(connection, key)
    if known is not None:
        if (known.service_request_id, known.kind, known.text or "") != (request_id, kind, text or ""):
            raise Refused(422, "this Idempotency-Key was used for another update")
        return request
    new_stage = _stage_after(request, kind, stage)
    await store.add_update(connection, request_id, kind, now, stage=new_stage, text=text, key=key)
    values: dict[str, Any] = {"agency": agency} if agency else {}
    if new_stage:
        values |= {"stage": new_stage, "status": "closed" if new_stage in ENDED else "open",
                   "status_notes": text if kind == "status" else None}
    await store.change_request(connection, request_id, now, **values)
    changed = await store.by_id(connection, request_id)
    assert changed is not None
    return changed


async def move_stage(
    database: Database, receipt: str, stage: str, note: str | None = None, *, agency: str | None = None,
    now: datetime | None = None,
) -> BackendRequest:
    """What a department does, by our receipt. Raises BadInput for an unknown stage, NotFound."""
    if stage_of(stage) is None:
        raise BadInput(f"没有“{stage}”这一步；可用：{'、'.join(STAGE_NAMES)}", "stage")
    async with database.write() as connection:
        request = await store.by_receipt(connection, receipt)
        if request is None:
            raise NotFound("内置案件系统里没有这个编号")
        return await note_update(connection, request.service_request_id, "status", now or datetime.now(UTC),
                                 stage=stage, text=note, agency=agency)


def _stage_after(request: BackendRequest, kind: str, stage: str | None) -> CaseStatus | None:
    """The stage that an update leads to; None when it stays."""
    if kind == "status":
        found = stage_of(stage)
        if found is None:
            raise Refused(400, f"stage is one of {', '.join(STAGE_NAMES)}")
        return found
    if kind == "withdraw" and request.stage not in ENDED:
        return "withdrawn"
    return None
