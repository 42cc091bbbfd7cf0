"""The desk's queue and the gate, with real citizens, agents and bot.

Clause of the issue: test
- lists waiting, mine, all, closed; picking by hand: test_lists_in_the_order_that_citizens_are_told
- order by emergency and waiting time: test_lists_in_the_order_that_citizens_are_told
- order by priority; the citizen is told when the position changes: test_those_who_were_left_alone
- automatic assignment by skill and load, presence, limit: test_assignment_by_skill_presence_and_limit
- hours and call-back, emergencies ignore hours: test_outside_the_hours_a_call_back_and_emergencies_still_come
- emergencies alarmed and confirmed: test_an_emergency_is_red_for_everybody_until_it_is_confirmed
- a race of two agents, one wins and the other is told: test_two_agents_race_for_one_chat
- the gate by text and `/restart`, advice from the house: test_the_bot_is_silent_from_hand_over_to_give_back
- the gate against a late reply under way: tests/conversation/test_gate.py (a browser cannot time it)
- no answer in time: queue, call-back or bot: test_those_who_were_left_alone
- an agent's connection lost, back to the head after a minute: test_those_who_were_left_alone
- holidays: tests/conversation/test_hours.py (a browser cannot move the calendar)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.desk_whole.people import Agent, Citizen, Shift

# A minute of the town's rule, and what a slow machine needs to act on it.
A_MINUTE = 100_000
# Both pages press in the same millisecond: the server decides.
PRESS_AT = "([words, at]) => setTimeout(() => [...document.querySelectorAll('.answer button')]" \
           ".find(one => one.textContent.includes(words)).click(), at - Date.now())"


@dataclass
class LeftAlone:
    """Four citizens whom the clock must help, and the conversations they have."""

    lost: Citizen
    unanswered: Citizen
    first: Citizen
    second: Citizen


@pytest.fixture(scope="module")
def left_alone(shift: Shift, zhao: Agent) -> LeftAlone:
    """Begun early and looked at last, so that other tests run in the minute it takes."""
    people = LeftAlone(*(shift.citizen(stays=True) for _ in range(4)))
    people.lost.wait_for_a_person("井盖响，转人工")
    sun = shift.agent("sun")
    shift.keep.add(sun.take("井盖响"))
    expect(people.lost.strip).to_contain_text("人工坐席正在为您服务")
    sun.page.context.close()
    people.unanswered.wait_for_a_person("路牌歪了，转人工")
    shift.keep.add(zhao.take("路牌歪了"))
    people.first.wait_for_a_person("路沿石坏了，转人工")
    people.second.wait_for_a_person("绿化带缺水，转人工")
    expect(people.second.strip).to_contain_text("第 2 位")
    shift.keep.add(zhao.waiting("绿化带缺水"))
    zhao.take("路沿石坏了")
    return people


def test_lists_in_the_order_that_citizens_are_told(shift: Shift, wang: Agent, li: Agent) -> None:
    early, later, danger = (shift.citizen() for _ in range(3))
    early.wait_for_a_person("路灯不亮，转人工")
    later.wait_for_a_person("垃圾没人运，转人工")
    expect(early.strip).to_contain_text("第 1 位")
    expect(later.strip).to_contain_text("第 2 位")
    danger.say("家里一股煤气味")
    expect(danger.page.get_by_label("紧急提示")).to_be_visible()
    rows = wang.page.locator(".list .row")
    expect(rows).to_contain_text(["煤气味", "路灯不亮", "垃圾没人运"])
    expect(rows.first).to_have_class(re.compile("red"))
    wang.picture("desk-queue")
    wang.take("路灯不亮")
    for agent, counts in ((wang, ("等待 2", "我的 1", "全部 3")), (li, ("等待 2", "我的 0", "全部 3"))):
        for count in counts:
            expect(agent.page.locator(".list .tabs")).to_contain_text(count)
    li.tab("全部")
    expect(li.row("路灯不亮")).to_contain_text("王在处理")
    wang.key("x")
    wang.page.get_by_role("radio", name="已解决").click()
    wang.key("x")
    expect(wang.page.locator(".answer.closed")).to_contain_text("会话已结束")
    li.tab("已结束")
    expect(li.row("王").first).to_contain_text("已解决")
    li.page.get_by_label("查找已结束的会话").fill("没有这样的话")
    li.page.keyboard.press("Enter")
    expect(li.page.get_by_text("没有找到已结束的会话")).to_be_visible()
    li.page.get_by_label("查找已结束的会话").fill("路灯不亮")
    li.page.keyboard.press("Enter")
    expect(li.page.locator(".list .row")).not_to_have_count(0)
    li.tab("等待")
    wang.tab("等待")


@pytest.mark.usefixtures("left_alone")
def test_an_emergency_is_red_for_everybody_until_it_is_confirmed(shift: Shift, wang: Agent, li: Agent) -> None:
    citizen = shift.citizen()
    citizen.say("厨房燃气泄漏了，味道很大")
    advice = citizen.page.get_by_label("紧急提示")
    expect(advice).to_contain_text("不要开关任何电器")
    for agent in (wang, li):
        expect(agent.page.locator(".list .row").first).to_have_class(re.compile("red"))
        expect(agent.page.locator(".alarm").first).to_contain_text("燃气紧急")
        agent.page.wait_for_function("document.title.includes('紧急')")
    wang.waiting("燃气泄漏")
    wang.row("燃气泄漏").locator(".open").click()
    expect(wang.page.locator(".alarm")).to_contain_text("安全指引已发出")
    wang.picture("desk-emergency")
    wang.key("c")
    for agent in (wang, li):
        expect(agent.page.locator(".alarm")).to_have_count(0)
        agent.page.wait_for_function("!document.title.includes('紧急')")
    expect(wang.page.locator(".past")).to_contain_text("王 已于")
    expect(advice.get_by_role("link", name="拨打 119 火警")).to_be_visible()


def test_two_agents_race_for_one_chat(shift: Shift, wang: Agent, li: Agent) -> None:
    citizen = shift.citizen()
    citizen.wait_for_a_person("树倒了挡路，转人工")
    for agent in (wang, li):
        agent.waiting("树倒了")
        agent.row("树倒了").locator(".open").click()
        expect(agent.page.locator(".answer.closed")).to_contain_text("等待人工")
    at = wang.page.evaluate("Date.now() + 1500")
    for agent in (wang, li):
        agent.page.evaluate(PRESS_AT, ["接起", at])
    expect(citizen.strip).to_contain_text("人工坐席正在为您服务")
    either = re.compile("(我|王|李)在处理")
    for agent in (wang, li):
        expect(agent.head).to_contain_text(either)
    winner, loser = (wang, li) if "我在处理" in wang.head.inner_text() else (li, wang)
    expect(loser.head).to_contain_text(f"{winner.name}在处理")
    expect(loser.page.get_by_text("已被其他坐席接起").first).to_be_visible()
    expect(loser.box).to_have_count(0)
    winner.answer("您好，马上安排人清理")
    expect(citizen.told("马上安排人清理")).to_be_visible()
    expect(citizen.page.get_by_text("为您服务，请讲")).to_have_count(1)


def test_assignment_by_skill_presence_and_limit(shift: Shift, wang: Agent, li: Agent) -> None:
    account = shift.staff("wang")
    shift.office("PUT", f"/users/{account['id']}", {**account, "most_chats": 1})
    gas, property_, again = (shift.citizen() for _ in range(3))
    wang.status("online")
    li.status("online")
    try:
        gas.wait_for_a_person("燃气表坏了没人修，转人工")
        expect(gas.strip).to_contain_text("人工坐席正在为您服务")
        wang.tab("我的")
        expect(wang.row("燃气表坏了")).to_be_visible()
        property_.wait_for_a_person("小区物业乱收费，转人工")
        li.tab("我的")
        expect(li.row("物业乱收费")).to_be_visible()
        expect(wang.page.locator(".top .presence")).to_contain_text("1/1")
        again.wait_for_a_person("燃气表坏了不走字，转人工")
        wang.tab("等待")
        expect(wang.row("不走字")).to_be_visible()
        wang.status("away")
        shift.office("PUT", f"/users/{account['id']}", {**account, "most_chats": 5})
        expect(wang.page.locator(".top .presence")).to_contain_text("1/5")
        expect(wang.row("不走字")).to_be_visible()
        wang.status("online")
        expect(again.strip).to_contain_text("人工坐席正在为您服务")
    finally:
        wang.status("busy")
        li.status("busy")


def test_outside_the_hours_a_call_back_and_emergencies_still_come(shift: Shift, wang: Agent) -> None:
    hours = shift.office("GET", "/hours")
    closed = {day: None for day in hours["days"]}
    shift.office("PUT", "/hours", {"days": closed, "always": False})
    try:
        citizen, danger = shift.citizen(), shift.citizen()
        citizen.say("转人工")
        expect(citizen.told("现在没有坐席值班")).to_be_visible()
        expect(citizen.strip).to_have_count(0)
        citizen.press("留个回电工单")
        expect(citizen.told("电话号码")).to_be_visible()
        citizen.say("13800138000")
        expect(citizen.page.get_by_label("工单", exact=True)).to_contain_text(
            re.compile(r"QD \d{8} \d{6}"))
        danger.say("家里一股煤气味")
        expect(wang.row("煤气味")).to_be_visible()
        expect(wang.page.get_by_text("非工作时间")).to_be_visible()
    finally:
        shift.office("PUT", "/hours", {"days": hours["days"], "always": True})


def test_the_bot_is_silent_from_hand_over_to_give_back(shift: Shift, wang: Agent) -> None:
    citizen = shift.citizen()
    citizen.wait_for_a_person("公交站牌坏了，转人工")
    question = "燃气软管有什么规定？"
    citizen.say(question)
    citizen.say("/restart")
    wang.take("/restart")
    for words in (question, "/restart"):
        expect(wang.heard(words)).to_be_visible()
    citizen.say(question)
    citizen.say("/restart")
    wang.answer("您稍等，我查一下")
    expect(citizen.told("我查一下")).to_be_visible()
    citizen.say("家里有煤气味")
    expect(citizen.page.get_by_label("紧急提示")).to_contain_text("不要开关任何电器")
    expect(citizen.strip).to_contain_text("人工坐席正在为您服务")
    expect(wang.page.locator(".alarm")).to_have_count(1)
    wang.key("c")
    expect(wang.page.locator(".alarm")).to_have_count(0)
    expect(citizen.page.get_by_label("答复")).to_have_count(0)
    expect(citizen.page.get_by_text("没有看懂")).to_have_count(0)
    wang.key("r", "r")
    expect(citizen.strip).to_have_count(0)
    citizen.say(question)
    expect(citizen.page.get_by_label("答复")).to_contain_text("长度不超过2米")


def test_those_who_were_left_alone(shift: Shift, left_alone: LeftAlone, wang: Agent) -> None:
    citizen = left_alone.unanswered
    expect(left_alone.second.strip).to_contain_text("第 1 位", timeout=A_MINUTE)
    expect(citizen.told("让您久等了")).to_be_visible(timeout=A_MINUTE)
    for way in ("继续排队", "留个回电工单", "回到智能助手"):
        expect(citizen.page.get_by_role("button", name=way)).to_be_visible()
    citizen.press("留个回电工单")
    expect(citizen.told("电话号码")).to_be_visible()
    citizen.say("13800138000")
    expect(citizen.page.get_by_label("工单", exact=True)).to_be_visible()
    expect(citizen.strip).to_have_count(0)
    expect(left_alone.lost.told("坐席那边断线了")).to_be_visible(timeout=A_MINUTE)
    expect(left_alone.lost.strip).to_contain_text("第 1 位")
    wang.tab("等待")
    expect(wang.page.locator(".list .row").first).to_contain_text("井盖响")
