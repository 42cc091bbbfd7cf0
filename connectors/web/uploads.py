"""A citizen's pictures and voice notes over HTTP: kept by the house, then carried by a message on the socket."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from connectors.base import House
from connectors.web.origins import Origins
from connectors.web.sessions import Sessions
from hotline.conversation.http import read_bytes
from hotline.errors import NotAllowed
from hotline.settings import Settings

PATH = "/web/attachments"


class Uploads:
    """`POST /web/attachments`: the file as the body, the session id as bearer token; also from embedding sites."""

    def __init__(self, channel: str, house: House, sessions: Sessions, origins: Origins, settings: Settings) -> None:
        self._channel = channel
        self._house = house
        self._sessions = sessions
        self._origins = origins
        self._limit = settings.max_attachment

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The address, and what browsers ask before they send to another site."""
        return [web.post(PATH, self._keep), web.options(PATH, self._before)]

    async def share(self, request: web.Request, response: web.StreamResponse) -> None:
        """Let the embedding page's script read the answer, a refusal too."""
        if request.path == PATH and self._origins.allow(request.headers.get("Origin"), request.host):
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response.headers["Vary"] = "Origin"

    async def _before(self, request: web.Request) -> web.Response:
        return web.Response(status=204, headers={
            "Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Max-Age": "600"})

    async def _keep(self, request: web.Request) -> web.Response:
        # Programs without a browser send no origin.
        if "Origin" in request.headers and not self._origins.allow(request.headers["Origin"], request.host):
            raise NotAllowed("this site may not talk to the hotline")
        scheme, _, session_id = request.headers.get("Authorization", "").partition(" ")
        sender = self._sessions.sender(session_id.strip()) if scheme.lower() == "bearer" else None
        if sender is None:
            raise NotAllowed("a session is needed", 401)
        kept = await self._house.keep(self._channel, sender, await read_bytes(request, self._limit))
        return web.json_response({"kind": kept.kind, "url": kept.url})
