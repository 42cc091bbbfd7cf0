"""Jobs with real processes: one at a time, progress, limits, cancellation of the whole group, a house that restarts."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from hotline.errors import Conflict
from hotline.settings import Settings
from hotline.store import jobs as store
from hotline.store.database import Database
from hotline.store.jobs import Job
from hotline.training import groups
from hotline.training.jobs import INTERRUPTED, NICE, Jobs, Plan

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("@progress 10 等", child.pid, flush=True)
time.sleep(600)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.fixture
async def jobs(database: Database, settings: Settings) -> AsyncIterator[Jobs]:
    running = Jobs(database, settings)
    yield running
    for job_id in list(running._running):
        await running.cancel(job_id)


async def row(database: Database, job: Job) -> Job:
    async with database.read() as connection:
        return await store.get_job(connection, job.id)


async def ended(database: Database, job: Job) -> Job:
    for _ in range(1200):
        found = await row(database, job)
        if found.state not in store.OPEN:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("the job did not end within a minute")


async def at_ten(database: Database, job: Job) -> int:
    """Wait for PARENT's line; returns its child's id."""
    for _ in range(1200):
        found = await row(database, job)
        if found.progress == 10 and found.stage:
            return int(found.stage.split()[-1])
        await asyncio.sleep(0.05)
    raise AssertionError("the job said nothing within a minute")


async def test_a_job_tells_its_progress_and_leaves_its_result(
    jobs: Jobs, database: Database, settings: Settings, tmp_path: Path
) -> None:
    told: list[str] = []

    async def end(job: Job) -> None:
        told.append(job.state)

    out = tmp_path / "result.json"
    first = python("import os; print('@progress 50 数', flush=True); print('nice', os.nice(0))")
    second = python(f"open({str(out)!r}, 'w').write('{{\"figure\": 1}}')")
    job = await jobs.start("measure", "d1", "a1", Plan((first, second), out, end))
    with pytest.raises(Conflict, match="正在训练"):
        await jobs.start("measure", "d1", "a1", Plan((first,)))
    found = await ended(database, job)
    assert (found.state, found.progress, found.stage, found.result) == ("done", 100, "数", {"figure": 1})
    assert found.started_at and found.ended_at and found.error is None
    assert told == ["done"]
    assert jobs.log_of(job.id) == ["@progress 50 数", f"nice {min(19, os.nice(0) + NICE)}"]
    assert not list((settings.var / "training" / "jobs").glob("*.pid"))
    assert (await ended(database, await jobs.start("measure", "d1", "a1", Plan((first,))))).state == "done"


async def test_a_step_that_has_finished_is_not_called_the_end(jobs: Jobs, database: Database) -> None:
    first, second = python("print('@progress 100 完成', flush=True)"), python("print('静静地训练')")
    found = await ended(database, await jobs.start("measure", "d1", "a1", Plan((first, second))))
    assert (found.state, found.stage) == ("done", "第 2 步，共 2 步")
    found = await ended(database, await jobs.start("measure", "d1", "a1", Plan((first,))))
    assert (found.state, found.stage) == ("done", "完成")


async def test_the_log_is_what_a_reader_would_see(jobs: Jobs, database: Database) -> None:
    code = r"print('  1%\r 50%\r100%\n\n\x1b[92m好了\x1b[0m')"
    job = await jobs.start("measure", None, "a1", Plan((python(code),)))
    assert (await ended(database, job)).state == "done"
    assert jobs.log_of(job.id) == ["100%", "好了"]
    assert jobs.log_of("nosuch") == []


async def test_a_failure_says_the_last_line(jobs: Jobs, database: Database) -> None:
    job = await jobs.start("measure", None, "a1", Plan((python("import sys; print('没有数据'); sys.exit(2)"),)))
    found = await ended(database, job)
    assert found.state == "failed" and found.error == "以代码 2 结束：没有数据"


async def test_a_line_without_end_ends_the_job_and_not_the_room(jobs: Jobs, database: Database) -> None:
    """A bar of progress that never breaks its line, or a whole model printed by mistake."""
    endless = "import sys; sys.stdout.write('1' * (8 << 20)); print(flush=True)"
    job = await jobs.start("measure", None, "a1", Plan((python(endless),)))
    found = await ended(database, job)
    assert found.state == "failed" and found.error == "打印了超过 1 MB 的一行，已结束"
    assert (await ended(database, await jobs.start("measure", None, "a1", Plan((python("pass"),))))).state == "done"


async def test_cancelling_ends_the_whole_group(jobs: Jobs, database: Database) -> None:
    job = await jobs.start("measure", None, "a1", Plan((python(PARENT),)))
    child = await at_ten(database, job)
    await jobs.cancel(job.id)
    assert (await ended(database, job)).state == "cancelled"
    assert groups.birth(child) is None or not _runs(child)
    await jobs.cancel(job.id)
    assert (await row(database, job)).state == "cancelled"


async def test_too_much_memory_ends_a_job(database: Database, settings: Settings) -> None:
    jobs = Jobs(database, replace(settings, training_memory_mb=150))
    hog = "import time; kept = bytearray(400 << 20); kept[::4096] = b'x' * len(kept[::4096]); time.sleep(600)"
    found = await ended(database, await jobs.start("measure", None, "a1", Plan((python(hog),))))
    assert found.state == "failed" and found.error is not None and "上限是 150 MB" in found.error


async def test_too_much_time_ends_a_job(database: Database, settings: Settings) -> None:
    jobs = Jobs(database, replace(settings, training_minutes=0))
    found = await ended(database, await jobs.start("measure", None, "a1", Plan((python(PARENT),))))
    assert found.state == "failed" and found.error == "超过 0 分钟，已结束"


async def test_a_house_that_restarts_ends_what_the_former_one_left(database: Database, settings: Settings) -> None:
    left = await asyncio.create_subprocess_exec(
        *python(PARENT), start_new_session=True, stdout=asyncio.subprocess.PIPE)
    assert left.stdout is not None
    child = int((await left.stdout.readline()).split()[-1])
    folder = settings.var / "training" / "jobs"
    folder.mkdir(parents=True)
    mark = folder / "old.pid"
    mark.write_text(f"{left.pid} {groups.birth(left.pid)}")
    (folder / "other.pid").write_text(f"{left.pid} 1")  # the id of somebody else by now: left alone
    async with database.write() as connection:
        job = await store.add_job(connection, "candidate", "m1", "a1", _now())
    jobs, told = Jobs(database, settings), []

    async def end(one: Job) -> None:
        told.append((one.subject, one.state))

    jobs.endings["candidate"] = end
    life = jobs.lifecycle(None)  # type: ignore[arg-type]
    await anext(life)
    found = await row(database, job)
    assert found.state == "failed" and found.error == INTERRUPTED and told == [("m1", "failed")]
    assert await left.wait() != 0 and not _runs(child) and not mark.exists()
    with pytest.raises(StopAsyncIteration):
        await anext(life)


async def test_a_house_that_stops_ends_its_job(database: Database, settings: Settings) -> None:
    jobs = Jobs(database, settings)
    life = jobs.lifecycle(None)  # type: ignore[arg-type]
    await anext(life)
    job = await jobs.start("measure", None, "a1", Plan((python(PARENT),)))
    child = await at_ten(database, job)
    with pytest.raises(StopAsyncIteration):
        await anext(life)
    found = await row(database, job)
    assert found.state == "failed" and found.error == INTERRUPTED and not _runs(child)


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _runs(process: int) -> bool:
    """Whether it runs still; a process whose parent has gone may stay a zombie for a moment."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        if state == "Z":
            return False
        time.sleep(0.05)
    return True
