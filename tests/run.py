"""Everything `make test` runs, one part after the other; stops at the end, not at the first failure."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOUSE, BOT = ROOT / ".venv" / "bin", ROOT / ".venv-bot" / "bin"

PARTS: list[tuple[str, list[str], Path]] = [
    ("style", [str(HOUSE / "ruff"), "check", "hotline", "connectors", "bot", "tests"], ROOT),
    ("types", [str(HOUSE / "mypy")], ROOT),
    ("front ends", ["npm", "test", "--silent"], ROOT / "web"),
    ("model", [str(BOT / "python"), "-m", "bot", "train", "--fixed-model-name", "hotline"], ROOT),
    ("bot", [str(BOT / "python"), "-m", "pytest", "tests/bot", "-q", "-p", "no:cacheprovider"], ROOT),
    ("house", [str(HOUSE / "python"), "-m", "pytest", "tests", "-q", "-p", "no:cacheprovider"], ROOT),
]


def main() -> int:
    """Run all parts; 1 when any failed."""
    failed = []
    for name, command, folder in PARTS:
        print(f"== {name}", flush=True)
        started = time.monotonic()
        if subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL).returncode:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - started:.0f} s", flush=True)
    print(f"failed: {', '.join(failed)}" if failed else "all parts passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
