"""The training room over real HTTP, signed in through the desk's door."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline.cases.catalogue import load_catalogue
from hotline.conversation.http import error_middleware
from hotline.desk.accounts import Accounts
from hotline.desk.passwords import Passwords
from hotline.knowledge.service import Knowledge
from hotline.store.database import Database
from hotline.training.room import TrainingRoom
from hotline.training.rules import RULES
from tests.desk.conftest import PASSWORD, Browser, Clock, new_desk
from tests.stage import Stage, house, settings

__all__ = ["house", "settings"]


@dataclass
class School:
    """A running training room beside a desk, and what stands behind both."""

    server: TestServer
    room: TrainingRoom
    app: web.Application
    house: Stage
    accounts: Accounts
    clock: Clock
    knowledge: Knowledge
    browsers: list[aiohttp.ClientSession] = field(default_factory=list)

    @property
    def base(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    @property
    def database(self) -> Database:
        return self.house.database

    def browser(self) -> Browser:
        session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.browsers.append(session)
        return Browser(session, self.base)

    async def signed_in(self, username: str = "chen", role: str = "admin") -> Browser:
        await self.accounts.add(username, username, role.split(), PASSWORD, must_change=False)
        browser = self.browser()
        status, _ = await browser.login(username)
        assert status == 200
        return browser


@pytest.fixture
def services() -> Iterator[dict[str, str]]:
    yield {service.code: service.name for service in load_catalogue().all()}


@pytest.fixture
async def school(house: Stage, services: dict[str, str]) -> AsyncIterator[School]:
    clock = Clock()
    accounts = Accounts(house.database, Passwords(time_cost=1, memory_kib=64), clock, house.settings.totp_roles)
    http = aiohttp.ClientSession()
    desk = new_desk(house, accounts, http)
    # Words alone: hundreds of tests need no sentence embeddings, tests/knowledge has them.
    settings = replace(house.settings, embeddings="none")
    knowledge = Knowledge(house.database, settings)
    room = TrainingRoom(house.database, house.settings, desk.gate.of_room(RULES), services, knowledge, house.door.voice)
    app = web.Application(middlewares=[error_middleware])
    desk.setup(app)
    room.setup(app)
    server = TestServer(app)
    await server.start_server()
    running = School(server, room, app, house, accounts, clock, knowledge)
    try:
        yield running
    finally:
        for session in running.browsers:
            await session.close()
        await server.close()
        await http.close()
