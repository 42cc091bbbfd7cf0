"""`bench wechat`: does every citizen's message get its answer once, however slow the bot is.

The bot takes between 0 and 12 seconds, the platform cuts after 5 and sends again; some citizens write in two lines.
"""

from __future__ import annotations

import asyncio
import random
import re
import secrets
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field

from hotline.care.bench.wechat_records import Records
from hotline.care.bench.wechat_town import Town, said, town
from hotline.records import JSON

PATIENCE = 60.0  # seconds in which an answer must be there
BURST = 0.1  # of the turns are two lines sent one after the other
WORD = re.compile(r"K[0-9a-f]{8}")
RAMP = 10.0  # seconds in which the citizens begin, one after the other
SETTLE = 35.0  # seconds after the last answer in which a double, or what a retry never fetched, would come


@dataclass
class Asked:
    """One message with a word of its own, and when it was sent."""

    openid: str
    word: str
    at: float


@dataclass
class Load:
    """Everything asked so far."""

    asked: list[Asked] = field(default_factory=list)
    late: int = 0


async def run(turns: int, citizens: int, longest: float, bot_timeout: float, seed: int, hangs_up: float) -> str:
    """Measure and report; the figures are of this machine."""
    async with town(longest, bot_timeout, seed, hangs_up) as here:
        await here.ready()
        load, started = Load(), time.monotonic()
        shares = [turns // citizens + (number < turns % citizens) for number in range(citizens)]
        await asyncio.gather(*(_citizen(here, load, share, random.Random(seed + number))
                               for number, share in enumerate(shares)))
        await asyncio.sleep(SETTLE)
        return await _report(here, load, time.monotonic() - started - SETTLE)


async def _citizen(here: Town, load: Load, turns: int, chance: random.Random) -> None:
    """Write, wait for the answer, think, write again."""
    await asyncio.sleep(chance.uniform(0, RAMP))
    openid = await here.person()
    done = 0
    while done < turns:
        lines = 2 if chance.random() < BURST and turns - done > 1 else 1
        words = []
        for number in range(lines):
            if number:
                await asyncio.sleep(chance.uniform(0.2, 1.0))
            words.append(await _say(here, load, openid))
        for word in words:
            if not await here.wait_heard(openid, word, PATIENCE):
                load.late += 1
        done += lines
        await asyncio.sleep(chance.uniform(0.2, 1.5))


async def _say(here: Town, load: Load, openid: str) -> str:
    word = f"K{secrets.token_hex(4)}"
    load.asked.append(Asked(openid, word, time.time()))
    await here.act(openid, "text", text=f"我想问一件事 {word}")
    return word


async def _report(here: Town, load: Load, seconds: float) -> str:
    came: dict[str, list[JSON]] = {asked.word: [] for asked in load.asked}
    ways: Counter[str] = Counter()
    for _, what in here.heard:
        ways[what["way"]] += 1
        for word in set(WORD.findall(said(what))) & came.keys():
            came[word].append(what)
    lost = [asked for asked in load.asked if not came[asked.word]]
    records = Records(here.settings)
    stand = [f"lost           {await records.status(asked.openid, asked.word)}" for asked in lost]
    doubled = sum(len(found) > 1 for found in came.values())
    first = Counter(found[0]["way"] for found in came.values() if found)
    postings: list[JSON] = await here.sim("GET", "/postings")
    unheard = sum(one["outcome"] == "failed" for one in postings)
    tries: Counter[str] = Counter(attempt["result"] for one in postings for attempt in one["attempts"])
    again = sum(len(one["attempts"]) > 1 for one in postings)
    calls: Counter[str] = Counter(f"{call['path'].rpartition('/')[2]}:{call['code']}"
                                  for call in await here.sim("GET", "/calls"))
    waits = sorted(came[asked.word][0]["at"] - asked.at for asked in load.asked if came[asked.word])
    half, most = (statistics.median(waits), waits[int(len(waits) * 0.95)]) if waits else (0.0, 0.0)
    return "\n".join([*stand, (
            f"messages       {len(load.asked)} in {seconds:.0f} s, bot 0 to {here.bot.longest:g} s\n"
            f"answers        {len(lost)} lost, {doubled} doubled; {first['passive']} passive, {first['push']} pushed\n"
            f"until there    median {half:.1f} s, p95 {most:.1f} s; {load.late} after {PATIENCE:.0f} s\n"
            f"platform       {again} messages sent again, {unheard} never acknowledged in time; "
            f"requests {dict(sorted(tries.items()))}\n"
            f"users saw      {dict(sorted(ways.items()))}\n"
            f"calls          {dict(sorted(calls.items()))}")])
