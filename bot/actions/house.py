"""The actions' client of the front door's internal API: reads only, within one second all told."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, ClassVar

import aiohttp

from hotline.errors import HotlineError
from hotline.settings import Settings

JSON = dict[str, Any]
CATALOGUE_SECONDS = 60.0
TRIES = 2


class HouseUnavailable(HotlineError):
    """The front door did not answer a read in time or not sensibly; `reason` is a short code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class House:
    """Asks the front door. Every call has `timeout` seconds all told, one retry included."""

    _shared: ClassVar[House | None] = None

    def __init__(self, url: str, token: str, timeout: float) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None
        self._catalogue: tuple[float, list[JSON]] | None = None

    @classmethod
    def shared(cls) -> House:
        """The process's one client, made at the first use from the environment's settings."""
        if cls._shared is None:
            settings = Settings.from_env()
            cls._shared = cls(settings.internal_url, settings.service_token, settings.internal_timeout)
        return cls._shared

    async def search(self, query: str, limit: int = 3) -> JSON:
        """Knowledge search: {"decision": answer|ask|none, "results": [...]}; raises HouseUnavailable."""
        return await self._read("POST", "/knowledge/search", "decision", {"query": query, "limit": limit})

    async def catalogue(self) -> list[JSON]:
        """The services, kept for a minute; an old list outlives a front door that does not answer."""
        kept = self._catalogue
        if kept is not None and time.monotonic() - kept[0] < CATALOGUE_SECONDS:
            return kept[1]
        try:
            services = (await self._read("GET", "/internal/catalogue", "services"))["services"]
        except HouseUnavailable:
            if kept is None:
                raise
            services = kept[1]
        self._catalogue = (time.monotonic(), services)
        return list(services)

    async def lookup_cases(
        self, citizen_id: str, receipt: str | None = None, last4: str | None = None, code: str | None = None
    ) -> JSON:
        """A citizen's tickets, newest first, or one by receipt: {"cases": [...], "limited": bool}."""
        wanted = {"citizen_id": citizen_id, "receipt": receipt, "last4": last4, "code": code}
        body = {key: value for key, value in wanted.items() if value is not None}
        return await self._read("POST", "/internal/cases/lookup", "cases", body)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _read(self, method: str, path: str, needed: str, body: JSON | None = None) -> JSON:
        try:
            return await asyncio.wait_for(self._tries(method, path, needed, body), self._timeout)
        except asyncio.TimeoutError:
            raise HouseUnavailable("timeout") from None

    async def _tries(self, method: str, path: str, needed: str, body: JSON | None) -> JSON:
        reason = ""
        for _ in range(TRIES):
            try:
                return await self._once(method, path, needed, body)
            except HouseUnavailable as error:
                reason = error.reason
                if reason.startswith("status_4"):  # our own mistake: asking again would not help
                    break
        raise HouseUnavailable(reason)

    async def _once(self, method: str, path: str, needed: str, body: JSON | None) -> JSON:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(headers=self._headers)
        try:
            async with self._session.request(method, self._url + path, json=body) as response:
                if response.status != 200:
                    raise HouseUnavailable(f"status_{response.status}")
                answer = json.loads(await response.read())
        except aiohttp.ClientError as error:
            raise HouseUnavailable(f"connection_{type(error).__name__}") from None
        except ValueError:
            raise HouseUnavailable("garbage") from None
        if not isinstance(answer, dict) or needed not in answer:
            raise HouseUnavailable("garbage")
        return answer
