"""A private Redis on a socket of its own; tests that need it are skipped where its program is missing."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest


@pytest.fixture
async def redis_url(tmp_path: Path) -> AsyncIterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Redis's program is missing, and CI must not skip it")
        pytest.skip("Redis's program is not on this machine")
    path = tmp_path / "redis.sock"
    process = await asyncio.create_subprocess_exec(
        program, "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(tmp_path),
        stdout=subprocess.DEVNULL)
    try:
        async with asyncio.timeout(20):
            while not path.exists():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        yield f"unix://{path}"
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 20)
