"""A ticket as Open311's form fields, and Open311's answers as ours; pure functions."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from hotline.cases.port import BackendChange, BackendStatus
from hotline.cases.stages import notes_without_stage, stage_in_notes, stage_of
from hotline.records import JSON, MEDIA, Case

MOST_DESCRIPTION = 4000
_NOT_IN_NAMES = re.compile(r"[^\w.-]")
UNKNOWN_PLACE = "地址待核实（市民尚未提供）"


def case_fields(case: Case, address: Callable[[str], str] = str) -> list[tuple[str, str]]:
    """The fields of a POST; what does not fit the description travels in attributes, so nothing is lost.

    `address` makes addresses of our own whole.
    """
    tail = f"\n[{case.receipt}]"
    room = MOST_DESCRIPTION - len(tail)
    fields = [("service_code", case.service_code), ("description", case.description[:room] + tail),
              # An empty place would be refused; the address follows as an addition.
              ("address_string", case.address or UNKNOWN_PLACE)]
    if case.latitude is not None and case.longitude is not None:
        fields += [("lat", f"{case.latitude:.6f}"), ("long", f"{case.longitude:.6f}")]
    if case.name:
        fields.append(("last_name", case.name))
    if case.phone:
        fields.append(("phone", case.phone))
    links = [address(attachment.url) for attachment in case.attachments if attachment.url]
    if links:
        fields.append(("media_url", links[0]))
    fields += [(f"attribute[{name}]", value) for name, value in _attributes(case, links[1:], room, address)]
    return fields


def _attributes(
    case: Case, links: list[str], room: int, address: Callable[[str], str]
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = [("title", case.title), ("act", case.act)]
    found += [(name, value) for name, value in (
        ("occurred", case.occurred), ("emergency", case.emergency),
        ("confidential", "1" if case.confidential else None), ("anonymous", "1" if case.anonymous else None)) if value]
    rest = case.description[room:]
    found += [(f"description_{number}", rest[start:start + MOST_DESCRIPTION]) for number, start in enumerate(
        range(0, len(rest), MOST_DESCRIPTION), 2)]
    found += [("media", link) for link in links]
    for name, value in case.attributes.items():
        values = value if isinstance(value, list) else [value]
        found += [(_NOT_IN_NAMES.sub("_", str(name))[:40], _whole(str(item), address))
                  for item in values if item not in (None, "")]
    return found


def _whole(value: str, address: Callable[[str], str]) -> str:
    return address(value) if value.startswith(MEDIA) else value


def entries(data: Any) -> list[JSON]:
    """Open311 answers are lists of objects. Raises ValueError for anything else."""
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise ValueError("not a list of objects")
    return data


def status_of(entry: JSON) -> BackendStatus:
    """How far a request is: our stage if the backend tells it, else by its note, else open or closed."""
    extended = entry.get("extended_attributes")
    stage = stage_of(extended.get("stage")) if isinstance(extended, dict) else None
    notes = text_in(entry, "status_notes")
    stage = stage or stage_in_notes(notes) or ("closed" if entry.get("status") == "closed" else "accepted")
    return BackendStatus(stage, notes_without_stage(notes), text_in(entry, "agency_responsible"),
                         time_in(entry, "expected_datetime"))


def change_of(entry: JSON) -> BackendChange | None:
    """A change; None when the entry has no number or no time."""
    updated = time_in(entry, "updated_datetime") or time_in(entry, "requested_datetime")
    backend_id = entry.get("service_request_id")
    if not backend_id or updated is None:
        return None
    return BackendChange(str(backend_id), updated, status_of(entry))


def text_in(entry: JSON, name: str) -> str | None:
    """A text that is there and not empty."""
    value = entry.get(name)
    return value.strip() or None if isinstance(value, str) else None


def time_in(entry: JSON, name: str) -> datetime | None:
    """A time with its zone; None for anything else."""
    try:
        moment = datetime.fromisoformat(str(entry.get(name)))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
