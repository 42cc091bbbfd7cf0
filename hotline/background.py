"""Waiting and long work that never keep a process alive: one that is told to stop stops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


async def wait_until(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, at most so long; whether it came.

    Not `asyncio.wait_for`: until Python 3.12 it loses a cancellation that comes together with the event.
    """
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def in_background(function: Callable[..., T], *arguments: Any) -> T:
    """Run a function in a daemon thread and return what it returns or raise what it raises.

    `asyncio.to_thread` would keep the process alive until the function has ended; an index or a model takes minutes.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = function(*arguments)
        except Exception as raised:
            error = raised
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name=function.__name__, daemon=True).start()
    return await future
