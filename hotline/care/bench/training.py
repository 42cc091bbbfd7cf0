"""`bench training`: how much slower citizens are answered while a candidate is trained beside them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hotline.care.bench.load import Load, measure
from hotline.settings import ROOT

NICE = 15  # as the training room's jobs
CITIZENS = 4
HEAD = "           citizens  turns  turns/s median ms   p95 ms errors"


async def run(url: str, token: str, seconds: float) -> str:
    """Warm up, measure without and with a training, and say how much of the speed was left."""
    await measure(url, token, 2, min(3.0, seconds))
    alone = await measure(url, token, CITIZENS, seconds)
    async with _training() as child:
        beside = await measure(url, token, CITIZENS, seconds)
        running = child.returncode is None
    left = (beside.turns / beside.seconds) / (alone.turns / alone.seconds) if alone.turns else 0.0
    note = "" if running else "\n训练在测量结束前就完了：用更短的 --seconds 再量一次"
    return (f"{HEAD}\n{_line('不训练', alone)}\n{_line('训练中', beside)}\n"
            f"训练中还有 {left:.0%} 的速度（要求不低于 50%）{note}")


def _line(name: str, load: Load) -> str:
    return f"{name}     {load.line}"


@asynccontextmanager
async def _training() -> AsyncIterator[asyncio.subprocess.Process]:
    """The training of the checkout's own data, as a job of the room would run it; thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-training-") as folder:
        candidate = Path(folder) / "candidate"
        assembling = await _start("assemble", str(candidate))
        if await assembling.wait():
            raise OSError("the candidate's data could not be assembled")
        child = await _start("candidate", str(candidate), "--no-compare")
        try:
            yield child
        finally:
            if child.returncode is None:
                os.killpg(child.pid, signal.SIGTERM)
                await child.wait()


async def _start(*words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        "nice", "-n", str(NICE), sys.executable, "-m", "hotline", "training", *words, cwd=ROOT,
        start_new_session=True, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL)
