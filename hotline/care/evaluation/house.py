"""A private house to measure: the bot with one model and a front door, on free ports, with data of their own."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from hotline.care.evaluation.client import InternalClient
from hotline.errors import BotUnavailable, SettingsError
from hotline.processes import bot_python, end, free_port, newest_model
from hotline.settings import ROOT

START_SECONDS = 120.0


@asynccontextmanager
async def private_house(
    session: aiohttp.ClientSession, model: Path | None = None, with_bot: bool = True
) -> AsyncIterator[InternalClient]:
    """A client of a house that lives only for the measuring. Raises SettingsError when it does not start."""
    model = model or newest_model()
    if with_bot and (model is None or not model.is_file()):
        raise SettingsError("没有训练好的模型: 先运行 python -m hotline train, 或用 --model 指定")
    with tempfile.TemporaryDirectory(prefix="hotline-evaluate-", ignore_cleanup_errors=True) as folder:
        bot_port, internal_port = free_port(), free_port()
        token = secrets.token_urlsafe(16)
        environment = {
            **os.environ, "HOTLINE_VAR": folder, "HOTLINE_HOST": "127.0.0.1", "HOTLINE_PORT": str(free_port()),
            "HOTLINE_INTERNAL_PORT": str(internal_port), "HOTLINE_BOT_PORT": str(bot_port),
            "HOTLINE_ACTION_PORT": str(free_port()), "HOTLINE_SERVICE_TOKEN": token, "HOTLINE_LOG_LEVEL": "ERROR",
            "HOTLINE_DATABASE_URL": "", "HOTLINE_REDIS_URL": "", "PYTHONWARNINGS": "ignore"}
        commands = [[sys.executable, "-m", "hotline", "serve"]]
        if with_bot:
            commands.insert(0, [bot_python(ROOT), "-m", "bot", "serve", "--model", str(model)])
        await _run_once([sys.executable, "-m", "hotline", "migrate"], environment)
        children = [await _start(command, environment) for command in commands]
        try:
            client = InternalClient(session, f"http://127.0.0.1:{internal_port}", token)
            await _until_ready(client, children, with_bot)
            yield client
        finally:
            await asyncio.gather(*(end(child) for child in children))


async def _start(command: list[str], environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command, env=dict(environment), cwd=ROOT, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL)


async def _run_once(command: list[str], environment: Mapping[str, str]) -> None:
    child = await _start(command, environment)
    if await child.wait():
        raise SettingsError("the private database could not be prepared; see the lines above")


async def _until_ready(
    client: InternalClient, children: list[asyncio.subprocess.Process], with_bot: bool
) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + START_SECONDS
    while True:
        try:
            await client.search("燃气")
            if with_bot:
                await client.parse("路灯不亮")
            return
        except BotUnavailable as error:
            if loop.time() > until or any(child.returncode is not None for child in children):
                raise SettingsError(f"the private house did not start: {error.reason}") from error
            await asyncio.sleep(0.5)
