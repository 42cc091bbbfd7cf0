"""The desk over real HTTP, with the real front door behind it and a scripted bot behind that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline.cases.catalogue import load_catalogue
from hotline.conversation.http import error_middleware
from hotline.desk import Desk
from hotline.desk.accounts import Accounts
from hotline.records import Agent
from hotline.store.database import Database
from tests.stage import Stage, house, settings

__all__ = ["house", "settings"]
PASSWORD = "一个够长的 pass-word 9"


@dataclass
class Clock:
    """A clock that tests move."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(timezone.utc) + self.ahead


@dataclass
class Browser:
    """One agent's browser: cookie jar and CSRF token."""

    http: aiohttp.ClientSession
    base: str
    csrf: str = ""
    user: dict[str, Any] = field(default_factory=dict)

    @property
    def agent(self) -> Agent:
        return Agent(*(self.user[name] for name in ("id", "username", "name", "role")))

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.http.get(self.base + path) as response:
            return response.status, await response.json()

    async def post(self, path: str, values: Any = None, csrf: str | None = None) -> tuple[int, Any]:
        headers = {"X-CSRF-Token": self.csrf if csrf is None else csrf}
        async with self.http.post(self.base + path, json={} if values is None else values,
                                  headers=headers) as response:
            return response.status, await response.json()

    async def login(self, username: str, password: str = PASSWORD) -> tuple[int, Any]:
        status, answer = await self.post("/desk/api/login", {"username": username, "password": password})
        if status == 200:
            self.csrf, self.user = answer["csrf"], answer["user"]
        return status, answer


@dataclass
class Office:
    """A running desk and what stands behind it."""

    server: TestServer
    desk: Desk
    app: web.Application
    house: Stage
    accounts: Accounts
    clock: Clock
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

    async def signed_in(self, username: str, role: str = "agent", name: str = "") -> Browser:
        await self.accounts.add(username, name or username, role, PASSWORD, must_change=False)
        browser = self.browser()
        status, _ = await browser.login(username)
        assert status == 200
        return browser

    async def waiting(self, sender: str = "citizen", text: str = "路灯不亮，转人工") -> str:
        """A citizen who waits for a person; returns the conversation's id."""
        messages = await self.house.ask(text, sender=sender)
        return messages[0].conversation_id


@pytest.fixture
async def office(house: Stage) -> AsyncIterator[Office]:
    clock = Clock()
    accounts = Accounts(house.database, clock=clock)
    services = {service.code: service.name for service in load_catalogue().all()}
    desk = Desk(house.database, house.settings, house.door, services, accounts=accounts)
    app = web.Application(middlewares=[error_middleware])
    desk.setup(app)
    server = TestServer(app)
    await server.start_server()
    running = Office(server, desk, app, house, accounts, clock)
    try:
        yield running
    finally:
        for session in running.browsers:
            await session.close()
        await server.close()
