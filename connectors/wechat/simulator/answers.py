"""How the platform answers calls: errors are HTTP 200 with a code, bodies are JSON in UTF-8."""

from __future__ import annotations

import json
import secrets
from typing import Any

from aiohttp import web

from connectors.wechat.simulator.model import JSON

WORDS = {
    -1: "system error", 40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type", 40003: "invalid openid", 40004: "invalid media type", 40006: "invalid meida size",
    40007: "invalid media_id", 40008: "invalid message type", 40013: "invalid appid", 40016: "invalid button size",
    40017: "invalid button type", 40018: "invalid button name size", 40019: "invalid button key size",
    40023: "invalid sub button size", 40025: "invalid sub button name size", 40029: "invalid code",
    40037: "invalid template_id", 40055: "invalid button url domain", 40125: "invalid appsecret",
    40163: "code been used", 41001: "access_token missing", 41005: "media data missing", 42001: "access_token expired",
    43101: "user refuse to accept the msg", 44002: "empty post data", 44004: "empty content",
    45002: "content size out of limit", 45008: "article size out of limit", 45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit", 45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit", 45072: "invalid command", 45080: "no interaction within 30 seconds",
    45081: "already typing", 46003: "menu no exist", 47001: "data format error", 47003: "argument invalid",
    48001: "api unauthorized", 50002: "user limited",
}


class Refusal(Exception):
    """An error code of the platform."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def answered(**more: Any) -> web.Response:
    """The platform's yes."""
    return web.json_response({"errcode": 0, "errmsg": "ok", **more})


def refuse(refusal: Refusal) -> web.Response:
    """The platform's no, which is HTTP 200 as well."""
    words = WORDS.get(refusal.code, "error")
    return web.json_response({"errcode": refusal.code, "errmsg": f"{words} rid: {secrets.token_hex(8)}"})


async def read_json(request: web.Request) -> JSON:
    """A body of JSON. Escapes like backslash-u are not undone: users of the platform would read them literally."""
    raw = await request.read()
    if not raw:
        raise Refusal(44002)
    try:
        body = json.loads(raw.decode().replace("\\u", "\\\\u"))
    except ValueError as error:
        raise Refusal(47001) from error
    if not isinstance(body, dict):
        raise Refusal(47001)
    return body
