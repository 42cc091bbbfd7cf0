"""`bench desk`: citizens in real sockets, agents over the API: how soon an answer is there, and whether all are."""

from __future__ import annotations

import asyncio
import secrets
import statistics
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio

from hotline.errors import SettingsError

PATIENCE = 30.0  # seconds in which an answer must be there


@dataclass
class Widget:
    """A citizen's page: what it was told, and when."""

    io: Any = field(default_factory=lambda: socketio.AsyncClient(reconnection=False))
    heard: dict[str, list[float]] = field(default_factory=dict)
    queued: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, url: str) -> None:
        """Connect and ask for a person."""
        self.io.on("bot_uttered", self._uttered)
        await self.io.connect(url, transports=["websocket"])
        await self.io.call("session_request", {})
        await self.io.call("user_uttered", {"message": "转人工"})
        await asyncio.wait_for(self.queued.wait(), PATIENCE)

    async def _uttered(self, message: dict[str, Any]) -> None:
        self.heard.setdefault(str(message.get("text")), []).append(time.monotonic())
        if ((message.get("custom") or {}).get("type")) == "handover":
            self.queued.set()


@dataclass
class Seat:
    """One agent with a browser's session."""

    http: aiohttp.ClientSession
    url: str
    csrf: str = ""
    taken: list[str] = field(default_factory=list)
    sent: dict[str, float] = field(default_factory=dict)
    errors: int = 0

    async def call(self, method: str, path: str, **values: object) -> tuple[int, Any]:
        """One request to the desk's API."""
        async with self.http.request(method, f"{self.url}/desk/api{path}", json=values or None,
                                     headers={"X-CSRF-Token": self.csrf}) as response:
            return response.status, await response.json()

    async def sign_in(self, username: str, password: str) -> None:
        """Raises SettingsError when the desk does not let the agent in."""
        status, answer = await self.call("POST", "/login", username=username, password=password)
        if status != 200:
            raise SettingsError(f"the desk refused a sign-in: {answer.get('error')}")
        self.csrf = answer["csrf"]

    async def take(self, conversation: str) -> None:
        """Take one; another agent may have been faster."""
        if (await self.call("POST", f"/conversations/{conversation}/take"))[0] == 200:
            self.taken.append(conversation)

    async def answer(self, rounds: int) -> None:
        """Answer every conversation in turn, `rounds` times."""
        for number in range(rounds):
            for conversation in self.taken:
                text = f"第{number + 1}次答复 {secrets.token_hex(6)}"
                self.sent[text] = time.monotonic()
                status, _ = await self.call("POST", f"/conversations/{conversation}/messages", text=text, key=text)
                self.errors += status != 200

    async def close(self) -> None:
        """End what was taken."""
        for conversation in self.taken:
            await self.call("POST", f"/conversations/{conversation}/release", to="closed", result="spam")


async def run(url: str, names: list[str], password: str, citizens: int, rounds: int) -> str:
    """Measure with these agents' accounts; everything is closed behind it."""
    widgets = [Widget() for _ in range(citizens)]
    limit = aiohttp.ClientTimeout(total=60)
    sessions = [aiohttp.ClientSession(timeout=limit, cookie_jar=aiohttp.CookieJar(unsafe=True)) for _ in names]
    seats = [Seat(session, url) for session in sessions]
    try:
        for seat, name in zip(seats, names, strict=True):
            await seat.sign_in(name, password)
        before = set(await _waiting(seats[0]))
        for start in range(0, citizens, 10):
            await asyncio.gather(*(widget.open(url) for widget in widgets[start:start + 10]))
        waiting = [one for one in await _waiting(seats[0]) if one not in before]
        await asyncio.gather(*(_take(seat, waiting[number::len(seats)]) for number, seat in enumerate(seats)))
        await asyncio.gather(*(seat.answer(rounds) for seat in seats))
        await _all_there(widgets, seats)
        return _report(widgets, seats)
    finally:
        await asyncio.gather(*(seat.close() for seat in seats if seat.csrf), return_exceptions=True)
        await asyncio.gather(*(widget.io.disconnect() for widget in widgets), return_exceptions=True)
        for session in sessions:
            await session.close()


async def _waiting(seat: Seat) -> list[str]:
    _, queue = await seat.call("GET", "/queue")
    return [row["id"] for row in queue["waiting"]]


async def _take(seat: Seat, conversations: list[str]) -> None:
    for conversation in conversations:
        await seat.take(conversation)


async def _all_there(widgets: list[Widget], seats: list[Seat]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        heard = {text for widget in widgets for text in widget.heard}
        if all(text in heard for seat in seats for text in seat.sent):
            return
        await asyncio.sleep(0.1)


def _report(widgets: list[Widget], seats: list[Seat]) -> str:
    sent = {text: at for seat in seats for text, at in seat.sent.items()}
    heard: dict[str, list[float]] = {}
    for widget in widgets:
        for text, times in widget.heard.items():
            heard.setdefault(text, []).extend(times)
    delays = sorted(heard[text][0] - at for text, at in sent.items() if text in heard)
    lost = sum(text not in heard for text in sent)
    doubled = sum(len(heard.get(text, ())) > 1 for text in sent)
    median = statistics.median(delays) * 1000 if delays else 0.0
    p95 = delays[int(len(delays) * 0.95)] * 1000 if delays else 0.0
    refused = sum(seat.errors for seat in seats)
    return (f"conversations {sum(len(seat.taken) for seat in seats)} with {len(seats)} agents\n"
            f"answers       {len(sent)} sent, {lost} lost, {doubled} doubled, {refused} refused\n"
            f"until shown   median {median:.0f} ms, p95 {p95:.0f} ms")
