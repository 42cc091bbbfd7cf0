"""Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, expect, sync_playwright

from tests.city import City

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
SHOTS = Path(os.environ["HOTLINE_SCREENSHOTS"]) if "HOTLINE_SCREENSHOTS" in os.environ else None
PHONE, DESKTOP = (360, 740), (1366, 768)
ANSWERED = 15_000

Open = Callable[..., Page]


# Per module: while the synchronous Playwright runs, no other test of the process could start an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing, and CI must not skip the browser tests")
        pytest.skip("Chromium is not on this machine")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def visit(browser: Browser, city: City) -> Iterator[Open]:
    """Opens a page of the product as somebody new; at the end nothing may have gone wrong in any of them."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def refuse(dialog: Dialog) -> None:
        problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def opened(path: str = "/", size: tuple[int, int] = PHONE) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN",
                                      timezone_id="Asia/Shanghai")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(ANSWERED)
        page.on("pageerror", lambda error: problems.append(error.message))
        page.on("dialog", refuse)
        page.goto(city.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []


def see(found: Locator, text: str | re.Pattern[str] | None = None) -> None:
    expect(found).to_be_visible(timeout=ANSWERED)
    if text is not None:
        expect(found).to_contain_text(text, timeout=ANSWERED)


def shot(page: Page, name: str) -> None:
    """A picture for the docs, when HOTLINE_SCREENSHOTS names a folder."""
    if SHOTS:
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(SHOTS / f"{name}.png"), animations="disabled")


def pictures(page: Page, name: str, top: Locator | None = None) -> None:
    """A staff page as it is on a phone and on a desk, for the docs, from `top` on; what is too wide does not pass."""
    for size, ending in (((390, 844), "phone"), (DESKTOP, "desktop")):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.locator("main").evaluate("(main, top) => top ? top.scrollIntoView() : main.scrollTo(0, 0)",
                                      top.element_handle() if top else None)
        picture(page, f"{name}-{ending}", size)
        page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=size[0])


def picture(page: Page, name: str, size: tuple[int, int]) -> None:
    """A picture in this size, of a page that has come to rest."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate("() => document.fonts.ready")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    shot(page, name)
