"""`bench load`: reports through REST with everything saved; latency for one citizen, turns a second for several."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from dataclasses import dataclass

import aiohttp

from hotline.care.bench.client import Citizen

DIALOGUE = ("市北区延吉路117号门口的路灯坏了三天，晚上看不见路", "13800138000", "是")
STEP = re.compile(r'^hotline_step_seconds_(sum|count)\{step="(\w+)"\} ([0-9.e+-]+)$', re.M)


@dataclass(frozen=True)
class Load:
    """What was measured with `citizens` at once; times in milliseconds."""

    citizens: int
    turns: int
    seconds: float
    errors: int
    median: float
    p95: float

    @property
    def line(self) -> str:
        """One row of the table."""
        return (f"{self.citizens:>8} {self.turns:>6} {self.turns / self.seconds:>8.1f} {self.median:>9.1f} "
                f"{self.p95:>8.1f} {self.errors:>6}")


async def measure(url: str, token: str, citizens: int, seconds: float) -> Load:
    """`citizens` talk at once for about `seconds`, a new sender for each dialogue."""
    times: list[float] = []
    errors = 0
    until = time.monotonic() + seconds
    started = time.monotonic()

    async def one(session: aiohttp.ClientSession) -> None:
        nonlocal errors
        while time.monotonic() < until:
            citizen = Citizen(session, url, token)
            try:
                for text in DIALOGUE:
                    await citizen.say(text)
            except (aiohttp.ClientError, TimeoutError):
                errors += 1
            times.extend(citizen.seconds)

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        await asyncio.gather(*(one(session) for _ in range(citizens)))
    spent = time.monotonic() - started
    if not times:
        return Load(citizens, 0, spent, errors, 0.0, 0.0)
    ordered = sorted(times)
    return Load(citizens, len(times), spent, errors, statistics.median(times) * 1000,
                ordered[int(len(ordered) * 0.95)] * 1000)


async def steps(internal_url: str, token: str) -> dict[str, tuple[float, float]]:
    """(seconds, count) of each step of a message so far, from the house's own metrics."""
    async with aiohttp.ClientSession() as session, session.get(
        f"{internal_url}/metrics", headers={"Authorization": f"Bearer {token}"}
    ) as response:
        response.raise_for_status()
        text = await response.text()
    found: dict[str, dict[str, float]] = {}
    for kind, step, value in STEP.findall(text):
        found.setdefault(step, {})[kind] = float(value)
    return {step: (values.get("sum", 0.0), values.get("count", 0.0)) for step, values in found.items()}


async def run(url: str, internal_url: str, token: str, seconds: float, concurrency: list[int]) -> str:
    """Warm up, measure each level, and say where the time went."""
    await measure(url, token, 2, min(3.0, seconds))
    lines = ["citizens  turns  turns/s median ms   p95 ms errors"]
    for citizens in concurrency:
        before = await steps(internal_url, token)
        load = await measure(url, token, citizens, seconds)
        after = await steps(internal_url, token)
        lines.append(load.line)
        lines.append("         mean ms: " + ", ".join(
            f"{step} {1000 * (total - before.get(step, (0, 0))[0]) / (count - before.get(step, (0, 0))[1]):.1f}"
            for step, (total, count) in after.items() if count > before.get(step, (0, 0))[1]))
    return "\n".join(lines)
