"""A private house for comparing: a front door for the bot's reads, actions, and one bot at a time; no citizen sees it.

Its database is its own and gone afterwards. The live articles are copied into it; there are no tickets in it, so
that whatever a bot looks up or wants done touches nobody.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from sqlalchemy import insert, select

from hotline.errors import SettingsError
from hotline.processes import bot_python, end, free_port
from hotline.settings import ROOT
from hotline.store.database import Database
from hotline.store.migrate import migrate
from hotline.store.tables import articles
from hotline.training.bot_process import BotLauncher, BotProcess
from hotline.training.bundle import Bundle

START_SECONDS = 600.0
# A comparison runs niced beside a busy house: a slow read is no difference between two models.
PATIENT = {"HOTLINE_INTERNAL_TIMEOUT": "30", "HOTLINE_ACTION_TIMEOUT": "40", "HOTLINE_BOT_TIMEOUT": "60"}


@dataclass(frozen=True)
class Shadow:
    """A house whose bot is exchanged."""

    launcher: BotLauncher

    @asynccontextmanager
    async def bot(self, bundle: Bundle) -> AsyncIterator[BotProcess]:
        """A bot with this model. Raises BotUnavailable."""
        bot = BotProcess(self.launcher, bundle.bot, free_port())
        try:
            await bot.start(warm=False)
            yield bot
        finally:
            await bot.end()


@asynccontextmanager
async def shadow_house(live: Database | None) -> AsyncIterator[Shadow]:
    """Started and ready. Raises SettingsError when it does not start."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-shadow-", ignore_cleanup_errors=True))
        actions, internal, token = free_port(), free_port(), secrets.token_urlsafe(16)
        url = f"sqlite+aiosqlite:///{Path(folder) / 'shadow.sqlite'}"
        await _prepare(url, live)
        environment = {
            **os.environ, **PATIENT, "HOTLINE_VAR": folder, "HOTLINE_HOST": "127.0.0.1", "HOTLINE_DATABASE_URL": url,
            "HOTLINE_PORT": str(free_port()), "HOTLINE_INTERNAL_PORT": str(internal),
            "HOTLINE_ACTION_PORT": str(actions), "HOTLINE_SERVICE_TOKEN": token, "HOTLINE_REDIS_URL": "",
            "HOTLINE_DUTY_WEBHOOK": "", "HOTLINE_LOG_LEVEL": "ERROR", "PYTHONWARNINGS": "ignore"}
        commands = ([bot_python(), "-m", "bot", "actions", "--port", str(actions)],
                    [sys.executable, "-m", "hotline", "serve"])
        children = []
        for command in commands:
            child = await asyncio.create_subprocess_exec(
                *command, env=environment, cwd=ROOT, stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL)
            stack.push_async_callback(end, child)
            children.append(child)
        await _until_ready(f"http://127.0.0.1:{internal}", f"http://127.0.0.1:{actions}", token, children)
        serve = (bot_python(), "-m", "bot", "serve", "--action-port", str(actions))
        yield Shadow(BotLauncher(serve, environment, token, own_session=False))


async def _prepare(url: str, live: Database | None) -> None:
    """An empty database with the articles that citizens get today."""
    database = Database(url)
    try:
        await migrate(database)
        if live is None:
            return
        async with live.read() as source:
            rows = [dict(row) for row in (await source.execute(select(articles))).mappings()]
        async with database.write() as target:
            if rows:
                await target.execute(insert(articles), rows)
    finally:
        await database.close()


async def _until_ready(internal: str, actions: str, token: str, children: list[asyncio.subprocess.Process]) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + START_SECONDS
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        while True:
            try:
                async with session.get(f"{actions}/health") as health, session.post(
                    f"{internal}/knowledge/search", json={"query": "燃气", "limit": 1},
                    headers={"Authorization": f"Bearer {token}"},
                ) as search:
                    if health.status == search.status == 200:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            if loop.time() > until or any(child.returncode is not None for child in children):
                raise SettingsError("比较用的临时系统没有起来")
            await asyncio.sleep(0.5)
