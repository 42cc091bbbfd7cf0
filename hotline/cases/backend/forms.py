"""GeoReport v2 in: what a POST or a list query says, checked."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any

from multidict import MultiMapping

from hotline.cases.backend.errors import Refused
from hotline.cases.calendar import CITY
from hotline.records import JSON
from hotline.store.backend import Filter

MOST_DESCRIPTION = 4000
SPAN = timedelta(days=90)
RECEIPT = re.compile(r"\[(QD\d{14})\]\s*\Z")
_ATTRIBUTE = re.compile(r"attribute\[([\w.-]{1,40})\](?:\[\])?")
_CONTACT = {"first_name": 60, "last_name": 60, "phone": 20, "email": 200, "account_id": 100, "device_id": 100}


def text_of(form: MultiMapping[Any], name: str, most: int, default: str = "") -> str:
    """A field without control characters. Raises Refused (400)."""
    value = form.get(name, default)
    if not isinstance(value, str):
        raise Refused(400, f"{name} must be text, not a file")
    value = _clean(value).strip()
    if len(value) > most:
        raise Refused(400, f"{name} has more than {most} characters")
    return value


def request_fields(form: MultiMapping[Any]) -> JSON:
    """description, address_string and the rest of a POST. Raises Refused (400)."""
    description = text_of(form, "description", MOST_DESCRIPTION)
    address = text_of(form, "address_string", 2000)
    attributes = _attributes(form)
    body: JSON = {"attributes": attributes, "lat": _degrees(form, "lat", 90), "long": _degrees(form, "long", 180)}
    body["contact"] = {name: value for name, most in _CONTACT.items() if (value := text_of(form, name, most))}
    for name in ("address_id", "media_url"):
        if value := text_of(form, name, 2000):
            body[name] = value
    placed = address or body.get("address_id") or (body["lat"] is not None and body["long"] is not None)
    # Our extension: somebody in danger may not know where they are; the address follows as an update.
    if not placed and not attributes.get("emergency"):
        raise Refused(400, "lat and long, address_string or address_id is needed")
    if not description:
        raise Refused(400, "description is needed")
    found = RECEIPT.search(description)
    body["fingerprint"] = _fingerprint(form)
    return {"description": description, "address_string": address, "body": body,
            "receipt": found.group(1) if found else None}


def list_filter(query: MultiMapping[str], now: datetime) -> Filter:
    """What a list query asks for: by default the last 90 days, at most 1000. Raises Refused (400)."""
    ids, services, statuses = (_split(query.get(name, "")) for name in ("service_request_id", "service_code", "status"))
    if set(statuses) - {"open", "closed"}:
        raise Refused(400, "status is open or closed")
    if ids:
        return Filter(ids=ids[:1000])
    start, end, after = (_time(query, name) for name in ("start_date", "end_date", "updated_after"))
    receipt = query.get("receipt", "")[:20] or None
    if not after and not receipt:
        end = end or (start + SPAN if start else now)
        start = max(start, end - SPAN) if start else end - SPAN
    return Filter(services=services, statuses=statuses, start=start, end=end, receipt=receipt, updated_after=after)


def _attributes(form: MultiMapping[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in form:
        match = _ATTRIBUTE.fullmatch(name)
        if not match or match.group(1) in found:
            continue
        values = [_clean(value) for value in form.getall(name) if isinstance(value, str)]
        found[match.group(1)] = values if len(values) > 1 else values[0] if values else ""
        if len(found) > 60:
            raise Refused(400, "too many attributes")
    return found


def _degrees(form: MultiMapping[Any], name: str, most: int) -> float | None:
    raw = text_of(form, name, 40)
    if not raw:
        return None
    try:
        value = float(raw)
    except ValueError as error:
        raise Refused(400, f"{name} is not a number") from error
    if not -most <= value <= most:
        raise Refused(400, f"{name} is out of range")
    return value


def _time(query: MultiMapping[str], name: str) -> datetime | None:
    raw = query.get(name, "").strip()
    if not raw:
        return None
    try:
        # A plus sign that was not encoded arrives as a blank.
        moment = datetime.fromisoformat(re.sub(r" (\d\d:?\d\d)$", r"+\1", raw))
    except ValueError as error:
        raise Refused(400, f"{name} is not a W3C date and time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=CITY)


def _split(raw: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in raw.split(",") if part.strip())


def _fingerprint(form: MultiMapping[Any]) -> str:
    pairs = sorted((name, value) for name, value in form.items() if isinstance(value, str) and name != "api_key")
    return hashlib.sha256(json.dumps(pairs).encode()).hexdigest()


def _clean(value: str) -> str:
    return "".join(character for character in value.replace("\r\n", "\n")
                   if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs"))
