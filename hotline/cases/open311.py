"""Case backends that speak Open311 GeoReport v2 in JSON: the embedded one, or a city's own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp

from hotline.cases.calendar import CITY
from hotline.cases.open311_wire import case_fields, change_of, entries, status_of, text_in, time_in
from hotline.cases.port import BackendChange, BackendReceipt, BackendStatus, CaseBackend, UpdateKind
from hotline.errors import CaseBackendError, CaseRejected
from hotline.records import JSON, Case
from hotline.settings import Settings

PAGE = 1000
MOST_ANSWER = 64_000_000
# Nothing reached the backend's own program when one of these is raised.
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.InvalidURL)
# The request itself is wrong; every other status may pass.
_FOR_GOOD = {400, 404, 405, 406, 409, 410, 413, 414, 415, 422}


class Open311Backend(CaseBackend):
    """Client over the house's one ClientSession. Keys are sent; a backend that ignores them is asked by receipt."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings) -> None:
        self._session = session
        self._url = (settings.case_backend_url or settings.own_backend_url).rstrip("/")
        self._key = settings.case_backend_key or settings.open311_api_key
        # The backend may stand elsewhere: what the house keeps must be found from there.
        self._address = settings.address
        self._timeout = aiohttp.ClientTimeout(total=settings.case_timeout)

    async def _file(self, case: Case, key: str) -> BackendReceipt:
        entry = _first(await self._post("/requests.json", case_fields(case, self._address), key), write=True)
        backend_id = entry.get("service_request_id")
        if not backend_id and entry.get("token"):
            backend_id = await self._number_of(str(entry["token"]))
        if not backend_id:
            raise CaseBackendError("the answer has no service_request_id", unclear=True)
        return BackendReceipt(
            str(backend_id), text_in(entry, "agency_responsible"), time_in(entry, "expected_datetime"))

    async def _update(self, case: Case, kind: UpdateKind, text: str, key: str) -> None:
        path = f"/requests/{quote(case.backend_id or '', safe='')}/updates.json"
        await self._post(path, [("kind", kind), ("text", text)], key)

    async def status(self, backend_id: str) -> BackendStatus:
        """See the port."""
        return status_of(_first(await self._get(f"/requests/{quote(backend_id, safe='')}.json", {})))

    async def find(self, receipt: str) -> str | None:
        """See the port. Looks at every request since the receipt's day."""
        day = datetime.strptime(receipt[2:10], "%Y%m%d").replace(tzinfo=CITY)
        return await self._find(receipt, day, datetime.now(UTC) + timedelta(minutes=5))

    async def changes(self, since: datetime) -> list[BackendChange]:
        """See the port. `updated_after` is our extension: others send their newest, of which we keep what is new."""
        found: dict[str, BackendChange] = {}
        while True:
            page = await self._list({"updated_after": since.isoformat()})
            news = [change for entry in page if (change := change_of(entry)) and change.updated_at >= since]
            found |= {change.backend_id: change for change in news}
            latest = max((change.updated_at for change in news), default=since)
            if len(page) < PAGE or latest <= since:
                return sorted(found.values(), key=lambda change: change.updated_at)
            since = latest

    async def healthy(self) -> bool:
        """See the port."""
        try:
            return isinstance(await self._get("/services.json", {}), list)
        except CaseBackendError:
            return False

    async def _find(self, receipt: str, start: datetime, end: datetime) -> str | None:
        """Halve the time until a list is whole: standard lists end at 1000 entries and 90 days."""
        if end - start <= timedelta(days=89):
            page = await self._list({"start_date": start.isoformat(timespec="seconds"),
                                     "end_date": end.isoformat(timespec="seconds"), "receipt": receipt})
            for entry in page:
                if f"[{receipt}]" in str(entry.get("description")) and entry.get("service_request_id"):
                    return str(entry["service_request_id"])
            if len(page) < PAGE:
                return None
            if end - start < timedelta(minutes=2):
                raise CaseRejected("the backend's lists are too long to tell whether it has the receipt")
        middle = start + (end - start) / 2
        return await self._find(receipt, middle, end) or await self._find(receipt, start, middle)

    async def _number_of(self, token: str) -> object:
        entry = _first(await self._get(f"/tokens/{quote(token, safe='')}.json", {}))
        return entry.get("service_request_id")

    async def _list(self, query: Mapping[str, str]) -> list[JSON]:
        try:
            return entries(await self._get("/requests.json", query))
        except ValueError as error:
            raise CaseBackendError("the list of requests is not a list") from error

    async def _get(self, path: str, query: Mapping[str, str]) -> Any:
        return await self._call("GET", path, params={**query, "api_key": self._key})

    async def _post(self, path: str, fields: list[tuple[str, str]], key: str) -> Any:
        form = aiohttp.FormData([*fields, ("api_key", self._key)])
        return await self._call("POST", path, data=form, headers={"Idempotency-Key": key})

    async def _call(self, method: str, path: str, **options: Any) -> Any:
        """One exchange. Raises CaseBackendError or CaseRejected; never shows address, key or words."""
        write = method == "POST"
        try:
            async with self._session.request(
                    method, self._url + path, timeout=self._timeout, allow_redirects=not write, **options) as response:
                status, raw = response.status, await _body(response)
        except _NOT_SENT as error:
            raise CaseBackendError(f"not reached ({type(error).__name__})") from error
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise CaseBackendError(f"no answer ({type(error).__name__})", unclear=write) from error
        return _read(status, raw, write)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    raw = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        raw += chunk
        if len(raw) > MOST_ANSWER:
            raise aiohttp.ClientPayloadError("the answer is too long")
    return bytes(raw)


def _read(status: int, raw: bytes, write: bool) -> Any:
    try:
        data = json.loads(raw)
    except ValueError as error:
        if 200 <= status < 300:
            raise CaseBackendError("the answer is not JSON", unclear=write) from error
        data = None
    if 200 <= status < 300:
        return data
    # An answer without Open311's list of errors comes from something in between, or from a wrong address.
    if status in _FOR_GOOD and isinstance(data, list):
        raise CaseRejected(f"refused with {status}")
    raise CaseBackendError(f"answered {status}", unclear=write and status >= 500)


def _first(data: Any, write: bool = False) -> JSON:
    try:
        return entries(data)[0]
    except (ValueError, IndexError) as error:
        raise CaseBackendError("the answer is not a list with one object", unclear=write) from error
