"""Where the time of a message goes, by step, for `/metrics` and `bench load`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Histogram


class Timings:
    """A histogram of seconds for each step of a message's way."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram("hotline_step_seconds", "Time of a step of a message's way", ["step"],
                                  registry=registry)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time the block, whether it ends well or not."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._seconds.labels(name).observe(time.perf_counter() - started)
