"""The embedded case backend's own tables: requests as Open311 knows them, and what happened to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import JSON
from hotline.store.tables import backend_requests as requests
from hotline.store.tables import backend_updates as updates

MOST = 1000


@dataclass(frozen=True)
class BackendRequest:
    """One service request. `body` holds attributes, contact and position, and the fingerprint of the POST."""

    service_request_id: str
    idempotency_key: str | None
    receipt: str | None
    service_code: str
    description: str
    address_string: str
    body: JSON
    status: str
    stage: str
    status_notes: str | None
    agency: str | None
    requested_at: datetime
    updated_at: datetime
    expected_at: datetime | None


@dataclass(frozen=True)
class BackendUpdate:
    """One thing that happened to a request."""

    seq: int
    idempotency_key: str | None
    service_request_id: str
    kind: str
    stage: str | None
    text: str | None
    at: datetime


@dataclass(frozen=True)
class Filter:
    """Which requests a list shall hold; `updated_after` (inclusive) also turns the order to oldest change first."""

    ids: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    receipt: str | None = None
    updated_after: datetime | None = None
    limit: int = field(default=MOST)


async def add_request(connection: AsyncConnection, request: BackendRequest) -> tuple[BackendRequest, bool]:
    """Insert a request, or give back the one that came first with this key; True when it is new."""
    known = await by_key(connection, request.idempotency_key)
    if known:
        return known, False
    try:
        async with connection.begin_nested():
            await connection.execute(insert(requests).values(**request.__dict__))
    except IntegrityError:
        known = await by_key(connection, request.idempotency_key)
        if known is None:
            raise
        return known, False
    return request, True


async def by_key(connection: AsyncConnection, key: str | None) -> BackendRequest | None:
    """The request that came with this Idempotency-Key."""
    if not key:
        return None
    return await _one(connection, requests.c.idempotency_key == key)


async def by_id(connection: AsyncConnection, request_id: str, *, lock: bool = False) -> BackendRequest | None:
    """One request; `lock` keeps others from changing it until the transaction ends."""
    return await _one(connection, requests.c.service_request_id == request_id, lock)


async def by_receipt(connection: AsyncConnection, receipt: str) -> BackendRequest | None:
    """The request that carries the front door's receipt."""
    return await _one(connection, requests.c.receipt == receipt)


async def list_requests(connection: AsyncConnection, wanted: Filter) -> list[BackendRequest]:
    """Requests that pass every part of the filter, newest first."""
    query = select(requests)
    for column, values in ((requests.c.service_request_id, wanted.ids), (requests.c.service_code, wanted.services),
                           (requests.c.status, wanted.statuses)):
        if values:
            query = query.where(column.in_(values))
    if wanted.start:
        query = query.where(requests.c.requested_at >= wanted.start)
    if wanted.end:
        query = query.where(requests.c.requested_at <= wanted.end)
    if wanted.receipt:
        query = query.where(requests.c.receipt == wanted.receipt)
    if wanted.updated_after:
        query = query.where(requests.c.updated_at >= wanted.updated_after).order_by(
            requests.c.updated_at, requests.c.service_request_id)
    else:
        query = query.order_by(requests.c.requested_at.desc(), requests.c.service_request_id)
    return [_request(row) for row in await connection.execute(query.limit(wanted.limit))]


async def change_request(connection: AsyncConnection, request_id: str, now: datetime, **values: Any) -> None:
    """Set columns and note the time."""
    await connection.execute(update(requests).where(
        requests.c.service_request_id == request_id).values(**values, updated_at=now))


async def update_by_key(connection: AsyncConnection, key: str | None) -> BackendUpdate | None:
    """The update that came with this Idempotency-Key."""
    if not key:
        return None
    row = (await connection.execute(select(updates).where(updates.c.idempotency_key == key))).first()
    return BackendUpdate(**dict(row._mapping)) if row else None


async def add_update(
    connection: AsyncConnection, request_id: str, kind: str, at: datetime, *, stage: str | None = None,
    text: str | None = None, key: str | None = None,
) -> None:
    """Note one thing that happened; the caller holds the request's lock and has looked for the key."""
    await connection.execute(insert(updates).values(
        service_request_id=request_id, kind=kind, at=at, stage=stage, text=text or None, idempotency_key=key))


async def updates_of(connection: AsyncConnection, request_id: str) -> Sequence[BackendUpdate]:
    """What happened to a request, oldest first."""
    rows = await connection.execute(select(updates).where(
        updates.c.service_request_id == request_id).order_by(updates.c.seq))
    return [BackendUpdate(**dict(row._mapping)) for row in rows]


async def _one(
    connection: AsyncConnection, condition: ColumnElement[bool], lock: bool = False
) -> BackendRequest | None:
    query = select(requests).where(condition).limit(1)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return _request(row) if row else None


def _request(row: Row[Any]) -> BackendRequest:
    return BackendRequest(**dict(row._mapping))
