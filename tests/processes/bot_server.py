"""The scripted bot on the real wire: what `bot/channel.py` answers, without Rasa."""

from __future__ import annotations

import asyncio

from aiohttp import web

from hotline.conversation.scripted_bot import Script, echo
from hotline.records import JSON


class BotServer:
    """Serves turn, parse and status; `delay` in seconds, `status` other than 200 refuses every turn."""

    def __init__(self, script: Script = echo) -> None:
        self.script = script
        self.delay = 0.0
        self.status = 200
        self.body: JSON | str | None = None
        self.turns: list[str] = []

    def app(self) -> web.Application:
        """The application to serve."""
        app = web.Application()
        app.router.add_post("/webhooks/hotline/turn", self.turn)
        app.router.add_post("/webhooks/hotline/parse", self.parse)
        app.router.add_get("/webhooks/hotline/status", self.get_status)
        return app

    async def turn(self, request: web.Request) -> web.Response:
        body = await request.json()
        text = body["message"]["text"]
        self.turns.append(text)
        await asyncio.sleep(self.delay)
        if isinstance(self.body, str):
            return web.Response(text=self.body, status=self.status)
        if self.status != 200:
            return web.json_response(self.body or {"error": "action_failed"}, status=self.status)
        if self.body is not None:
            return web.json_response(self.body)
        replies, commands, state = self.script(text, body["state"] or {})
        return web.json_response({
            "messages": [{"text": reply.text, "buttons": list(reply.buttons), "custom": reply.custom}
                         for reply in replies],
            "commands": commands, "parse": {"intent": "scripted"}, "state": state, "model": "scripted"})

    async def parse(self, request: web.Request) -> web.Response:
        text = (await request.json())["text"]
        return web.json_response({"text": text, "intent": "scripted", "confidence": 1.0})

    async def get_status(self, request: web.Request) -> web.Response:
        return web.json_response({"model": "scripted", "actions": "ok"})
