"""The desk's socket: tells open pages what has changed. Events are hints; the page reads the API for content."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import socketio
import structlog
from aiohttp import web

from hotline.conversation.events import Event
from hotline.desk.accounts import Accounts, hash_token
from hotline.desk.asks import can_be_id
from hotline.desk.gate import COOKIE
from hotline.desk.house import DeskHouse
from hotline.desk.presence import BEAT_SECONDS, Presence
from hotline.desk.rights import rights_of
from hotline.desk.shared_viewers import SharedViewers
from hotline.desk.viewers import Viewers
from hotline.records import Agent
from hotline.settings import Settings

log = structlog.get_logger(__name__)
PATH = "desk/socket.io"
CHECK_SECONDS = 30.0
# What of an event's data may go to every agent: no citizen's words, phones or names.
SAFE = {"owner", "agent_id", "closed", "message", "emergencies", "who", "status", "from_agent", "how", "kinds"}
# Events that only those with a right hear.
ONLY_FOR = {"alert": "board.read"}


class DeskSocket:
    """Socket.IO at /desk/socket.io/: events of the house out, and which conversation a page shows in."""

    def __init__(self, accounts: Accounts, house: DeskHouse, settings: Settings, presence: Presence) -> None:
        self._accounts = accounts
        self._house = house
        self._presence = presence
        self._public = urlsplit(settings.public_url).netloc
        self._sessions: dict[str, str] = {}
        self._agents: dict[str, Agent] = {}
        shared = settings.redis_url
        self.viewers = SharedViewers(shared) if shared else Viewers()
        self.server = socketio.AsyncServer(
            async_mode="aiohttp",
            client_manager=socketio.AsyncRedisManager(shared, channel="hotline-desk") if shared else None,
            cors_allowed_origins=self._same_origin, max_http_buffer_size=10_000,
            ping_interval=20, ping_timeout=10)
        self.server.on("connect", self._connect)
        self.server.on("disconnect", self._disconnect)
        self.server.on("viewing", self._viewing)

    def setup(self, app: web.Application) -> None:
        """Put the socket into the application."""
        self.server.attach(app, socketio_path=PATH)
        app.cleanup_ctx.append(self._run)

    async def beat(self) -> None:
        """As long as a page is connected its agent is there."""
        await self._presence.here(self._agents.values())

    async def drop_ended(self) -> None:
        """Disconnect pages whose session has ended."""
        if not self._sessions:
            return
        good = await self._accounts.still_open(set(self._sessions.values()))
        for sid, token_hash in list(self._sessions.items()):
            if token_hash not in good:
                await self.server.emit("signed_out", {}, to=sid)
                await self.server.disconnect(sid)

    async def _run(self, app: web.Application) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self._pump()), asyncio.create_task(self._watch()),
                 asyncio.create_task(self._beats())]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.server.shutdown()
        await self.viewers.close()

    async def _pump(self) -> None:
        async with self._house.subscribe() as queue:
            while True:
                event = await queue.get()
                try:
                    await self.server.emit(event.kind, wire(event), room=ONLY_FOR.get(event.kind))
                except Exception:
                    # One page's broken connection must not silence the desk.
                    log.exception("desk_event_failed", kind=event.kind)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.drop_ended()
            except Exception:
                log.exception("desk_session_check_failed")

    async def _beats(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self.beat()
            except Exception:
                log.exception("desk_presence_failed")

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        cookie = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(COOKIE)
        session = await self._accounts.session(cookie.value) if cookie else None
        if session is None or session.held or "desk.read" not in rights_of(session.agent.roles):
            raise socketio.exceptions.ConnectionRefusedError("unauthorized")
        self._sessions[sid] = hash_token(cookie.value) if cookie else ""
        self._agents[sid] = session.agent
        await self._presence.here([session.agent])
        for right in set(ONLY_FOR.values()) & rights_of(session.agent.roles):
            await self.server.enter_room(sid, right)

    async def _disconnect(self, sid: str, reason: str = "") -> None:
        self._sessions.pop(sid, None)
        self._agents.pop(sid, None)
        await self._tell_viewers(await self.viewers.leave(sid))

    async def _viewing(self, sid: str, data: object = None) -> None:
        """A page shows a conversation, or none."""
        given = data.get("conversation") if isinstance(data, dict) else None
        agent = self._agents.get(sid)
        if agent is None or not (given is None or (isinstance(given, str) and can_be_id(given))):
            return
        await self._tell_viewers(await self.viewers.look(sid, agent, given))

    async def _tell_viewers(self, conversations: set[str]) -> None:
        for conversation_id in conversations:
            await self.server.emit("viewing", {
                "conversation_id": conversation_id,
                "viewers": [vars(viewer) for viewer in await self.viewers.of(conversation_id)]})

    def _same_origin(self, origin: str | None, environ: dict[str, Any]) -> bool:
        """A page of another site may not listen, though the browser would send the cookie along."""
        host = urlsplit(origin or "").netloc
        mine = {environ.get("HTTP_HOST"), environ.get("HTTP_X_FORWARDED_HOST", "").split(",")[0].strip(), self._public}
        return bool(host) and host in mine


def wire(event: Event) -> dict[str, Any]:
    """What goes over the socket."""
    return {"conversation_id": event.conversation_id,
            **{key: value for key, value in event.data.items() if key in SAFE}}
