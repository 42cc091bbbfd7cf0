"""What the room's addresses are asked with: numbers, days and words of a query or a body, or BadInput."""

from __future__ import annotations

from aiohttp import web

from hotline.errors import BadInput
from hotline.records import JSON

MOST = 2_000_000_000


def number_in(request: web.Request, name: str, default: int | None = None, most: int = MOST) -> int | None:
    """A whole number of the query, 1 to `most`. Raises BadInput."""
    text = request.query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= most):
        raise BadInput(f"{name} 应是 1 到 {most} 的整数", name)
    return int(text)


def number_of(values: JSON, name: str) -> int | None:
    """A whole number of a body, or None when it is not there. Raises BadInput."""
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise BadInput(f"{name} 应是整数", name)
    return value


def words_of(values: JSON, name: str, longest: int, *, optional: bool = False) -> str:
    """A text of a body, without blanks around it, up to `longest` characters. Raises BadInput."""
    value = values.get(name)
    if optional and value in (None, ""):
        return ""
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"请填写 {name}", name)
    if len(value.strip()) > longest:
        raise BadInput(f"{name} 最多 {longest} 个字", name)
    return value.strip()


def flag_of(values: JSON, name: str) -> bool:
    """A truth value of a body; False when it is not there. Raises BadInput."""
    value = values.get(name, False)
    if not isinstance(value, bool):
        raise BadInput(f"{name} 只能是 true 或 false", name)
    return value
