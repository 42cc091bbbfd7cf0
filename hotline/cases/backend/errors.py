"""Open311's way to say no: a list of `{code, description}` with the same HTTP status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from aiohttp import web

from hotline.cases.backend.wire import to_json

Handler = Callable[..., Awaitable[web.StreamResponse]]


class Refused(Exception):
    """A request that the backend does not take; `status` is HTTP's."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status


def refusals(handler: Handler) -> Handler:
    """Answers Refused, and a body over the limit, as Open311 errors."""

    @wraps(handler)
    async def handle(*arguments: Any) -> web.StreamResponse:
        try:
            return await handler(*arguments)
        except Refused as error:
            return to_json([{"code": error.status, "description": str(error)}], error.status)
        except web.HTTPRequestEntityTooLarge:
            return to_json([{"code": 413, "description": "the body is over the limit"}], 413)

    return handle
