"""How long a turn takes and how many a second: `python tests/bot/measure.py URL TOKEN [TEXT]` against a running bot.

Prints the median and the 95th percentile of one client, then the rate with 8 side by side.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time

import aiohttp

ONE, MANY, SIDE_BY_SIDE = 200, 800, 8


async def main(url: str, token: str, text: str) -> None:
    """Measure and print."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        for _ in range(20):
            await _turn(session, url, text)
        times = sorted([await _turn(session, url, text) for _ in range(ONE)])
        print(f"one client: median {statistics.median(times):.1f} ms, 95 % under {times[int(ONE * 0.95)]:.1f} ms")
        started = time.perf_counter()
        await asyncio.gather(*(_several(session, url, text, MANY // SIDE_BY_SIDE) for _ in range(SIDE_BY_SIDE)))
        print(f"{SIDE_BY_SIDE} clients: {MANY / (time.perf_counter() - started):.0f} turns a second")


async def _several(session: aiohttp.ClientSession, url: str, text: str, count: int) -> None:
    for _ in range(count):
        await _turn(session, url, text)


async def _turn(session: aiohttp.ClientSession, url: str, text: str) -> float:
    body = {"turn_id": "measure", "message": {"text": text, "attachments": []}, "state": {},
            "context": {"conversation_id": "m", "citizen_id": "m", "channel": "rest", "sender": "m"}}
    started = time.perf_counter()
    async with session.post(f"{url}/webhooks/hotline/turn", data=json.dumps(body)) as answer:
        assert answer.status == 200, (answer.status, await answer.text())
        await answer.read()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "门口的路灯坏了好几天"))
