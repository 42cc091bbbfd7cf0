"""A stored message as the pieces the platform can carry: texts of at most 2,048 bytes, pictures, articles, voices."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from connectors.wechat.xml import clean
from hotline.records import JSON, Message

MOST_BYTES = 2048
# Articles show a title and some words beside the picture; what is longer goes as text and picture.
MOST_ARTICLE = 120
# Leaves room for the numbered lines of the buttons in the same message.
BUTTON_ROOM = 512
_SENTENCE = re.compile(r"[。！？；!?;\n]+[”’」』）)】]*|(?<=[A-Za-z])\.(?=\s)")
_PAUSE = re.compile(r"[，、,：: ]")
_STEP = re.compile(r"(?<=[。！!；;])\s*(?=[2-9]\. ?[^\d\s])")
_JOINED = "\u200d\ufe0f\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
Address = Callable[[str], str]


@dataclass(frozen=True)
class Piece:
    """One of text, image, voice or article (title, description, picurl, url); buttons stand under a text."""

    text: str = ""
    buttons: tuple[JSON, ...] = ()
    image: str = ""
    voice: str = ""
    article: JSON | None = None

    @property
    def words(self) -> bool:
        """Whether it can be merged with others."""
        return bool(self.text)


def pieces(message: Message, address: Address) -> list[Piece]:
    """All pieces of a message, the same at every call: how many have gone out is counted."""
    text = readable(message, address)
    picture = address(message.image) if message.image else ""
    if text and picture.startswith("https://") and len(text) <= MOST_ARTICLE and not message.buttons:
        title, _, rest = text.partition("\n")
        return [Piece(article={"title": title[:64], "description": rest or text, "picurl": picture, "url": picture})]
    found = [Piece(text=part) for part in split(text, MOST_BYTES - (BUTTON_ROOM if message.buttons else 0))]
    if message.buttons:
        last = found.pop().text if found else "请选择："
        found.append(Piece(text=last, buttons=message.buttons))
    if message.image:
        found.append(Piece(image=message.image))
    if message.voice:
        found.append(Piece(voice=message.voice))
    return found


def readable(message: Message, address: Address) -> str:
    """The words as they read best in a chat: steps on lines of their own, a ticket's page by its address."""
    text = clean(message.text or "").strip()
    custom = message.custom or {}
    if custom.get("type") == "emergency":
        text = _STEP.sub("\n", text)
    receipt = custom.get("receipt")
    if custom.get("type") == "ticket" and receipt and text:
        page = address(f"/t/{receipt}")
        text += f"\n看进度：{page}" if page.startswith("http") else ""
    return text


def split(text: str, most: int) -> list[str]:
    """Parts of at most `most` bytes of UTF-8, cut after a sentence, else at a pause, else between characters."""
    parts: list[str] = []
    rest = text
    while len(rest.encode()) > most:
        cut = _cut(rest, most)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [part for part in [*parts, rest] if part]


def _cut(text: str, most: int) -> int:
    """Where the first part ends, in characters."""
    room = len(text.encode()[:most].decode("utf-8", "ignore"))
    for marks in (_SENTENCE, _PAUSE):
        ends = [found.end() for found in marks.finditer(text, 0, room) if found.end() > room // 3]
        if ends:
            return ends[-1]
    # No sign of a person's is cut from its base: skin tones, joiners, keycaps.
    whole = room
    while room > 1 and (text[room] in _JOINED or text[room - 1] == "\u200d"):
        room -= 1
    return room if room > 1 else whole
