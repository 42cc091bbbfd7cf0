"""Everything `make test` runs; stops at the end, not at the first failure.

Tests wait for sockets and clocks most of the time, so at the last stage two parts run side by side, each in processes
and on ports of its own. What such a part says comes at its end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOUSE, BOT = ROOT / ".venv" / "bin", ROOT / ".venv-bot" / "bin"

PYTEST = [str(HOUSE / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", "--durations=15"]
PART_SECONDS = 1800
WHOLE = ["tests/browser", "tests/system"]
ROOMS = ["tests/desk", "tests/training", "tests/conversation"]
CONNECTORS = ["tests/connectors"]


@dataclass(frozen=True)
class Part:
    """One command of the run."""

    name: str
    command: list[str]
    folder: Path = ROOT


ONE_BY_ONE = (
    Part("style", [str(HOUSE / "ruff"), "check", "hotline", "connectors", "bot", "tests"]),
    Part("types", [str(HOUSE / "mypy")]),
    Part("front ends", ["npm", "test", "--silent"], ROOT / "web"),
    Part("models", [str(HOUSE / "python"), "-m", "hotline", "train"]),
)
# The order that keeps both busy to the end: whoever is done takes the next.
TWO_AT_A_TIME = (
    Part("whole product", [*PYTEST, *WHOLE]),
    Part("bot", [str(BOT / "python"), "-m", "pytest", "tests/bot", "-q", "-p", "no:cacheprovider"]),
    Part("rooms", [*PYTEST, *ROOMS]),
    Part("connectors", [*PYTEST, *CONNECTORS]),
    Part("house", [*PYTEST, "tests", *(f"--ignore={folder}" for folder in (*WHOLE, *ROOMS, *CONNECTORS))]),
)


def main() -> int:
    """Run all parts; 1 when any failed."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the product's processes have it
    failed = [part.name for part in ONE_BY_ONE if not _run(part)]
    with ThreadPoolExecutor(2) as pool:
        failed += [part.name for part, passed in zip(TWO_AT_A_TIME, pool.map(_beside, TWO_AT_A_TIME), strict=True)
                   if not passed]
    print(f"failed: {', '.join(failed)}" if failed else "all parts passed")
    return 1 if failed else 0


def _run(part: Part) -> bool:
    print(f"== {part.name}", flush=True)
    started = time.monotonic()
    done = subprocess.run(part.command, cwd=part.folder, stdin=subprocess.DEVNULL)
    print(f"== {part.name}: {time.monotonic() - started:.0f} s", flush=True)
    return done.returncode == 0


def _beside(part: Part) -> bool:
    """Whether it passed; what it says is kept until its end, or the two would talk at once.

    Kept in a file: a pipe would be open for as long as any process that a test has left behind.
    """
    print(f"== {part.name} begins", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(part.command, cwd=part.folder, stdin=subprocess.DEVNULL, stdout=said,
                                   stderr=subprocess.STDOUT)
        in_time = _ended(process)
        said.seek(0)
        print(f"== {part.name}: {time.monotonic() - started:.0f} s\n{said.read().decode(errors='replace')}", flush=True)
    if not in_time:
        print(f"== {part.name} was stopped: it had not ended after {PART_SECONDS} s", flush=True)
    return in_time and process.returncode == 0


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it ended in time; else it is interrupted, so that it says where it stood, and then killed."""
    try:
        process.wait(PART_SECONDS)
        return True
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return False


if __name__ == "__main__":
    sys.exit(main())
