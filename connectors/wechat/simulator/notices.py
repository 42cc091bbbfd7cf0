"""Template messages and notices that a user subscribed to; the platform tells afterwards what became of them."""

from __future__ import annotations

import itertools
import time

from aiohttp import web

from connectors.wechat.simulator.acts import Acts
from connectors.wechat.simulator.answers import Refusal, answered, read_json
from connectors.wechat.simulator.model import JSON, People, Person


class Notices:
    """`template/send` and `subscribe/bizsend`. `templates` are the ids that the account has; empty: any."""

    def __init__(self, people: People, acts: Acts) -> None:
        self._people = people
        self._acts = acts
        self._ids = itertools.count(2_401_000_000_000_000_000)
        self.templates: set[str] = set()

    async def template(self, request: web.Request) -> web.Response:
        """A template message to a follower."""
        person, body = await self._read(request)
        if not person.following:
            raise Refusal(43004)
        number = next(self._ids)
        person.hears("template", "template", _shown(body), time.time())
        self._acts.told(person, {"Event": "TEMPLATESENDJOBFINISH", "MsgID": number, "Status": "success"})
        return answered(msgid=number)

    async def subscribed(self, request: web.Request) -> web.Response:
        """A notice, which uses up one of the user's permissions for its template."""
        person, body = await self._read(request)
        template_id = str(body["template_id"])
        if person.notices.get(template_id, 0) < 1:
            raise Refusal(43101)
        person.notices[template_id] -= 1
        person.hears("notice", "notice", _shown(body), time.time())
        self._acts.told(person, {"Event": "subscribe_msg_sent_event", "SubscribeMsgSentEvent": {"List": {
            "TemplateId": template_id, "MsgID": next(self._ids), "ErrorCode": 0, "ErrorStatus": "success"}}})
        return answered()

    async def _read(self, request: web.Request) -> tuple[Person, JSON]:
        body = await read_json(request)
        person = self._people.get(str(body.get("touser", "")))
        if person is None:
            raise Refusal(40003)
        template_id = body.get("template_id")
        if not template_id or (self.templates and template_id not in self.templates):
            raise Refusal(40037)
        data = body.get("data")
        if not isinstance(data, dict) or not all(isinstance(one, dict) and "value" in one for one in data.values()):
            raise Refusal(47003)
        return person, body


def _shown(body: JSON) -> JSON:
    return {"template_id": body["template_id"], "data": {name: one["value"] for name, one in body["data"].items()},
            "url": body.get("url") or body.get("page") or ""}
