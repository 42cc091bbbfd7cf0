"""The access token: shared by all processes, fetched by one of them at a time, sealed wherever it is kept."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
from datetime import datetime, timedelta, timezone

import aiohttp
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.wechat.memory import Shared
from hotline.errors import ChannelError
from hotline.records import JSON
from hotline.settings import Settings

log = structlog.get_logger(__name__)
NAME = "access_token"
# Renewed before its end, so that no call meets the end on its way.
EARLY = 120.0
HOLD_SECONDS = 10.0
LOOK_AGAIN = 0.1


class TokenUnavailable(ChannelError):
    """Nothing can be sent to anybody until there is a token; nothing has been."""

    account = "token"


class TokenKeeper:
    """Asks the city's token server, `stable_token` or the ordinary interface, as the settings say."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings, shared: Shared) -> None:
        self._session = session
        self._settings = settings
        self._shared = shared
        self._lock = asyncio.Lock()
        self._holder = os.urandom(8).hex()
        self._near: tuple[str, datetime] | None = None
        secret = f"wechat-token:{settings.wechat_app_id}:{settings.wechat_app_secret}:{settings.wechat_token_key}"
        self._seal = AESGCM(hashlib.sha256(secret.encode()).digest())

    async def get(self) -> str:
        """The token. Raises ChannelError."""
        if self._near and self._near[1] > _now():
            return self._near[0]
        return await self._together(None)

    async def renew(self, stale: str) -> str:
        """Another token than this one, which the platform has refused; fetched once for all who ask."""
        self._near = None
        return await self._together(stale)

    async def _together(self, stale: str | None) -> str:
        """The shared token unless it is the stale one; else whoever holds the refresh fetches it, the others wait."""
        async with self._lock:
            give_up = _now() + timedelta(seconds=2 * HOLD_SECONDS)
            while _now() < give_up:
                held = await self._held()
                if held is not None and held != stale:
                    return held
                if await self._shared.take(NAME, self._holder, _now(), HOLD_SECONDS):
                    # Another process may have come to its end between our look and our hold.
                    held = await self._held()
                    if held is not None and held != stale:
                        await self._shared.release(NAME, self._holder)
                        return held
                    return await self._fetch(stale)
                await asyncio.sleep(LOOK_AGAIN)
        raise TokenUnavailable("wechat token: another process holds the refresh", retry_after=2.0)

    async def _fetch(self, stale: str | None) -> str:
        try:
            token, seconds = await self._ask(force=False)
            if stale is not None and token == stale and self._settings.wechat_stable_token:
                token, seconds = await self._ask(force=True)
        except BaseException:
            await self._shared.release(NAME, self._holder)
            raise
        until = _now() + timedelta(seconds=max(10.0, seconds - EARLY))
        await self._shared.put(NAME, self._sealed(token), until)
        self._near = token, until
        log.info("wechat_token_fetched", seconds=int(seconds))
        return token

    async def _ask(self, force: bool) -> tuple[str, float]:
        settings = self._settings
        if settings.wechat_token_url:
            headers = {"Authorization": f"Bearer {settings.wechat_token_key}"} if settings.wechat_token_key else {}
            query = {"refresh": "1"} if force else {}
            answer = await self._call("GET", settings.wechat_token_url, params=query, headers=headers)
        elif not settings.wechat_app_secret:
            raise TokenUnavailable("wechat token: no app secret is set", retry_after=300.0)
        elif settings.wechat_stable_token:
            answer = await self._call("POST", f"{settings.wechat_api_url.rstrip('/')}/cgi-bin/stable_token", json={
                "grant_type": "client_credential", "appid": settings.wechat_app_id,
                "secret": settings.wechat_app_secret, "force_refresh": force})
        else:
            answer = await self._call("GET", f"{settings.wechat_api_url.rstrip('/')}/cgi-bin/token", params={
                "grant_type": "client_credential", "appid": settings.wechat_app_id,
                "secret": settings.wechat_app_secret})
        token, seconds = answer.get("access_token"), answer.get("expires_in", 7200)
        if not isinstance(token, str) or not token or not isinstance(seconds, (int, float)):
            log.error("wechat_token_refused", code=answer.get("errcode"))
            raise TokenUnavailable("wechat token: refused", retry_after=30.0)
        return token, float(seconds)

    async def _call(self, method: str, url: str, **options: object) -> JSON:
        timeout = aiohttp.ClientTimeout(total=self._settings.wechat_timeout)
        try:
            async with self._session.request(method, url, timeout=timeout, **options) as response:  # type: ignore[arg-type]
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise TokenUnavailable("wechat token: no answer", retry_after=2.0) from error
        return answer if isinstance(answer, dict) else {}

    async def _held(self) -> str | None:
        sealed = await self._shared.get(NAME, _now())
        if sealed is None:
            return None
        try:
            raw = base64.b64decode(sealed)
            return self._seal.decrypt(raw[:12], raw[12:], NAME.encode()).decode()
        except (InvalidTag, ValueError):
            # Sealed with another secret: fetched anew.
            return None

    def _sealed(self, token: str) -> str:
        nonce = os.urandom(12)
        return base64.b64encode(nonce + self._seal.encrypt(nonce, token.encode(), NAME.encode())).decode()


def _now() -> datetime:
    return datetime.now(timezone.utc)
