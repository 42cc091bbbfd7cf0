"""One bot process with one model: started, waited for, warmed up, started again when it dies, ended by pid."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import structlog

from hotline.errors import BotUnavailable
from hotline.processes import bot_python, end
from hotline.records import JSON
from hotline.settings import ROOT, Settings

log = structlog.get_logger(__name__)
TRIES = 3
READY_SECONDS = 120.0  # for each try; a process that exits is seen at once
LONGEST_PAUSE, STABLE_SECONDS = 30.0, 60.0
# One crash is bad luck, so many within so many seconds are the model's or the machine's fault.
MOST_DEATHS, WINDOW = 4, 600.0
ASK = aiohttp.ClientTimeout(total=20)
# The first texts load dictionaries and caches: citizens should not wait for that.
WARMING = ("你好", "市北区延吉路117号门口的路灯坏了三天", "燃气公司的电话是多少")


@dataclass(frozen=True)
class BotLauncher:
    """How bots are started here: the command before `--model M --port N`, the environment, the channel's token.

    In a session of their own Ctrl-C reaches the parent alone, which ends its children in order. In the parent's
    group they end with it, whatever happens to the parent.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str]
    token: str
    own_session: bool = True

    @classmethod
    def of(cls, settings: Settings, environment: Mapping[str, str]) -> BotLauncher:
        """Rasa in the bot's environment, with the actions that `settings` name."""
        command = (bot_python(), "-m", "bot", "serve", "--action-port", str(settings.action_port))
        return cls(command, environment, settings.service_token)

    async def start(self, model: Path, port: int) -> asyncio.subprocess.Process:
        """The process."""
        return await asyncio.create_subprocess_exec(
            *self.command, "--model", str(model), "--port", str(port), env=dict(self.environment), cwd=ROOT,
            start_new_session=self.own_session, stdin=asyncio.subprocess.DEVNULL)


class BotProcess:
    """A bot that answers at `url` from the end of `start` until `end`."""

    def __init__(self, launcher: BotLauncher, model: Path, port: int) -> None:
        self._launcher = launcher
        self._model = model
        self._port = port
        self._child: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._deaths: list[float] = []  # when it died lately
        self._code: int | None = None  # how, the last time

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def trouble(self) -> str | None:
        """That it has died again and again lately, in words; None while it holds."""
        if len(self._deaths) < MOST_DEATHS:
            return None
        return f"运行中反复退出：{WINDOW / 60:.0f} 分钟内 {len(self._deaths)} 次，退出码 {self._code}"

    def forgive(self) -> None:
        """Count its deaths anew; the pause before the next start stays as long as it has grown."""
        self._deaths.clear()

    async def start(self, warm: bool = True) -> None:
        """Start it and wait until it answers with just this model; then keep it alive. Raises BotUnavailable.

        `warm`: it must also parse and take a turn, which needs the actions.
        """
        failure = BotUnavailable("never tried")
        for _ in range(TRIES):
            try:
                await self._once()
                if warm:
                    await self._warm()
                self._keeping = asyncio.create_task(self._keep())
                return
            except BotUnavailable as error:
                failure = error
                log.warning("bot_did_not_start", model=self._model.name, reason=error.reason)
                await end(self._child)
        raise failure

    async def end(self) -> None:
        """End it; a turn that is under way may finish first."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        await end(self._child)

    async def call(self, name: str, body: JSON | None) -> JSON:
        """Ask its channel: `turn` and `parse` with a body, `status` without. Raises BotUnavailable."""
        url, token = f"{self.url}/webhooks/hotline/{name}", self._launcher.token
        try:
            async with aiohttp.ClientSession(timeout=ASK) as session, session.request(
                "GET" if body is None else "POST", url, json=body, headers={"Authorization": f"Bearer {token}"},
            ) as response:
                if response.status != 200:
                    raise BotUnavailable(f"{name} 回答 {response.status}")
                answer = await response.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise BotUnavailable(f"{name} 没有回答（{type(error).__name__}）") from error
        return answer if isinstance(answer, dict) else {}

    async def _once(self) -> None:
        self._child = await self._launcher.start(self._model, self._port)
        log.info("process_started", name="bot", pid=self._child.pid, model=self._model.name)
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._answers(self._child)
        except TimeoutError as error:
            raise BotUnavailable(f"{READY_SECONDS:.0f} 秒内没有就绪") from error

    async def _answers(self, child: asyncio.subprocess.Process) -> None:
        while True:
            if child.returncode is not None:
                raise BotUnavailable(f"进程退出，退出码 {child.returncode}")
            try:
                status = await self.call("status", None)
            except BotUnavailable:
                await asyncio.sleep(0.3)
                continue
            if status.get("model") == self._model.name:
                return
            raise BotUnavailable("装上的是别的模型")

    async def _warm(self) -> None:
        for text in WARMING:
            await self.call("parse", {"text": text})
        await self.call("turn", {"turn_id": "warm-up", "message": {"text": WARMING[0]}, "state": {}, "context": {}})

    async def _keep(self) -> None:
        """Start again whatever dies, after a pause that grows with each death in a row."""
        loop, deaths, started = asyncio.get_running_loop(), 0, asyncio.get_running_loop().time()
        while self._child is not None:
            self._code = code = await self._child.wait()
            now = loop.time()
            deaths = 1 if now - started > STABLE_SECONDS else deaths + 1
            self._deaths = [*(at for at in self._deaths if now - at < WINDOW), now]
            pause = min(LONGEST_PAUSE, 0.5 * 2 ** (deaths - 1))
            log.error("process_died", name="bot", code=code, model=self._model.name, again_in=pause)
            await asyncio.sleep(pause)
            started = loop.time()
            try:
                self._child = await self._launcher.start(self._model, self._port)
            except OSError as error:  # no memory or no process left: counts as a death, and the pause grows
                log.error("bot_not_started_again", model=self._model.name, error=type(error).__name__)
