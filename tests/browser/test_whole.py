"""The whole product in a real Chromium: what a citizen and an agent do, from the page to the bot and back."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ANSWERED, DESKTOP, PHONE, Open, picture, see
from tests.city import City, wait_for

MARKUP = "<img src=x onerror=alert(1)><b>路灯</b>不亮，转人工"


def say(page: Page, words: str) -> None:
    """The citizen writes and sends; back when the house has the words."""
    box = page.get_by_label("要说的话")
    box.fill(words)
    box.press("Enter")
    expect(mine(page, words)).to_be_visible()
    expect(page.get_by_text("正在发送")).to_have_count(0)


def mine(page: Page, words: str) -> Locator:
    return page.locator("hotline-chat .line.mine .bubble").filter(has_text=words).last


def told(page: Page, words: str | re.Pattern[str]) -> Locator:
    """The newest bubble of the other side with these words."""
    return page.locator("hotline-chat .line:not(.mine) .bubble").filter(has_text=words).last


def sign_in(visit: Open, city: City) -> Page:
    page = visit("/desk/", DESKTOP)
    page.get_by_label("用户名").fill("admin")
    page.get_by_label("密码").first.fill(city.password)
    page.get_by_role("button", name="登录").click()
    see(page.get_by_text("已连接"))
    return page


def row(desk: Page, words: str) -> Locator:
    """The waiting conversation whose last words these are."""
    return desk.get_by_role("navigation", name="会话").locator(".row").filter(has_text=words)


def registered(city: City, receipt: str) -> dict[str, Any]:
    """The case as the backend has it; the outbox brings it there."""
    def found() -> list[dict[str, Any]]:
        return [case for case in city.requests() if case.get("receipt") == receipt]

    return dict(wait_for(found)[0])


def test_a_question_is_answered_with_its_source(visit: Open) -> None:
    page = visit(size=DESKTOP)
    see(page.get_by_role("heading", name="青岛12345 政务服务便民热线"))
    picture(page, "citizen-desktop", DESKTOP)
    picture(page, "citizen-phone", PHONE)
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    say(page, "燃气软管有什么规定？")
    card = page.get_by_label("答复")
    see(card, "长度不超过2米")
    see(card, "GB 55009-2021")
    picture(page, "answer-desktop", DESKTOP)
    card.get_by_role("button", name="有用", exact=True).click()
    see(told(page, "谢谢"))


def test_a_report_gets_its_receipt_and_arrives_at_the_backend(visit: Open, city: City) -> None:
    page = visit()
    say(page, "路灯坏了")
    see(told(page, "在什么地方"))
    say(page, "市北区延吉路117号")
    see(told(page, "联系电话"))
    say(page, "13800138000")
    check = page.get_by_label("请核对")
    see(check, "市北区延吉路117号")
    see(check, "138 0013 8000")
    check.get_by_role("button", name="提交", exact=True).click()
    ticket = page.get_by_label("工单", exact=True)
    see(ticket, re.compile(r"QD \d{8} \d{6}"))
    see(told(page, "转给责任单位"))
    picture(page, "report-phone", PHONE)
    receipt = re.sub(r"\s", "", ticket.locator(".number").inner_text())
    assert (ticket.get_by_role("link", name="查看进度").get_attribute("href") or "").endswith(f"/t/{receipt}")
    case = registered(city, receipt)
    assert case["service_code"] == "facility_streetlight" and "延吉路117号" in case["address"]


def test_an_emergency_is_red_with_numbers_to_dial_and_an_urgent_ticket(visit: Open, city: City) -> None:
    page = visit()
    say(page, "家里一股煤气味")
    card = page.get_by_label("紧急提示")
    see(card, "不要开关任何电器")
    assert [link.get_attribute("href") for link in card.get_by_role("link").all()] == ["tel:119", "tel:120", "tel:110"]
    ticket = page.get_by_label("工单", exact=True)
    see(ticket, re.compile(r"QD \d{8} \d{6}"))
    see(page.get_by_role("status").filter(has_text="正在转人工"))
    picture(page, "emergency-phone", PHONE)
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    card.evaluate("card => card.scrollIntoView({block: 'start'})")
    expect(card.get_by_role("heading")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="转人工")).to_be_in_viewport(ratio=1)
    picture(page, "emergency-desktop", DESKTOP)
    receipt = re.sub(r"\s", "", ticket.locator(".number").inner_text())
    assert registered(city, receipt)["service_code"] == "gas_leak"
    desk = sign_in(visit, city)
    desk.get_by_role("navigation", name="会话").locator(".row.red .open").first.click()
    alarm = desk.get_by_role("main").get_by_role("alert").filter(has_text=receipt)
    see(alarm)
    alarm.get_by_role("button", name="确认收到").click()
    expect(alarm).to_have_count(0)


def test_an_agent_takes_over_and_gives_back(visit: Open, city: City) -> None:
    citizen = visit()
    say(citizen, "供热管道漏水，没人来修")
    see(told(citizen, re.compile("地方|地点|地址")))
    citizen.get_by_role("button", name="转人工").first.click()
    see(citizen.get_by_role("status").filter(has_text="正在转人工"))
    say(citizen, "我在三号楼等")
    desk = sign_in(visit, city)
    row(desk, "我在三号楼等").get_by_role("button", name="接起").click()
    answer = desk.get_by_label("回复")
    answer.fill("您好，我是坐席，马上联系供热单位。")
    answer.press("Enter")
    see(told(citizen, "马上联系供热单位"))
    see(citizen.get_by_text("人工坐席正在为您服务"))
    say(citizen, "好的，电话打得通")
    see(desk.get_by_label("对话", exact=True).get_by_text("好的，电话打得通", exact=True))
    desk.get_by_role("tab", name="全部").click()
    expect(desk.get_by_text("市民正在输入")).to_have_count(0, timeout=ANSWERED)
    back = desk.get_by_role("button", name=re.compile("交还"))
    back.click()
    back.click()
    see(desk.get_by_text("已交还智能助手。"))
    expect(citizen.get_by_text("人工坐席正在为您服务")).to_have_count(0)
    say(citizen, "燃气软管有什么规定？")
    see(citizen.get_by_label("答复"), "长度不超过2米")


def test_a_reload_keeps_the_talk(visit: Open) -> None:
    page = visit()
    say(page, "燃气软管有什么规定？")
    see(page.get_by_label("答复"), "长度不超过2米")
    say(page, "路灯坏了")
    see(told(page, "在什么地方"))
    before = page.locator("hotline-chat .lines").inner_text()
    page.reload()
    see(page.get_by_label("答复"), "长度不超过2米")
    see(told(page, "在什么地方"))
    assert page.locator("hotline-chat .line.mine .bubble").all_inner_texts() == ["燃气软管有什么规定？", "路灯坏了"]
    assert page.locator("hotline-chat .lines").inner_text() == before
    say(page, "市北区延吉路117号")
    see(told(page, "联系电话"))


def test_markup_stays_text_for_citizen_and_agent(visit: Open, city: City) -> None:
    page = visit()
    say(page, MARKUP)
    see(page.get_by_role("status").filter(has_text="正在转人工"))
    expect(mine(page, "onerror")).to_have_text(MARKUP)
    assert page.locator("hotline-chat img, hotline-chat .bubble b").count() == 0
    desk = sign_in(visit, city)
    row(desk, MARKUP).or_(row(desk, "路灯")).first.locator(".open").click()
    shown = desk.locator(".bubble.citizen .text").filter(has_text="onerror")
    expect(shown).to_have_text(MARKUP)
    assert desk.locator(".history img, .history b b, .list .words b").count() == 0
