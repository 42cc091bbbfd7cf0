"""The connector over the real house and store, with a scripted bot, before the simulated platform."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from connectors.base import Connector
from connectors.wechat.connector import WechatConnector
from connectors.wechat.simulator.courier import Posting
from connectors.wechat.simulator.model import Account, Person, Rules
from connectors.wechat.simulator.platform import Platform
from hotline.cases.catalogue import load_catalogue
from hotline.cases.service import Cases
from hotline.conversation.commands import Executor
from hotline.conversation.emergencies import EmergencyDesk
from hotline.conversation.frontdoor import FrontDoor
from hotline.conversation.http import error_middleware
from hotline.conversation.scripted_bot import ScriptedBot
from hotline.conversation.timing import Timings
from hotline.conversation.turns import Turns
from hotline.conversation.waiting import WaitingRoom
from hotline.emergency import Detector
from hotline.records import Message
from hotline.settings import Settings
from hotline.store.database import Database
from hotline.store.tables import conversations
from hotline.store.wechat import Allowance
from hotline.store.wechat_journal import FOLDER, SentJournal
from hotline.store.wechat_memory import WechatMemory
from hotline.store.wechat_shared import WechatShared
from tests.ports import free_port
from tests.stage import PushedChannel, until

TOKEN, APP_ID, SECRET = "the-token-of-tests", "wx00000000000000aa", "the-secret-of-tests"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
# On a machine whose every core is busy a turn of the scripted bot has taken most of a second.
RULES = Rules(time_out=2.4, retries=3)
REPLY_SECONDS = 1.6


@dataclass
class Front:
    """A running front door and the platform before it."""

    door: FrontDoor
    bot: ScriptedBot
    page: PushedChannel
    connector: WechatConnector
    memory: WechatMemory
    shared: WechatShared
    database: Database
    settings: Settings
    platform: Platform
    citizen: Person
    session: aiohttp.ClientSession
    url: str

    def heard(self, *ways: str) -> list[str]:
        """The words that reached the citizen, by these ways or any."""
        return [_words(one.content) for one in self.citizen.heard if not ways or one.way in ways]

    async def settled(self, posting: Posting) -> Posting:
        """Wait until the platform has done with a message."""
        async def done() -> bool:
            return posting.outcome != "open"

        await until(done, 15)
        return posting

    async def say(self, words: str) -> Posting:
        """Type something and wait until the platform has done with it."""
        return await self.settled(self.platform.acts.text(self.citizen, words))

    async def hears(self, words: str, seconds: float = 8.0) -> None:
        """Wait until the citizen has heard something with these words."""
        async def there() -> bool:
            return any(words in one for one in self.heard())

        try:
            await until(there, seconds)
        except AssertionError as error:
            raise AssertionError(f"not heard: {words}; heard: {self.heard()}") from error

    async def history(self) -> list[Message]:
        return await self.door.history("wechat", self.citizen.openid)

    async def conversation(self) -> str:
        async with self.database.read() as connection:
            return str((await connection.execute(select(conversations.c.id).where(
                conversations.c.sender == self.citizen.openid).order_by(
                conversations.c.created_at.desc()))).scalars().first())


def _words(content: dict[str, Any]) -> str:
    if "list" in content:
        return "\n".join([content["head"], *(line["content"] for line in content["list"]), content["tail"]])
    return str(content.get("text") or content)


@asynccontextmanager
async def front(
    database: Database, base: Settings, mode: str = "safe", rules: Rules = RULES, worker: str = "w1",
    platform: Platform | None = None, starts: bool = True, **changes: Any,
) -> AsyncIterator[Front]:
    """Started; stopped in the end. With a `platform` of before, which keeps its users, as after a restart."""
    port = free_port()
    account = Account(TOKEN, APP_ID, SECRET, f"http://127.0.0.1:{port}/webhooks/wechat", KEY, mode)  # type: ignore[arg-type]
    platform = platform or Platform(account, rules)
    platform.courier.account = account
    async with TestServer(platform.app) as served, aiohttp.ClientSession() as session:
        values: dict[str, Any] = {
            "wechat_token": TOKEN, "wechat_app_id": APP_ID, "wechat_app_secret": SECRET, "wechat_aes_key": KEY,
            "wechat_api_url": str(served.make_url("")).rstrip("/"), "wechat_reply_seconds": REPLY_SECONDS,
            "fragment_seconds": 0.1, **changes}
        settings = replace(base, **values)
        door, bot, page, connectors = _house(database, settings, worker)
        journal = SentJournal(settings.var / FOLDER)
        memory = WechatMemory(database, {
            "message": Allowance(settings.wechat_message_quota, settings.wechat_message_seconds),
            "click": Allowance(settings.wechat_click_quota, settings.wechat_click_seconds)}, journal)
        shared = WechatShared(database)
        connector = WechatConnector(door, settings, session, memory, shared, lambda openid: (f"p-{openid}", "signed"))
        connectors["wechat"] = connector
        app = web.Application(middlewares=[error_middleware], client_max_size=settings.max_body)
        connector.setup(app)
        async with TestServer(app, port=port):
            await door.start()
            if starts:
                await connector.start()
            person = next(iter(platform.people.all.values()), None) or platform.people.new()
            try:
                yield Front(door, bot, page, connector, memory, shared, database, settings, platform, person, session,
                            f"http://127.0.0.1:{port}")
            finally:
                await door.stop()
                await connector.close()
                journal.close()


def _house(
    database: Database, settings: Settings, worker: str
) -> tuple[FrontDoor, ScriptedBot, PushedChannel, dict[str, Connector]]:
    cases, detector, bot = Cases(database, load_catalogue(), settings), Detector(), ScriptedBot()
    connectors: dict[str, Connector] = {"web": (page := PushedChannel())}
    page.connected = False
    quiet: Callable[[str], None] = lambda _step: None  # noqa: E731
    turns = Turns(database, bot, Executor(cases), detector, EmergencyDesk(cases, settings),
                  WaitingRoom(cases, settings), {"web", "wechat"}, settings, worker, quiet,
                  timings := Timings(CollectorRegistry()))
    return FrontDoor(database, settings, detector, turns, connectors, worker, quiet, timings), bot, page, connectors


def statuses(said: Sequence[Message]) -> dict[str, str]:
    """What was said to the citizen, with how it fared."""
    return {message.text or "": message.status for message in said if message.direction == "out"}


def now() -> datetime:
    return datetime.now(timezone.utc)
