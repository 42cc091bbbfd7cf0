"""`bench publish`: messages come at a steady pace while a model is published and rolled back; was each answered?"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from hotline.care.bench.client import Citizen
from hotline.conversation import texts
from hotline.errors import BadInput
from hotline.records import JSON
from hotline.settings import Settings

TEXTS = ("你好", "市北区延吉路117号门口的路灯坏了三天", "燃气公司的电话是多少", "谢谢", "物业不管垃圾，找谁")
LATE = {texts.LATE.text, texts.LATE_EN.text}
SWAP_SECONDS = 600.0
CALM_SECONDS = 5.0  # before, between and after the changes


@dataclass
class Stream:
    """What became of the messages."""

    seconds: list[float] = field(default_factory=list)
    late: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def report(self) -> str:
        """One line."""
        sent = len(self.seconds) + len(self.failed)
        spent = sorted(round(seconds * 1000) for seconds in self.seconds) or [0]
        return (f"{sent} sent, {len(self.seconds)} answered, {self.late} of them late first, {len(self.failed)} "
                f"failed; median {statistics.median(spent):.0f} ms, p95 {spent[int(len(spent) * 0.95)]} ms, "
                f"longest {spent[-1]} ms")


class Admin:
    """An admin of the training room."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self._csrf = ""

    async def sign_in(self, username: str, password: str) -> None:
        """Raises BadInput."""
        answer = await self.call("POST", "/desk/api/login", {"username": username, "password": password})
        self._csrf = str(answer["csrf"])

    async def serving(self) -> JSON:
        """What serves."""
        return await self.call("GET", "/training/api/serving")

    async def change(self, path: str, body: JSON, model: str | None) -> float:
        """Ask for a change and wait until the model serves; the seconds that took. Raises BadInput."""
        started = time.monotonic()
        await self.call("POST", path, body)
        while time.monotonic() - started < SWAP_SECONDS:
            await asyncio.sleep(1)
            now = await self.serving()
            if now["history"][0]["state"] == "failed":
                raise BadInput(f"模型没有起来：{now['history'][0]['error']}")
            if (now["model"], now["state"]) == (model, "serving"):
                return time.monotonic() - started
        raise BadInput("等了十分钟，模型还没有换好")

    async def call(self, method: str, path: str, body: JSON | None = None) -> JSON:
        """One call of the room. Raises BadInput with the house's own words."""
        async with self._session.request(
            method, self._url + path, json=body, headers={"X-CSRF-Token": self._csrf}) as response:
            answer: JSON = await response.json()
            if response.status >= 400:
                raise BadInput(f"{path}：{answer.get('error')} {'；'.join(answer.get('reasons', ()))}")
            return answer


@asynccontextmanager
async def stream(
    session: aiohttp.ClientSession, url: str, token: str, pace: float, people: int = 0
) -> AsyncIterator[Stream]:
    """So many messages a second, each from a new citizen or from so many in turn, until the block ends and the last
    is answered."""
    found, running = Stream(), set[asyncio.Task[None]]()
    senders = itertools.cycle([Citizen(session, url, token).sender for _ in range(people)]) if people else None

    async def one(text: str) -> None:
        citizen = Citizen(session, url, token, next(senders)) if senders else Citizen(session, url, token)
        try:
            messages = await citizen.say(text)
            if not messages:
                raise aiohttp.ClientError("no message")
            if any(message.get("text") in LATE for message in messages):
                found.late += 1
            found.seconds.extend(citizen.seconds)
        except (aiohttp.ClientError, TimeoutError) as error:
            found.failed.append(f"{type(error).__name__}: {error}")

    async def send() -> None:
        for text in itertools.cycle(TEXTS):
            task = asyncio.create_task(one(text))
            running.add(task)
            task.add_done_callback(running.discard)
            await asyncio.sleep(1 / pace)

    sending = asyncio.create_task(send())
    try:
        yield found
    finally:
        sending.cancel()
        await asyncio.gather(sending, *running, return_exceptions=True)


async def run(settings: Settings, url: str, account: tuple[str, str], model: str, reason: str, pace: float) -> str:
    """Publish the model and roll back to what serves now, under the stream. Raises BadInput."""
    timeout = aiohttp.ClientTimeout(total=60)
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as browser, aiohttp.ClientSession(
            timeout=timeout) as session:
        admin = Admin(browser, url)
        await admin.sign_in(*account)
        before = (await admin.serving())["model"]
        async with stream(session, url, settings.service_token, pace) as found:
            await asyncio.sleep(CALM_SECONDS)
            there = await admin.change(f"/training/api/models/{model}/publish", {"reason": reason}, model)
            await asyncio.sleep(settings.bot_timeout + 10)  # the old bot drains
            back = await admin.change("/training/api/rollback", {"model": before}, before)
            await asyncio.sleep(settings.bot_timeout + 10)
    lines = [f"published in {there:.0f} s, rolled back in {back:.0f} s, {pace:g} messages a second", found.report]
    return "\n".join([*lines, *sorted(set(found.failed))[:5]])
