"""What agents do with a conversation in a real Chromium: notes, canned replies, passing on, tickets, wrap-ups."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.async_api import Browser, Page, expect

from hotline.store.canned import add_canned
from hotline.store.words import add_word
from tests.desk.test_browser import Site, chromium, site
from tests.stage import settings

__all__ = ["chromium", "settings", "site"]
ANSWER = ".answer textarea"
REPAIR = "路灯由市政路灯管理单位维修，一般三个工作日内修复。"


async def taken(site: Site, chromium: Browser, text: str = "延吉路路灯不亮，转人工") -> Page:
    """Wang's page with a citizen's conversation taken."""
    page = await site.open(chromium, "wang")
    await site.house.ask(text)
    await expect(page.locator(".row")).to_be_visible()
    await page.keyboard.press("t")
    await expect(page.locator(ANSWER)).to_be_focused()
    return page


async def test_a_note_is_for_agents_only(site: Site, chromium: Browser) -> None:
    page = await taken(site, chromium)
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await page.locator(ANSWER).fill("上周也来过")
    await page.reload()
    await expect(page.locator(ANSWER)).to_be_visible()
    await page.keyboard.press("n")
    await expect(page.locator(ANSWER)).to_have_value("上周也来过")
    await page.keyboard.press("Enter")
    await expect(page.locator(".note .text")).to_have_text("上周也来过")
    assert await site.said() == []


async def test_a_canned_reply_comes_by_its_slash_with_its_variables(site: Site, chromium: Browser) -> None:
    async with site.house.database.write() as connection:
        await add_canned(connection, None, None, "问候", "您好，我是坐席{坐席}。", datetime.now(UTC))
        await add_canned(connection, None, None, "结束", "感谢来电，再见。", datetime.now(UTC))
    page = await taken(site, chromium)
    await page.keyboard.type("/问")
    await expect(page.locator(".canned button")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.locator(ANSWER)).to_have_value("您好，我是坐席王。")
    await page.keyboard.press("Enter")
    await expect(page.locator(".bubble.agent:not(.unsent) .text")).to_have_text("您好，我是坐席王。")
    assert await site.said() == ["您好，我是坐席王。"]


async def test_knowledge_goes_into_the_answer_with_one_key(site: Site, chromium: Browser) -> None:
    page = await taken(site, chromium, "路灯不亮了找谁修，转人工")
    await expect(page.locator(".offer").first).to_contain_text("路灯由市政路灯管理单位维修")
    await page.keyboard.press("Alt+1")
    await expect(page.locator(ANSWER)).to_have_value(REPAIR)
    await page.keyboard.press("Escape")
    await page.keyboard.press("f")
    await page.keyboard.type("软管")
    await expect(page.locator(".offer").first).to_contain_text("燃气软管不超过两米")
    await page.keyboard.press("Enter")
    await expect(page.locator(ANSWER)).to_have_value(REPAIR + "燃气软管不超过两米。")


async def test_a_word_that_may_not_go_out_is_named_and_nothing_is_lost(site: Site, chromium: Browser) -> None:
    async with site.house.database.write() as connection:
        await add_word(connection, "forbidden", "自己想办法", datetime.now(UTC))
    page = await taken(site, chromium)
    await page.locator(ANSWER).fill("您自己想办法")
    await page.keyboard.press("Enter")
    await expect(page.locator(".unsent")).to_contain_text("自己想办法")
    await page.get_by_text("放回输入框").click()
    await expect(page.locator(ANSWER)).to_have_value("您自己想办法")
    assert await site.said() == []


async def test_a_ticket_is_filed_from_the_prefilled_form(site: Site, chromium: Browser) -> None:
    page = await taken(site, chromium, "延吉路116号路灯不亮，电话13800138000，转人工")
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    form = page.locator(".ticket-form")
    await expect(form.locator("textarea")).to_have_value("延吉路116号路灯不亮，电话13800138000")
    await expect(form.get_by_label("电话")).to_have_value("138****8000")
    await form.locator(".el-select").first.click()
    await page.get_by_role("option", name="路灯").click()
    await form.get_by_role("button", name="立工单").click()
    await expect(form.locator(".filed")).to_contain_text("QD")
    await expect(page.locator(".bubble.house .card")).to_contain_text("QD")


async def test_passing_on_and_closing_with_a_wrap_up(site: Site, chromium: Browser) -> None:
    li = await site.open(chromium, "li")
    wang = await taken(site, chromium)
    await wang.keyboard.press("Escape")
    await wang.keyboard.press("v")
    await wang.get_by_label("给接手人的话").fill("催过一次")
    await wang.locator(".people button", has_text="李").click()
    await expect(wang.locator(".head")).to_contain_text("李在处理")
    await li.keyboard.press("2")
    await li.locator(".row .open").click()
    await expect(li.locator(".note .text")).to_have_text("催过一次")
    await li.keyboard.press("x")
    await expect(li.get_by_label("小结", exact=True)).to_have_value("市民反映：延吉路路灯不亮")
    await li.keyboard.press("3")
    await expect(li.get_by_role("radio", name="约定回电")).to_have_attribute("aria-checked", "true")
    await li.keyboard.press("x")
    await expect(li.locator(".answer.closed")).to_contain_text("会话已结束")
    await expect(li.locator(".bubble.house").last).to_contain_text("满意")


async def test_only_an_agent_with_the_right_sees_a_view(site: Site, chromium: Browser) -> None:
    page = await site.open(chromium, "wang")
    await expect(page.locator(".top nav a")).to_have_text(["会话", "搜索", "质检"])
    await page.evaluate("location.hash = '#/users'")
    await expect(page.locator(".list")).to_be_visible()


async def test_search_finds_what_was_said(site: Site, chromium: Browser) -> None:
    page = await taken(site, chromium, "<b>延吉路</b>路灯不亮，转人工")
    await page.keyboard.press("Escape")
    await page.keyboard.press("s")
    await expect(page.get_by_label("搜索", exact=True)).to_be_focused()
    await page.keyboard.type("延吉路")
    await page.keyboard.press("Enter")
    await expect(page.locator(".hit mark").first).to_have_text("延吉路")
    await page.locator(".hit").first.click()
    await expect(page.locator(".bubble.citizen .text")).to_be_visible()


async def test_an_answer_that_a_colleague_was_quicker_with_waits_for_a_second_look(
    site: Site, chromium: Browser
) -> None:
    page = await taken(site, chromium)
    refusal = {"error": "刚才已有别人回复，请看过再发", "code": "newer"}
    await page.route("**/messages", lambda route: route.fulfill(status=409, json=refusal))
    await page.locator(ANSWER).fill("我来登记")
    await page.keyboard.press("Enter")
    await expect(page.locator(".unsent")).to_contain_text("有同事答复了市民")
    await page.unroute_all()
    await page.get_by_text("仍然发送").click()
    await expect(page.locator(".bubble.agent:not(.unsent)")).to_have_count(1)
    assert await site.said() == ["我来登记"]
