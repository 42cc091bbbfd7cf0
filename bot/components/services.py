"""Which domain a service belongs to and which intents are acts: the one table of both."""

from __future__ import annotations

ACTS = ("report", "consult", "suggestion", "urge", "status", "praise")
OTHER = "other"
SUGGESTION = "suggestion"  # an act, and the service of proposals that fit no other service
_DOMAINS = {
    "gas": "gas_safety",
    "property": "property_management",
    "signage": "signage",
    "courtyard": "courtyard_order",
    "facility": "public_facilities",
    "sanitation": "public_facilities",
}


def domain_of(service: str | None) -> str | None:
    """The domain of a service code; `other` for codes of no special domain, None for no service."""
    if service is None:
        return None
    return _DOMAINS.get(service.split("_", 1)[0], "other")


def act_of(intent: str | None) -> str | None:
    """The act that an intent stands for, None for talk."""
    return intent if intent in ACTS else None
