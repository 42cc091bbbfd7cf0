"""The desk over real HTTP, with the real front door behind it and a scripted bot behind that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline.cases.catalogue import load_catalogue
from hotline.conversation.filing import Filing
from hotline.conversation.http import error_middleware
from hotline.desk import Desk
from hotline.desk.accounts import Accounts
from hotline.desk.passwords import Passwords
from hotline.knowledge.index import Index
from hotline.records import Agent, Article, KnowledgeAnswer
from hotline.settings import ROOT
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
        return Agent(*(self.user[name] for name in ("id", "username", "name", "roles")))

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.http.get(self.base + path) as response:
            return response.status, await response.json()

    async def post(self, path: str, values: Any = None, csrf: str | None = None) -> tuple[int, Any]:
        return await self.call("POST", path, values, csrf)

    async def call(self, method: str, path: str, values: Any = None, csrf: str | None = None) -> tuple[int, Any]:
        headers = {"X-CSRF-Token": self.csrf if csrf is None else csrf}
        body = None if method == "GET" else {} if values is None else values
        async with self.http.request(method, self.base + path, json=body, headers=headers,
                                     allow_redirects=False) as response:
            return response.status, await response.json() if response.content_type == "application/json" else None

    async def login(self, username: str, password: str = PASSWORD, code: str = "") -> tuple[int, Any]:
        status, answer = await self.post(
            "/desk/api/login", {"username": username, "password": password, **({"code": code} if code else {})})
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
        await self.accounts.add(username, name or username, role.split(), PASSWORD, must_change=False)
        browser = self.browser()
        status, _ = await browser.login(username)
        assert status == 200
        return browser

    async def waiting(self, sender: str = "citizen", text: str = "路灯不亮，转人工") -> str:
        """A citizen who waits for a person; returns the conversation's id."""
        messages = await self.house.ask(text, sender=sender)
        return messages[0].conversation_id


@cache
def index() -> Index:
    """A small knowledge base."""
    return Index([
        Article("streetlight", "路灯不亮找谁修？", "路灯由市政路灯管理单位维修，一般三个工作日内修复。", "试验来源",
                similar=("路灯坏了怎么办", "路灯不亮了")),
        Article("hose", "燃气软管多长？", "燃气软管不超过两米。", "试验来源", similar=("灶下面的管子能拉多远",)),
        Article("meter", "燃气表坏了谁修？", "由燃气企业修。", "试验来源", similar=("煤气表不转了",)),
        Article("lift", "电梯坏了谁来修？", "由物业联系维保单位修。", "试验来源", similar=("电梯困人", "电梯停了")),
    ], None)


async def search(query: str, limit: int) -> KnowledgeAnswer:
    """What the small knowledge base has."""
    return index().answer(query, limit)


def new_desk(
    house: Stage, accounts: Accounts, http: aiohttp.ClientSession, dist: Path = ROOT / "web" / "dist"
) -> Desk:
    """A desk in front of this house."""
    services = {service.code: service.name for service in load_catalogue().all()}
    filing = Filing(house.database, house.door.voice, house.cases, house.door.cases_changed)
    return Desk(house.database, house.settings, house.door, services, http, filing, search, dist, accounts)


@pytest.fixture
async def office(house: Stage) -> AsyncIterator[Office]:
    clock = Clock()
    # Cheap hashes: hundreds of sign-ins are no test of argon2, test_sign_in.py has one.
    accounts = Accounts(house.database, Passwords(time_cost=1, memory_kib=64), clock, house.settings.totp_roles)
    http = aiohttp.ClientSession()
    desk = new_desk(house, accounts, http)
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
        await http.close()
