"""The vendor that had the account before us: what is not ours goes to its address, signed, and its reply comes back."""

from __future__ import annotations

import asyncio
import secrets
import time

import aiohttp
import structlog

from connectors.wechat.events import OURS
from connectors.wechat.received import Received
from connectors.wechat.signing import sign
from connectors.wechat.texts import MENU_KEYS
from connectors.wechat.xml import fields
from hotline.errors import BadInput
from hotline.settings import Settings

log = structlog.get_logger(__name__)
AGAIN = (2.0, 5.0)
MOST = 65_536


class Vendor:
    """Forwards the clear XML with a signature of the vendor's own token; later tries only tell, they cannot answer."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings) -> None:
        self._session = session
        self._url = settings.wechat_vendor_url
        self._token = settings.wechat_vendor_token
        self._keys = settings.wechat_vendor_keys
        self._timeout = aiohttp.ClientTimeout(total=settings.wechat_vendor_timeout)
        self._tasks: set[asyncio.Task[None]] = set()

    def owns(self, received: Received) -> bool:
        """Keys, scenes and words that were given to the vendor; menu keys and events that we do not know."""
        if not self._url:
            return False
        name = received.kind.partition(":")[2]
        given = received.event_key if name else received.text.strip()
        if given and given.startswith(self._keys or ("\x00",)):
            return True
        if name == "click":
            return received.event_key not in MENU_KEYS
        return bool(name) and name not in OURS

    async def ask(self, xml: str, received: Received) -> str | None:
        """The vendor's reply; None when it has none, or none in time."""
        try:
            return await self._post(xml, received)
        except (aiohttp.ClientError, TimeoutError, OSError, BadInput) as error:
            log.warning("wechat_vendor_failed", error=type(error).__name__)
        task = asyncio.create_task(self._later(xml, received))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return None

    async def stop(self) -> None:
        """Give up later tries."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _later(self, xml: str, received: Received) -> None:
        for pause in AGAIN:
            await asyncio.sleep(pause)
            try:
                await self._post(xml, received)
                return
            except (aiohttp.ClientError, TimeoutError, OSError, BadInput) as error:
                log.warning("wechat_vendor_failed", error=type(error).__name__)
        log.error("wechat_vendor_lost", kind=received.kind)

    async def _post(self, xml: str, received: Received) -> str | None:
        timestamp, nonce = str(int(time.time())), secrets.token_hex(8)
        query = {"signature": sign(self._token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce,
                 "openid": received.sender}
        async with self._session.post(
            self._url, params=query, data=xml.encode(), headers={"Content-Type": "text/xml"}, timeout=self._timeout,
        ) as response:
            response.raise_for_status()
            said = (await response.content.read(MOST)).decode("utf-8", "replace").strip()
        if said in ("", "success"):
            return None
        # Only a reply to this citizen is passed on.
        if fields(said).get("ToUserName") != received.sender:
            raise BadInput("the vendor's reply is for somebody else")
        return said
