"""A tiny account server on wechatpy alone, against which the simulator is tested; it keeps what it was sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

from connectors.wechat.simulator.model import JSON, Account, Rules
from connectors.wechat.simulator.platform import Platform

TOKEN, APP_ID, SECRET = "simulator-token", "wx5a1e77d0c0de0001", "simulator-secret"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
QUICK = Rules(time_out=0.3, retries=3)


@dataclass
class AccountServer:
    """Answers with `answer` (None: `success`) after `delays`, one a request; `seal` says how it answers."""

    answer: str | None = "收到"
    seal: bool = False
    delays: list[float] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    got: list[Any] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/webhooks/wechat", self.verify)
        app.router.add_post("/webhooks/wechat", self.message)
        return app

    async def verify(self, request: web.Request) -> web.Response:
        query = request.query
        try:
            check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
        except InvalidSignatureException:
            return web.Response(status=403)
        return web.Response(text=query["echostr"])

    async def message(self, request: web.Request) -> web.Response:
        query, body = request.query, await request.text()
        self.queries.append(dict(query))
        self.bodies.append(body)
        check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
        crypto = WeChatCrypto(TOKEN, KEY, APP_ID)
        if query.get("encrypt_type") == "aes":
            body = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        message = parse_message(body)
        self.got.append(message)
        if self.delays:
            await asyncio.sleep(self.delays.pop(0))
        if self.statuses and self.statuses.pop(0) != 200:
            return web.Response(status=502)
        if self.raw:
            return web.Response(text=self.raw.pop(0))
        if self.answer is None:
            return web.Response(text="success")
        reply = create_reply(self.answer, message).render()
        return web.Response(text=crypto.encrypt_message(reply, query["nonce"]) if self.seal else reply)


@dataclass
class Lab:
    """The simulator and the account server, both running, and a client for the simulator's addresses."""

    platform: Platform
    server: AccountServer
    session: aiohttp.ClientSession
    url: str

    async def api(self, path: str, body: JSON | None = None, **query: str) -> JSON:
        """One call of the platform's API with a token of ours."""
        token, _ = self.platform.tokens.stable(False)
        params = {"access_token": token, **query}
        method = "GET" if body is None else "POST"
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        async with self.session.request(method, f"{self.url}{path}", params=params, data=data) as response:
            assert response.status == 200
            found: JSON = await response.json()
            return found

    async def push(self, openid: str, words: str = "你好") -> int:
        """A customer-service message; its error code."""
        answer = await self.api("/cgi-bin/message/custom/send", {
            "touser": openid, "msgtype": "text", "text": {"content": words}})
        return int(answer["errcode"])


@asynccontextmanager
async def lab(mode: str = "plain", rules: Rules = QUICK, **settings: Any) -> AsyncIterator[Lab]:
    """Everything on loopback, stopped in the end."""
    server = AccountServer(**settings)
    async with TestServer(server.app()) as account:
        platform = Platform(Account(TOKEN, APP_ID, SECRET, str(account.make_url("/webhooks/wechat")), KEY,
                                    mode), rules)  # type: ignore[arg-type]
        async with TestServer(platform.app) as served, aiohttp.ClientSession() as session:
            yield Lab(platform, server, session, str(served.make_url("")).rstrip("/"))
