"""The desk's page in a real Chromium: two agents, a restart in the middle, keyboard, text that stays text."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, async_playwright, expect

from connectors.web.pages import Pages
from hotline.conversation.http import error_middleware
from hotline.desk.accounts import Accounts
from hotline.settings import ROOT
from hotline.store.database import Database
from hotline.store.migrate import migrate
from tests.desk.conftest import PASSWORD, new_desk
from tests.ports import free_port
from tests.stage import Stage, stage

DIST = ROOT / "web" / "dist"
MARKUP = "<img src=x onerror=alert(1)><b>路灯</b>，转人工"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@dataclass
class Site:
    """The desk on one address that survives restarts of the server."""

    house: Stage
    port: int
    server: TestServer | None = None
    http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        app = web.Application(middlewares=[error_middleware])
        self.http = aiohttp.ClientSession()
        new_desk(self.house, Accounts(self.house.database), self.http, DIST).setup(app)
        app.router.add_routes(Pages(DIST).routes())
        self.server = TestServer(app, host="127.0.0.1", port=self.port)
        await self.server.start_server(shutdown_timeout=5)

    async def stop(self) -> None:
        if self.server and self.http:
            await self.server.close()
            await self.http.close()

    async def open(self, browser: Browser, username: str) -> Page:
        context = await browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page = await context.new_page()
        await page.goto(f"http://127.0.0.1:{self.port}/desk/")
        await page.fill("input[name=username]", username)
        await page.fill("input[name=password]", PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("已连接")).to_be_visible()
        return page

    async def said(self, sender: str = "citizen") -> list[str]:
        """What agents have said to a citizen."""
        history = await self.house.door.history("rest", sender)
        return [message.text or "" for message in history if message.author == "agent"]


@pytest.fixture
async def site(tmp_path: Path, settings: object) -> AsyncIterator[Site]:
    if not (DIST / "desk.html").is_file():
        pytest.fail("the front ends are not built: make frontends")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hotline.sqlite'}")
    await migrate(database)
    accounts = Accounts(database)
    for username, name in (("wang", "王"), ("li", "李")):
        await accounts.add(username, name, ["agent"], PASSWORD, must_change=False)
    accounts.close()
    async with stage(database, settings) as house:  # type: ignore[arg-type]
        running = Site(house, free_port())
        await running.start()
        yield running
        await running.stop()
    await database.close()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing, and CI must not skip it")
        pytest.skip("Chromium is not on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        await browser.close()


async def test_two_agents_one_citizen(site: Site, chromium: Browser) -> None:
    wang, li = await site.open(chromium, "wang"), await site.open(chromium, "li")
    await site.house.ask(MARKUP)
    for page in (wang, li):
        await page.locator(".row .open").click()
        await expect(page.locator(".bubble.citizen .text")).to_have_text(MARKUP)
    # Li's page must not hear of it before it presses: the race is decided by the server.
    await li.route("**/desk/api/queue", lambda route: route.abort())
    await li.route("**/desk/api/conversations/*", lambda route: route.abort())
    await wang.locator(".answer .el-button").click()
    await expect(wang.locator(".answer textarea")).to_be_visible()
    await li.locator(".answer .el-button").click()
    await expect(li.get_by_text("已被其他坐席接起")).to_be_visible()
    await li.unroute_all()
    await wang.locator(".answer textarea").fill("您好")
    await wang.locator(".answer textarea").press("Shift+Enter")
    await wang.keyboard.type("我来登记")
    await wang.keyboard.press("Enter")
    await expect(li.locator(".bubble.agent .text")).to_have_text("您好\n我来登记")
    assert await site.said() == ["您好\n我来登记"]
    await site.house.ask("谢谢")
    await expect(wang.locator(".bubble.citizen .text").last).to_have_text("谢谢")
    await wang.keyboard.press("Escape")
    await wang.keyboard.press("r")
    assert (await site.house.ask("还在吗"))[0].author == "house"
    await wang.keyboard.press("r")
    await expect(wang.get_by_text("已交还智能助手。")).to_be_visible()
    assert (await site.house.ask("物业"))[0].author == "bot"


async def test_enter_that_ends_an_input_method_does_not_send(site: Site, chromium: Browser) -> None:
    page = await site.open(chromium, "wang")
    await site.house.ask("转人工")
    await expect(page.locator(".row")).to_be_visible()
    await page.keyboard.press("t")
    box = page.locator(".answer textarea")
    await box.fill("nihao")
    for event in ({"key": "Enter", "isComposing": True}, {"key": "Enter", "keyCode": 229}):
        await box.dispatch_event("keydown", {**event, "bubbles": True})
    await expect(box).to_have_value("nihao")
    await expect(page.locator(".bubble.agent")).to_have_count(0)
    assert await site.said() == []


async def test_a_restart_loses_and_doubles_nothing(site: Site, chromium: Browser) -> None:
    page = await site.open(chromium, "wang")
    await site.house.ask("转人工")
    await expect(page.locator(".row")).to_be_visible()
    await page.keyboard.press("t")
    box = page.locator(".answer textarea")
    await box.fill("第一句")
    await box.press("Enter")
    await expect(page.locator(".bubble.agent:not(.unsent)")).to_have_count(1)
    await site.stop()
    await expect(page.locator(".link.bad, .link.warn")).to_be_visible(timeout=15000)
    await box.fill("停机时写的")
    await box.press("Enter")
    await expect(page.locator(".bubble.unsent")).to_be_visible()
    await box.fill("还没发的草稿")
    await site.house.ask("停机时市民写的")
    await site.start()
    await expect(page.get_by_text("已连接")).to_be_visible(timeout=15000)
    await expect(page.locator(".bubble.unsent")).to_have_count(0)
    await expect(page.locator(".bubble.agent .text")).to_have_text(["第一句", "停机时写的"])
    await expect(page.locator(".bubble.citizen .text").last).to_have_text("停机时市民写的")
    assert await site.said() == ["第一句", "停机时写的"]
    await page.reload()
    await expect(page.locator(".answer textarea")).to_have_value("还没发的草稿")


async def test_an_emergency_alarms_at_once_until_it_is_confirmed(site: Site, chromium: Browser) -> None:
    page = await site.open(chromium, "wang")
    await site.house.ask("路灯，转人工", sender="a")
    await expect(page.locator(".row")).to_have_count(1)
    await site.house.ask("家里燃气泄漏了，味道很大", sender="b")
    await expect(page.locator(".row").first).to_have_class("row red")
    await expect(page.locator(".alarm")).to_contain_text("燃气紧急")
    await page.wait_for_function("document.title.includes('紧急')")
    await page.keyboard.press("c")
    await expect(page.locator(".alarm")).to_have_count(0)
    await page.wait_for_function("!document.title.includes('紧急')")
    await expect(page.locator(".row.red")).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 768), (390, 800)])
async def test_no_width_scrolls_sideways(site: Site, chromium: Browser, width: int, height: int) -> None:
    page = await site.open(chromium, "wang")
    await page.set_viewport_size({"width": width, "height": height})
    await site.house.ask("路灯" * 300 + "，转人工")
    await page.locator(".row .open").click()
    await page.keyboard.press("t")
    await expect(page.locator(".answer textarea")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    send = page.locator(".answer .el-button--primary")
    assert await send.evaluate("one => one.getBoundingClientRect().right") < width
