"""`bench wechat --kills`: the front door is killed with -9 at random moments while citizens and an agent write.

What must not be lost is counted: advice, receipts, agents' answers. A double must lie where a send was cut, and there
may be no more of them than kills that cut a send.
"""

from __future__ import annotations

import asyncio
import random
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field

import aiohttp

from hotline.care.bench.desk import Seat
from hotline.care.bench.wechat_records import Records
from hotline.care.bench.wechat_town import Town, said, town
from hotline.errors import SettingsError
from hotline.records import JSON
from hotline.settings import Settings

ADVICE = "不要开关任何电器"
RECEIPT = re.compile(r"QD\d{14}")
PATIENCE = 180.0
HELD_SECONDS = 60.0  # after which a citizen who hears nothing writes again
SETTLE = 45.0  # longer than the platform's retries and the house's own second thoughts
SLOW_SEND = 0.5  # seconds that the platform takes for a send, so that kills hit some
Agents = Callable[[Settings, int], AbstractAsyncContextManager[tuple[list[str], str]]]
KINDS = ("receipt", "advice", "agent", "question")
MUST_ARRIVE = ("receipt", "advice", "agent")


@dataclass
class Wanted:
    """Something that one citizen must read once for each time they asked; `words` says how it is recognised."""

    openid: str
    kind: str
    words: str
    asked: int = 1


@dataclass
class Kills:
    """What was done so far; `cut` counts for each citizen the sends that a kill came into, `inside` such kills."""

    wanted: list[Wanted] = field(default_factory=list)
    kills: int = 0
    inside: int = 0
    cut: Counter[str] = field(default_factory=Counter)
    held: int = 0
    over: bool = False


async def run(agents: Agents, turns: int, citizens: int, longest: float, seed: int) -> tuple[str, bool]:
    """Measure; the report, and whether the promise was kept. `agents` lends accounts for the desk."""
    async with town(longest, longest + 3, seed) as here:
        await here.sim("POST", "/faults", {"path": "custom/send", "pace": SLOW_SEND})
        async with agents(here.settings, 1) as (names, password):
            jar = aiohttp.CookieJar(unsafe=True)
            async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=20)) as session:
                seat, measured = Seat(session, here.url), Kills()
                await seat.sign_in(names[0], password)
                killing = asyncio.create_task(_kill(here, measured, random.Random(seed)))
                shares = [turns // citizens + (number < turns % citizens) for number in range(citizens)]
                await asyncio.gather(*(_citizens(here, seat, measured, share, number)
                                       for number, share in enumerate(shares)))
                measured.over = True
                await killing
                await asyncio.sleep(SETTLE)
                return await _report(here, measured)


async def _kill(here: Town, measured: Kills, chance: random.Random) -> None:
    """Kill, start again, let it work for a while, kill."""
    while True:
        await asyncio.sleep(chance.uniform(2.0, 12.0))
        if measured.over:
            return
        await here.kill_door()
        measured.kills += 1
        cut = await Records(here.settings).under_way()
        measured.cut.update(cut)
        measured.inside += bool(cut)
        await here.open_door()


async def _citizens(here: Town, seat: Seat, measured: Kills, turns: int, number: int) -> None:
    """One citizen after the other, each with one matter."""
    for turn in range(turns):
        kind, word = KINDS[(turn + number) % len(KINDS)], f"K{secrets.token_hex(4)}"
        openid = await here.person()
        if kind == "agent":
            await _with_agent(here, seat, measured, openid, word)
            continue
        text, expected = {
            "receipt": (f"登记路灯坏了 {word}", "已登记"), "advice": ("快来，厨房一股煤气味", ADVICE),
            "question": (f"我想问 {word}", word)}[kind]
        asked = await _say(here, openid, text)
        measured.wanted.append(Wanted(openid, kind, expected, asked))
        if kind == "advice":
            measured.wanted.append(Wanted(openid, "receipt", "已登记紧急工单", asked))
        await here.wait_heard(openid, expected, PATIENCE)


async def _say(here: Town, openid: str, text: str) -> int:
    """Write, and when WeChat says that the service is broken write again, as people do; how often it was written."""
    asked = 0
    while True:
        asked += 1
        posting = await here.act(openid, "text", text=text)
        while posting["outcome"] == "open":
            await asyncio.sleep(0.5)
            posting = next(one for one in (await here.sim("GET", f"/people/{openid}"))["postings"]
                           if one["msg_id"] == posting["msg_id"])
        if posting["outcome"] in ("replied", "success"):
            return asked


async def _with_agent(here: Town, seat: Seat, measured: Kills, openid: str, word: str) -> None:
    """Ask for a person; the agent takes the conversation and answers twice."""
    before = await _waiting(seat)
    await _say(here, openid, f"转人工 {word}")
    if not await here.wait_heard(openid, "位", PATIENCE):
        measured.wanted.append(Wanted(openid, "question", "位"))
        return
    conversation = await _of(seat, word, before)
    if conversation is None or not await _call(seat, "POST", f"/conversations/{conversation}/take"):
        raise SettingsError("the desk does not have the conversation")
    for _ in range(2):
        text = f"坐席答复 K{secrets.token_hex(4)}"
        if await _call(seat, "POST", f"/conversations/{conversation}/messages", text=text, key=text):
            measured.wanted.append(Wanted(openid, "agent", text))
            if not await here.wait_heard(openid, text, HELD_SECONDS):
                # Sends that were cut have used the allowance up: what waits comes when the citizen writes.
                measured.held += 1
                await _say(here, openid, "还在吗")
                await here.wait_heard(openid, text, PATIENCE)
    await _call(seat, "POST", f"/conversations/{conversation}/release", to="closed", result="spam")


async def _waiting(seat: Seat) -> set[str]:
    found = await _call(seat, "GET", "/queue")
    return {row["id"] for row in found["waiting"]} if found else set()


async def _of(seat: Seat, word: str, before: set[str]) -> str | None:
    """The waiting conversation in which this word was said."""
    for conversation in sorted(await _waiting(seat) - before):
        if word in str(await _call(seat, "GET", f"/conversations/{conversation}")):
            return conversation
    return None


async def _call(seat: Seat, method: str, path: str, **values: object) -> JSON | None:
    """A call of the desk that outlives kills; None when the desk refuses for good."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(aiohttp.ClientError, TimeoutError):
            status, answer = await seat.call(method, path, **values)
            if status < 500:
                return dict(answer) if status == 200 else None
        await asyncio.sleep(0.5)
    raise SettingsError("the desk did not come back")


async def _report(here: Town, measured: Kills) -> tuple[str, bool]:
    read: dict[int, list[JSON]] = {id(one): [] for one in measured.wanted}
    for openid, what in here.heard:
        for one in measured.wanted:
            if one.openid == openid and one.words in said(what):
                read[id(one)].append(what)
    records, doubles, explained, losses = Records(here.settings), 0, 0, 0
    lines = [f"kills          {measured.kills} with -9; {measured.inside} inside a send, of which they cut "
             f"{measured.cut.total()}"]
    for kind in KINDS:
        of_kind = [(one, len(read[id(one)])) for one in measured.wanted if one.kind == kind]
        double = [(one, times - one.asked) for one, times in of_kind if times > one.asked]
        doubles += sum(times for _, times in double)
        for one, times in double:
            explained += min(times, measured.cut[await records.citizen(one.openid)])
        lost = [one for one, times in of_kind if not times]
        losses += len(lost) if kind in MUST_ARRIVE else 0
        lines.append(f"{kind:<14} {len(of_kind)} wanted, {len(lost)} lost, {sum(times for _, times in double)} doubled")
        lines += [f"lost           {kind}: {await records.status(one.openid, one.words)}" for one in lost]
    kept = not losses and explained == doubles <= measured.inside
    lines.append(f"doubles        {doubles}, {explained} of them where a send was cut; "
                 f"promised: at most {measured.inside}, and nothing lost that must arrive: "
                 f"{'kept' if kept else 'NOT KEPT'}")
    lines.append(f"held           {measured.held} agents' answers until the citizen wrote again")
    return "\n".join([*lines, await _messages(here)]), kept


async def _messages(here: Town) -> str:
    """How the platform fared with what citizens wrote."""
    postings: list[JSON] = await here.sim("GET", "/postings")
    outcomes = Counter(posting["outcome"] for posting in postings if ":" not in posting["msg_id"])
    again = sum(len(posting["attempts"]) > 1 for posting in postings)
    return f"messages       {dict(sorted(outcomes.items()))}, {again} sent again by the platform"
