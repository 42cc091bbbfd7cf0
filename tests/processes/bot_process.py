"""The scripted bot as a process with the command line of `bot serve`: the model's file says how it behaves.

A file that holds `broken` ends it with code 3, as Rasa does; one that holds `crashing` (it may come to, while the
bot serves) ends it with code 7 soon after it first said its status, or after a while when nobody asks. Each turn is
answered with the model's name.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from hotline.records import JSON, Reply
from tests.processes.bot_server import BotServer

UNASKED_SECONDS = 2.0


class Named(BotServer):
    """Says which model it is."""

    def __init__(self, model: str) -> None:
        super().__init__(self._answer)
        self.model = model
        self.asked = False

    def _answer(self, text: str, state: JSON) -> tuple[list[Reply], list[JSON], JSON]:
        return [Reply(text=f"{self.model}:{text}")], [], state

    async def get_status(self, request: web.Request) -> web.Response:
        self.asked = True
        return web.json_response({"model": self.model, "actions": "ok"})


def main() -> int:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    if _holds(options.model, b"broken"):
        return 3

    bot = Named(options.model.name)

    async def crash(_app: web.Application) -> AsyncIterator[None]:
        watching = asyncio.create_task(_watch(options.model, bot))
        yield
        watching.cancel()

    app = bot.app()
    app.cleanup_ctx.append(crash)
    web.run_app(app, host="127.0.0.1", port=options.port, print=None)
    return 0


async def _watch(model: Path, bot: Named) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        # Whoever starts it must have heard it, or it did not start at all: on a busy machine that takes its time.
        heard = bot.asked or loop.time() - began > UNASKED_SECONDS
        await asyncio.sleep(0.2)
        if heard and _holds(model, b"crashing"):
            os._exit(7)


def _holds(model: Path, content: bytes) -> bool:
    return model.read_bytes() == content


if __name__ == "__main__":
    sys.exit(main())
