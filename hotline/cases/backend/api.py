"""The addresses under /open311/v2/: GeoReport v2 in JSON, keys for every request, updates as our extension."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from hotline.cases.backend import wire
from hotline.cases.backend.errors import Refused, refusals
from hotline.cases.backend.forms import list_filter, request_fields, text_of
from hotline.cases.backend.requests import CITIZEN_KINDS, new_request, note_update
from hotline.cases.backend.wire import to_json
from hotline.cases.calendar import load_calendar
from hotline.cases.catalogue import Catalogue
from hotline.records import JSON
from hotline.settings import Settings
from hotline.store import backend as store
from hotline.store.backend import BackendRequest
from hotline.store.database import Database

BASE = "/open311/v2"


def _now() -> datetime:
    return datetime.now(UTC)


class EmbeddedBackend:
    """A case backend of our own until the city's is connected; knows nothing of the front door's tables."""

    def __init__(
        self, database: Database, catalogue: Catalogue, settings: Settings, clock: Callable[[], datetime] = _now
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._key = settings.open311_api_key
        self._calendar = load_calendar(settings.var)
        self._clock = clock

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Public addresses; what is none of them is answered in Open311's way too."""
        return [
            web.get(f"{BASE}/discovery.json", refusals(self.discovery)),
            web.get(f"{BASE}/services.json", refusals(self.services)),
            web.get(f"{BASE}/services/{{code}}.json", refusals(self.service)),
            web.get(f"{BASE}/requests.json", refusals(self.list)),
            web.post(f"{BASE}/requests.json", refusals(self.post)),
            web.get(f"{BASE}/requests/{{id}}.json", refusals(self.one)),
            web.get(f"{BASE}/requests/{{id}}/updates.json", refusals(self.updates)),
            web.post(f"{BASE}/requests/{{id}}/updates.json", refusals(self.update)),
            web.get(f"{BASE}/tokens/{{id}}.json", refusals(self.token)),
            web.route("*", f"{BASE}/{{rest:.*}}", refusals(self.nothing)),
        ]

    async def discovery(self, request: web.Request) -> web.Response:
        """Where the service is and what it speaks."""
        return to_json(wire.discovery(f"{request.url.origin()}{BASE}"))

    async def services(self, _request: web.Request) -> web.Response:
        """What can be reported."""
        return to_json([wire.service_entry(service) for service in self._catalogue.all()])

    async def service(self, request: web.Request) -> web.Response:
        """The attributes of one service."""
        service = self._catalogue.services.get(request.match_info["code"])
        if service is None:
            raise Refused(404, "no such service_code")
        return to_json(wire.service_definition(service))

    async def list(self, request: web.Request) -> web.Response:
        """Requests by filter; see docs/cases.md for `receipt` and `updated_after`."""
        self._authorise(request, request.query)
        wanted = list_filter(request.query, self._clock())
        async with self._database.read() as connection:
            found = await store.list_requests(connection, wanted)
        return to_json([self._entry(item) for item in found])

    async def one(self, request: web.Request) -> web.Response:
        """One request, in a list as the standard has it."""
        self._authorise(request, request.query)
        async with self._database.read() as connection:
            return to_json([self._entry(await _known(connection, request))])

    async def token(self, request: web.Request) -> web.Response:
        """Our numbers are ready at once, so a token is the number itself."""
        self._authorise(request, request.query)
        async with self._database.read() as connection:
            found = await _known(connection, request)
        return to_json([{"service_request_id": found.service_request_id, "token": found.service_request_id}])

    async def post(self, request: web.Request) -> web.Response:
        """A new request; with a known Idempotency-Key the one that it made before."""
        form = await _form(request)
        self._authorise(request, form)
        code = text_of(form, "service_code", 40)
        if not code:
            raise Refused(400, "service_code is needed")
        if code not in self._catalogue:
            raise Refused(404, "no such service_code")
        fields = request_fields(form)
        wanted = new_request(code, fields, _key(request), self._catalogue, self._calendar, self._clock())
        async with self._database.write() as connection:
            kept, new = await store.add_request(connection, wanted)
        if kept.body.get("fingerprint") != wanted.body["fingerprint"]:
            raise Refused(422, "this Idempotency-Key was used for another request")
        return to_json([{
            "service_request_id": kept.service_request_id, "service_notice": None, "account_id": None,
            "agency_responsible": kept.agency or None, "expected_datetime": wire.when(kept.expected_at)}],
            201 if new else 200)

    async def updates(self, request: web.Request) -> web.Response:
        """What happened to a request (extension)."""
        self._authorise(request, request.query)
        async with self._database.read() as connection:
            found = await _known(connection, request)
            return to_json([wire.update_entry(item)
                            for item in await store.updates_of(connection, found.service_request_id)])

    async def update(self, request: web.Request) -> web.Response:
        """Something new on a request (extension): kind add, urge, withdraw, rate, or status with a stage."""
        form = await _form(request)
        self._authorise(request, form)
        kind = text_of(form, "kind", 20)
        if kind not in (*CITIZEN_KINDS, "status"):
            raise Refused(400, f"kind is one of {', '.join((*CITIZEN_KINDS, 'status'))}")
        async with self._database.write() as connection:
            changed = await note_update(
                connection, request.match_info["id"], kind, self._clock(), stage=text_of(form, "stage", 20),
                text=text_of(form, "text", 100_000), agency=text_of(form, "agency_responsible", 100),
                key=_key(request))
        return to_json([self._entry(changed)])

    async def nothing(self, request: web.Request) -> web.Response:
        """XML is not spoken yet; nor is anything else."""
        if request.path.endswith(".xml"):
            raise Refused(406, "only JSON is spoken: end the address in .json")
        raise Refused(404, "no such resource")

    def _authorise(self, request: web.Request, fields: MultiMapping[Any]) -> None:
        given = fields.get("api_key") or request.query.get("api_key") or ""
        if not self._key or not hmac.compare_digest(str(given).encode(), self._key.encode()):
            raise Refused(403, "api_key is missing or wrong")

    def _entry(self, request: BackendRequest) -> JSON:
        return wire.request_entry(request, self._catalogue)


async def _form(request: web.Request) -> MultiMapping[Any]:
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise Refused(415, "the body must be form-encoded")
    try:
        return await request.post()
    except (ValueError, LookupError, AssertionError) as error:
        raise Refused(400, "the body is not a form") from error


def _key(request: web.Request) -> str | None:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > 200 or not key.isprintable():
        raise Refused(400, "Idempotency-Key has at most 200 printable characters")
    return key or None


async def _known(connection: Any, request: web.Request) -> BackendRequest:
    found = await store.by_id(connection, request.match_info["id"])
    if found is None:
        raise Refused(404, "no such request")
    return found
