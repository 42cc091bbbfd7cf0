"""`make up`: everything from a fresh checkout to a running house, with visible progress."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp

from hotline.care.supervisor import Supervisor, processes
from hotline.desk.first_users import ensure_first_users
from hotline.emergency.training import load_or_train, model_path
from hotline.errors import SettingsError
from hotline.processes import bot_python, free_port, newest_model
from hotline.settings import ROOT, Settings
from hotline.store.database import Database
from hotline.store.migrate import migrate
from hotline.training.bot_process import BotLauncher
from hotline.training.keeper import Keeper

MODEL, NLU = "hotline", ROOT / "bot" / "data" / "nlu"


def say(text: str) -> None:
    """A line of progress for the operator."""
    print(text, flush=True)


def train(settings: Settings, environment: Mapping[str, str] | None = None, bot: bool = True) -> Path:
    """Train what is missing: the bot's model (always when asked) in its own environment, the detector's beside it.

    Raises SettingsError when the bot's training fails.
    """
    started = time.monotonic()
    children: list[subprocess.Popen[bytes]] = []
    with ThreadPoolExecutor(1) as beside:
        learning = beside.submit(_train_bot, dict(environment or os.environ), children) if bot else None
        try:
            if not model_path(settings.embeddings).exists():
                load_or_train(settings.embeddings)
                say(f"      紧急识别模型已训练，用时 {time.monotonic() - started:.0f} 秒")
            failed = learning is not None and not learning.result()
        except BaseException:
            for child in children:
                child.terminate()
            raise
    model = newest_model()
    if failed or model is None:
        raise SettingsError("training the bot's model failed; see the lines above")
    if bot:
        say(f"      对话模型已训练，用时 {time.monotonic() - started:.0f} 秒")
    return model


def _train_bot(environment: Mapping[str, str], children: list[subprocess.Popen[bytes]]) -> bool:
    """The sentences' vectors first, in this environment; whether there is a model then."""
    vectors = [sys.executable, "-m", "hotline", "training", "warm", str(NLU)]
    model = [bot_python(ROOT), "-m", "bot", "train", "--fixed-model-name", MODEL]
    for command in (vectors, model):
        children.append(subprocess.Popen(command, cwd=ROOT, env=environment))
        # Without vectors the training is only slower; after a signal there shall be none.
        if children[-1].wait() != 0 and (command is model or children[-1].returncode < 0):
            return False
    return True


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
    say(f"\n  市民页面   {base}/\n  坐席台     {base}/desk/\n  训练室     {base}/training/"
        f"\n  案件后台   {base}/open311/v2/services.json"
        f"\n  内部接口   {settings.internal_url}/（令牌在 {settings.var}/service_token）\n\n  按 Ctrl-C 停止\n")


async def _run(settings: Settings, environment: Mapping[str, str], model: Path) -> None:
    await _prepare(settings)
    say("[3/4] 启动进程：动作服务、Rasa、前门")
    database = Database(settings.database_url)
    keeper = Keeper(database, settings, model, BotLauncher.of(settings, environment))
    supervisor = Supervisor(processes(ROOT, environment, settings.action_port), [keeper])
    announcing = asyncio.create_task(_announce(settings))
    try:
        await supervisor.run()
    finally:
        announcing.cancel()
        await asyncio.gather(announcing, return_exceptions=True)
        await database.close()
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
    model = Path(settings.bot_model) if settings.bot_model else newest_model()
    if model is not None and not model.exists():
        raise SettingsError("HOTLINE_BOT_MODEL names a file that does not exist")
    trained = train(settings, environment, bot=model is None)
    model = model or trained
    asyncio.run(_run(settings, environment, model))
    return 0


