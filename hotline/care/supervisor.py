"""Runs the house's processes side by side and starts again whatever dies."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import structlog

from hotline.processes import bot_python, end

log = structlog.get_logger(__name__)
LONGEST_PAUSE = 30.0
STABLE_SECONDS = 60.0


@dataclass
class Process:
    """One child: its command line, its extra environment and how often it has died lately."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    deaths: int = 0
    child: asyncio.subprocess.Process | None = field(default=None, repr=False)


class Part(Protocol):
    """Something that works beside the processes and ends with them: the keeper of the bots."""

    async def run(self) -> None:
        """Work until cancelled."""

    async def end(self) -> None:
        """Leave nothing behind."""


class Supervisor:
    """Keeps processes alive until told to stop; each in a group of its own, ended by pid."""

    def __init__(self, processes: Sequence[Process], parts: Sequence[Part] = ()) -> None:
        self._processes = list(processes)
        self._parts = list(parts)
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Start all, restart what dies, return after `stop` or a signal."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        self._tasks = [asyncio.create_task(self._keep(process)) for process in self._processes]
        self._tasks += [asyncio.create_task(part.run()) for part in self._parts]
        await self._stopping.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(
            *(end(process.child) for process in self._processes), *(part.end() for part in self._parts))

    def stop(self) -> None:
        """Ask for the end."""
        self._stopping.set()

    async def _keep(self, process: Process) -> None:
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            # A session of its own: Ctrl-C reaches us alone, and we end the children in order.
            process.child = await asyncio.create_subprocess_exec(
                *process.command, env=dict(process.environment), cwd=process.folder, start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL)
            log.info("process_started", name=process.name, pid=process.child.pid)
            code = await process.child.wait()
            process.deaths = 1 if loop.time() - started > STABLE_SECONDS else process.deaths + 1
            pause = min(LONGEST_PAUSE, 0.5 * 2 ** (process.deaths - 1))
            log.error("process_died", name=process.name, code=code, again_in=pause)
            await asyncio.sleep(pause)


def processes(root: Path, environment: Mapping[str, str], action_port: int) -> list[Process]:
    """The processes beside the bot, which has a keeper of its own: actions and front door."""
    bot = bot_python(root)
    return [
        Process("actions", [bot, "-m", "bot", "actions", "--port", str(action_port)], environment, root),
        Process("front-door", [sys.executable, "-m", "hotline", "serve"], environment, root),
    ]
