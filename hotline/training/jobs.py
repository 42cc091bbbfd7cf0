"""Runs trainings and measurings: one at a time, each in a process group of its own, slow to the CPU, with limits."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from hotline.settings import ROOT, Settings
from hotline.store import jobs as store
from hotline.store.database import Database
from hotline.store.jobs import Job
from hotline.training import groups

log = structlog.get_logger(__name__)
NICE = 15
WATCH_SECONDS = 1.0
SHOWN_LINES, TAIL_BYTES = 200, 64_000
LONGEST_LINE = 1 << 20
INTERRUPTED = "中断：前门在任务进行中停止了"
_PROGRESS = re.compile(r"@progress (\d{1,3})(?: (.{0,40}))?\s*$")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
Ended = Callable[[Job], Awaitable[None]]


class Stopped(Exception):
    """The job came to no good end; the message says why."""


@dataclass(frozen=True)
class Plan:
    """What a job runs, one command after the other, where its result will stand, and who wants to know its end."""

    commands: Sequence[Sequence[str]]
    result: Path | None = None
    ended: Ended | None = None


class Jobs:
    """Logs stand under var/training/jobs. `endings` are told, by kind, of jobs that a former house left behind."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._folder = settings.var / "training" / "jobs"
        self._running: dict[str, tuple[asyncio.Task[None], list[str]]] = {}  # one at most; why it is to stop
        self.endings: dict[str, Ended] = {}

    async def start(self, kind: str, subject: str | None, author_id: str, plan: Plan) -> Job:
        """Start a job. Raises Conflict while another runs."""
        async with self._database.write() as connection:
            job = await store.add_job(connection, kind, subject, author_id, _now())
        reasons: list[str] = []
        task = asyncio.create_task(self._run(job, plan, reasons), name=f"job-{job.id}")
        self._running[job.id] = task, reasons
        task.add_done_callback(lambda _: self._running.pop(job.id, None))
        await asyncio.sleep(0)  # a task that is cancelled before it began would leave its row open
        return job

    async def cancel(self, job_id: str) -> None:
        """End a job's whole group and wait until it has ended; a job that has ended stays as it is."""
        if job_id in self._running:
            task, reasons = self._running[job_id]
            reasons.append("cancelled")
            task.cancel()
            await asyncio.wait([task])

    def log_of(self, job_id: str) -> list[str]:
        """The last lines that a job printed."""
        try:
            with (self._folder / f"{job_id}.log").open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
                text = file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return []
        # A bar that is drawn over itself counts as it was left; colours are a terminal's.
        lines = [_COLOUR.sub("", line.rstrip("\r").rpartition("\r")[2]) for line in text.split("\n")]
        return [line for line in lines if line.strip()][-SHOWN_LINES:]

    async def lifecycle(self, app: web.Application) -> AsyncIterator[None]:
        """Before: settle what a former house left. After: end what runs."""
        await self._recover()
        yield
        for task, _ in list(self._running.values()):
            task.cancel()
            await asyncio.wait([task])

    async def _recover(self) -> None:
        for path in self._folder.glob("*.pid") if self._folder.is_dir() else ():
            process, _, began = path.read_text().partition(" ")
            # The leader may be gone and its children not; an id with another birth is somebody else's.
            if process.isdigit() and groups.birth(int(process)) in (began, None):
                await asyncio.to_thread(groups.kill, int(process))
            path.unlink(missing_ok=True)
        async with self._database.read() as connection:
            left = await store.open_jobs(connection)
        for job in left:
            await self._end(job, "failed", self.endings.get(job.kind), error=INTERRUPTED)

    async def _run(self, job: Job, plan: Plan, reasons: list[str]) -> None:
        ending: dict[str, Any]
        try:
            await self._note(job.id, state="running", started_at=_now())
            async with asyncio.timeout(self._settings.training_minutes * 60):
                for number, command in enumerate(plan.commands):
                    await self._command(job.id, command, number, len(plan.commands))
            result = await asyncio.to_thread(_read, plan.result) if plan.result else None
            ending = {"state": "done", "progress": 100, "result": result}
        except asyncio.CancelledError:  # ends here: whoever cancelled waits for the job to have ended
            ending = {"state": "cancelled", "error": "已取消"} if reasons else {"state": "failed", "error": INTERRUPTED}
        except TimeoutError:
            ending = {"state": "failed", "error": f"超过 {self._settings.training_minutes} 分钟，已结束"}
        except Stopped as error:
            ending = {"state": "failed", "error": str(error)}
        except Exception as error:
            log.exception("job_broke", job=job.id, kind=job.kind)
            ending = {"state": "failed", "error": f"出错了：{type(error).__name__}"}
        await asyncio.shield(self._end(job, ended=plan.ended, **ending))

    async def _end(self, job: Job, state: str, ended: Ended | None, **values: Any) -> None:
        """Whoever wants to know is told first: who sees the job ended sees what came of it as well."""
        values |= {"state": state, "ended_at": _now()}
        if ended is not None:
            try:
                await ended(replace(job, **values))
            except Exception:
                log.exception("job_ending_broke", job=job.id, kind=job.kind)
        await self._note(job.id, **values)
        log.info("job_ended", job=job.id, kind=job.kind, state=state)

    async def _command(self, job_id: str, command: Sequence[str], number: int, count: int) -> None:
        """Run one command to its end. Raises Stopped; however it is left, no process of its group is."""
        nice = shutil.which("nice")
        child = await asyncio.create_subprocess_exec(
            *((nice, "-n", str(NICE)) if nice else ()), *command, cwd=ROOT, env=self._environment(),
            start_new_session=True, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT, limit=LONGEST_LINE)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark = self._folder / f"{job_id}.pid"
        mark.write_text(f"{child.pid} {groups.birth(child.pid) or ''}")
        reading = asyncio.create_task(self._read(job_id, child, number, count))
        try:
            await self._watch(child, reading)
        finally:
            await asyncio.shield(_settle(child, reading))
            mark.unlink(missing_ok=True)
        if child.returncode:
            said = [line for line in self.log_of(job_id) if not line.startswith("@progress")]
            raise Stopped(f"以代码 {child.returncode} 结束：{said[-1][:300] if said else '没有输出'}")

    async def _watch(self, child: asyncio.subprocess.Process, reading: asyncio.Task[None]) -> None:
        most = self._settings.training_memory_mb
        while not reading.done():
            await asyncio.wait([reading], timeout=WATCH_SECONDS)
            used = await asyncio.to_thread(groups.memory_mb, child.pid)
            if used > most:
                raise Stopped(f"用了 {used} MB 内存，上限是 {most} MB，已结束")
        await reading
        await child.wait()

    async def _read(self, job_id: str, child: asyncio.subprocess.Process, number: int, count: int) -> None:
        """Keep what the command prints; lines of progress go to the job's row as well."""
        assert child.stdout is not None
        path = self._folder / f"{job_id}.log"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab", buffering=0) as file:
            async for raw in _lines(child.stdout):
                file.write(raw)
                told = _PROGRESS.match(raw.decode("utf-8", "replace"))
                if told:
                    whole = (number * 100 + min(int(told[1]), 100)) // count
                    # A step that has finished is not the whole: beside 50 % stands what goes on, not "完成".
                    ended = told[1] == "100" and number + 1 < count
                    stage = f"第 {number + 2} 步，共 {count} 步" if ended else told[2] or None
                    await self._note(job_id, progress=min(whole, 99), stage=stage)

    async def _note(self, job_id: str, **values: Any) -> None:
        async with self._database.write() as connection:
            await store.change_job(connection, job_id, **values)

    def _environment(self) -> dict[str, str]:
        """Ours, with what an ordinary start would have settled."""
        return {**os.environ, "HOTLINE_VAR": str(self._settings.var), "PYTHONUNBUFFERED": "1",
                "HOTLINE_DATABASE_URL": self._settings.database_url, "HOTLINE_EMBEDDINGS": self._settings.embeddings,
                "PYTHONWARNINGS": "ignore"}


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Each line that a command prints. Raises Stopped at one that is longer than LONGEST_LINE."""
    try:
        async for line in stream:
            yield line
    except ValueError as error:
        raise Stopped(f"打印了超过 {LONGEST_LINE >> 20} MB 的一行，已结束") from error


async def _settle(child: asyncio.subprocess.Process, reading: asyncio.Task[None]) -> None:
    """Nothing of the group is left and what it printed is kept."""
    await asyncio.to_thread(groups.kill, child.pid)
    assert child.stdout is not None
    with suppress(TimeoutError):
        async with asyncio.timeout(groups.GRACE):
            await asyncio.wait([reading])
            # Python's wait ends with the pipe, which nobody reads on when reading failed, and which a process that
            # fled from the group may hold open.
            while await child.stdout.read(LONGEST_LINE):
                pass
            await child.wait()
    reading.cancel()


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _now() -> datetime:
    return datetime.now(timezone.utc)
