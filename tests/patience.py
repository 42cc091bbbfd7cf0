"""How long a browser test waits for what must come: a machine under load paints late, and that is no failure."""

from __future__ import annotations

from playwright import async_api, sync_api

PAINTED = 20_000  # milliseconds


def patient(milliseconds: int = PAINTED) -> None:
    """What every `expect` waits that says nothing else."""
    sync_api.expect.set_options(timeout=milliseconds)
    async_api.expect.set_options(timeout=milliseconds)
