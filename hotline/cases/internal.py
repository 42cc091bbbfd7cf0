"""Internal API of this room: the catalogue and the look-up of tickets, for the bot's actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hotline.cases.stages import STAGE_NAMES
from hotline.errors import BadInput
from hotline.records import JSON, Case
from hotline.text.masking import mask_phone

if TYPE_CHECKING:
    from hotline.cases.service import Cases


class CaseApi:
    """`GET /internal/catalogue` and `POST /internal/cases/lookup`."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The addresses, for the internal listener."""
        return [web.get("/internal/catalogue", self.catalogue), web.post("/internal/cases/lookup", self.lookup)]

    async def catalogue(self, _request: web.Request) -> web.Response:
        """All services."""
        return web.json_response({"services": [
            {"code": service.code, "name": service.name, "domain": service.domain, "description": service.description}
            for service in self._cases.catalogue.all()]})

    async def lookup(self, request: web.Request) -> web.Response:
        """`{"citizen_id","receipt"?,"last4"?,"code"?}` in, `{"cases","limited"}` out."""
        body = await _object(request)
        citizen_id = _text(body, "citizen_id")
        if not citizen_id:
            raise BadInput("citizen_id must be a text", "citizen_id")
        receipt = _text(body, "receipt")
        found = await self._cases.lookup(
            citizen_id, receipt.upper() if receipt else None, _text(body, "last4"), _text(body, "code"))
        return web.json_response({"cases": [self._case(case) for case in found.cases], "limited": found.limited})

    def _case(self, case: Case) -> JSON:
        service = self._cases.catalogue.services.get(case.service_code)
        # A date is spoken only where the operator says that the limits are the city's own.
        due = case.due_at if self._cases.city_limits else None
        return {
            "receipt": case.receipt, "status": case.status, "status_text": STAGE_NAMES[case.status],
            "status_notes": case.status_notes, "service_code": case.service_code,
            "service_name": service.name if service else case.service_code, "title": case.title,
            "address": case.address, "phone": mask_phone(case.phone) if case.phone else None,
            "department": case.department, "created_at": case.created_at.isoformat(),
            "updated_at": case.updated_at.isoformat(), "due_at": due.isoformat() if due else None}


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (ValueError, RecursionError, LookupError) as error:
        raise BadInput("the body is not valid JSON") from error
    if not isinstance(body, dict):
        raise BadInput("the body must be a JSON object")
    return body


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 200 or "\x00" in value:
        raise BadInput(f"{name} must be a text of at most 200 characters", name)
    return value.strip() or None
