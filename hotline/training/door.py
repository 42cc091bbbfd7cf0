"""What the room asks of the gate: routes for those who are signed in and have the right of the route's rule."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from hotline.store.agents import Session

Signed = Callable[[web.Request, Session], Awaitable[web.StreamResponse]]


class Door(Protocol):
    """`hotline.desk.gate.Gate` with the room's rules is one."""

    def signed(self, method: str, path: str, handler: Signed) -> web.RouteDef:
        """The route; 401 without a session, 403 without the right or the CSRF token."""
