"""The conversation at the desk, with real citizens, agents and bot.

Clause of the issue: test
- history over channels, bot's part folded, understanding, slots, earlier tickets:
  test_what_the_bot_heard_stands_beside_its_folded_part
- images and voice notes: test_a_picture_from_a_citizen_is_shown
- typing both ways, read marks: test_typing_and_delivery_both_ways
- the channel's limits: test_the_channels_limits_stand_beside_the_box (WeChat's own: tests/desk/test_context.py)
- timer of the three-minute rule: test_the_timer_runs_until_the_answer
- who else is looking, the lock against two answers: test_who_is_looking_and_the_lock_against_two_answers
- notes the citizen never sees, transfer to an agent or a skill: test_notes_go_with_a_transfer_and_never_to_the_citizen
- merge of double conversations: test_two_conversations_become_one
- search, transcript to file: test_search_and_transcript
- 5,000 messages: tests/desk/test_desk_long.py
"""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

from playwright.sync_api import Route, expect

from tests.browser.desk_whole.people import Agent, Shift
from tests.city import City


def test_what_the_bot_heard_stands_beside_its_folded_part(shift: Shift, wang: Agent) -> None:
    citizen = shift.citizen()
    for words, answer in (("路灯坏了", "在什么地方"), ("市北区延吉路117号", "联系电话"), ("13800138000", "请核对")):
        citizen.say(words)
        expect(citizen.told(answer)).to_be_visible()
    citizen.press("提交")
    ticket = citizen.page.get_by_label("工单", exact=True)
    expect(ticket).to_be_visible()
    receipt = re.sub(r"\s", "", ticket.locator(".number").inner_text())
    citizen.say("楼下垃圾没人清运")
    expect(citizen.told("您反映的是「楼下垃圾没人清运」")).to_be_visible()
    citizen.wait_for_a_person("我想找人说，转人工")
    wang.take("我想找人说")
    fold = wang.page.locator(".fold").first
    expect(fold).to_have_attribute("aria-expanded", "false")
    line = wang.page.locator(".in-bot .line").filter(has_text="在什么地方").first
    expect(line).to_be_visible()
    fold.click()
    expect(wang.page.locator(".bubble.bot").filter(has_text="在什么地方").first).to_be_visible()
    wang.page.get_by_role("tab", name="市民资料").click()
    beside = wang.page.locator(".context")
    understood = beside.locator("article").filter(has_text="楼下垃圾").first
    expect(understood).to_contain_text(re.compile(r"诉求\s*\d+%"))
    expect(understood).to_contain_text(re.compile(r"环境卫生\s*\d+%"))
    expect(beside.locator("dl")).to_contain_text("楼下垃圾没人清运")
    expect(beside.locator(".ticket")).to_contain_text(receipt)
    expect(beside.locator(".ticket")).to_contain_text("138****8000")
    wang.key("i")
    wang.picture("desk-citizen")
    wang.key("i")
    beside.get_by_role("button", name="查看完整号码").click()
    expect(beside.locator(".ticket")).to_contain_text("138 0013 8000")


def test_a_picture_from_a_citizen_is_shown(shift: Shift, town: City, wang: Agent) -> None:
    town.say(uuid.uuid4().hex, "井盖没了，转人工", attachments=[
        {"kind": "image", "url": town.url + "/favicon.svg", "title": "井盖"},
        {"kind": "image", "url": "https://example.invalid/a.jpg"}, {"kind": "voice", "url": town.url + "/none.mp3"},
        {"kind": "location", "latitude": 36.1, "longitude": 120.4, "address": "延吉路117号"}])
    wang.take("井盖没了")
    picture = wang.page.locator(".history .bubble.citizen img")
    expect(picture).to_have_count(1)
    wang.page.wait_for_function("document.querySelector('.history .bubble.citizen img').naturalWidth > 0")
    expect(wang.page.get_by_role("link", name="打开图片")).to_have_attribute("rel", "noopener noreferrer")
    expect(wang.page.locator(".history audio")).to_have_count(1)
    expect(wang.heard("位置：延吉路117号")).to_be_visible()
    expect(wang.head).to_contain_text("接口")


def test_typing_and_delivery_both_ways(shift: Shift, wang: Agent) -> None:
    citizen = shift.citizen()
    citizen.wait_for_a_person("路面塌陷，转人工")
    citizen.say("挺危险的")
    expect(citizen.page.get_by_text("已收到，坐席看得到")).to_be_visible()
    wang.take("挺危险的")
    citizen.page.get_by_label("要说的话").press_sequentially("在三号", delay=50)
    expect(wang.page.get_by_text("市民正在输入")).to_be_visible()
    wang.box.press_sequentially("请问", delay=50)
    expect(citizen.page.get_by_text("人工坐席正在输入")).to_be_visible()
    wang.box.fill("")
    wang.answer("请问具体在哪一段？")
    expect(citizen.told("具体在哪一段")).to_be_visible()
    sent = wang.page.locator(".bubble.agent").filter(has_text="具体在哪一段")
    expect(sent).to_contain_text(re.compile("已送达|已读|已看"))
    citizen.say("在三号门口")
    expect(wang.heard("在三号门口")).to_be_visible()


def test_the_channels_limits_stand_beside_the_box(shift: Shift, wang: Agent) -> None:
    shift.citizen().wait_for_a_person("树枝挡住红绿灯，转人工")
    limits: dict[str, Any] = {"can_send": True, "left": 1, "until": None, "why": ""}

    def narrow(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "limits": limits})

    wang.page.route(re.compile(r"/desk/api/conversations/[^/]+$"), narrow)
    wang.take("树枝挡住")
    expect(wang.page.locator(".limits")).to_have_text("还可发 1 条")
    limits |= {"can_send": False, "left": 0, "why": "本轮 5 条已发完，等市民再来消息"}
    wang.page.evaluate("location.hash = ''")
    wang.tab("我的")
    wang.row("树枝挡住").locator(".open").click()
    expect(wang.page.locator(".limits")).to_have_text("本轮 5 条已发完，等市民再来消息")
    wang.box.fill("您好")
    expect(wang.page.get_by_role("button", name="发送", exact=True)).to_be_disabled()
    wang.page.unroute_all()
    wang.box.fill("")


def test_the_timer_runs_until_the_answer(shift: Shift, wang: Agent) -> None:
    citizen = shift.citizen()
    citizen.wait_for_a_person("护栏倒了，转人工")
    wang.take("护栏倒了")
    expect(wang.page.locator(".head .due")).to_have_text(re.compile(r"剩 0:\d\d"))
    wang.answer("已派人去看")
    expect(wang.page.locator(".head .due")).to_have_count(0)
    citizen.say("要多久")
    expect(wang.page.locator(".head .due")).to_have_text(re.compile(r"剩 0:\d\d"))


def test_who_is_looking_and_the_lock_against_two_answers(shift: Shift, wang: Agent, li: Agent, zhao: Agent) -> None:
    citizen = shift.citizen()
    citizen.wait_for_a_person("工地夜里施工，转人工")
    talk = wang.take("工地夜里施工")
    li.open(talk)
    zhao.open(talk)
    expect(wang.page.locator(".viewers")).to_contain_text(re.compile("李|赵"))
    expect(wang.page.locator(".viewers")).to_have_attribute("title", re.compile("李.*也在看"))
    wang.status("online")
    wang.box.fill("我来登记")
    # Wang's page hears nothing while the supervisor answers and gives the conversation back to him.
    wang.page.route(re.compile("/desk/api/(queue|conversations/[^/]+)$"), lambda route: route.abort())
    zhao.key("o", "o")
    expect(zhao.head).to_contain_text("我在处理")
    zhao.answer("我是班长，已联系城管")
    shift.office("POST", f"/conversations/{talk}/reassign", {"agent": shift.staff("wang")["id"]})
    wang.box.press("Enter")
    expect(wang.page.locator(".unsent")).to_contain_text("有同事答复了市民")
    wang.page.unroute_all()
    wang.status("busy")
    expect(wang.heard("已联系城管")).to_be_visible()
    wang.page.get_by_role("button", name="仍然发送").click()
    expect(wang.said("我来登记")).to_be_visible()
    expect(citizen.told("我来登记")).to_be_visible()
    for words in ("已联系城管", "我来登记"):
        expect(citizen.page.locator(".bubble").filter(has_text=words)).to_have_count(1)
    for name in ("赵", "王"):
        expect(citizen.told(f"坐席{name}为您服务")).to_be_visible()


def test_notes_go_with_a_transfer_and_never_to_the_citizen(
    shift: Shift, wang: Agent, li: Agent, zhao: Agent
) -> None:
    citizen = shift.citizen()
    citizen.wait_for_a_person("电梯总停，转人工")
    talk = wang.take("电梯总停")
    wang.key("n")
    wang.page.keyboard.type("上周也来过")
    wang.page.keyboard.press("Enter")
    expect(wang.page.locator(".note .text")).to_have_text("上周也来过")
    li.status("online")
    wang.key("v")
    wang.page.get_by_label("给接手人的话").fill("物业的事")
    wang.page.locator(".people button", has_text="李").click()
    expect(wang.head).to_contain_text("李在处理")
    expect(citizen.told("已为您转给坐席李")).to_be_visible()
    li.open(talk)
    expect(li.page.locator(".note .text")).to_have_text(["上周也来过", "物业的事"])
    li.status("busy")
    li.key("v")
    li.page.locator(".sheet").get_by_role("button", name="燃气", exact=True).click()
    expect(citizen.told("更熟悉这类问题的坐席")).to_be_visible()
    wang.waiting("电梯总停")
    expect(wang.row("电梯总停")).to_contain_text("燃气")
    assert "更熟悉这类问题的坐席" in citizen.wire
    assert "上周也来过" not in citizen.wire and "物业的事" not in citizen.wire


def test_two_conversations_become_one(shift: Shift, wang: Agent) -> None:
    phone, computer = shift.citizen(), shift.citizen()
    phone.wait_for_a_person("暖气不热，转人工")
    computer.wait_for_a_person("还是暖气的事，转人工")
    wang.waiting("还是暖气的事")
    wang.take("暖气不热")
    wang.key("m")
    other = wang.page.locator(".sheet .people button").filter(has_text="还是暖气的事")
    other.click()
    wang.page.get_by_role("button", name="再按一次合并").click()
    expect(phone.told("已并到这里一起办理")).to_be_visible()
    expect(phone.strip).to_contain_text("人工坐席正在为您服务")
    expect(computer.told("已并到您")).to_be_visible()
    expect(wang.page.locator(".note .text")).to_contain_text("合并了会话")
    wang.tab("等待")
    expect(wang.row("还是暖气的事")).to_have_count(0)
    wang.page.get_by_role("link", name="看那个会话").click()
    expect(wang.heard("还是暖气的事")).to_be_visible()
    expect(wang.page.locator(".answer.closed")).to_contain_text("会话已结束")


def test_search_and_transcript(shift: Shift, wang: Agent, tmp_path: Path) -> None:
    citizen = shift.citizen()
    citizen.wait_for_a_person("香港中路积水，电话13800138000，转人工")
    wang.take("香港中路积水")
    wang.key("n")
    wang.page.keyboard.type("香港中路内部备注")
    wang.page.keyboard.press("Enter")
    expect(wang.page.locator(".note .text")).to_be_visible()
    wang.answer("排水队已出发")
    for kind, press in (("txt", "下载记录：文本"), ("html", "下载记录：网页")):
        with wang.page.expect_download() as coming:
            wang.head.get_by_role("button", name="更多").click()
            wang.page.get_by_role("menuitem", name=press).click()
        coming.value.save_as(tmp_path / f"talk.{kind}")
        text = (tmp_path / f"talk.{kind}").read_text()
        assert "排水队已出发" in text and "138****8000" in text
        assert "13800138000" not in text and "内部备注" not in text
    wang.key("s")
    expect(wang.page.get_by_label("搜索", exact=True)).to_be_focused()
    wang.page.keyboard.type("香港中路")
    wang.page.keyboard.press("Enter")
    hits = wang.page.locator(".hit")
    expect(hits.filter(has_text="消息").locator("mark").first).to_have_text("香港中路")
    expect(hits.filter(has_text="备注").first).to_be_visible()
    wang.picture("desk-search")
    hits.filter(has_text="消息").first.click()
    expect(wang.heard("香港中路积水")).to_be_visible()
    wang.page.get_by_role("link", name="搜索").click()
    wang.page.get_by_label("搜索", exact=True).fill("延吉路117号")
    wang.page.keyboard.press("Enter")
    expect(hits.filter(has_text="工单").locator(".el-tag", has_text="工单").first).to_be_visible()
    wang.page.keyboard.press("Escape")
    wang.page.keyboard.press("Escape")
