"""A front door, a simulated WeChat and a slow bot for a measurement: processes of its own, data of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from hotline.care.bench.slow_bot import SlowBot
from hotline.errors import SettingsError
from hotline.processes import free_port
from hotline.records import JSON
from hotline.settings import ROOT, Settings
from hotline.store.database import Database
from hotline.store.migrate import migrate

OPEN_SECONDS = 180.0
LISTEN_SECONDS = 0.2
KEY = "MeasuringMeasuringMeasuringMeasuringMeasurin"[:43]


@dataclass
class Town:
    """What runs, and everything that the simulated users have heard: (openid, what), in order."""

    session: aiohttp.ClientSession
    environment: dict[str, str]
    settings: Settings
    wechat: str
    bot: SlowBot
    folder: Path
    heard: list[tuple[str, JSON]] = field(default_factory=list)
    doors: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _new: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """The front door."""
        return f"http://127.0.0.1:{self.settings.port}"

    async def open_door(self) -> None:
        """Start a front-door process and wait until it serves. Raises SettingsError when it does not."""
        self.doors.append(_spawn(["hotline", "serve"], self.environment, self.folder / "door.log"))
        await _open(self.session, f"{self.url}/healthz", self.doors[-1])

    async def ready(self) -> None:
        """Wait until the front door has everything it needs, not only its port."""
        await _open(self.session, f"{self.url}/readyz", self.doors[-1])

    async def kill_door(self) -> float:
        """Kill -9, now; returns when, in seconds since 1970."""
        at = time.time()
        self.doors[-1].kill()
        await asyncio.to_thread(self.doors[-1].wait)
        return at

    async def person(self) -> str:
        """A new follower; their openid."""
        return str((await self.sim("POST", "/people", {}))["openid"])

    async def act(self, openid: str, name: str, **body: Any) -> JSON:
        """Let a user do something; the posting, just begun."""
        return dict(await self.sim("POST", f"/people/{openid}/{name}", body))

    async def sim(self, method: str, path: str, body: JSON | None = None) -> Any:
        """One call of the simulator's own addresses."""
        async with self.session.request(method, f"{self.wechat}/sim{path}", json=body) as response:
            response.raise_for_status()
            return await response.json()

    async def wait_heard(self, openid: str, words: str, seconds: float) -> bool:
        """Wait until this user has heard something with these words."""
        until = time.monotonic() + seconds
        seen = 0
        while True:
            for who, what in self.heard[seen:]:
                if who == openid and words in said(what):
                    return True
            seen, left = len(self.heard), until - time.monotonic()
            if left <= 0:
                return False
            self._new.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._new.wait(), min(left, 1.0))

    async def listen(self) -> None:
        """Follow what users hear, until cancelled."""
        while True:
            for what in await self.sim("GET", f"/heard?after={len(self.heard)}"):
                self.heard.append((what["openid"], what))
                self._new.set()
            await asyncio.sleep(LISTEN_SECONDS)


def said(what: JSON) -> str:
    """The words of something that a user heard."""
    content = what["content"]
    if "text" in content:
        return str(content["text"])
    if "list" in content:
        return "\n".join([content["head"], *(line["content"] for line in content["list"]), content["tail"]])
    return str(content)


@asynccontextmanager
async def town(longest: float, bot_timeout: float, seed: int, hangs_up: float = 5.0) -> AsyncIterator[Town]:
    """Everything running on loopback; stopped and thrown away in the end. The platform hangs up after `hangs_up` s."""
    with tempfile.TemporaryDirectory(prefix="hotline-wechat-", ignore_cleanup_errors=True) as name:
        folder, wechat_port, bot = Path(name), free_port(), SlowBot(longest, seed)
        runner = web.AppRunner(bot.app(), access_log=None)
        await runner.setup()
        bot_port = free_port()
        await web.TCPSite(runner, "127.0.0.1", bot_port).start()
        environment = _environment(folder, wechat_port, bot_port, bot_timeout)
        settings = Settings.from_env(environment)
        database = Database(settings.database_url)
        await migrate(database)
        await database.close()
        wechat = _spawn(["connectors.wechat.simulator", "--port", str(wechat_port), "--mode", "safe",
                         "--time-out", str(hangs_up), "--server",
                         f"http://127.0.0.1:{settings.port}/webhooks/wechat"], environment, folder / "wechat.log")
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
            here = Town(session, environment, settings, f"http://127.0.0.1:{wechat_port}", bot, folder)
            try:
                await _open(session, f"{here.wechat}/sim/state", wechat)
                await here.open_door()
                listening = asyncio.create_task(here.listen())
                yield here
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
            finally:
                for process in (*here.doors, wechat):
                    process.terminate()
                for process in (*here.doors, wechat):
                    await asyncio.to_thread(process.wait)
                await runner.cleanup()


def _spawn(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        return subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=file, stderr=file,
                                stdin=subprocess.DEVNULL)


def _environment(folder: Path, wechat_port: int, bot_port: int, bot_timeout: float) -> dict[str, str]:
    return {
        # Of the operator's own settings only the embeddings count: another choice would train a model first.
        **{name: value for name, value in os.environ.items()
           if not name.startswith("HOTLINE_") or name == "HOTLINE_EMBEDDINGS"},
        "HOTLINE_VAR": str(folder), "HOTLINE_HOST": "127.0.0.1", "HOTLINE_PORT": str(free_port()),
        "HOTLINE_INTERNAL_PORT": str(free_port()), "HOTLINE_BOT_PORT": str(bot_port),
        "HOTLINE_BOT_TIMEOUT": str(bot_timeout), "HOTLINE_LOG_LEVEL": "WARNING",
        "HOTLINE_WECHAT_TOKEN": secrets.token_hex(12), "HOTLINE_WECHAT_APP_ID": "wx" + secrets.token_hex(8),
        "HOTLINE_WECHAT_APP_SECRET": secrets.token_hex(16), "HOTLINE_WECHAT_AES_KEY": KEY,
        "HOTLINE_WECHAT_API_URL": f"http://127.0.0.1:{wechat_port}"}


async def _open(session: aiohttp.ClientSession, url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + OPEN_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SettingsError(f"a process ended with {process.returncode} before it served")
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with session.get(url) as response:
                if response.status == 200:
                    return
        await asyncio.sleep(0.1)
    raise SettingsError(f"{url} did not open in time")
