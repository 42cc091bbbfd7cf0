"""What a message already says about a report: place, phone, time, wishes, attachments."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.scene import Scene
from bot.dialogue.state import IMAGES, Draft
from hotline.text.normalise import squeezed
from hotline.text.phones import own_phone
from hotline.text.places import find_place
from hotline.text.times import find_time
from hotline.text.words import is_refusal, wants_confidential

OCCURRED = 60
BARE, SURE = 12, 0.6
_NAME = re.compile(r"(?:我叫|姓名是?[:：]?|名字是)\s*([\u4e00-\u9fff]{2,4}?)(?=[\s,，。.;；、的]|\d|电话|手机|$)")
_BARE_NUMBER = re.compile(r"\d+[^路街道巷村区镇苑园]*$")


def gather(draft: Draft, scene: Scene) -> Draft:
    """The draft with everything that the message says and the draft does not know yet."""
    draft = take_attachments(draft, scene)
    text = scene.text
    if not draft.place:
        draft = take_place(draft, text)
    if not draft.phone_done:
        draft = take_phone(draft, text)
    when = find_time(text)
    if when is not None and not draft.time:
        draft = replace(draft, time=when.text[:OCCURRED])
    if wants_confidential(text):
        draft = replace(draft, confidential=True)
    return take_name(draft, text)


def take_name(draft: Draft, text: str) -> Draft:
    """The name, where the citizen says it in so many words; nobody is asked for it."""
    found = _NAME.search(text)
    return replace(draft, name=found.group(1)) if found and not draft.name else draft


def take_place(draft: Draft, text: str) -> Draft:
    """A precise place is taken, a vague one kept as a hint for the question."""
    found = find_place(text)
    if found is None:
        return draft
    if found.precise:
        return replace(draft, place=found.text, place_done=True)
    return replace(draft, hint=found.text) if found.district else draft


def take_phone(draft: Draft, text: str) -> Draft:
    """The citizen's own number, or the wish to stay anonymous."""
    phone = own_phone(text)
    if phone is not None:
        return replace(draft, phone=phone.digits, phone_done=True, anonymous=False)
    words = squeezed(text)
    if "匿名" in words and "不匿名" not in words and (len(words) > 30 or is_refusal(text)):
        return replace(draft, phone="", phone_done=True, anonymous=True)
    return draft


def take_attachments(draft: Draft, scene: Scene) -> Draft:
    """A location's address and point, and the addresses of images."""
    for item in scene.turn.attachments:
        url, address = item.get("url"), item.get("address") or item.get("title")
        if item.get("kind") == "image" and isinstance(url, str):
            draft = replace(draft, images=(*draft.images, url[:500])[-IMAGES:])
        if item.get("kind") == "location":
            if isinstance(address, str) and address.strip():
                draft = replace(draft, place=address.strip()[:200], place_done=True)
            draft = _point(draft, item.get("latitude"), item.get("longitude"))
    return draft


def _point(draft: Draft, latitude: object, longitude: object) -> Draft:
    if isinstance(latitude, (int, float)) and isinstance(longitude, (int, float)):
        return replace(draft, latitude=float(latitude), longitude=float(longitude))
    return draft


def told_more(draft: Draft, scene: Scene) -> Draft:
    """Further sentences go to the description's end, nothing twice; a bare first word takes the service they show."""
    text, said = scene.text, draft.text
    if text in said:
        return draft
    sure = float(scene.turn.parse.get("service_confidence") or 0.0) >= SURE and scene.turn.parse.get("service_code")
    service = scene.service if sure and len(said) <= BARE else draft.service
    return replace(draft, text=f"{said}\n{text}", service=service)


def says_only_place(text: str) -> bool:
    """Whether a text is nothing but an address."""
    found = find_place(text)
    return found is not None and len(squeezed(found.text)) >= 0.7 * max(1, len(squeezed(text)))


def says_only_phone(text: str) -> bool:
    """Whether a text is nothing but a phone number with its usual words."""
    phone = own_phone(text)
    return phone is not None and len(squeezed(text)) <= len(phone.digits) + 8 and find_place(text) is None


def joined(hint: str, answer: str) -> str:
    """The answer word for word; a bare house number goes behind the street that the letter named."""
    return hint + answer if hint and _BARE_NUMBER.match(answer) else answer


