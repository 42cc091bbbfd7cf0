"""What of a ticket may leave the house: a confidential one loses name, phone, flat and exact position."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hotline.records import Case
from hotline.text.masking import mask_address, mask_confidential

HIDDEN = "***"


def disclose(case: Case) -> Case:
    """The ticket as a case backend may see it; the original stays in our store."""
    if case.anonymous and not case.confidential:
        return replace(case, name=None, phone=None, code=None, citizen_id="", conversation_id="")
    if not case.confidential:
        return replace(case, code=None, citizen_id="", conversation_id="")
    return replace(
        case, title=disclose_text(case, case.title), description=disclose_text(case, case.description),
        address=mask_address(disclose_text(case, case.address)), name=None, phone=None, code=None,
        citizen_id="", conversation_id="",
        occurred=disclose_text(case, case.occurred) if case.occurred else None,
        attributes={name: _masked(case, value) for name, value in case.attributes.items()},
        # A photo or a shared position shows whose window it was taken from.
        attachments=(), latitude=_coarse(case.latitude), longitude=_coarse(case.longitude))


def disclose_text(case: Case, text: str) -> str:
    """Words of the citizen as a case backend may see them."""
    if not case.confidential:
        return text
    for secret in (case.name, case.phone):
        if secret:
            text = text.replace(secret, HIDDEN)
    return mask_confidential(text)


def _masked(case: Case, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _masked(case, item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(case, item) for item in value]
    return disclose_text(case, str(value)) if isinstance(value, (str, int)) and not isinstance(value, bool) else value


def _coarse(degrees: float | None) -> float | None:
    """About 100 m instead of the front door."""
    return None if degrees is None else round(degrees, 3)
