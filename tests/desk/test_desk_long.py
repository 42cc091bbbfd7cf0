"""A conversation of 5,000 messages in a real Chromium: all of it can be reached, a screenful at a time."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Browser, expect
from sqlalchemy import insert, select

from hotline.store.database import Database
from hotline.store.tables import messages
from tests.desk.test_browser import Site, chromium, site
from tests.stage import settings

__all__ = ["chromium", "settings", "site"]
MANY = 5000
# One frame after another, 400 pixels up each: the times between them.
SCROLL = """async () => {
  const box = document.querySelector('.history'), times = []
  for (let last = performance.now(), turn = 0; turn < 60; turn++) {
    box.scrollTop -= 400
    await new Promise((resolve) => requestAnimationFrame(resolve))
    times.push(performance.now() - last)
    last = performance.now()
  }
  return times.sort((a, b) => a - b)[30]
}"""


async def test_five_thousand_messages_scroll_smoothly(site: Site, chromium: Browser) -> None:
    first = (await site.house.ask("转人工"))[0]
    await _fill(site.house.database, first.conversation_id)
    page = await site.open(chromium, "wang")
    await page.locator(".row .open").click()
    await expect(page.locator(".bubble .text").last).to_have_text(f"第 {MANY - 1} 句")
    oldest, more = page.get_by_text("转人工", exact=True).first, page.locator(".history .older")
    for _ in range(300):  # pages come in above, and rows that are measured on the way push the top away again
        await page.locator(".history").evaluate("box => { box.scrollTop = 0 }")
        if await more.count() == 0 and await oldest.is_visible():
            break
        await page.wait_for_timeout(200)
    await expect(oldest).to_be_visible()
    assert await page.locator(".history .bubble").count() < 100
    await page.locator(".history").evaluate("box => { box.scrollTop = box.scrollHeight }")
    assert await page.evaluate(SCROLL) < 50


async def _fill(database: Database, conversation_id: str) -> None:
    """As many messages as somebody writes in years, newer than what is there."""
    async with database.write() as connection:
        model = (await connection.execute(select(messages).where(
            messages.c.conversation_id == conversation_id, messages.c.direction == "in"))).one()._asdict()
        model.pop("seq")
        start = model["created_at"]
        await connection.execute(insert(messages), [
            {**model, "id": f"long{number:08d}", "external_id": None, "text": f"第 {number} 句",
             "created_at": start + timedelta(milliseconds=number)} for number in range(MANY)])
