"""HTTP habits shared by every listener: errors as JSON, bearer tokens, JSON bodies."""

from __future__ import annotations

import hmac
import json
import math
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from hotline.errors import (
    Answered,
    BadInput,
    BotUnavailable,
    CaseBackendError,
    CodeNeeded,
    Conflict,
    ForbiddenWords,
    HotlineError,
    NotAllowed,
    NotFound,
    SignInUnavailable,
    TooLarge,
    TooManyRequests,
)
from hotline.records import JSON

log = structlog.get_logger(__name__)
STATUS: list[tuple[type[HotlineError], int]] = [
    (TooLarge, 413), (BadInput, 400), (NotFound, 404), (Conflict, 409), (TooManyRequests, 429),
    (BotUnavailable, 503), (CaseBackendError, 503),
    (SignInUnavailable, 503),
]


@web.middleware
async def error_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error of ours is `{"error", "field"?}` with its status; what we did not foresee is a bare 500."""
    try:
        return await handler(request)
    except HotlineError as error:
        return _response(error)
    except web.HTTPRequestEntityTooLarge:
        return web.json_response({"error": "the body is over the limit"}, status=413)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return web.json_response({"error": error.reason}, status=error.status, headers=_allow(error))
    except Exception:
        log.exception("request_broke", method=request.method, route=_route(request))
        return web.json_response({"error": "internal error"}, status=500)


def bearer_middleware(token: str) -> Middleware:
    """Lets in only callers that carry the service token."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        require_bearer(request, token)
        return await handler(request)

    return check


def require_bearer(request: web.Request, token: str) -> None:
    """Compare the bearer token in constant time. Raises NotAllowed (401)."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise NotAllowed("a service token is needed", 401)


async def read_json(request: web.Request) -> Any:
    """The body as JSON. Raises BadInput; a body over the limit is answered with 413."""
    try:
        return json.loads(await request.text())
    except (ValueError, RecursionError, LookupError) as error:
        raise BadInput("the body is not valid JSON") from error


async def read_bytes(request: web.Request, limit: int) -> bytes:
    """The body as it is, of at most `limit` bytes, whatever the listener's own limit is. Raises TooLarge."""
    if (request.content_length or 0) > limit:
        raise TooLarge("the body is over the limit", "file")
    data = bytearray()
    async for chunk in request.content.iter_any():
        data += chunk
        if len(data) > limit:
            raise TooLarge("the body is over the limit", "file")
    return bytes(data)


async def read_object(request: web.Request) -> JSON:
    """The body as a JSON object. Raises BadInput."""
    body = await read_json(request)
    if not isinstance(body, dict):
        raise BadInput("the body must be a JSON object")
    return body


def _response(error: HotlineError) -> web.Response:
    body: JSON = {"error": str(error)}
    if isinstance(error, BadInput) and error.field:
        body["field"] = error.field
    if isinstance(error, CodeNeeded):
        body["code"] = "totp"
    if isinstance(error, ForbiddenWords):
        body["words"] = error.words
    if isinstance(error, Answered):
        body["code"] = "newer"
    headers = {}
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    if isinstance(error, NotAllowed):
        return web.json_response(body, status=error.status)
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    return web.json_response(body, status=status, headers=headers)


def _allow(error: web.HTTPException) -> dict[str, str]:
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}


def _route(request: web.Request) -> str:
    """The route's pattern: the address itself may hold a receipt."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"
