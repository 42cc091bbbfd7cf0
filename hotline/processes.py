"""Child processes of the house: the bot's interpreter, its newest model, free ports, an orderly end."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from hotline.settings import ROOT

STOP_SECONDS = 10.0


async def end(child: asyncio.subprocess.Process | None) -> None:
    """Ask a child to stop; kill it when it has not after ten seconds."""
    if child is None or child.returncode is not None:
        return
    child.terminate()
    try:
        await asyncio.wait_for(child.wait(), STOP_SECONDS)
    except asyncio.TimeoutError:
        child.kill()
        await child.wait()


def bot_python(root: Path = ROOT) -> str:
    """The interpreter of the bot's environment."""
    return str(root / ".venv-bot" / "bin" / "python")


def free_port() -> int:
    """A port that is free now, on the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def newest_model() -> Path | None:
    """The newest trained model of the checkout."""
    found = sorted((ROOT / "bot" / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None
