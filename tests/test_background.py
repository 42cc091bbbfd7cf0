"""Work that a stopping process does not wait for."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from hotline.background import in_background, wait_until

STOPS = """
import asyncio, time
from hotline.background import in_background
async def main():
    task = asyncio.create_task(in_background(time.sleep, 60))
    await asyncio.sleep(0.1)
    task.cancel()
asyncio.run(main())
"""


async def test_results_and_errors_come_back() -> None:
    assert await in_background(max, 1, 2) == 2
    with pytest.raises(ZeroDivisionError):
        await in_background(divmod, 1, 0)


def test_a_process_ends_while_the_work_goes_on() -> None:
    assert subprocess.run([sys.executable, "-c", STOPS], timeout=20).returncode == 0


async def test_an_event_is_waited_for_and_no_longer_than_said() -> None:
    event = asyncio.Event()
    assert await wait_until(event, 0.01) is False
    event.set()
    assert await wait_until(event, 60) is True


@pytest.mark.parametrize("steps", range(4))
async def test_a_cancellation_that_comes_together_with_the_event_counts(steps: int) -> None:
    event = asyncio.Event()

    async def watch() -> None:
        while True:
            await wait_until(event, 60)
            event.clear()

    task = asyncio.create_task(watch())
    await asyncio.sleep(0.01)
    event.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=5)
    assert done and task.cancelled()
    task.cancel()
