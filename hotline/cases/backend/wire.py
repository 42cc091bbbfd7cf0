"""GeoReport v2 out: services, requests and updates as JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from aiohttp import web

from hotline.cases.calendar import CITY
from hotline.cases.catalogue import Catalogue
from hotline.cases.stages import notes_with_stage, stage_of
from hotline.records import JSON, Service
from hotline.store.backend import BackendRequest, BackendUpdate


def to_json(data: Any, status: int = 200) -> web.Response:
    """JSON with Chinese characters as they are."""
    return web.Response(text=json.dumps(data, ensure_ascii=False), status=status, content_type="application/json",
                        headers={"Cache-Control": "no-store"})


def service_entry(service: Service) -> JSON:
    """An entry of services.json."""
    return {"service_code": service.code, "service_name": service.name, "description": service.description,
            "metadata": bool(service.attributes), "type": "realtime", "keywords": service.domain,
            "group": service.domain}


def service_definition(service: Service) -> JSON:
    """services/{code}.json; none of our attributes is required."""
    return {"service_code": service.code, "attributes": [
        {"variable": True, "code": attribute["code"], "datatype": attribute.get("datatype", "string"),
         "required": False, "datatype_description": "", "order": number, "description": attribute["description"],
         "values": attribute.get("values", [])}
        for number, attribute in enumerate(service.attributes, 1)]}


def request_entry(request: BackendRequest, catalogue: Catalogue) -> JSON:
    """A request as Open311 shows it; `receipt` and `extended_attributes` are ours."""
    service = catalogue.services.get(request.service_code)
    body = request.body
    stage = stage_of(request.stage) or "pending"
    return {
        "service_request_id": request.service_request_id, "status": request.status,
        "status_notes": notes_with_stage(stage, request.status_notes or None),
        "service_code": request.service_code, "service_name": service.name if service else request.service_code,
        "description": request.description, "agency_responsible": request.agency or None, "service_notice": None,
        "requested_datetime": when(request.requested_at), "updated_datetime": when(request.updated_at),
        "expected_datetime": when(request.expected_at), "address": request.address_string or None,
        "address_id": body.get("address_id"), "zipcode": None, "lat": body.get("lat"), "long": body.get("long"),
        "media_url": body.get("media_url"), "receipt": request.receipt or None,
        "extended_attributes": {
            "stage": stage, "notes": request.status_notes or None, "attributes": body.get("attributes", {}),
            "contact": body.get("contact", {})},
    }


def update_entry(update: BackendUpdate) -> JSON:
    """An update of a request (our extension)."""
    return {"kind": update.kind, "stage": update.stage or None, "text": update.text or None, "at": when(update.at)}


def discovery(base: str) -> JSON:
    """discovery.json."""
    return {
        "changeset": "2026-11-01T00:00:00+08:00", "contact": "12345", "key_service": "向热线管理员申请 api_key",
        "endpoints": [{"specification": "http://wiki.open311.org/GeoReport_v2", "url": base,
                       "changeset": "2026-11-01T00:00:00+08:00", "type": "production",
                       "formats": ["application/json"]}]}


def when(moment: datetime | None) -> str | None:
    """W3C time with Qingdao's offset, to the microsecond so that following changes by time is exact."""
    return None if moment is None else moment.astimezone(CITY).isoformat()
