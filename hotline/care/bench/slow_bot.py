"""The scripted bot on the bot's own wire, each turn after a random wait: a bot that is sometimes far too late."""

from __future__ import annotations

import asyncio
import random

from aiohttp import web

from hotline.conversation.scripted_bot import Script, echo


class SlowBot:
    """Serves what the front door asks of a bot. A turn takes between nothing and `longest` seconds."""

    def __init__(self, longest: float, seed: int, script: Script = echo) -> None:
        self.longest = longest
        self._random = random.Random(seed)
        self._script = script
        self.turns = 0

    def app(self) -> web.Application:
        """The application to serve."""
        app = web.Application()
        app.router.add_post("/webhooks/hotline/turn", self._turn)
        app.router.add_post("/webhooks/hotline/parse", self._parse)
        app.router.add_get("/webhooks/hotline/status", self._status)
        return app

    async def _turn(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.turns += 1
        await asyncio.sleep(self._random.uniform(0, self.longest))
        replies, commands, state = self._script(body["message"]["text"], body["state"] or {})
        return web.json_response({
            "messages": [{"text": reply.text, "buttons": list(reply.buttons), "custom": reply.custom}
                         for reply in replies],
            "commands": commands, "parse": {"intent": "scripted"}, "state": state, "model": "scripted"})

    async def _parse(self, request: web.Request) -> web.Response:
        text = (await request.json())["text"]
        return web.json_response({"text": text, "intent": "scripted", "confidence": 1.0})

    async def _status(self, _: web.Request) -> web.Response:
        return web.json_response({"model": "scripted", "actions": "ok"})
