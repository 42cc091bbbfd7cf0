"""The web channel's socket: Rasa's socketio events, with history, acknowledgements and typing on top."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import socketio
import structlog
from aiohttp import web

from connectors.base import Connector, House
from connectors.web import wire
from connectors.web.origins import Origins
from connectors.web.pages import Pages
from connectors.web.presence import LocalPresence, Presence, SharedPresence
from connectors.web.sessions import Sessions
from connectors.web.uploads import Uploads
from hotline.errors import BadInput, HotlineError, NotFound, TooLarge, TooManyRequests
from hotline.records import JSON, Message
from hotline.settings import ROOT, Settings

_HISTORY = 200
# A well-behaved client needs a handful of these; each may cost a query.
_SIDE_EVENTS, _SIDE_SECONDS = 60, 10.0
_TYPING_SECONDS = 1.0

_log = structlog.get_logger(__name__)


@dataclass
class _Socket:
    """What we know of one open socket."""

    sender: str | None = None
    typed_at: float = 0.0
    events: list[float] = field(default_factory=list)

    def over_budget(self) -> bool:
        """Whether this socket asks for more than any honest client would."""
        now = time.monotonic()
        self.events = [at for at in self.events if now - at < _SIDE_SECONDS]
        if len(self.events) >= _SIDE_EVENTS:
            return True
        self.events.append(now)
        return False


class WebConnector(Connector):
    """Citizens in a browser. A citizen's tabs share one session and each gets every message."""

    name = "web"
    fragments = True
    pushes = True

    def __init__(self, house: House, settings: Settings, dist: Path = ROOT / "web" / "dist") -> None:
        self._house = house
        self._settings = settings
        self._sessions = Sessions(settings.session_secret)
        self._origins = Origins(settings)
        self._uploads = Uploads(self.name, house, self._sessions, self._origins, settings)
        self._pages = Pages(dist)
        self._sockets: dict[str, _Socket] = {}
        self._presence: Presence = SharedPresence(settings.redis_url) if settings.redis_url else LocalPresence()
        manager = socketio.AsyncRedisManager(settings.redis_url, channel="hotline-web") if settings.redis_url else None
        self._io: Any = socketio.AsyncServer(
            async_mode="aiohttp", client_manager=manager, cors_allowed_origins=self._origin_allowed,
            max_http_buffer_size=settings.max_body,
            async_handlers=False,  # a citizen's messages are taken in the order they were sent
        )
        for event, handler in (
            ("connect", self._connect), ("disconnect", self._disconnect), ("session_request", self._session_request),
            ("user_uttered", self._user_uttered), ("history", self._history_request),
            ("delivered", self._delivered), ("seen", self._seen), ("typing", self._typing),
        ):
            self._io.on(event, handler)

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The pages, the widget's script, and where citizens' pictures go."""
        return [*self._pages.routes(), *self._uploads.routes()]

    def setup(self, app: web.Application) -> None:
        """Routes, the socket, and a quick farewell to open sockets when the application stops."""
        super().setup(app)
        for method in ("GET", "POST", "OPTIONS"):
            app.router.add_route(method, "/socket.io/", self._engine)
        app.on_response_prepare.append(self._uploads.share)
        app.on_shutdown.append(self._say_goodbye)

    async def deliver(self, sender: str, messages: Sequence[Message]) -> bool:
        """Put messages out to every tab of the citizen; False when none is open."""
        if not await self._presence.here(sender):
            return False
        for message in messages:
            await self._io.emit("bot_uttered", wire.outgoing(message), room=sender)
        return True

    async def agent_typing(self, sender: str) -> None:
        """Show the citizen that an agent is typing."""
        await self._io.emit("typing", {"author": "agent"}, room=sender)

    async def agent_seen(self, sender: str, message: Message) -> None:
        """Show the citizen that an agent has read up to this message of theirs."""
        await self._io.emit("seen", {
            "author": "agent", "id": message.id, "client_id": message.external_id}, room=sender)

    def connected(self) -> int:
        """How many sockets this process has open."""
        return len(self._sockets)

    async def close(self) -> None:
        """Close the sockets and leave Redis."""
        await self._io.shutdown()
        await self._presence.close()

    async def _engine(self, request: web.Request) -> web.StreamResponse:
        """The socket server's address, with its body limit kept at once.

        Engine.IO refuses a large POST too, but answers only when the socket's queue has emptied (up to 45 s).
        """
        if (request.content_length or 0) > self._settings.max_body:
            raise web.HTTPRequestEntityTooLarge(self._settings.max_body, request.content_length or 0)
        response: web.StreamResponse = await self._io.handle_request(request)
        return response

    # --- events of a socket -------------------------------------------------------------------------------------

    async def _connect(self, sid: str, _environ: JSON, *_: object) -> None:
        self._sockets[sid] = _Socket()

    async def _disconnect(self, sid: str, *_: object) -> None:
        socket = self._sockets.pop(sid, None)
        if socket is not None and socket.sender is not None:
            await self._presence.left(socket.sender, sid)

    async def _session_request(self, sid: str, data: object = None, *_: object) -> JSON | None:
        socket = self._sockets[sid]
        if socket.over_budget():
            return _too_many(_SIDE_SECONDS)
        given = data if isinstance(data, Mapping) else {}
        session_id = given.get("session_id")
        sender = self._sessions.sender(session_id)
        if sender is None:
            session_id = self._sessions.new()
            sender = self._sessions.sender(session_id)
        assert sender is not None
        await self._enter(sid, socket, sender)
        await self._io.emit("session_confirm", session_id, to=sid)
        await self._send_history(sid, sender, given.get("after"))
        return None

    async def _history_request(self, sid: str, data: object = None, *_: object) -> JSON | None:
        socket = self._sockets[sid]
        if socket.sender is None:
            return {"error": "session"}
        if socket.over_budget():
            return _too_many(_SIDE_SECONDS)
        await self._send_history(sid, socket.sender, data.get("after") if isinstance(data, Mapping) else None)
        return None

    async def _user_uttered(self, sid: str, data: object = None, *_: object) -> JSON:
        """Answers {id, ok} once the message is saved, or {error, ...}; the client then knows what to do."""
        try:
            sender = await self._speaker(sid, data)
            if sender is None:
                return {"error": "session"}
            inbound = wire.inbound(self.name, sender, data)
            await self._house.receive(inbound)
        except TooManyRequests as error:
            return _too_many(error.retry_after)
        except TooLarge as error:
            return {"error": "too_large", "field": error.field, "limit": self._settings.max_text}
        except BadInput as error:
            return {"error": "bad_input", "field": error.field}
        except Exception as error:
            # Not acknowledged, so the client keeps the message and sends it again with the same id.
            _log.error("web_receive_failed", kind=type(error).__name__)
            return {"error": "unavailable", "retry_after": 3}
        echo = {"client_id": inbound.external_id, "text": inbound.text, "direction": "in",
                "attachments": [wire.attachment_out(item) for item in inbound.attachments]}
        await self._io.emit("citizen_uttered", echo, room=sender, skip_sid=sid)
        return {"id": inbound.external_id, "ok": True}

    async def _delivered(self, sid: str, data: object = None, *_: object) -> None:
        await self._arrived(sid, data, self._house.delivered)

    async def _seen(self, sid: str, data: object = None, *_: object) -> None:
        await self._arrived(sid, data, self._house.seen)

    async def _arrived(self, sid: str, data: object, tell: Callable[[str, str, str], Awaitable[None]]) -> None:
        socket = self._sockets[sid]
        message_id = data.get("message_id") if isinstance(data, Mapping) else None
        if socket.sender is None or not isinstance(message_id, str) or len(message_id) > 100 or socket.over_budget():
            return
        try:
            await tell(self.name, socket.sender, message_id)
        except HotlineError as error:
            _log.info("web_arrival_refused", kind=type(error).__name__)

    async def _typing(self, sid: str, *_: object) -> None:
        socket = self._sockets[sid]
        now = time.monotonic()
        if socket.sender is None or now - socket.typed_at < _TYPING_SECONDS:
            return
        socket.typed_at = now
        await self._house.typing(self.name, socket.sender)

    # --- helpers ------------------------------------------------------------------------------------------------

    async def _speaker(self, sid: str, data: object) -> str | None:
        """Whose message it is: the session this socket asked for, never merely the one the message names."""
        socket = self._sockets[sid]
        claimed = data.get("session_id") if isinstance(data, Mapping) else None
        if socket.sender is None and claimed is None:
            # Rasa's own clients may speak without asking for a session; they get one of their own.
            await self._session_request(sid)
        if claimed is not None and self._sessions.sender(claimed) != socket.sender:
            return None
        return socket.sender

    async def _enter(self, sid: str, socket: _Socket, sender: str) -> None:
        if socket.sender is not None and socket.sender != sender:
            await self._io.leave_room(sid, socket.sender)
            await self._presence.left(socket.sender, sid)
        socket.sender = sender
        await self._io.enter_room(sid, sender)
        await self._presence.came(sender, sid)

    async def _send_history(self, sid: str, sender: str, after: object) -> None:
        """What was said after `after`, or the newest messages; the room was entered first, so none is missed."""
        known = after if isinstance(after, str) and 0 < len(after) <= 100 else None
        try:
            messages = await self._house.history(self.name, sender, known, _HISTORY)
        except (NotFound, BadInput):
            known = None
            messages = await self._house.history(self.name, sender, None, _HISTORY)
        await self._io.emit("history", {
            "messages": [wire.stored(message) for message in messages], "after": known,
            "more": known is not None and len(messages) >= _HISTORY,
        }, to=sid)

    def _origin_allowed(self, origin: str | None, environ: Mapping[str, Any]) -> bool:
        return self._origins.allow(origin, environ.get("HTTP_HOST"))

    async def _say_goodbye(self, _app: web.Application) -> None:
        for sid in list(self._sockets):
            await self._io.disconnect(sid)


def _too_many(retry_after: float) -> JSON:
    return {"error": "too_many", "retry_after": retry_after}
