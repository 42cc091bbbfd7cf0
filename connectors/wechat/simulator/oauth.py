"""The platform's sign-in on web pages: a page that sends the user on with a code, and the code's exchange."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from connectors.wechat.simulator.answers import Refusal, refuse
from connectors.wechat.simulator.faults import Faults
from connectors.wechat.simulator.model import JSON, Account, People, Rules

COOKIE = "wechat_simulator_openid"


@dataclass
class _Code:
    openid: str
    scope: str
    until: float
    used: bool = False


class OAuth:
    """`/connect/oauth2/authorize` and `/sns`. The user is the one of the cookie, which the chat page sets."""

    def __init__(self, account: Account, people: People, rules: Rules, faults: Faults) -> None:
        self._account = account
        self._people = people
        self._rules = rules
        self._faults = faults
        self._codes: dict[str, _Code] = {}
        self._tokens: dict[str, _Code] = {}

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The addresses, as the platform spells them."""
        return [web.get("/connect/oauth2/authorize", self._authorize),
                web.get("/sns/oauth2/access_token", self._access_token),
                web.get("/sns/userinfo", self._user_info)]

    async def _authorize(self, request: web.Request) -> web.Response:
        query = request.query
        target, scope = query.get("redirect_uri", ""), query.get("scope", "")
        if query.get("appid") != self._account.app_id or query.get("response_type") != "code":
            return web.Response(status=400, text="appid 或 response_type 不对")
        if scope not in ("snsapi_base", "snsapi_userinfo") or not target.startswith(("http://", "https://")):
            return web.Response(status=400, text="scope 或 redirect_uri 不对")
        openid = query.get("openid") or request.cookies.get(COOKIE, "")
        if self._people.get(openid) is None:
            return web.Response(status=400, text="请先打开模拟聊天页，选一位用户")
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(openid, scope, time.time() + self._rules.code_seconds)
        sign = "&" if "?" in target else "?"
        raise web.HTTPFound(f"{target}{sign}{urlencode({'code': code, 'state': query.get('state', '')})}")

    async def _access_token(self, request: web.Request) -> web.Response:
        fault = await self._faults.next(request.path)
        try:
            if fault.code:
                raise Refusal(fault.code)
            return web.json_response(self._exchange(request))
        except Refusal as refusal:
            return refuse(refusal)

    def _exchange(self, request: web.Request) -> JSON:
        query = request.query
        if query.get("appid") != self._account.app_id:
            raise Refusal(40013)
        if query.get("secret") != self._account.secret:
            raise Refusal(40125)
        if query.get("grant_type") != "authorization_code":
            raise Refusal(40002)
        code = self._codes.get(query.get("code", ""))
        if code is None or code.until < time.time():
            raise Refusal(40029)
        if code.used:
            raise Refusal(40163)
        code.used = True
        token = secrets.token_urlsafe(48)
        self._tokens[token] = code
        person = self._people.all[code.openid]
        return {"access_token": token, "expires_in": 7200, "refresh_token": secrets.token_urlsafe(48),
                "openid": person.openid, "scope": code.scope, "unionid": person.unionid}

    async def _user_info(self, request: web.Request) -> web.Response:
        code = self._tokens.get(request.query.get("access_token", ""))
        if code is None or code.openid != request.query.get("openid"):
            return refuse(Refusal(40001))
        if code.scope != "snsapi_userinfo":
            return refuse(Refusal(48001))
        person = self._people.all[code.openid]
        return web.json_response({"openid": person.openid, "unionid": person.unionid, "nickname": person.nickname,
                                  "sex": 0, "headimgurl": "", "privilege": []})
