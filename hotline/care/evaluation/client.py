"""Asks the internal API: what it understands of a message, what it finds on a question."""

from __future__ import annotations

import time

import aiohttp

from hotline.errors import BotUnavailable
from hotline.records import JSON

TIMEOUT = aiohttp.ClientTimeout(total=30)
TRIES = 3


class InternalClient:
    """One client of `/nlu/parse` and `/knowledge/search`; a failed call is tried twice more, then it is an error."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self._session = session
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}

    async def parse(self, text: str) -> tuple[JSON, float]:
        """The understanding and the milliseconds of the whole call. Raises BotUnavailable."""
        return await self._call("/nlu/parse", {"text": text})

    async def search(self, question: str, limit: int = 3) -> tuple[JSON, float]:
        """The decision with the results, and the milliseconds of the whole call. Raises BotUnavailable."""
        return await self._call("/knowledge/search", {"query": question, "limit": limit})

    async def _call(self, path: str, body: JSON) -> tuple[JSON, float]:
        reason = ""
        for _ in range(TRIES):
            started = time.perf_counter()
            try:
                async with self._session.post(
                    self._url + path, json=body, headers=self._headers, timeout=TIMEOUT
                ) as response:
                    answer = await response.json()
                    if response.status == 200 and isinstance(answer, dict):
                        return answer, (time.perf_counter() - started) * 1000
                    reason = f"status {response.status}"
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                reason = type(error).__name__
        raise BotUnavailable(f"{self._url}{path}: {reason}")
