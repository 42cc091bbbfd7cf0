"""The real front door as a process; `CRASH_AT` kills it with -9 after that step of a message's way."""

from __future__ import annotations

import asyncio
import os
import signal

from hotline.app import serve
from hotline.care.logs import configure
from hotline.settings import Settings


def main() -> None:
    """Serve, and die where the test says."""
    crash_at, skip = os.environ.get("CRASH_AT", ""), int(os.environ.get("CRASH_SKIP", "0"))
    seen = 0

    def probe(step: str) -> None:
        nonlocal seen
        if step == crash_at:
            seen += 1
            if seen > skip:
                os.kill(os.getpid(), signal.SIGKILL)

    settings = Settings.from_env()
    configure(settings.log_level)
    asyncio.run(serve(settings, probe))


if __name__ == "__main__":
    main()
