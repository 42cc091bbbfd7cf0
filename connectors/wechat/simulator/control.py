"""The simulator's own addresses below /sim: let a user do something, read what users saw, make trouble."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from connectors.wechat.simulator.acts import Acts
from connectors.wechat.simulator.api import Api
from connectors.wechat.simulator.courier import Courier, Posting
from connectors.wechat.simulator.faults import Fault, Faults
from connectors.wechat.simulator.media import Media
from connectors.wechat.simulator.model import JSON, People, Person
from connectors.wechat.simulator.oauth import COOKIE
from connectors.wechat.simulator.tokens import Tokens

PAGE = Path(__file__).parent / "page"
Act = Callable[[Person, JSON], Posting]


class Control:
    """For tests, benches and the chat page; everything is JSON, pictures and voice notes are raw bytes."""

    def __init__(
        self, people: People, acts: Acts, courier: Courier, api: Api, faults: Faults, tokens: Tokens, media: Media,
    ) -> None:
        self._people = people
        self._acts = acts
        self._courier = courier
        self._api = api
        self._faults = faults
        self._tokens = tokens
        self._media = media

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The addresses below /sim, and the chat page at /."""
        return [
            web.get("/", self._page), web.static("/page", PAGE),
            web.get("/sim/state", self._state), web.get("/sim/heard", self._heard),
            web.get("/sim/postings", self._postings), web.get("/sim/calls", self._calls),
            web.post("/sim/people", self._new), web.get("/sim/people/{openid}", self._person),
            web.post("/sim/people/{openid}/{act}", self._act), web.get("/sim/media/{id}", self._picture),
            web.post("/sim/faults", self._fault), web.delete("/sim/faults", self._no_faults),
            web.post("/sim/tokens/{what}", self._token), web.post("/sim/account", self._account),
            web.post("/sim/verify", self._verify)]

    async def _page(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "chat.html", headers={"Cache-Control": "no-store"})

    async def _state(self, _: web.Request) -> web.Response:
        account = self._courier.account
        return web.json_response({
            "mode": account.mode, "server_url": account.server_url, "app_id": account.app_id, "menu": self._api.menu,
            "people": [_who(person) for person in self._people.all.values()],
            "tokens": {"issued": self._tokens.issued, "asked": self._tokens.asked},
            "heard": len(self._people.log), "postings": len(self._courier.postings), "calls": len(self._api.calls)})

    async def _heard(self, request: web.Request) -> web.Response:
        after = int(request.query.get("after", "0"))
        return web.json_response([{"openid": openid, **heard.wire()} for openid, heard in self._people.log[after:]])

    async def _postings(self, request: web.Request) -> web.Response:
        after = int(request.query.get("after", "0"))
        return web.json_response([posting.wire() for posting in self._courier.postings[after:]])

    async def _calls(self, request: web.Request) -> web.Response:
        return web.json_response(self._api.calls[int(request.query.get("after", "0")):])

    async def _new(self, request: web.Request) -> web.Response:
        body = await _json(request)
        person = self._people.new(str(body.get("nickname", "市民")), bool(body.get("following", True)))
        response = web.json_response(_who(person))
        response.set_cookie(COOKIE, person.openid, samesite="Lax")
        return response

    async def _person(self, request: web.Request) -> web.Response:
        person = self._known(request)
        after = int(request.query.get("after", "0"))
        response = web.json_response({
            **_who(person), "allowed": self._people.allowed(person), "typing": person.typing_until,
            "heard": [heard.wire() for heard in person.heard[after:]],
            "postings": [posting.wire() for posting in self._courier.postings if posting.openid == person.openid]})
        response.set_cookie(COOKIE, person.openid, samesite="Lax")
        return response

    async def _act(self, request: web.Request) -> web.Response:
        person, name, acts = self._known(request), request.match_info["act"], self._acts
        if name == "image":
            posting = acts.image(person, await request.read())
        elif name == "voice":
            posting = acts.voice(person, await request.read(), request.query.get("recognition"))
        elif name in _ACTS:
            posting = _done(_ACTS[name], acts, person, await _json(request))
        else:
            raise web.HTTPNotFound(text="no such act")
        return web.json_response(posting.wire(), status=202)

    async def _picture(self, request: web.Request) -> web.Response:
        kept = self._media.get(request.match_info["id"])
        if kept is None:
            raise web.HTTPNotFound()
        return web.Response(body=kept.data, content_type=kept.content_type)

    async def _fault(self, request: web.Request) -> web.Response:
        body = await _json(request)
        path, times = str(body.pop("path")), int(body.pop("times", 1))
        if "pace" in body:
            self._faults.pace[path] = float(body["pace"])
        else:
            self._faults.add(path, Fault(**body), times)
        return web.json_response({"ok": True})

    async def _no_faults(self, _: web.Request) -> web.Response:
        self._faults.clear()
        return web.json_response({"ok": True})

    async def _token(self, request: web.Request) -> web.Response:
        if request.match_info["what"] == "expire":
            self._tokens.expire()
        else:
            self._tokens.revoke()
        return web.json_response({"ok": True})

    async def _account(self, request: web.Request) -> web.Response:
        self._courier.account = self._courier.account.with_(**await _json(request))
        return web.json_response({"ok": True})

    async def _verify(self, _: web.Request) -> web.Response:
        return web.json_response({"ok": await self._courier.verify()})

    def _known(self, request: web.Request) -> Person:
        person = self._people.get(request.match_info["openid"])
        if person is None:
            raise web.HTTPNotFound(text="no such person")
        return person


_ACTS: dict[str, Callable[[Acts, Person, JSON], Posting]] = {
    "text": lambda acts, person, body: acts.text(person, body["text"]),
    "location": lambda acts, person, body: acts.location(
        person, float(body["latitude"]), float(body["longitude"]), body.get("label", "")),
    "link": lambda acts, person, body: acts.link(person, body["title"], body.get("description", ""), body["url"]),
    "choose": lambda acts, person, body: acts.choose(person, str(body["id"]), body["text"]),
    "menu": lambda acts, person, body: acts.menu(person, body["key"]),
    "view": lambda acts, person, body: acts.view(person, body["url"]),
    "follow": lambda acts, person, body: acts.follow(person, body.get("scene")),
    "unfollow": lambda acts, person, body: acts.unfollow(person),
    "scan": lambda acts, person, body: acts.scan(person, str(body.get("scene", "1"))),
    "report_place": lambda acts, person, body: acts.report_place(
        person, float(body["latitude"]), float(body["longitude"])),
    "subscribe": lambda acts, person, body: acts.subscribe(
        person, body["template_id"], bool(body.get("accepts", True))),
}


def _done(act: Callable[[Acts, Person, JSON], Posting], acts: Acts, person: Person, body: JSON) -> Posting:
    try:
        return act(acts, person, body)
    except (KeyError, TypeError, ValueError) as error:
        raise web.HTTPBadRequest(text=f"the body does not fit: {error!r}") from error


def _who(person: Person) -> JSON:
    return {"openid": person.openid, "nickname": person.nickname, "following": person.following}


async def _json(request: web.Request) -> dict[str, Any]:
    raw = await request.read()
    try:
        body = json.loads(raw) if raw else {}
    except ValueError as error:
        raise web.HTTPBadRequest(text="not JSON") from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="not an object")
    return body
