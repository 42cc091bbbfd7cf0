"""A citizen over REST, as a server that speaks for citizens would be."""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, field

import aiohttp

from hotline.records import JSON


@dataclass
class Citizen:
    """One sender and everything that came back to it; `seconds` holds the time of each turn."""

    session: aiohttp.ClientSession
    url: str
    token: str
    sender: str = field(default_factory=lambda: f"bench-{uuid.uuid4().hex[:16]}")
    seconds: list[float] = field(default_factory=list)
    received: list[JSON] = field(default_factory=list)

    async def say(self, text: str) -> list[JSON]:
        """Send one message and return what came back; waits out a 429. Raises aiohttp.ClientError."""
        body = {"sender": self.sender, "message": text, "metadata": {"message_id": uuid.uuid4().hex}}
        for _ in range(5):
            started = time.perf_counter()
            async with self.session.post(
                f"{self.url}/webhooks/rest/webhook", json=body, headers={"Authorization": f"Bearer {self.token}"}
            ) as response:
                if response.status == 429:
                    await asyncio.sleep(float(response.headers.get("Retry-After", "1")))
                    continue
                response.raise_for_status()
                messages: list[JSON] = await response.json()
            self.seconds.append(time.perf_counter() - started)
            self.received.extend(messages)
            return messages
        raise aiohttp.ClientError("refused five times by the rate limit")

    async def late(self) -> list[JSON]:
        """What came after the last message we know of (an answer that was late)."""
        after = self.received[-1]["message_id"] if self.received else ""
        async with self.session.get(
            f"{self.url}/webhooks/rest/messages", params={"sender": self.sender, "after": after},
            headers={"Authorization": f"Bearer {self.token}"},
        ) as response:
            response.raise_for_status()
            messages: list[JSON] = await response.json()
        self.received.extend(messages)
        return messages


def customs(messages: list[JSON], kind: str) -> list[JSON]:
    """The `custom` payloads of one type."""
    return [message["custom"] for message in messages if (message.get("custom") or {}).get("type") == kind]
