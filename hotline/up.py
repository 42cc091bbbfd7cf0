"""`make up`: everything from a fresh checkout to a running house, with visible progress."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from hotline.care.supervisor import Supervisor, bot_python, processes
from hotline.desk.accounts import ensure_first_users
from hotline.errors import SettingsError
from hotline.settings import ROOT, Settings
from hotline.store.database import Database
from hotline.store.migrate import migrate

MODEL = "hotline"


def say(text: str) -> None:
    """A line of progress for the operator."""
    print(text, flush=True)


def free_port() -> int:
    """A port that is free now, on the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def newest_model() -> Path | None:
    """The newest trained model of the checkout."""
    found = sorted((ROOT / "bot" / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None


def train(environment: Mapping[str, str] | None = None) -> Path:
    """Train the bot's model in its own environment. Raises SettingsError when that fails."""
    started = time.monotonic()
    done = subprocess.run([bot_python(ROOT), "-m", "bot", "train", "--fixed-model-name", MODEL], cwd=ROOT,
                          env=dict(environment or os.environ))
    model = newest_model()
    if done.returncode != 0 or model is None:
        raise SettingsError("training the bot's model failed; see the lines above")
    say(f"      模型已训练，用时 {time.monotonic() - started:.0f} 秒")
    return model


def _check_port(host: str, port: int, name: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(f"端口 {port} 已被占用，请用环境变量 {name} 换一个") from error


async def _prepare(settings: Settings) -> None:
    say("[2/4] 数据库")
    database = Database(settings.database_url)
    try:
        await migrate(database)
        for account in await ensure_first_users(database, settings):
            say(f"      首次登录账号 {account.username}（{account.where}） 一次性密码 {account.password}")
    finally:
        await database.close()


async def _announce(settings: Settings) -> None:
    """Say where the house is once it is ready; keep saying so until then what is missing."""
    shown = "localhost" if settings.host == "0.0.0.0" else settings.host
    base = f"http://{shown}:{settings.port}"
    local = f"http://127.0.0.1:{settings.port}/readyz"
    started, last = time.monotonic(), ""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
        while True:
            try:
                async with session.get(local) as response:
                    state = str(await response.json())
                    if response.status == 200:
                        break
            except (aiohttp.ClientError, TimeoutError, ValueError):
                state = "front door is starting"
            if state != last:
                say(f"      等待就绪：{state}")
                last = state
            await asyncio.sleep(0.5)
    say(f"      就绪，用时 {time.monotonic() - started:.0f} 秒")
    say(f"\n  市民页面   {base}/\n  坐席工作台 {base}/desk/\n  案件后台   {base}/open311/v2/services.json"
        f"\n  内部接口   {settings.internal_url}/（令牌在 {settings.var}/service_token）\n\n  按 Ctrl-C 停止\n")


async def _run(settings: Settings, environment: Mapping[str, str], model: Path) -> None:
    await _prepare(settings)
    say("[3/4] 启动进程：动作服务、Rasa、前门")
    supervisor = Supervisor(processes(ROOT, environment, str(model), settings.bot_port, settings.action_port))
    announcing = asyncio.create_task(_announce(settings))
    try:
        await supervisor.run()
    finally:
        announcing.cancel()
        await asyncio.gather(announcing, return_exceptions=True)
    say("已停止")


def up() -> int:
    """Prepare and run everything until Ctrl-C. Returns the exit status."""
    environment = dict(os.environ)
    for name in ("HOTLINE_BOT_PORT", "HOTLINE_ACTION_PORT"):
        if environment.get(name, "0") in ("", "0"):
            environment[name] = str(free_port())
    settings = Settings.from_env(environment)
    _check_port(settings.host, settings.port, "HOTLINE_PORT")
    _check_port("127.0.0.1", settings.internal_port, "HOTLINE_INTERNAL_PORT")
    # Children must agree on what was made up here.
    environment |= {
        "HOTLINE_SERVICE_TOKEN": settings.service_token, "HOTLINE_SESSION_SECRET": settings.session_secret,
        "HOTLINE_OPEN311_API_KEY": settings.open311_api_key, "HOTLINE_VAR": str(settings.var),
        "PYTHONUNBUFFERED": "1",
        # Rasa's old dependencies greet every start with pages of deprecation warnings.
        "PYTHONWARNINGS": environment.get("PYTHONWARNINGS", "ignore")}
    say("[1/4] 模型")
    model = Path(settings.bot_model) if settings.bot_model else newest_model() or train(environment)
    if not model.exists():
        raise SettingsError("HOTLINE_BOT_MODEL names a file that does not exist")
    asyncio.run(_run(settings, environment, model))
    return 0


