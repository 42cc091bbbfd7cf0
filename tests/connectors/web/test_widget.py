"""The built widget in a real browser, against the real socket and a small house."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, WebSocketRoute, async_playwright, expect

from hotline.records import Reply
from hotline.settings import ROOT, Settings
from tests.connectors.web.fake_house import FakeHouse, application
from tests.conversation.samples import picture

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
SECRET = "a secret of the tests"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None or not (ROOT / "web/dist/widget.js").exists():
        if os.environ.get("CI"):
            pytest.fail("Chromium or the built front ends are missing, and CI must not skip it")
        pytest.skip("needs Chromium and the built front ends")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def serving(app: web.Application, port: int = 0) -> AsyncIterator[int]:
    runner = web.AppRunner(app, shutdown_timeout=2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def app(house: FakeHouse, *origins: str) -> web.Application:
    return application(house, Settings(session_secret=SECRET, allowed_origins=origins))


async def open_page(
    browser: Browser, address: str, width: int = 360, height: int = 740,
    line: Callable[[WebSocketRoute], None] | None = None,
) -> Page:
    """`line` stands between the page's sockets and the server."""
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = await context.new_page()
    if line is not None:
        await page.route_web_socket("**/socket.io/**", line)
    await page.goto(address)
    return page


async def say(page: Page, words: str) -> None:
    box = page.get_by_label("要说的话")
    await box.fill(words)
    await box.press("Enter")


async def test_words_are_shown_as_words_and_are_there_after_a_reload(browser: Browser) -> None:
    async with serving(app(FakeHouse())) as port:
        page = await open_page(browser, f"http://127.0.0.1:{port}/")
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: errors.append(dialog.message))
        nasty = "<img src=x onerror=alert(1)><script>alert(2)</script>"
        await say(page, nasty)
        await expect(page.locator("hotline-chat .bubble", has_text="您说的是：" + nasty)).to_be_visible()
        await page.reload()
        await expect(page.locator("hotline-chat .mine .bubble", has_text=nasty)).to_be_visible()
        await expect(page.locator("hotline-chat .bubble", has_text="您说的是：" + nasty)).to_be_visible()
        assert errors == []


async def test_a_report_is_confirmed_corrected_and_gets_its_ticket(browser: Browser) -> None:
    async with serving(app(FakeHouse())) as port:
        page = await open_page(browser, f"http://127.0.0.1:{port}/")
        await say(page, "延吉路的路灯不亮")
        await expect(page.get_by_label("请核对")).to_contain_text("138 0013 8000")
        await page.get_by_label("修改地址").click()
        await expect(page.locator("hotline-chat .bubble", has_text="您说的是：修改地址")).to_be_visible()
        await expect(page.get_by_role("button", name="提交")).to_have_count(0)
        await say(page, "提交")
        ticket = page.get_by_label("工单")
        await expect(ticket).to_contain_text("QD 20230601 000123")
        await expect(ticket.get_by_role("link")).to_have_attribute("href", f"http://127.0.0.1:{port}/t/QD20230601000123")


async def test_an_emergency_is_announced_and_stays_in_sight(browser: Browser) -> None:
    async with serving(app(FakeHouse())) as port:
        page = await open_page(browser, f"http://127.0.0.1:{port}/")
        await say(page, "家里有燃气味")
        card = page.get_by_label("紧急提示")
        await expect(card.locator("li")).to_have_count(4)
        numbers = [await link.get_attribute("href") for link in await card.get_by_role("link").all()]
        assert numbers == ["tel:119", "tel:120", "tel:110"]
        await expect(page.locator("hotline-chat [aria-live=assertive]")).to_contain_text("不要开关任何电器")
        await expect(page.get_by_text("正在转人工，您排在第 1 位")).to_be_visible()
        await expect(card.get_by_text("不要开关任何电器")).to_be_in_viewport()


async def test_an_agents_words_come_by_themselves_and_repeated_notices_do_not(browser: Browser) -> None:
    house = FakeHouse()
    async with serving(app(house)) as port:
        page = await open_page(browser, f"http://127.0.0.1:{port}/")
        await page.get_by_role("button", name="转人工").click()
        await expect(page.get_by_text("您排在第 2 位", exact=False).first).to_be_visible()
        await say(page, "留言：在三号楼")
        await expect(page.get_by_text("正在转人工，您排在第 1 位")).to_be_visible()
        await expect(page.locator("hotline-chat .mine", has_text="三号楼")).to_contain_text("已收到，坐席看得到")
        [sender] = house.messages
        for position in (2, 1, 0, 0):
            await house.say(sender, Reply(f"通知{position}", custom={"type": "handover", "position": position}))
        await house.say(sender, Reply("我是坐席小王", author="agent"))
        await expect(page.locator("hotline-chat .bubble", has_text="我是坐席小王")).to_be_visible()
        await expect(page.get_by_text("人工坐席正在为您服务")).to_be_visible()
        await expect(page.locator("hotline-chat .line", has_text="通知")).to_have_count(1)


async def test_what_was_said_without_connection_is_sent_once_it_is_back(browser: Browser) -> None:
    house = FakeHouse()
    async with serving(app(house)) as port:
        page = await open_page(browser, f"http://127.0.0.1:{port}/")
        await say(page, "断线之前")
        await expect(page.locator("hotline-chat .bubble", has_text="您说的是：断线之前")).to_be_visible()
    await expect(page.get_by_text("连接断开了，正在重新连接")).to_be_visible()
    await say(page, "断线之后")
    await expect(page.get_by_text("还没发出，连上后自动发送")).to_be_visible()
    async with serving(app(house), port):
        await page.get_by_role("button", name="立即重试").click()
        await expect(page.locator("hotline-chat .bubble", has_text="您说的是：断线之后")).to_be_visible(timeout=15_000)
        await expect(page.get_by_text("连接断开了")).to_have_count(0)
        [talk] = house.messages.values()
        assert [message.text for message in talk if message.direction == "in"] == ["断线之前", "断线之后"]
        await expect(page.locator("hotline-chat .mine")).to_have_count(2)
        await page.context.close()


async def test_who_writes_before_the_house_has_greeted_is_heard(browser: Browser) -> None:
    """A second CONNECT on the same line is refused, and the line stayed lost."""
    held = asyncio.Event()

    def slowly(line: WebSocketRoute) -> None:
        server = line.connect_to_server()

        async def back(frame: str | bytes) -> None:
            if str(frame).startswith("40"):
                await held.wait()
            line.send(frame)

        server.on_message(back)

    async with serving(app(FakeHouse())) as port:
        page = await open_page(browser, f"http://127.0.0.1:{port}/", line=slowly)
        await say(page, "健身器材坏了")
        await expect(page.locator("hotline-chat .mine", has_text="健身器材坏了")).to_be_visible()
        held.set()
        await expect(page.locator("hotline-chat .bubble", has_text="您说的是：健身器材坏了")).to_be_visible()
        await page.context.close()


async def test_a_line_that_was_refused_is_tried_again(browser: Browser) -> None:
    lines = 0

    def refused_once(line: WebSocketRoute) -> None:
        nonlocal lines
        lines += 1
        server = line.connect_to_server()
        first = lines == 1

        def back(frame: str | bytes) -> None:
            line.send('44{"message":"busy"}' if first and str(frame).startswith("40") else frame)

        server.on_message(back)

    async with serving(app(FakeHouse())) as port:
        page = await open_page(browser, f"http://127.0.0.1:{port}/", line=refused_once)
        await expect(page.get_by_text("连接断开了，正在重新连接")).to_be_visible()
        await expect(page.get_by_text("连接断开了")).to_have_count(0)
        await say(page, "健身器材坏了")
        await expect(page.locator("hotline-chat .bubble", has_text="您说的是：健身器材坏了")).to_be_visible()
        assert lines == 2
        await page.context.close()


async def test_a_lost_acknowledgement_does_not_double_the_message(browser: Browser) -> None:
    house = FakeHouse()
    async with serving(app(house)) as port:
        page = await open_page(browser, f"http://127.0.0.1:{port}/")
        await expect(page.locator("hotline-chat .bone")).to_have_count(0)
        house.broken = True
        await say(page, "请记下来")
        await expect(page.get_by_text("正在发送")).to_be_visible()
        await page.reload()
        house.broken = False
        await expect(page.locator("hotline-chat .bubble", has_text="您说的是：请记下来")).to_be_visible(timeout=15_000)
        await expect(page.locator("hotline-chat .mine")).to_have_count(1)


async def test_the_enter_of_an_input_method_does_not_send(browser: Browser) -> None:
    house = FakeHouse()
    async with serving(app(house)) as port:
        page = await open_page(browser, f"http://127.0.0.1:{port}/")
        box = page.get_by_label("要说的话")
        await box.fill("nihao")
        await box.evaluate("""box => {
            const key = (more) => new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, ...more})
            const enter = (more) => box.dispatchEvent(key(more))
            box.dispatchEvent(new CompositionEvent('compositionstart'))
            enter({isComposing: true})
            enter({keyCode: 229})
            box.dispatchEvent(new CompositionEvent('compositionend', {data: '你好'}))
            enter({})
        }""")
        await expect(page.locator("hotline-chat .mine")).to_have_count(0)
        await box.press("Shift+Enter")
        await expect(page.locator("hotline-chat .mine")).to_have_count(0)
        await page.wait_for_timeout(100)
        await box.press("Enter")
        await expect(page.locator("hotline-chat .mine")).to_have_count(1)


async def test_large_print_keeps_to_the_width_with_targets_of_60_pixels(browser: Browser) -> None:
    async with serving(app(FakeHouse())) as port:
        page = await open_page(browser, f"http://127.0.0.1:{port}/?large=1")
        await page.get_by_role("button", name="更大").click()
        for words in ("软管", "路灯", "提交", "燃气味", "长" * 300):
            await say(page, words)
            await expect(page.locator("hotline-chat .state")).to_have_count(0)
        await expect(page.locator("hotline-chat .bubble", has_text="您说的是：长")).to_be_visible()
        measured = await page.evaluate("""() => {
            const root = document.querySelector('hotline-chat').shadowRoot
            const log = root.querySelector('.log')
            const low = [...root.querySelectorAll('button:not(.link), .dial a'), ...document.querySelectorAll('button')]
                .map(one => one.getBoundingClientRect().height).filter(height => height > 0 && height < 60)
            return {over: log.scrollWidth - log.clientWidth, page: document.documentElement.scrollWidth - innerWidth,
                    low, size: getComputedStyle(root.querySelector('.bubble')).fontSize}
        }""")
        assert measured == {"over": 0, "page": 0, "low": [], "size": "30px"}


async def test_one_script_tag_brings_the_widget_to_an_allowed_site(browser: Browser) -> None:
    async def site(request: web.Request) -> web.Response:
        return web.Response(content_type="text/html", text=(
            "<!doctype html><style>button, p { color: red; font-size: 4px }</style><p>别人的网站</p>"
            f'<script src="http://127.0.0.1:{request.query["port"]}/widget.js" data-title="市民热线" async></script>'))

    other = web.Application()
    other.router.add_get("/", site)
    async with serving(other) as other_port:
        address = f"http://localhost:{other_port}"
        async with serving(app(FakeHouse(), address)) as port, serving(app(FakeHouse())) as closed_port:
            page = await open_page(browser, f"{address}/?port={port}", 1366, 768)
            launcher = page.get_by_role("button", name="市民热线")
            await launcher.click()
            await expect(page.get_by_label("要说的话")).to_be_focused()
            await say(page, "在吗")
            await expect(page.locator("hotline-chat .bubble", has_text="您说的是：在吗")).to_be_visible()
            bubble = page.locator("hotline-chat .bubble").first
            assert await bubble.evaluate("one => getComputedStyle(one).fontSize") == "18px"
            await page.keyboard.press("Escape")
            await expect(launcher).to_be_focused()

            page = await open_page(browser, f"{address}/?port={closed_port}", 1366, 768)
            await page.get_by_role("button", name="市民热线").click()
            await expect(page.get_by_text("连接断开了，正在重新连接")).to_be_visible()
            await page.context.close()


async def test_a_picture_is_chosen_sent_and_shown_and_a_refused_one_can_be_given_up(browser: Browser) -> None:
    house = FakeHouse()
    async with serving(app(house)) as port:
        page = await open_page(browser, f"http://127.0.0.1:{port}/")
        await expect(page.get_by_label("要说的话")).to_be_visible()
        await say(page, "你好")
        await expect(page.locator("hotline-chat .mine .bubble", has_text="你好")).to_be_visible()
        chooser = page.locator("hotline-chat input[type=file]")
        await chooser.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"no picture at all"})
        await expect(page.get_by_text("这个文件打不开")).to_be_visible()
        await page.get_by_role("button", name="不发了").click()
        await chooser.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()})
        shown = page.locator("hotline-chat .mine img.picture")
        await expect(shown).to_have_js_property("naturalWidth", 32)
        [sender] = house.messages
        [sent] = [message for message in house.messages[sender] if message.attachments]
        assert sent.attachments[0].kind == "image"
        await page.reload()
        await expect(shown).to_have_js_property("naturalWidth", 32)
        await house.say(sender, Reply(image=sent.attachments[0].url, author="agent"))
        await expect(page.get_by_alt_text("对方发来的图片，点开看大图")).to_have_js_property("naturalWidth", 32)


async def test_only_what_is_before_the_citizens_eyes_is_seen(browser: Browser) -> None:
    house = FakeHouse()
    async with serving(app(house)) as port:
        page = await open_page(browser, f"http://127.0.0.1:{port}/")
        await page.get_by_role("button", name="转人工").click()
        await expect(page.get_by_text("您排在第 2 位", exact=False).first).to_be_visible()
        [sender] = house.messages

        async def seen(wanted: str) -> None:
            async with asyncio.timeout(20):
                while house.seen_up_to.get(sender) != wanted:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)

        await house.say(sender, Reply("您好，我是小王", author="agent"))
        first = house.messages[sender][-1].id
        await seen(first)
        log = page.locator("hotline-chat .log")
        await house.say(sender, *(Reply("很长的话\n" * 30, author="agent") for _ in range(3)))
        await expect(page.locator("hotline-chat .line", has_text="很长的话")).to_have_count(3)
        last = house.messages[sender][-1].id
        await page.wait_for_timeout(1000)
        assert house.seen_up_to[sender] != last, "the last one is still below the edge"
        await log.evaluate("box => { box.scrollTop = box.scrollHeight }")
        await seen(last)
        assert house.connector is not None
        await say(page, "留言：好的")
        line = page.locator("hotline-chat .mine", has_text="好的")
        await expect(line).to_be_visible()
        await expect(line).not_to_contain_text("坐席已读")
        own = next(message for message in house.messages[sender] if message.text == "留言：好的")
        await house.connector.agent_seen(sender, own)
        await expect(line).to_contain_text("坐席已读")
