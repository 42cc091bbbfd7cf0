"""Calls to the platform's API over our own client: one token, one repetition when it has run out, errors by kind."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
import structlog

from connectors.wechat.tokens import TokenKeeper
from hotline.errors import ChannelError
from hotline.records import JSON
from hotline.settings import Settings

log = structlog.get_logger(__name__)
T = TypeVar("T")
# The token is wrong, has run out, or was made void by another refresh.
STALE = (40001, 40014, 42001)
BUSY = (-1, 45011)
# The platform sends nothing more to this citizen until they do something.
CLOSED = {45015: "window", 45047: "count", 43004: "left", 40003: "unknown", 45048: "count"}
# The whole account may not for now: seconds until the next look, and a short code.
ACCOUNT = {45009: (600.0, "daily"), 48001: (1800.0, "permission"), 48002: (1800.0, "permission"),
           40164: (300.0, "address"), 50002: (1800.0, "blocked")}


class Refused(ChannelError):
    """The platform's `errcode`; `closed` names what ends the citizen's allowance, `account` what ails us all."""

    def __init__(self, code: int, path: str) -> None:
        seconds, account = ACCOUNT.get(code, (None, None))
        self.code = code
        self.closed = CLOSED.get(code)
        self.account = account
        super().__init__(f"wechat {path}: {code}", retry_after=2.0 if code in (*BUSY, *STALE) else seconds)


class Api:
    """The paths of `HOTLINE_WECHAT_API_URL`."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings, tokens: TokenKeeper) -> None:
        self._session = session
        self._url = settings.wechat_api_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=settings.wechat_timeout)
        self._media_timeout = aiohttp.ClientTimeout(total=settings.wechat_media_timeout)
        self._most = settings.max_attachment
        self._tokens = tokens

    async def post(self, path: str, body: JSON) -> JSON:
        """A JSON call with the token. Raises Refused, ChannelError (`unclear` when it may have been carried out)."""
        # The platform shows \\u escapes to citizens as they are.
        data = json.dumps(body, ensure_ascii=False).encode()

        async def once(token: str) -> JSON:
            return await self._ask("POST", path, {"access_token": token}, data=data)

        return await self._with_token(once)

    async def get(self, path: str, **query: str) -> JSON:
        """A call that only reads. Raises Refused, ChannelError."""

        async def once(token: str) -> JSON:
            return await self._ask("GET", path, {"access_token": token, **query})

        return await self._with_token(once)

    async def exchange(self, query: dict[str, str]) -> JSON:
        """The citizen's openid for the code of a web sign-in; it has a secret of its own and no token."""
        return await self._ask("GET", "/sns/oauth2/access_token", query)

    async def upload(self, kind: str, data: bytes, name: str, media_type: str) -> str:
        """Give a picture or a voice note to the platform for three days; returns its media id."""

        async def once(token: str) -> JSON:
            form = aiohttp.FormData()
            form.add_field("media", data, filename=name, content_type=media_type)
            return await self._ask("POST", "/cgi-bin/media/upload", {"access_token": token, "type": kind}, data=form,
                                   timeout=self._media_timeout)

        return str((await self._with_token(once)).get("media_id", ""))

    async def download(self, media_id: str) -> bytes:
        """A citizen's picture or voice note. Raises Refused, ChannelError."""

        async def once(token: str) -> bytes:
            query = {"access_token": token, "media_id": media_id}
            try:
                async with self._session.get(
                    f"{self._url}/cgi-bin/media/get", params=query, timeout=self._media_timeout
                ) as response:
                    data = await self._bytes(response)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise ChannelError("wechat media: no answer", retry_after=2.0) from error
            if data[:1] == b"{":
                _checked(_json(data), "/cgi-bin/media/get")
                raise ChannelError("wechat media: no file")
            return data

        return await self._with_token(once)

    async def _with_token(self, once: Callable[[str], Awaitable[T]]) -> T:
        token = await self._tokens.get()
        try:
            return await once(token)
        except Refused as error:
            if error.code not in STALE:
                raise
        return await once(await self._tokens.renew(token))

    async def _ask(
        self, method: str, path: str, query: dict[str, str], data: Any = None,
        timeout: aiohttp.ClientTimeout | None = None,
    ) -> JSON:
        try:
            async with self._session.request(
                method, self._url + path, params=query, data=data, timeout=timeout or self._timeout,
            ) as response:
                raw = await response.read()
                if response.status >= 400:
                    # A refusal, or a server that says it is busy, has carried nothing out; a gateway may have.
                    unclear = response.status >= 500 and response.status != 503
                    raise ChannelError(f"wechat {path}: {response.status}", retry_after=5.0, unclear=unclear)
        except aiohttp.ClientConnectorError as error:
            raise ChannelError(f"wechat {path}: no connection", retry_after=2.0) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ChannelError(f"wechat {path}: no answer", retry_after=2.0, unclear=True) from error
        return _checked(_json(raw), path)

    async def _bytes(self, response: aiohttp.ClientResponse) -> bytes:
        if response.status != 200:
            raise ChannelError(f"wechat media: {response.status}", retry_after=2.0)
        data = bytearray()
        async for chunk in response.content.iter_any():
            data += chunk
            if len(data) > self._most:
                raise ChannelError("wechat media: too large")
        return bytes(data)


def _json(raw: bytes) -> JSON:
    try:
        found = json.loads(raw)
    except ValueError as error:
        raise ChannelError("wechat: the answer is not JSON", retry_after=5.0, unclear=True) from error
    return found if isinstance(found, dict) else {}


def _checked(answer: JSON, path: str) -> JSON:
    code = answer.get("errcode", 0)
    if code:
        raise Refused(int(code), path)
    return answer
