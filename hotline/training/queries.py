"""What addresses and bodies of the room say: one word each, checked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta, timezone
from typing import Any

from aiohttp import web

from hotline.errors import BadInput
from hotline.records import JSON

BEGINNING = datetime(1970, 1, 1, tzinfo=timezone.utc)
LONGEST = 200  # characters of a search


def word(request: web.Request, name: str, allowed: Collection[str], default: str = "") -> str:
    """A word of a short list from the query. Raises BadInput."""
    value = request.query.get(name, default)
    if value and value not in allowed:
        raise BadInput(f"{name} 不能是 {value[:40]}", name)
    return value


def words(request: web.Request, name: str = "q") -> str:
    """Free words from the query. Raises BadInput when they are too long."""
    value = request.query.get(name, "").strip()
    if len(value) > LONGEST:
        raise BadInput(f"{name} 最多 {LONGEST} 字", name)
    return value


def code(request: web.Request, name: str) -> str:
    """A short name of letters from the query. Raises BadInput."""
    value = request.query.get(name, "")
    if value and not (value.isascii() and value.replace("_", "").isalnum() and len(value) <= 40):
        raise BadInput(f"{name} 不是一个代码", name)
    return value


def place(request: web.Request, parts: int) -> tuple[str, ...] | None:
    """The cursor `before` in its parts; None at the beginning. Raises BadInput."""
    value = request.query.get("before", "")
    if not value:
        return None
    found = tuple(value.split("_"))
    if len(found) != parts or not value.isascii() or len(value) > 80:
        raise BadInput("before 不是上一页给的值", "before")
    return found


def number(text: str) -> int:
    """A number of a cursor. Raises BadInput."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadInput("before 不是上一页给的值", "before")
    return int(text)


def moment(text: str) -> datetime:
    """A time of a cursor, in microseconds since 1970. Raises BadInput."""
    try:
        return BEGINNING + timedelta(microseconds=number(text))
    except OverflowError as error:
        raise BadInput("before 不是上一页给的值", "before") from error


def micros(at: datetime) -> int:
    """The other way round."""
    return (at - BEGINNING) // timedelta(microseconds=1)


def ids(body: JSON, name: str, most: int) -> list[str]:
    """A list of ids or texts from a body, each once. Raises BadInput."""
    found = body.get(name)
    if not isinstance(found, list) or not all(isinstance(one, str) and 0 < len(one) <= 4000 for one in found):
        raise BadInput(f"{name} 应是文字的列表", name)
    if not 0 < len(found) <= most:
        raise BadInput(f"{name} 一次要有 1 到 {most} 个", name)
    return list(dict.fromkeys(found))


def said(body: JSON, name: str) -> str | None:
    """A code from a body; empty and absent are the same. Raises BadInput."""
    value: Any = body.get(name)
    if value in (None, ""):
        return None
    if not isinstance(value, str) or len(value) > 40:
        raise BadInput(f"{name} 应是代码", name)
    return value
