"""What supervisors, admins and auditors do at the desk in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pyotp
from playwright.async_api import Browser, Page, expect

from hotline.desk.accounts import Accounts
from tests.desk.conftest import PASSWORD
from tests.desk.test_browser import Site, chromium, site
from tests.stage import settings

__all__ = ["chromium", "settings", "site"]


async def entered(site: Site, chromium: Browser, role: str) -> Page:
    """The page of somebody with this role, who has just been made."""
    accounts = Accounts(site.house.database)
    await accounts.add("zhao", "赵", [role], PASSWORD, must_change=False)
    accounts.close()
    context = await chromium.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page = await context.new_page()
    await page.goto(f"http://127.0.0.1:{site.port}/desk/")
    await page.fill("input[name=username]", "zhao")
    await page.fill("input[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator(".top .me")).to_contain_text("赵")
    return page


async def test_a_supervisor_whispers_and_takes_over(site: Site, chromium: Browser) -> None:
    wang, zhao = await site.open(chromium, "wang"), await entered(site, chromium, "supervisor")
    await site.house.ask("路灯不亮，转人工")
    await expect(wang.locator(".row")).to_be_visible()
    await wang.keyboard.press("t")
    await expect(wang.locator(".answer textarea")).to_be_visible()
    await zhao.keyboard.press("3")
    await zhao.locator(".row .open").click()
    await expect(zhao.locator(".head")).to_contain_text("王在处理")
    await zhao.keyboard.press("w")
    await zhao.keyboard.type("先安抚")
    await zhao.keyboard.press("Enter")
    await expect(zhao.locator(".answer textarea")).to_have_value("")
    await zhao.keyboard.press("Escape")
    await zhao.keyboard.press("o")
    await zhao.keyboard.press("o")
    await expect(zhao.locator(".head")).to_contain_text("我在处理")
    await expect(wang.locator(".head")).to_contain_text("赵在处理")


async def test_a_supervisor_gives_a_waiting_citizen_to_an_agent(site: Site, chromium: Browser) -> None:
    wang, zhao = await site.open(chromium, "wang"), await entered(site, chromium, "supervisor")
    await site.house.ask("路灯不亮，转人工")
    await zhao.locator(".row .open").click()
    await zhao.get_by_role("button", name="分派").click()
    await zhao.locator(".people button", has_text="王").click()
    await expect(zhao.locator(".head")).to_contain_text("王在处理")
    await wang.keyboard.press("2")
    await expect(wang.locator(".row")).to_have_count(1)


async def test_numbers_on_the_board_lead_to_their_list(site: Site, chromium: Browser) -> None:
    zhao = await entered(site, chromium, "supervisor")
    await site.house.ask("路灯不亮，转人工")
    await zhao.keyboard.press("b")
    tile = zhao.locator(".tile").first
    await expect(tile).to_contain_text("1")
    await expect(zhao.locator(".el-table").first).to_contain_text("赵")
    await tile.click()
    await expect(zhao.locator(".row")).to_have_count(1)


async def test_a_report_comes_as_a_file(site: Site, chromium: Browser, tmp_path: Path) -> None:
    zhao = await entered(site, chromium, "supervisor")
    await zhao.get_by_role("link", name="报表").click()
    async with zhao.expect_download() as coming:
        await zhao.get_by_role("button", name="下载 CSV").click()
    await (await coming.value).save_as(tmp_path / "report.csv")
    assert (tmp_path / "report.csv").read_bytes().startswith(b"\xef\xbb\xbf")


async def test_an_auditor_sees_the_log_and_nothing_else(site: Site, chromium: Browser) -> None:
    page = await entered(site, chromium, "auditor")
    await expect(page.locator(".top nav a")).to_have_text(["报表", "审计"])
    await page.get_by_role("link", name="审计").click()
    await expect(page.locator(".el-table")).to_contain_text("登录")


async def test_an_admin_makes_an_account_that_can_sign_in(site: Site, chromium: Browser) -> None:
    page = await entered(site, chromium, "admin")
    await page.get_by_role("link", name="账号").click()
    await page.get_by_role("button", name="新账号").click()
    await page.get_by_role("textbox", name="用户名").fill("qian")
    await page.get_by_role("button", name="保存").click()
    password = await page.locator(".filed code").inner_text()
    other = await (await chromium.new_context()).new_page()
    await other.goto(f"http://127.0.0.1:{site.port}/desk/")
    await other.fill("input[name=username]", "qian")
    await other.fill("input[name=password]", password)
    await other.keyboard.press("Enter")
    await expect(other.get_by_text("请先设自己的密码")).to_be_visible()


async def test_a_second_factor_is_bound_and_then_asked_for(site: Site, chromium: Browser) -> None:
    page = await site.open(chromium, "wang")
    await page.evaluate("location.hash = '#/account'")
    await page.get_by_role("button", name="绑定验证器").click()
    await expect(page.get_by_label("动态口令二维码")).to_be_visible()
    secret = (await page.locator(".enrol code").inner_text()).replace(" ", "")
    await page.fill("input[name=totp]", pyotp.TOTP(secret).now())
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("动态口令已绑定")).to_be_visible()
    other = await (await chromium.new_context()).new_page()
    await other.goto(f"http://127.0.0.1:{site.port}/desk/")
    await other.fill("input[name=username]", "wang")
    await other.fill("input[name=password]", PASSWORD)
    await other.keyboard.press("Enter")
    await expect(other.locator("input[name=code]")).to_be_focused()
