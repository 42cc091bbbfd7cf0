"""`/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily

from hotline.cases.port import CaseBackend
from hotline.conversation.bot_client import Bot
from hotline.conversation.frontdoor import FrontDoor
from hotline.errors import HotlineError
from hotline.knowledge.service import Knowledge
from hotline.records import JSON
from hotline.store import cases as case_store
from hotline.store import conversations, turns
from hotline.store.database import Database

CHECK_SECONDS = 2.0


class Health:
    """Says whether the process lives and whether it can do its whole work."""

    def __init__(self, database: Database, bot: Bot, backend: CaseBackend, knowledge: Knowledge) -> None:
        self._database = database
        self._bot = bot
        self._backend = backend
        self._knowledge = knowledge

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Public addresses."""
        return [web.get("/healthz", self.live), web.get("/readyz", self.ready)]

    async def live(self, request: web.Request) -> web.Response:
        """The process answers."""
        return web.json_response({"status": "ok"})

    async def ready(self, request: web.Request) -> web.Response:
        """503 unless database, bot and actions are there; a case backend that is down is only shown: tickets wait.

        Right after a start the knowledge index is still being built: not ready either.
        """
        state = await self.state()
        ready = all(state[name] == "ok" for name in ("database", "bot", "actions")) and self._knowledge.indexed
        return web.json_response(state, status=200 if ready else 503)

    async def state(self) -> JSON:
        """Each part's state, ok or down."""
        database, bot, cases = await asyncio.gather(
            _works(self._database.ping), self._bot_state(), _works(self._backend.healthy))
        return {"database": database, **bot, "cases": cases}

    async def _bot_state(self) -> JSON:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                status = await self._bot.status()
        except (HotlineError, TimeoutError):
            return {"bot": "down", "actions": "down"}
        return {"bot": "ok" if status.get("model") else "down",
                "actions": "ok" if status.get("actions") == "ok" else "down"}


class Metrics:
    """Prometheus text: counts of the front door, and gauges read from the database at each scrape."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._door: FrontDoor | None = None
        self.registry = CollectorRegistry()
        self.request_seconds = Histogram(
            "hotline_request_seconds", "Time to answer a request", ["route", "status"], registry=self.registry)
        self._gauges = {
            name: Gauge(f"hotline_{name}", text, registry=self.registry) for name, text in (
                ("queue_waiting", "Conversations that wait for an agent"),
                ("turns_open", "Turns that are not finished"),
                ("case_outbox_pending", "Entries the case backend has not taken yet"),
                ("case_outbox_flagged", "Entries a person must look at"))}

    def watch(self, door: FrontDoor) -> None:
        """Count what this front door does."""
        self._door = door
        self.registry.register(self)

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Internal address."""
        return [web.get("/metrics", self.metrics)]

    def collect(self) -> list[CounterMetricFamily]:
        """The front door's counters."""
        family = CounterMetricFamily("hotline_events", "What the front door did", labels=["kind"])
        for kind, count in sorted(self._door.counts.items() if self._door else ()):
            family.add_metric([kind], count)
        return [family]

    async def metrics(self, request: web.Request) -> web.Response:
        """All of it as Prometheus text."""
        async with self._database.read() as connection:
            self._gauges["queue_waiting"].set(await conversations.waiting_count(connection))
            self._gauges["turns_open"].set(await turns.open_count(connection))
            for status in ("pending", "flagged"):
                self._gauges[f"case_outbox_{status}"].set(await case_store.outbox_count(connection, status))
        return web.Response(body=generate_latest(self.registry), headers={
            "Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    def timing(self) -> Middleware:
        """A middleware that times each request by its route's pattern."""

        @web.middleware
        async def timed(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._timed(request, handler)

        return timed

    async def _timed(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        started = asyncio.get_running_loop().time()
        response = await handler(request)
        resource = request.match_info.route.resource
        route = resource.canonical if resource else "unknown"
        self.request_seconds.labels(route, str(response.status)).observe(
            asyncio.get_running_loop().time() - started)
        return response


async def _works(check: Callable[[], Awaitable[object]]) -> str:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            # A check either raises or says no by returning False.
            return "down" if await check() is False else "ok"
    except Exception:
        return "down"
