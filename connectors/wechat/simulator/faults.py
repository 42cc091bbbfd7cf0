"""Trouble on demand: the next calls of an address are slow, refused, broken off or answered with an error."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Literal

Breaks = Literal["", "before", "after"]


@dataclass(frozen=True)
class Fault:
    """What happens to one call: `delay` in seconds first; then an error `code` or an HTTP `status`, or the
    connection breaks before or after the call has had its effect."""

    code: int = 0
    delay: float = 0.0
    breaks: Breaks = ""
    status: int = 200


class Faults:
    """Faults that wait for their calls, by the end of the address; `pace` slows every call, in seconds."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = defaultdict(deque)
        self.pace: dict[str, float] = {}

    def add(self, path: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls of the address run into the fault."""
        self._waiting[path].extend([fault] * times)

    def clear(self) -> None:
        """No more trouble."""
        self._waiting.clear()
        self.pace.clear()

    async def next(self, path: str) -> Fault:
        """What happens to this call, after its delay."""
        fault = Fault()
        for ending, waiting in self._waiting.items():
            if waiting and path.endswith(ending):
                fault = waiting.popleft()
                break
        delay = fault.delay + max((seconds for ending, seconds in self.pace.items() if path.endswith(ending)),
                                  default=0.0)
        if delay:
            await asyncio.sleep(delay)
        return fault
