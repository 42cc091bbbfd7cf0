"""Process groups of jobs: how much memory one holds, how to end it, and how to find one that outlived its house."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

GRACE = 5.0  # seconds between asking and killing
_PAGE = os.sysconf("SC_PAGE_SIZE")


def memory_mb(group: int) -> int:
    """Megabytes of all processes of a group; what they share by forking is counted once where the kernel tells."""
    return sum(_bytes(process) for process in _members(group)) >> 20


def alive(group: int) -> bool:
    """Whether a process of the group still runs."""
    return any(True for _ in _members(group))


def kill(group: int) -> None:
    """End every process of a group: ask, and kill what is left after a few seconds. Blocks."""
    if not alive(group):
        return
    _send(group, signal.SIGTERM)
    until = time.monotonic() + GRACE
    while alive(group) and time.monotonic() < until:
        time.sleep(0.1)
    if alive(group):
        _send(group, signal.SIGKILL)


def birth(process: int) -> str | None:
    """When a process began, in the kernel's ticks: with the id it names one process for good."""
    fields = _stat(Path("/proc") / str(process))
    return fields[19] if fields else None


def _send(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _members(group: int) -> Iterator[Path]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            fields = _stat(folder)
            if fields and fields[2] == str(group) and fields[0] != "Z":
                yield folder


def _stat(folder: Path) -> list[str] | None:
    """The fields of /proc/N/stat that follow the name: state, parent, group, ...; None when it has gone."""
    try:
        return (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _bytes(process: Path) -> int:
    try:
        for line in (process / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
        return int((process / "statm").read_text().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0
