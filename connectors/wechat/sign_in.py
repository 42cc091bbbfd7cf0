"""The page in WeChat's browser: the citizen signs in by OAuth and is the same person there as in the chat."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from urllib.parse import urlencode

import structlog
from aiohttp import web

from connectors.wechat.api import Api
from connectors.wechat.memory import Shared
from hotline.errors import ChannelError, NotAllowed
from hotline.settings import Settings

log = structlog.get_logger(__name__)
START, BACK = "/wechat/chat", "/wechat/sign-in"
COOKIE, COOKIE_SECONDS = "hotline-wechat", 600
# The widget reads its session from this name (docs/web-channel.md).
SCRIPT = ("try{localStorage.setItem('hotline-session',document.body.dataset.session)}catch(e){}"
          "location.replace('/');")
_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
HEADERS = {"Content-Security-Policy": f"default-src 'none'; script-src 'sha256-{_HASH}'; base-uri 'none'",
           "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


class SignIn:
    """`snsapi_base`: the openid alone, without a question to the citizen."""

    def __init__(
        self, api: Api, shared: Shared, settings: Settings, web_session: Callable[[str], tuple[str, str]]
    ) -> None:
        self._api = api
        self._shared = shared
        self._settings = settings
        self._web_session = web_session

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Where the menu leads, and where the platform sends the citizen back to."""
        return [web.get(START, self.start), web.get(BACK, self.back)]

    async def start(self, request: web.Request) -> web.Response:
        """To the platform, with a state that only this browser knows."""
        state = secrets.token_urlsafe(16)
        base = self._settings.public_url.rstrip("/") or f"{request.scheme}://{request.host}"
        query = urlencode({"appid": self._settings.wechat_app_id, "redirect_uri": base + BACK,
                           "response_type": "code", "scope": "snsapi_base", "state": state})
        response = web.Response(status=302, headers={
            "Location": f"{self._settings.wechat_oauth}/connect/oauth2/authorize?{query}#wechat_redirect",
            "Cache-Control": "no-store"})
        response.set_cookie(COOKIE, state, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", path=BACK,
                            secure=base.startswith("https"))
        return response

    async def back(self, request: web.Request) -> web.Response:
        """With a code: whose it is; the page's session is that person's. Raises NotAllowed."""
        state, code = request.cookies.get(COOKIE, ""), request.query.get("code", "")
        if not state or not hmac.compare_digest(state.encode(), request.query.get("state", "").encode()):
            raise NotAllowed("the sign-in was not begun in this browser")
        openid = await self._openid(code) if code else None
        if openid is None:
            # Without a sign-in the page still works, for somebody we do not know.
            return web.Response(status=302, headers={"Location": "/", "Cache-Control": "no-store"})
        sender, session_id = self._web_session(openid)
        await self._shared.link(openid, "web", sender, datetime.now(timezone.utc))
        page = (f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>青岛12345</title>'
                f'<body data-session="{html.escape(session_id)}"><a href="/">进入</a><script>{SCRIPT}</script></body>')
        response = web.Response(text=page, content_type="text/html", headers=HEADERS)
        response.del_cookie(COOKIE, path=BACK)
        return response

    async def _openid(self, code: str) -> str | None:
        try:
            answer = await self._api.exchange({
                "appid": self._settings.wechat_app_id, "secret": self._settings.wechat_app_secret,
                "code": code[:200], "grant_type": "authorization_code"})
        except ChannelError as error:
            log.warning("wechat_sign_in_failed", error=type(error).__name__)
            return None
        openid = answer.get("openid")
        return openid if isinstance(openid, str) and 0 < len(openid) <= 150 else None
