"""Internal API of this room: what the bot understands of a text, with the house's own emergency check."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiohttp import web

from hotline.conversation.bot_client import Bot
from hotline.conversation.http import read_object
from hotline.emergency import Detector
from hotline.errors import BadInput


class InternalApi:
    """`POST /nlu/parse`; 503 while the bot is down."""

    def __init__(self, bot: Bot, detector: Detector) -> None:
        self._bot = bot
        self._detector = detector

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The addresses, for the internal listener."""
        return [web.post("/nlu/parse", self.parse)]

    async def parse(self, request: web.Request) -> web.Response:
        """`{"text"}` in, the understanding out."""
        text = (await read_object(request)).get("text")
        if not isinstance(text, str) or not text.strip():
            raise BadInput("text must be a string that is not empty", "text")
        # The bot is another process: it reads while we look for danger here.
        understood, found = await asyncio.gather(self._bot.parse(text), asyncio.to_thread(self._detector.detect, text))
        return web.json_response({**understood, "emergency": found.kind if found else None})
