"""A citizen's WeChat and the platform on wechatpy alone: its crypto, its parser, none of our code.

It speaks safe mode to an account's server, reads what comes back passively and takes what is pushed.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import xmltodict
from aiohttp import web
from aiohttp.test_utils import TestServer
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import deserialize_reply
from wechatpy.utils import WeChatSigner, random_string

TOKEN, APP_ID, SECRET = "foreign-token", "wx0f0e1d2c3b4a5968", "foreign-secret"
KEY = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210abcdefg"
ACCOUNT, ACCESS = "gh_f0re16n00001", "foreign-access-token"
_ids = itertools.count(24_000_000_000_000_001)


@dataclass
class ForeignPlatform:
    """`heard` has all words that reached the citizen; `ways` how each came."""

    url: str = ""
    openid: str = "oF0re1gnC1t1zenXYZ0123456789"
    session: aiohttp.ClientSession | None = None
    heard: list[str] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    asked_for: list[str] = field(default_factory=list)
    crypto: WeChatCrypto = field(default_factory=lambda: WeChatCrypto(TOKEN, KEY, APP_ID))

    def app(self) -> web.Application:
        """The platform's API, as little of it as a conversation needs."""
        app = web.Application()
        app.router.add_post("/cgi-bin/stable_token", self._token)
        app.router.add_get("/cgi-bin/token", self._token)
        app.router.add_post("/cgi-bin/message/custom/send", self._send)
        app.router.add_get("/cgi-bin/media/get", self._media)
        app.router.add_route("*", "/{rest:.*}", self._no)
        return app

    async def say(self, words: str) -> None:
        """Type something."""
        await self.send(f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{words}]]></Content>")

    async def picture(self, media_id: str, data: bytes) -> None:
        """Send a picture that the platform keeps."""
        self.media[media_id] = ("image/jpeg", data)
        await self.send("<MsgType><![CDATA[image]]></MsgType><PicUrl><![CDATA[https://mmbiz.example/x/0]]></PicUrl>"
                        f"<MediaId><![CDATA[{media_id}]]></MediaId>")

    async def place(self, latitude: float, longitude: float, label: str) -> None:
        """Send a place, in GCJ-02."""
        await self.send(f"<MsgType><![CDATA[location]]></MsgType><Location_X>{latitude}</Location_X>"
                        f"<Location_Y>{longitude}</Location_Y><Scale>16</Scale><Label><![CDATA[{label}]]></Label>")

    async def send(self, inner: str) -> None:
        """Seal, sign, post; at most three tries with the same id, five seconds each."""
        xml = (f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{self.openid}]]>"
               f"</FromUserName><CreateTime>{int(time.time())}</CreateTime>{inner}<MsgId>{next(_ids)}</MsgId></xml>")
        for _ in range(3):
            try:
                status, body = await self._post(xml)
            except (TimeoutError, aiohttp.ClientError):
                continue
            assert status == 200, body
            if body not in ("", "success"):
                self._read(body)
            return
        raise AssertionError("the account's server did not answer")

    async def wait(self, words: str, seconds: float = 15.0, after: int = 0) -> str:
        """Wait for something with these words, after the first `after` things heard; returns it."""
        for _ in range(int(seconds / 0.05)):
            for heard in self.heard[after:]:
                if words in heard:
                    return heard
            await asyncio.sleep(0.05)
        raise AssertionError(f"{words!r} was not heard, but {self.heard[after:]!r}")

    async def _post(self, xml: str) -> tuple[int, str]:
        nonce, timestamp = random_string(10), str(int(time.time()))
        sealed = xmltodict.parse(self.crypto.encrypt_message(xml, nonce, timestamp))["xml"]
        signer = WeChatSigner()
        signer.add_data(TOKEN, timestamp, nonce)
        body = (f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>"
                f"<Encrypt><![CDATA[{sealed['Encrypt']}]]></Encrypt></xml>")
        assert self.session is not None
        async with self.session.post(
            f"{self.url}/webhooks/wechat", data=body.encode(), timeout=aiohttp.ClientTimeout(total=5),
            params={"signature": signer.signature, "timestamp": timestamp, "nonce": nonce, "openid": self.openid,
                    "encrypt_type": "aes", "msg_signature": sealed["MsgSignature"]},
        ) as response:
            return response.status, await response.text()

    def _read(self, body: str) -> None:
        sealed = xmltodict.parse(body)["xml"]
        plain = self.crypto.decrypt_message(body, sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"])
        message, reply = parse_message(plain), deserialize_reply(plain)
        assert (message.target, message.source) == (self.openid, ACCOUNT)
        self.heard.append(reply.content if reply.type == "text" else str(message))
        self.ways.append("passive")

    # --- the platform's API -----------------------------------------------------------------------------------

    async def _token(self, request: web.Request) -> web.Response:
        given = await request.json() if request.method == "POST" else dict(request.query)
        if (given.get("appid"), given.get("secret")) != (APP_ID, SECRET):
            return web.json_response({"errcode": 40125, "errmsg": "invalid appsecret"})
        return web.json_response({"access_token": ACCESS, "expires_in": 7200})

    async def _send(self, request: web.Request) -> web.Response:
        body = await request.json()
        if request.query.get("access_token") != ACCESS or body.get("touser") != self.openid:
            return web.json_response({"errcode": 40001, "errmsg": "invalid credential"})
        self.heard.append(_words(body))
        self.ways.append("push")
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _media(self, request: web.Request) -> web.StreamResponse:
        media_id = request.query.get("media_id", "")
        self.asked_for.append(media_id)
        if request.query.get("access_token") != ACCESS or media_id not in self.media:
            return web.json_response({"errcode": 40007, "errmsg": "invalid media_id"})
        kind, data = self.media[media_id]
        return web.Response(body=data, content_type=kind)

    async def _no(self, _: web.Request) -> web.Response:
        return web.json_response({"errcode": 48001, "errmsg": "api unauthorized"})


def _words(body: dict[str, Any]) -> str:
    """What a citizen reads of a customer-service message."""
    if body["msgtype"] == "text":
        return str(body["text"]["content"])
    if body["msgtype"] == "msgmenu":
        menu = body["msgmenu"]
        return "\n".join([menu.get("head_content", ""), *(line["content"] for line in menu["list"]),
                          menu.get("tail_content", "")])
    return str(body[body["msgtype"]])


@asynccontextmanager
async def foreign_platform() -> AsyncIterator[tuple[ForeignPlatform, dict[str, str]]]:
    """A running platform, and the settings with which a front door lives on it; `url` is the front door's."""
    platform = ForeignPlatform()
    async with TestServer(platform.app()) as server, aiohttp.ClientSession() as session:
        platform.session = session
        yield platform, {
            "HOTLINE_WECHAT_TOKEN": TOKEN, "HOTLINE_WECHAT_APP_ID": APP_ID, "HOTLINE_WECHAT_APP_SECRET": SECRET,
            "HOTLINE_WECHAT_AES_KEY": KEY, "HOTLINE_WECHAT_API_URL": str(server.make_url("")).rstrip("/")}
