"""The composition root: the only place that wires the rooms together."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import hmac
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import IO

import aiohttp
import structlog
from aiohttp import web

from connectors.base import Connector
from connectors.rest import RestConnector
from connectors.web.connector import WebConnector
from connectors.web.sessions import Sessions
from connectors.wechat.connector import WechatConnector
from hotline.care.health import Health, Metrics
from hotline.cases.backend import EmbeddedBackend
from hotline.cases.catalogue import Catalogue, load_catalogue
from hotline.cases.open311 import Open311Backend
from hotline.cases.outbox import CaseOutbox
from hotline.cases.progress import CaseProgress
from hotline.cases.service import Cases
from hotline.conversation.alarms import DutyAlarm
from hotline.conversation.bot_client import RasaBot
from hotline.conversation.commands import Executor
from hotline.conversation.emergencies import EmergencyDesk
from hotline.conversation.filing import Filing
from hotline.conversation.frontdoor import FrontDoor
from hotline.conversation.http import bearer_middleware, error_middleware
from hotline.conversation.internal import InternalApi
from hotline.conversation.notices import progress_notice
from hotline.conversation.queue_keeper import QueueKeeper
from hotline.conversation.serving import Serving
from hotline.conversation.timing import Timings
from hotline.conversation.turns import Probe, Turns
from hotline.conversation.waiting import WaitingRoom
from hotline.desk import Desk
from hotline.emergency import Detector
from hotline.errors import SettingsError
from hotline.knowledge.expiry import Expiry
from hotline.knowledge.importer import import_articles
from hotline.knowledge.service import Knowledge
from hotline.records import Case
from hotline.settings import Settings
from hotline.store.conversations import new_id
from hotline.store.database import Database
from hotline.store.wechat import Allowance
from hotline.store.wechat_journal import FOLDER, SentJournal
from hotline.store.wechat_memory import WechatMemory
from hotline.store.wechat_shared import WechatShared
from hotline.training.room import TrainingRoom
from hotline.training.rules import RULES as TRAINING_RULES

log = structlog.get_logger(__name__)
HTTP_TIMEOUT = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True)
class House:
    """The wired house: two applications that share everything."""

    public: web.Application
    internal: web.Application
    door: FrontDoor
    database: Database


def _silent(_step: str) -> None:
    """Nobody listens to the steps of a message."""


@asynccontextmanager
async def build(settings: Settings, probe: Probe = _silent) -> AsyncIterator[House]:
    """Wire and start everything, and stop it in the opposite order. `probe` hears each step of a message."""
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        _only_process(database, stack)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=HTTP_TIMEOUT))
        catalogue = load_catalogue(var=settings.var)
        cases = Cases(database, catalogue, settings)
        detector = Detector()
        serving = Serving(database, detector, settings)
        await serving.start()
        stack.push_async_callback(serving.stop)
        bot = RasaBot(session, serving, settings.service_token, settings.bot_timeout)
        connectors: dict[str, Connector] = {}
        worker = new_id()
        metrics = Metrics(database)
        timings = Timings(metrics.registry)
        waiting = WaitingRoom(cases, settings)
        pushed = {kind.name for kind in (RestConnector, WebConnector, WechatConnector) if kind.pushes}
        turns = Turns(database, bot, Executor(cases), detector, EmergencyDesk(cases, settings), waiting, pushed,
                      settings, worker, probe, timings)
        door = FrontDoor(database, settings, detector, turns, connectors, worker, probe, timings)
        metrics.watch(door)
        journal = SentJournal(settings.var / FOLDER)
        stack.callback(journal.close)
        connectors |= {RestConnector.name: RestConnector(door, settings),
                       WebConnector.name: WebConnector(door, settings),
                       WechatConnector.name: _wechat(door, settings, session, database, journal)}
        for connector in connectors.values():
            stack.push_async_callback(connector.close)
        backend = Open311Backend(session, settings)
        knowledge = await _knowledge(database, settings, stack)
        await _background(stack, database, settings, session, cases, catalogue, backend, door)
        for connector in connectors.values():
            await connector.start()
        services = {service.code: service.name for service in catalogue.all()}
        desk = Desk(database, settings, door, services, session,
                    Filing(database, door.voice, cases, door.cases_changed), knowledge.search)
        training = TrainingRoom(database, settings, desk.gate.of_room(TRAINING_RULES), services, knowledge,
                                door.voice)
        public = _application(settings, metrics)
        for connector in connectors.values():
            connector.setup(public)
        desk.setup(public)
        training.setup(public)
        health = Health(database, bot, backend, knowledge)
        for routes in (health.routes(), door.media.routes(), cases.public_routes(),
                       EmbeddedBackend(database, catalogue, settings).routes()):
            public.router.add_routes(routes)
        internal = web.Application(
            middlewares=[metrics.timing(), error_middleware, bearer_middleware(settings.service_token)],
            client_max_size=settings.max_body)
        for routes in (metrics.routes(), InternalApi(bot, detector).routes(), knowledge.routes(),
                       cases.internal_routes()):
            internal.router.add_routes(routes)
        yield House(public, internal, door, database)


def _wechat(
    door: FrontDoor, settings: Settings, session: aiohttp.ClientSession, database: Database, journal: SentJournal
) -> WechatConnector:
    sessions, key = Sessions(settings.session_secret), settings.session_secret.encode()

    def web_session(openid: str) -> tuple[str, str]:
        """The page's sender tells nothing of the openid."""
        sender = hmac.new(key, f"wechat-person:{openid}".encode(), hashlib.sha256).hexdigest()[:32]
        return sender, sessions.of(sender)

    memory = WechatMemory(database, {
        "message": Allowance(settings.wechat_message_quota, settings.wechat_message_seconds),
        "click": Allowance(settings.wechat_click_quota, settings.wechat_click_seconds)}, journal)
    return WechatConnector(door, settings, session, memory, WechatShared(database), web_session)


def _application(settings: Settings, metrics: Metrics) -> web.Application:
    return web.Application(middlewares=[metrics.timing(), error_middleware], client_max_size=settings.max_body)


async def _knowledge(database: Database, settings: Settings, stack: AsyncExitStack) -> Knowledge:
    report = await import_articles(database)
    for problem in report.problems:
        log.error("article_unusable", file=problem.file, entry=problem.entry, reason=problem.reason)
    knowledge = Knowledge(database, settings)
    await knowledge.start()
    stack.push_async_callback(knowledge.stop)
    expiry = Expiry(database, knowledge.refresh)
    await expiry.start()
    stack.push_async_callback(expiry.stop)
    return knowledge


async def _background(
    stack: AsyncExitStack, database: Database, settings: Settings, session: aiohttp.ClientSession, cases: Cases,
    catalogue: Catalogue, backend: Open311Backend, door: FrontDoor,
) -> None:
    """Everything that works by itself: outbox, progress, alarms, the queue, and the runner of turns last."""
    outbox = CaseOutbox(database, backend, settings)

    async def changed(case: Case, old: Case) -> None:
        notice = progress_notice(case, old)
        if notice:
            await door.notify(case, notice)

    progress = CaseProgress(database, backend, changed)
    alarm = DutyAlarm(database, session, settings)
    keeper = QueueKeeper(database, door.voice, settings)
    door.on_cases(outbox.wake)
    door.on_queue(keeper.wake)
    for part in (outbox, progress, alarm, keeper, door):
        await part.start()
        stack.push_async_callback(part.stop)


def _only_process(database: Database, stack: AsyncExitStack) -> None:
    """SQLite serves one front-door process; a second one must not take over the turns of the first."""
    if not database.sqlite or not database.url.database:
        return
    lock: IO[str] = stack.enter_context(open(f"{database.url.database}.lock", "w"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise SettingsError("another front door uses this SQLite database; several need PostgreSQL") from error


async def serve(settings: Settings, probe: Probe = _silent) -> None:
    """Serve the public and the internal listener until SIGTERM or SIGINT."""
    # Each database call hops to a thread and back; at Python's usual 5 ms a busy loop would hold the hops up.
    sys.setswitchinterval(0.0005)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with build(settings, probe) as house:
        runners = [web.AppRunner(house.public, access_log=None, shutdown_timeout=5),
                   web.AppRunner(house.internal, access_log=None, shutdown_timeout=2)]
        try:
            for runner, host, port in ((runners[0], settings.host, settings.port),
                                       (runners[1], "127.0.0.1", settings.internal_port)):
                await runner.setup()
                await web.TCPSite(runner, host, port).start()
            log.info("front_door_open", port=settings.port, internal_port=settings.internal_port)
            await stopping.wait()
        finally:
            for runner in runners:
                await runner.cleanup()
    log.info("front_door_closed")
