"""The desk's door: cookie to session, CSRF token on every POST, the rule of each route."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from hotline.desk.accounts import SESSION, Accounts
from hotline.desk.presence import Presence
from hotline.desk.rights import OPEN, RULES, SIGNED_IN, demand
from hotline.errors import BadInput, NotAllowed, TooLarge
from hotline.records import JSON
from hotline.store.agents import Session

COOKIE = "hotline_desk"
# Addresses that an account with a one-time password may use before it has a password of its own.
BEFORE_CHANGE = {"/desk/api/session", "/desk/api/password", "/desk/api/logout"}
# ... and one whose role must have a second factor, before it has one.
BEFORE_TOTP = BEFORE_CHANGE | {"/desk/api/totp/begin", "/desk/api/totp/confirm"}
LONGEST_BODY = 65_536
Signed = Callable[[web.Request, Session], Awaitable[web.StreamResponse]]
Open = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gate:
    """Makes routes that cannot be reached without what their rule asks for."""

    def __init__(
        self, accounts: Accounts, presence: Presence | None, rules: Mapping[tuple[str, str], str] = RULES
    ) -> None:
        self._accounts = accounts
        self._presence = presence
        self._rules = rules

    def of_room(self, rules: Mapping[tuple[str, str], str]) -> Gate:
        """The gate of another room with rules of its own; who works there is not at the desk."""
        return Gate(self._accounts, None, rules)

    def open(self, method: str, path: str, handler: Open) -> web.RouteDef:
        """A route for everybody; its rule must say so."""
        if self._rules.get((method, path)) != OPEN:
            raise ValueError(f"{method} {path} is not open")
        return web.route(method, path, _uncached(handler))

    def signed(self, method: str, path: str, handler: Signed) -> web.RouteDef:
        """A route for those who are signed in and have the right of its rule."""
        rule = self._rules.get((method, path), OPEN)
        if rule == OPEN:
            raise ValueError(f"{method} {path} has no rule")

        async def guarded(request: web.Request) -> web.StreamResponse:
            session = await self.session(request)
            if method != "GET":
                _check_csrf(request, session)
            if session.must_change and path not in BEFORE_CHANGE:
                raise NotAllowed("请先修改一次性密码")
            if session.must_enrol and path not in BEFORE_TOTP:
                raise NotAllowed("请先绑定动态口令")
            if rule != SIGNED_IN:
                demand(session.agent, rule)
                if self._presence is not None:
                    await self._presence.here([session.agent])
            return await handler(request, session)

        return web.route(method, path, _uncached(guarded))

    async def session(self, request: web.Request) -> Session:
        """The session behind the request's cookie. Raises NotAllowed (401)."""
        token = request.cookies.get(COOKIE, "")
        session = await self._accounts.session(token) if 20 <= len(token) <= 100 else None
        if session is None:
            raise NotAllowed("请先登录", 401)
        return session


def set_cookie(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Hand the token to the browser, out of reach of scripts and of other sites."""
    response.set_cookie(COOKIE, token, path="/", httponly=True, samesite="Strict", secure=is_https(request),
                        max_age=int(SESSION.total_seconds()))


def drop_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """Take the token back."""
    response.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict", secure=is_https(request))


def is_https(request: web.Request) -> bool:
    """Whether the browser came by https; a forged header only harms its sender."""
    return request.secure or request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip() == "https"


async def body(request: web.Request) -> JSON:
    """The JSON object of a POST. Raises BadInput; other sites cannot send this content type unasked."""
    if request.content_type != "application/json":
        raise BadInput("the body must be application/json")
    raw = await request.content.read(LONGEST_BODY + 1)
    while len(raw) <= LONGEST_BODY and not request.content.at_eof():
        raw += await request.content.read(LONGEST_BODY + 1)
    if len(raw) > LONGEST_BODY:
        raise TooLarge("the body is too long")
    try:
        value: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadInput("the body is not JSON") from error
    if not isinstance(value, dict):
        raise BadInput("the body must be an object")
    return value


def text_of(values: JSON, name: str, longest: int, *, optional: bool = False) -> str:
    """A text of 1 to `longest` characters without control characters. Raises BadInput with the field's name."""
    value = values.get(name)
    if optional and value in (None, ""):
        return ""
    if not isinstance(value, str):
        raise BadInput(f"{name} must be a text", name)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BadInput(f"{name} is not valid text", name) from error
    kept = "".join(sign for sign in value if (sign >= " " and sign != "\x7f") or sign in "\n\t").strip()
    if not 1 <= len(kept) <= longest:
        raise BadInput(f"{name} must have 1 to {longest} characters", name)
    return kept


def _check_csrf(request: web.Request, session: Session) -> None:
    sent = request.headers.get("X-CSRF-Token", "")
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), session.csrf.encode()):
        raise NotAllowed("页面已过期，请刷新后再试")


def _uncached(handler: Open) -> Open:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = await handler(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    return answer
