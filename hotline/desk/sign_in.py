"""The addresses for signing in, signing out and changing one's password."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from hotline.desk import views
from hotline.desk.accounts import Accounts
from hotline.desk.gate import Gate, body, drop_cookie, set_cookie
from hotline.desk.passwords import LONGEST
from hotline.errors import BadInput
from hotline.records import JSON
from hotline.store.agents import Session


class SignIn:
    """HTTP around `Accounts`."""

    def __init__(self, accounts: Accounts, gate: Gate, ended: Callable[[], Awaitable[None]]) -> None:
        self._accounts = accounts
        self._gate = gate
        # Called after sessions have ended, so that live connections end with them.
        self._ended = ended

    def routes(self) -> list[web.RouteDef]:
        """Login, logout, who am I, new password."""
        return [
            self._gate.open("POST", "/desk/api/login", self._login),
            self._gate.signed("POST", "/desk/api/logout", self._logout),
            self._gate.signed("GET", "/desk/api/session", self._session),
            self._gate.signed("POST", "/desk/api/password", self._password),
        ]

    async def _login(self, request: web.Request) -> web.Response:
        values = await body(request)
        code = _plain(values, "code") if values.get("code") else ""
        signed = await self._accounts.login(_plain(values, "username").strip(), _plain(values, "password"), code)
        response = web.json_response(views.session(signed.session))
        set_cookie(request, response, signed.token)
        return response

    async def _logout(self, request: web.Request, session: Session) -> web.Response:
        await self._accounts.logout(session)
        await self._ended()
        response = web.json_response({"ok": True})
        drop_cookie(request, response)
        return response

    async def _session(self, request: web.Request, session: Session) -> web.Response:
        return web.json_response(views.session(session))

    async def _password(self, request: web.Request, session: Session) -> web.Response:
        values = await body(request)
        await self._accounts.change_password(session, _plain(values, "old"), _plain(values, "new"))
        await self._ended()
        return web.json_response({"ok": True})


def _plain(values: JSON, name: str) -> str:
    """A short text exactly as sent: a password may hold anything."""
    value = values.get(name)
    if not isinstance(value, str) or not value:
        raise BadInput(f"{name} must be a text", name)
    if len(value) > LONGEST or "\x00" in value or not value.isprintable():
        raise BadInput(f"{name} has characters that cannot be used or is too long", name)
    return value
