"""`bench dialogues`: simulated citizens bring real letters and answer exactly what is asked."""

from __future__ import annotations

import asyncio
import csv
import random
import statistics
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from hotline.care.bench.client import Citizen, customs
from hotline.cases.catalogue import load_catalogue
from hotline.errors import BadInput
from hotline.records import JSON

MOST_TURNS = 6
ROADS = ("山东路", "延吉路", "重庆南路", "长江中路", "书院路", "黑龙江中路", "香港中路", "台东三路", "正阳路",
         "福州北路")
REPORTS = ("complaint_or_report", "report")


@dataclass
class Outcome:
    """How one letter ended."""

    row: str
    turns: int = 0
    receipts: list[str] = field(default_factory=list)
    service: str | None = None
    domain: str = ""
    address_right: bool = True
    place_asked: bool = False
    trail: list[str] = field(default_factory=list)
    error: str | None = None


def read_letters(path: Path, column: str) -> list[tuple[str, str, str]]:
    """(row number, text, domain or "") of all reports in a CSV with columns act and `column`. Raises BadInput."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path} cannot be read as CSV") from error
    if not rows or column not in rows[0]:
        raise BadInput(f"{path} has no column {column}")
    return [(str(number), row[column].strip(), (row.get("domain") or "").strip()) for number, row in enumerate(rows, 2)
            if row[column].strip() and row.get("act", "report") in REPORTS]


async def talk(citizen: Citizen, row: str, letter: str, random_source: random.Random) -> Outcome:
    """One dialogue: the letter whole, then the answer to each `ask`."""
    outcome = Outcome(row)
    drawn = f"市北区{random_source.choice(ROADS)}{random_source.randint(1, 399)}号"
    text = letter
    while outcome.turns < MOST_TURNS:
        outcome.turns += 1
        messages = await citizen.say(text)
        tickets = customs(messages, "ticket")
        outcome.receipts += [ticket["receipt"] for ticket in tickets]
        if tickets:
            outcome.service = tickets[0]["service_code"]
            outcome.address_right = _address_right(tickets[0], letter, drawn if outcome.place_asked else None)
            outcome.trail.append("ticket")
            break
        asked = [custom["field"] for custom in customs(messages, "ask")]
        outcome.trail.append(asked[-1] if asked else (_kinds(messages) or "nothing"))
        if not asked:
            break
        outcome.place_asked |= asked[-1] == "place"
        text = _answer(asked[-1], messages, letter, drawn, random_source)
    return outcome


def _kinds(messages: list[JSON]) -> str:
    return "+".join(str((message.get("custom") or {}).get("type", "text")) for message in messages)


def _answer(field_asked: str, messages: list[JSON], letter: str, drawn: str, random_source: random.Random) -> str:
    buttons = [button["payload"] for message in messages for button in message.get("buttons", ())]
    match field_asked:
        case "matter":
            return letter
        case "place":
            return drawn
        case "phone":
            return f"13{random_source.randint(0, 9)}{random_source.randint(10_000_000, 99_999_999)}"
        case "confirm":
            return "是"
        case "choice" | "service":
            ticket = [payload for payload in buttons if "登记" in payload or "反映" in payload]
            return str((ticket or buttons or ["登记工单"])[0])
        case _:
            return "没有"


def _address_right(ticket: JSON, letter: str, drawn: str | None) -> bool:
    """Word for word what was answered; otherwise a phrase of the letter (or nothing at all)."""
    address = ticket.get("address") or ""
    return address == drawn if drawn else address in letter


async def run(url: str, token: str, path: Path, column: str, seed: int, concurrent: int) -> list[Outcome]:
    """All letters of the file, `concurrent` at a time."""
    letters = read_letters(path, column)
    gate = asyncio.Semaphore(concurrent)
    timeout = aiohttp.ClientTimeout(total=30)

    async def one(session: aiohttp.ClientSession, row: str, letter: str, domain: str) -> Outcome:
        async with gate:
            try:
                outcome = await talk(Citizen(session, url, token), row, letter, random.Random(f"{seed}:{row}"))
            except (aiohttp.ClientError, TimeoutError) as error:
                outcome = Outcome(row, error=type(error).__name__)
        outcome.domain = domain
        return outcome

    async with aiohttp.ClientSession(timeout=timeout) as session:
        return list(await asyncio.gather(*(one(session, row, letter, domain) for row, letter, domain in letters)))


async def in_backend(session: aiohttp.ClientSession, url: str, key: str, receipts: list[str]) -> tuple[int, int]:
    """(missing, doubled): how often the case backend has each receipt, once its outbox has had time."""
    counts: Counter[str] = Counter()
    for _ in range(40):
        async with session.get(f"{url}/requests.json", params={"api_key": key}) as response:
            response.raise_for_status()
            counts = Counter(str(item.get("receipt")) for item in await response.json())
        if all(counts[receipt] for receipt in receipts):
            break
        await asyncio.sleep(0.5)
    return sum(not counts[receipt] for receipt in receipts), sum(counts[receipt] > 1 for receipt in receipts)


def report(outcomes: list[Outcome]) -> str:
    """The figures as text; rows that did not end in a ticket are named by line number only."""
    filed = [outcome for outcome in outcomes if outcome.receipts]
    doubled = sum(len(set(outcome.receipts)) > 1 for outcome in outcomes)
    lines = [
        f"letters            {len(outcomes)}",
        f"filed within {MOST_TURNS}     {len(filed)} ({len(filed) / max(1, len(outcomes)):.1%})",
        f"median turns       {statistics.median([outcome.turns for outcome in filed]) if filed else 0:g}",
        f"doubled            {doubled}",
        f"errors             {sum(outcome.error is not None for outcome in outcomes)}",
        f"place asked        {sum(outcome.place_asked for outcome in outcomes)}",
        f"address not right  {[outcome.row for outcome in filed if not outcome.address_right]}",
        f"service other      {sum(outcome.service == 'other' for outcome in filed) / max(1, len(filed)):.1%}",
    ]
    known = [outcome for outcome in filed if outcome.domain]
    if known:
        domains = {service.code: service.domain for service in load_catalogue().all()}
        right = sum(domains.get(str(outcome.service)) == outcome.domain for outcome in known)
        lines.append(f"right domain       {right} of {len(known)} ({right / len(known):.1%})")
    services = Counter(outcome.service for outcome in filed)
    lines.append("services           " + ", ".join(f"{code} {count}" for code, count in services.most_common()))
    lines += [f"not filed          line {outcome.row}: {outcome.error or ' > '.join(outcome.trail)}"
              for outcome in outcomes if not outcome.receipts]
    return "\n".join(lines)
