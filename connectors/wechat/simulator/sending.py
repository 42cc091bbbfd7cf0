"""Customer-service messages: checked, counted against the quotas, shown to the user."""

from __future__ import annotations

import time
from typing import Any

from aiohttp import web

from connectors.wechat.simulator.answers import Refusal, answered, read_json
from connectors.wechat.simulator.media import Media
from connectors.wechat.simulator.model import JSON, People, Rules

_TYPING_SECONDS = 15.0
_TYPING_AFTER = 30.0


class Sending:
    """`custom/send` and `custom/typing`."""

    def __init__(self, people: People, media: Media, rules: Rules) -> None:
        self._people = people
        self._media = media
        self._rules = rules

    async def send(self, request: web.Request) -> web.Response:
        """One message; the checks stand before the count, so a refused one costs nothing."""
        body = await read_json(request)
        person = self._people.get(str(body.get("touser", "")))
        if person is None:
            raise Refusal(40003)
        kind, content = self._checked(body)
        code = self._people.spend(person)
        if code:
            raise Refusal(code)
        person.hears("push", kind, content, time.time())
        person.typing_until = 0.0
        return answered()

    async def typing(self, request: web.Request) -> web.Response:
        """The sign that somebody is typing: only soon after the user wrote, and not twice."""
        body = await read_json(request)
        person = self._people.get(str(body.get("touser", "")))
        if person is None:
            raise Refusal(40003)
        command, now = body.get("command"), time.time()
        if command not in ("Typing", "CancelTyping"):
            raise Refusal(45072)
        if now - person.wrote_at > _TYPING_AFTER:
            raise Refusal(45080)
        if command == "Typing" and person.typing_until > now:
            raise Refusal(45081)
        person.typing_until = now + _TYPING_SECONDS if command == "Typing" else 0.0
        return answered()

    def _checked(self, body: JSON) -> tuple[str, JSON]:
        kind = str(body.get("msgtype"))
        part = body.get(kind)
        if kind not in ("text", "image", "voice", "news", "msgmenu"):
            raise Refusal(40008)
        if not isinstance(part, dict):
            raise Refusal(44004)
        if kind == "text":
            return kind, {"text": self._words(part.get("content"))}
        if kind in ("image", "voice"):
            if self._media.get(str(part.get("media_id"))) is None:
                raise Refusal(40007)
            return kind, {"media_id": part["media_id"]}
        return kind, self._news(part) if kind == "news" else self._menu(part)

    def _words(self, words: Any) -> str:
        if not isinstance(words, str) or not words:
            raise Refusal(44004)
        if len(words.encode()) > self._rules.text_bytes:
            raise Refusal(45002)
        return words

    def _news(self, part: JSON) -> JSON:
        """An article with a picture: one to a message since October 2018."""
        articles = part.get("articles")
        if not isinstance(articles, list) or not articles:
            raise Refusal(44004)
        if len(articles) > 1:
            raise Refusal(45008)
        return {"articles": articles}

    def _menu(self, part: JSON) -> JSON:
        lines = part.get("list")
        if not isinstance(lines, list) or not lines:
            raise Refusal(44004)
        for line in lines:
            if not isinstance(line, dict) or not line.get("id") or not line.get("content"):
                raise Refusal(47001)
        head, tail = str(part.get("head_content") or ""), str(part.get("tail_content") or "")
        self._words(head + "".join(str(line["content"]) for line in lines) + tail)
        return {"head": head, "list": lines, "tail": tail}
