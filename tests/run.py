"""Everything `make test` runs; stops at the end, not at the first failure.

Tests wait for sockets and clocks most of the time, so at the last stage two parts run side by side, each in processes
and on ports of its own. What such a part says comes at its end.

A few tests that failed beside another part are run once more, alone: what fails again has failed, what passes is named
at the end as unsteady, since it may be the machine that was busy and may be a fault that comes and goes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOUSE, BOT = ROOT / ".venv" / "bin", ROOT / ".venv-bot" / "bin"

PYTEST = ["-m", "pytest", "-q", "-rfE", "--durations=15"]
SOME_FAILED = 1  # pytest's exit code; the others are no test's failure (interrupted, unreadable, none found)
FEW = 6  # more than these are no accident
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
    Part("whole product", [str(HOUSE / "python"), *PYTEST, *WHOLE]),
    Part("bot", [str(BOT / "python"), *PYTEST, "tests/bot"]),
    Part("rooms", [str(HOUSE / "python"), *PYTEST, *ROOMS]),
    Part("connectors", [str(HOUSE / "python"), *PYTEST, *CONNECTORS]),
    Part("house", [str(HOUSE / "python"), *PYTEST, "tests",
                   *(f"--ignore={folder}" for folder in (*WHOLE, *ROOMS, *CONNECTORS))]),
)


def main() -> int:
    """Run all parts; 1 when any failed."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the product's processes have it
    failed = [part.name for part in ONE_BY_ONE if not _run(part)]
    unsteady, fallen = two_at_a_time(TWO_AT_A_TIME)
    for tests in unsteady.values():
        print(f"unsteady, failed beside another part and passed alone: {', '.join(tests)}")
    for name, tests in fallen.items():
        print(f"failed in {name}: {', '.join(tests)}")
    failed += fallen
    print(f"failed: {', '.join(failed)}" if failed else "all parts passed")
    return 1 if failed else 0


def two_at_a_time(parts: Sequence[Part]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What pytest's parts failed, by part: the tests that passed when run once more, and those of the failed parts."""
    with tempfile.TemporaryDirectory() as kept:
        parts = [replace(part, command=[*part.command, "-o", f"cache_dir={kept}/{part.name}"]) for part in parts]
        with ThreadPoolExecutor(2) as pool:
            codes = list(pool.map(_beside, parts))
        unsteady, failed = {}, {}
        for part, code in zip(parts, codes, strict=True):
            tests = _fallen(Path(kept) / part.name)  # read before the second run writes its own
            if code == SOME_FAILED and 0 < len(tests) <= FEW and _run(_once_more(part)):
                unsteady[part.name] = tests
            elif code != 0:
                failed[part.name] = tests
    return unsteady, failed


def _fallen(cache: Path) -> list[str]:
    """The tests that pytest wrote down as failed."""
    written = cache / "v" / "cache" / "lastfailed"
    return sorted(json.loads(written.read_text(encoding="utf-8"))) if written.is_file() else []


def _once_more(part: Part) -> Part:
    return replace(part, name=f"{part.name}, what failed, alone", command=[*part.command, "--lf", "--lfnf=none"])


def _run(part: Part) -> bool:
    print(f"== {part.name}", flush=True)
    started = time.monotonic()
    done = subprocess.run(part.command, cwd=part.folder, stdin=subprocess.DEVNULL)
    print(f"== {part.name}: {time.monotonic() - started:.0f} s", flush=True)
    return done.returncode == 0


def _beside(part: Part) -> int:
    """Its exit code, or -1 when it did not end; what it says is kept until its end, or the two would talk at once.

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
    return process.returncode if in_time else -1


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
