"""The bot's only door, mounted by Rasa at /webhooks/hotline/ and open to the front door alone.

    POST turn    {"turn_id", "message": {"text", "attachments"}, "state": {"slots", "active_loop"}, "context"}
                 -> 200 {"messages", "commands", "parse", "state", "model"}
                 -> 502 {"error": action_failed | no_message | circuit_breaker, "parse"}; 503 {"error": "no_model"}
    POST parse   {"text"} -> the parse
    GET  status  -> {"model": name | null, "actions": "ok" | "down"}

All of them need `Authorization: Bearer <service token>`; 400 {"error"} for a body that makes no sense. Nothing
else of Rasa's HTTP API is served. Started by

    .venv-bot/bin/python -m bot serve --model bot/models/NAME.tar.gz --port 5005 --action-port 5055
    .venv-bot/bin/python -m bot actions --port 5055

or, for a look at it, by Rasa's own `rasa run` and `rasa run actions`.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import structlog
from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import patches, turn
from hotline.settings import Settings

JSON = dict[str, Any]
Handler = Callable[[Request], Awaitable[HTTPResponse]]
STATUS_SECONDS = 1.0

log = structlog.get_logger(__name__)


class BadBody(Exception):
    """The request's body makes no sense; the message says why in words without the citizen's."""


class HotlineChannel(InputChannel):
    """Rasa's input channel for the front door; it answers each turn itself and sends nothing on its own."""

    def __init__(self, token: str, max_text: int = Settings.max_text) -> None:
        self._token = token.encode()
        self._max_text = max_text

    @classmethod
    def name(cls) -> str:
        """The path under /webhooks/."""
        return "hotline"

    @classmethod
    def from_credentials(cls, credentials: JSON | None) -> HotlineChannel:
        """Built by Rasa from credentials.yml; the token comes from the settings."""
        settings = Settings.from_env()
        patches.apply_core(settings.action_timeout)
        return cls(settings.service_token, settings.max_text)

    def blueprint(self, on_new_message: Callable[..., Awaitable[Any]]) -> Blueprint:
        """The three routes."""
        blueprint = Blueprint("hotline")
        blueprint.add_route(self._guarded(self._turn), "/turn", methods=["POST"], name="turn")
        blueprint.add_route(self._guarded(self._parse), "/parse", methods=["POST"], name="parse")
        blueprint.add_route(self._guarded(self._status), "/status", methods=["GET"], name="status")
        return blueprint

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> HTTPResponse:
            if not self._allowed(request):
                return response.json({"error": "unauthorized"}, status=401)
            try:
                return await handler(request)
            except BadBody as error:
                return response.json({"error": str(error)}, status=400)
            except LookupError:
                return response.json({"error": "no_model"}, status=503)

        return guarded

    def _allowed(self, request: Request) -> bool:
        given = str(request.headers.get("Authorization", "")).encode()
        return hmac.compare_digest(given, b"Bearer " + self._token) and bool(self._token)

    async def _turn(self, request: Request) -> HTTPResponse:
        agent = _agent(request)
        asked = read_turn(_body(request), self._max_text)
        try:
            return response.json(await turn.run_turn(agent, asked), ensure_ascii=False)
        except turn.TurnFailed as failed:
            log.error("turn_failed", turn_id=asked.turn_id, reason=failed.reason, detail=failed.detail)
            return response.json({"error": failed.reason, "parse": failed.parse}, status=502, ensure_ascii=False)

    async def _parse(self, request: Request) -> HTTPResponse:
        agent = _agent(request)
        text = _text(_body(request), self._max_text)
        return response.json(await turn.parse(agent, text), ensure_ascii=False)

    async def _status(self, request: Request) -> HTTPResponse:
        agent = getattr(request.app.ctx, "agent", None)
        model = agent.processor.model_filename if agent is not None and agent.processor is not None else None
        actions = "ok" if agent is not None and await _answers(agent.action_endpoint) else "down"
        return response.json({"model": model, "actions": actions})


def read_turn(body: JSON, max_text: int) -> turn.TurnRequest:
    """A turn's request from its JSON; raises BadBody."""
    message, state = _object(body, "message"), _object(body, "state", {})
    turn_id, attachments = body.get("turn_id"), message.get("attachments", [])
    if not isinstance(turn_id, str) or not 0 < len(turn_id) <= 200:
        raise BadBody("turn_id must be a string of 1 to 200 characters")
    if not isinstance(attachments, list) or not all(isinstance(item, dict) for item in attachments):
        raise BadBody("message.attachments must be a list of objects")
    loop = state.get("active_loop")
    if loop is not None and not isinstance(loop, str):
        raise BadBody("state.active_loop must be a string or null")
    return turn.TurnRequest(
        turn_id, _text(message, max_text), attachments, _object(state, "slots", {}), loop, _object(body, "context", {}))


def _body(request: Request) -> JSON:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise BadBody("the body is not JSON") from None
    if not isinstance(body, dict):
        raise BadBody("the body must be an object")
    return body


def _object(source: JSON, name: str, default: JSON | None = None) -> JSON:
    found = source.get(name, default)
    if found is None:
        found = default
    if not isinstance(found, dict):
        raise BadBody(f"{name} must be an object")
    return found


def _text(source: JSON, max_text: int) -> str:
    text = source.get("text")
    if not isinstance(text, str):
        raise BadBody("text must be a string")
    if len(text) > max_text:
        raise BadBody(f"text is over {max_text} characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadBody("text has half a character") from None
    return text


def _agent(request: Request) -> Any:
    """The agent with its model; LookupError, which becomes a 503, while there is none."""
    agent = getattr(request.app.ctx, "agent", None)
    turn.processor_of(agent)
    return agent


async def _answers(endpoint: Any) -> bool:
    """Whether the action server answers its health route."""
    if endpoint is None:
        return False
    url = str(endpoint.url).rsplit("/", 1)[0] + "/health"
    try:
        async with endpoint.session() as session:
            async with session.get(url, timeout=aiohttp.ClientTimeout(total=STATUS_SECONDS)) as answer:
                return bool(answer.status == 200)
    except (aiohttp.ClientError, asyncio.TimeoutError):
        return False
