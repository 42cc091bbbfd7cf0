"""Answering at the desk, with real citizens, agents, bot and knowledge.

Clause of the issue: test
- canned replies with variables: test_a_canned_reply_fills_its_variables
- knowledge beside the box with one key, three suggestions: test_knowledge_goes_in_with_one_key
- ticket form prefilled and filed: test_a_ticket_is_filed_from_the_conversation
- correction of the service with one click: test_one_click_corrects_the_service
- give back with or without a message: test_given_back_with_a_message (without: test_queue.py)
- wrap-up prefilled, result, satisfaction asked and given: test_closed_with_a_wrap_up_and_rated_by_the_citizen
- the operator's word list: test_a_word_that_may_not_go_out_is_refused
- threats and signs of a crowd alert a supervisor, tickets go their way: test_a_threat_alerts_the_supervisor
- drafts kept on reload, the whole work by keyboard: test_a_whole_conversation_by_keyboard
"""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.desk_whole.people import Agent, Shift
from tests.city import City, wait_for


def test_a_canned_reply_fills_its_variables(shift: Shift, wang: Agent) -> None:
    for title, text in (("问候", "{市民}好，我是坐席{坐席}，现在是{时间}。"), ("结束语", "感谢来电，再见。")):
        shift.office("POST", "/canned", {"title": title, "text": text, "mine": False})
    citizen = shift.citizen()
    citizen.wait_for_a_person("路灯不亮，转人工")
    wang.page.reload()
    wang.take("路灯不亮")
    wang.key("a")
    wang.page.keyboard.type("/问候")
    expect(wang.page.locator(".canned button")).not_to_have_count(0)
    wang.picture("desk-canned")
    wang.page.keyboard.press("Enter")
    expect(wang.box).to_have_value(re.compile(r"^您好，我是坐席王，现在是\d+月\d+日\d\d:\d\d。$"))
    wang.page.keyboard.press("Enter")
    expect(citizen.told("您好，我是坐席王")).to_be_visible()


def test_knowledge_goes_in_with_one_key(shift: Shift, wang: Agent) -> None:
    citizen = shift.citizen()
    citizen.wait_for_a_person("燃气软管有什么规定，转人工")
    wang.take("燃气软管有什么规定")
    offers = wang.page.locator(".context .offer")
    expect(offers).to_have_count(3)
    expect(offers.first).to_contain_text("2米")
    wang.key("a")
    wang.page.keyboard.press("Alt+1")
    expect(wang.box).to_have_value(re.compile("2米"))
    wang.picture("desk-talk")
    wang.box.fill("")
    wang.key("f")
    wang.page.keyboard.type("电梯困人")
    expect(offers.first).to_contain_text("电梯")
    wang.page.keyboard.press("Enter")
    expect(wang.box).to_have_value(re.compile("电梯"))
    wang.box.press("Enter")
    expect(citizen.told("电梯")).to_be_visible()


def test_a_ticket_is_filed_from_the_conversation(shift: Shift, town: City, wang: Agent) -> None:
    citizen = shift.citizen()
    citizen.wait_for_a_person("市北区延吉路116号路灯不亮，电话13800138000，转人工")
    wang.take("延吉路116号路灯不亮")
    wang.key("g")
    form = wang.page.locator(".ticket-form")
    expect(form.locator("textarea")).to_have_value(re.compile("延吉路116号路灯不亮"))
    expect(form.get_by_label("地点")).to_have_value(re.compile("延吉路116号"))
    expect(form.get_by_label("电话")).to_have_value("138****8000")
    wang.picture("desk-ticket")
    expect(form.locator(".el-select").first).to_contain_text("路灯")
    expect(form.get_by_label("标题")).to_have_value("市北区延吉路116号路灯不亮")
    form.get_by_role("button", name="立工单").click()
    expect(form.locator(".filed")).to_contain_text(re.compile(r"QD\d{14}"))
    receipt = form.locator(".filed b").inner_text()
    card = citizen.page.get_by_label("工单", exact=True)
    expect(card.locator(".number")).to_have_text(f"{receipt[:2]} {receipt[2:10]} {receipt[10:]}")
    filed = wait_for(lambda: [case for case in town.requests() if case.get("receipt") == receipt], 60)
    assert filed[0]["service_code"] == "facility_streetlight" and "延吉路116号" in filed[0]["address"]
    wang.key("Escape")


def test_one_click_corrects_the_service(shift: Shift, wang: Agent) -> None:
    citizen = shift.citizen()
    citizen.say("楼下垃圾没人清运")
    expect(citizen.told("您反映的是「楼下垃圾没人清运」")).to_be_visible()
    citizen.wait_for_a_person("找个人吧，转人工")
    wang.take("找个人吧")
    wang.page.get_by_role("tab", name="市民资料").click()
    line = wang.page.locator(".context article").filter(has_text="楼下垃圾")
    button = line.get_by_title("事项更正为").first
    right = button.inner_text().removeprefix("应为")
    button.click()
    expect(line.locator(".right")).to_have_text(re.compile(f"{right}.*已更正"))
    line.get_by_role("button", name="事项不对？").click()
    wang.page.keyboard.type("路灯")
    wang.page.get_by_role("option", name="路灯").click()
    expect(line.locator(".right")).to_have_text(re.compile("路灯.*已更正"))
    wang.page.get_by_role("tab", name="助答").click()


def test_given_back_with_a_message(shift: Shift, wang: Agent) -> None:
    citizen = shift.citizen()
    citizen.wait_for_a_person("下水道堵了，转人工")
    wang.take("下水道堵了")
    wang.box.fill("已请养护单位处理，先由助手陪您")
    wang.page.get_by_role("button", name="发送并交还助手").click()
    wang.page.get_by_role("button", name="再按一次确认交还").click()
    expect(citizen.told("先由助手陪您")).to_be_visible()
    expect(citizen.told("接下来由智能助手")).to_be_visible()
    expect(citizen.strip).to_have_count(0)
    expect(wang.box).to_have_count(0)
    wang.page.get_by_role("button", name="撤销，重新接起").click()
    expect(citizen.strip).to_contain_text("人工坐席正在为您服务")


def test_closed_with_a_wrap_up_and_rated_by_the_citizen(shift: Shift, wang: Agent) -> None:
    citizen = shift.citizen()
    citizen.wait_for_a_person("路口信号灯不亮，转人工")
    wang.page.reload()
    talk = wang.take("路口信号灯不亮")
    wang.answer("已联系交警设施中队，今天内修好")
    wang.key("x")
    summary = wang.page.get_by_label("小结", exact=True)
    expect(summary).to_have_value(re.compile("市民反映：路口信号灯不亮\n已答复：已联系交警"))
    wang.page.keyboard.press("3")
    expect(wang.page.get_by_role("radio", name="约定回电")).to_have_attribute("aria-checked", "true")
    wang.picture("desk-wrap")
    wang.key("x")
    expect(wang.page.locator(".answer.closed")).to_contain_text("会话已结束")
    expect(citizen.told("打个分")).to_be_visible()
    citizen.press("满意")
    expect(citizen.told("谢谢您的评价")).to_be_visible()
    citizen.wait_for_a_person("还有件事，转人工")
    wang.take("还有件事")
    wang.page.get_by_role("tab", name="市民资料").click()
    before = wang.page.locator(".context article").filter(has_text="约定回电")
    expect(before).to_contain_text("满意度 4/5")
    before.get_by_role("button", name="看那次会话").click()
    expect(wang.page.locator(".list .row.on, .head")).not_to_have_count(0)
    assert wang.page.evaluate("location.hash") == f"#{talk}"
    wang.page.get_by_role("tab", name="助答").click()


def test_a_word_that_may_not_go_out_is_refused(shift: Shift, wang: Agent) -> None:
    admin = shift.agent("admin", status="away")
    admin.go("设置")
    admin.page.get_by_label("加：不能发出的词").fill("自己想办法")
    admin.page.keyboard.press("Enter")
    expect(admin.page.locator(".words-in").get_by_text("自己想办法")).to_be_visible()
    admin.picture("desk-settings")
    admin.page.context.close()
    citizen = shift.citizen()
    citizen.wait_for_a_person("地漏返味，转人工")
    wang.take("地漏返味")
    wang.box.fill("您自 己，想办法吧")
    wang.box.press("Enter")
    expect(wang.page.locator(".unsent")).to_contain_text("自己想办法")
    wang.page.get_by_role("button", name="放回输入框").click()
    expect(wang.box).to_have_value("您自 己，想办法吧")
    wang.answer("我帮您登记")
    expect(citizen.told("我帮您登记")).to_be_visible()
    assert "想办法" not in citizen.wire


def test_a_threat_alerts_the_supervisor(shift: Shift, wang: Agent, zhao: Agent) -> None:
    citizen = shift.citizen()
    for words, answer in (("路灯坏了", "在什么地方"), ("市北区延吉路119号", "联系电话"), ("13800138000", "请核对")):
        citizen.say(words)
        expect(citizen.told(answer)).to_be_visible()
    citizen.say("再不修我们就去拉横幅")
    expect(citizen.told("这句也写进去了")).to_be_visible()
    citizen.say("提交")
    expect(citizen.page.get_by_label("工单", exact=True)).to_be_visible()
    board = zhao.page.locator(".top nav").get_by_role("link", name="看板")
    expect(board.locator("i")).to_be_visible()
    expect(wang.page.locator(".top nav").get_by_role("link", name="看板")).to_have_count(0)
    board.click()
    alert = zhao.page.locator(".hit").filter(has_text="聚集").filter(has_text="再不修我们就去拉横幅").first
    expect(alert).to_be_visible()
    zhao.picture("desk-board-alert")
    alert.get_by_role("button", name="看会话").click()
    expect(zhao.heard("拉横幅")).to_be_visible()
    zhao.go("看板")
    unseen = zhao.page.locator(".hit").filter(has_text="聚集")
    expect(unseen).not_to_have_count(0)
    before = unseen.count()
    unseen.first.get_by_role("button", name="已看").click()
    expect(unseen).to_have_count(before - 1)


def test_a_whole_conversation_by_keyboard(shift: Shift, wang: Agent) -> None:
    first, second = shift.citizen(), shift.citizen()
    first.wait_for_a_person("天桥护栏松动，转人工")
    second.wait_for_a_person("地下通道积水，转人工")
    wang.waiting("地下通道积水")
    wang.page.evaluate("location.hash = ''")
    keyboard = wang.page.keyboard
    wang.key("?")
    sheet = wang.page.get_by_role("dialog", name="快捷键")
    for deed in ("接起", "备注", "常用语", "小结并结束", "下一个等我回复的"):
        expect(sheet).to_contain_text(deed)
    wang.picture("desk-keys")
    wang.key("Escape", "1", "j")
    expect(wang.head).to_be_visible()
    wang.key("t")
    expect(wang.box).to_be_focused()
    keyboard.type("写到一半的草稿")
    wang.page.reload()
    expect(wang.box).to_have_value("写到一半的草稿")
    wang.key("1", "t")
    expect(wang.row("地下通道积水")).to_contain_text("我在处理")
    wang.key("u")
    expect(wang.page.locator(".list .row.on")).to_contain_text("天桥护栏松动")
    expect(wang.box).to_have_value("写到一半的草稿")
    wang.key("n")
    keyboard.type("键盘写的备注")
    keyboard.press("Enter")
    expect(wang.page.locator(".note .text")).to_have_text("键盘写的备注")
    wang.key("a")
    keyboard.press("Enter")
    expect(first.told("写到一半的草稿")).to_be_visible()
    expect(wang.said("写到一半的草稿")).to_be_visible()
    wang.key("x")
    expect(wang.page.locator(".sheet.wrap")).to_be_visible()
    keyboard.press("1")
    keyboard.press("x")
    expect(first.told("打个分")).to_be_visible()
