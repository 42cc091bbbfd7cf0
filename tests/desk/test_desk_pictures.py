"""A citizen's page and an agent's page with the real front door between: pictures both ways, arrived and seen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from connectors.web.connector import WebConnector
from hotline.conversation.http import error_middleware
from hotline.desk.accounts import Accounts
from hotline.settings import Settings
from hotline.store.database import Database
from hotline.store.migrate import migrate
from tests.conversation.samples import picture
from tests.desk.conftest import PASSWORD, new_desk
from tests.desk.test_browser import DIST, chromium
from tests.stage import stage

__all__ = ["chromium"]


@pytest.fixture
async def address(tmp_path: Path, settings: Settings, chromium: Browser) -> AsyncIterator[str]:
    """The public site of a house with one agent."""
    if not (DIST / "desk.html").is_file():
        pytest.fail("the front ends are not built: make frontends")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hotline.sqlite'}")
    await migrate(database)
    accounts = Accounts(database)
    await accounts.add("wang", "王", ["agent"], PASSWORD, must_change=False)
    async with stage(database, settings) as house, aiohttp.ClientSession() as http:
        connector = WebConnector(house.door, settings, DIST)
        house.door._connectors["web"] = connector  # type: ignore[index]
        app = web.Application(middlewares=[error_middleware], client_max_size=settings.max_body)
        new_desk(house, accounts, http, DIST).setup(app)
        connector.setup(app)
        app.router.add_routes(house.door.media.routes())
        async with TestServer(app) as server:
            yield str(server.make_url("")).rstrip("/")
            for context in chromium.contexts:  # a server waits most of a minute for those who stay
                await context.close()
        await connector.close()
    await database.close()


async def opened(browser: Browser, address: str, width: int, height: int) -> Page:
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = await context.new_page()
    await page.goto(address)
    return page


async def test_pictures_both_ways_and_what_was_seen(chromium: Browser, address: str) -> None:
    citizen = await opened(chromium, address + "/", 360, 740)
    await citizen.get_by_label("要说的话").fill("延吉路路灯不亮，转人工")
    await citizen.get_by_label("要说的话").press("Enter")
    await expect(citizen.get_by_text("正在转人工", exact=False).first).to_be_visible(timeout=20_000)
    await citizen.locator("hotline-chat input[type=file]").set_input_files(
        {"name": "lamp.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(400, 300), colour="orange")})
    await expect(citizen.locator("hotline-chat .mine img.picture")).to_have_js_property("naturalWidth", 300)

    agent = await opened(chromium, address + "/desk/", 1366, 768)
    await agent.fill("input[name=username]", "wang")
    await agent.fill("input[name=password]", PASSWORD)
    await agent.keyboard.press("Enter")
    await expect(agent.get_by_text("已连接")).to_be_visible(timeout=20_000)
    await agent.keyboard.press("t")
    await expect(agent.locator(".bubble.citizen img")).to_have_js_property("naturalWidth", 300, timeout=20_000)
    await expect(citizen.locator("hotline-chat .mine", has=citizen.locator("img"))).to_contain_text(
        "坐席已读", timeout=20_000)

    await agent.locator(".answer input[type=file]").set_input_files(
        {"name": "map.png", "mimeType": "image/png", "buffer": picture("PNG", (200, 100), colour="blue")})
    await expect(agent.locator(".chosen img")).to_be_visible(timeout=20_000)
    await agent.get_by_label("回复").fill("是图上这盏吗？")
    await agent.get_by_label("回复").press("Enter")
    await expect(citizen.locator("hotline-chat .bubble", has_text="是图上这盏吗")).to_be_visible(timeout=20_000)
    await expect(citizen.get_by_alt_text("对方发来的图片，点开看大图")).to_have_js_property("naturalWidth", 200)
    await expect(agent.locator(".bubble.agent", has_text="已读")).to_have_count(2, timeout=20_000)


async def test_a_pasted_picture_can_be_taken_out_again_and_no_picture_is_refused_in_words(
    chromium: Browser, address: str
) -> None:
    citizen = await opened(chromium, address + "/", 360, 740)
    await citizen.get_by_label("要说的话").fill("转人工")
    await citizen.get_by_label("要说的话").press("Enter")
    agent = await opened(chromium, address + "/desk/", 1366, 768)
    await agent.fill("input[name=username]", "wang")
    await agent.fill("input[name=password]", PASSWORD)
    await agent.keyboard.press("Enter")
    await expect(agent.locator(".row").first).to_be_visible(timeout=20_000)
    await agent.keyboard.press("t")
    box = agent.get_by_label("回复")
    await expect(box).to_be_visible(timeout=20_000)
    await box.evaluate(PASTE, list(picture("PNG", (50, 50))))
    await expect(agent.locator(".chosen img")).to_be_visible(timeout=20_000)
    await agent.get_by_role("button", name="不发 shot.png").click()
    await expect(agent.locator(".chosen")).to_have_count(0)
    await box.evaluate(PASTE, list(b"not a picture"))
    await expect(agent.get_by_text("只能发图片", exact=False)).to_be_visible(timeout=20_000)
    await expect(agent.get_by_role("button", name="发送", exact=True)).to_be_disabled()


PASTE = """(box, bytes) => {
  const data = new DataTransfer()
  data.items.add(new File([new Uint8Array(bytes)], 'shot.png', { type: 'image/png' }))
  box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
}"""
