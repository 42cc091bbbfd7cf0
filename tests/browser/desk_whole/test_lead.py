"""The supervisor's, auditor's and admin's work, sound and notifications, and a restart in the middle of the shift.

Clause of the issue: test
- live board, every number with its list: test_the_board_counts_what_happens
- take over, whisper, reassign: test_a_supervisor_whispers_takes_over_and_gives_on
- quality sampling with score sheets: test_a_closed_conversation_is_drawn_and_scored
- reports by agent and period, xlsx and CSV with BOM: test_reports_come_as_files
- closed months frozen: test_a_past_month_is_frozen_by_the_admin
- audit of who saw what, for the auditor alone: test_the_audit_log_is_the_auditors_alone
- desktop notification and sound: test_sound_and_notification
- a restart, nothing lost, nothing doubled, both sides come back: test_a_restart_in_the_middle
- audit kept 180 days: tests/desk/test_audit.py; accounts (5): test_rights.py, test_oidc.py, test_desk_lead.py there
"""

from __future__ import annotations

import os
import re
import signal
import zipfile
from pathlib import Path

from playwright.sync_api import Download, expect

from tests.browser.desk_whole.people import PATIENCE, Agent, Shift
from tests.city import City, wait_for

# What the page asks of the browser: whether a tone was started, what was shown, and a page that is looked away from.
LISTEN = """
window.tones = 0; window.shown = []
const start = OscillatorNode.prototype.start
OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when) }
window.asked = 0
window.Notification = class {
  static permission = 'default'
  static async requestPermission() { window.asked += 1; return (this.permission = 'granted') }
  constructor(title, options) { window.shown.push(title + '｜' + options.body) }
  close() {}
}
"""
LOOK_AWAY = "Object.defineProperty(document, 'hidden', { value: true })"


def test_the_board_counts_what_happens(shift: Shift, wang: Agent, zhao: Agent) -> None:
    waits, served = shift.citizen(), shift.citizen()
    served.wait_for_a_person("窨井盖松动，转人工")
    wang.take("窨井盖松动")
    wang.answer("已派单")
    waits.wait_for_a_person("公厕没水，转人工")
    zhao.go("看板")
    tile = zhao.page.locator(".tile").filter(has_text=re.compile("^等待"))
    expect(tile).to_contain_text("1")
    for name in ("最长等待", "超过三分钟没答复", "今天三分钟内答复", "今天放弃排队", "今天满意度"):
        expect(zhao.page.locator(".tile").filter(has_text=name)).to_be_visible()
    expect(zhao.page.locator(".tile").filter(has_text="三分钟内答复")).to_contain_text("%")
    mine = zhao.page.locator(".el-table").first.locator("tr").filter(has_text="王")
    expect(mine).to_contain_text("忙碌")
    expect(mine).to_contain_text("1/5")
    zhao.picture("desk-board")
    tile.click()
    expect(zhao.row("公厕没水")).to_be_visible()
    served.say("谢谢")


def test_a_supervisor_whispers_takes_over_and_gives_on(shift: Shift, wang: Agent, li: Agent, zhao: Agent) -> None:
    citizen = shift.citizen()
    citizen.wait_for_a_person("广场舞太吵，转人工")
    talk = wang.take("广场舞太吵")
    zhao.open(talk)
    expect(zhao.head).to_contain_text("王在处理")
    zhao.key("w")
    zhao.page.keyboard.type("先安抚再登记")
    zhao.page.keyboard.press("Enter")
    expect(wang.page.locator(".note.whisper .text")).to_have_text("先安抚再登记")
    li.open(talk)
    expect(li.heard("广场舞太吵")).to_be_visible()
    expect(li.page.locator(".note.whisper")).to_have_count(0)
    zhao.key("o", "o")
    expect(zhao.head).to_contain_text("我在处理")
    expect(wang.head).to_contain_text("赵在处理")
    expect(citizen.told("坐席赵为您服务")).to_be_visible()
    li.status("online")
    zhao.key("r", "r")
    zhao.key("Escape")
    citizen.wait_for_a_person("还是太吵，转人工")
    zhao.open(talk)
    zhao.page.get_by_role("button", name="分派").click()
    zhao.page.locator(".people button", has_text="李").click()
    expect(li.head).to_contain_text("我在处理")
    expect(citizen.told("坐席李为您服务")).to_be_visible()
    li.status("busy")
    assert "先安抚" not in citizen.wire


def test_a_closed_conversation_is_drawn_and_scored(shift: Shift, wang: Agent, zhao: Agent) -> None:
    citizen = shift.citizen()
    citizen.wait_for_a_person("健身器材坏了，转人工")
    wang.take("健身器材坏了")
    wang.answer("已登记，谢谢您")
    wang.key("x")
    expect(wang.page.locator(".sheet.wrap")).to_be_visible()
    wang.page.keyboard.press("x")
    expect(wang.page.locator(".answer.closed")).to_contain_text("会话已结束")
    zhao.go("质检")
    zhao.page.get_by_label("坐席", exact=True).select_option(label="王")
    zhao.page.get_by_role("button", name="随机抽 10 个会话").click()
    zhao.page.get_by_role("button", name="评分", exact=True).first.click()
    expect(zhao.page.get_by_label("会话记录")).to_contain_text("市民")
    zhao.page.locator(".score").filter(has_text="准确").get_by_role("spinbutton").fill("80")
    zhao.page.get_by_label("评语").fill("答得快")
    expect(zhao.page.locator(".total")).to_contain_text("94")
    zhao.picture("desk-quality")
    zhao.page.get_by_role("button", name="提交评分").click()
    expect(zhao.page.locator(".el-table").last).to_contain_text("答得快")
    wang.go("质检")
    expect(wang.page.locator(".el-table").last).to_contain_text("答得快")
    expect(wang.page.get_by_role("button", name="随机抽 10 个会话")).to_have_count(0)
    wang.page.keyboard.press("Escape")


def saved(download: Download, folder: Path) -> bytes:
    """The file that the browser got."""
    download.save_as(folder / download.suggested_filename)
    return (folder / download.suggested_filename).read_bytes()


def test_reports_come_as_files(zhao: Agent, tmp_path: Path) -> None:
    zhao.go("报表")
    expect(zhao.page.locator(".el-table").first).to_contain_text("王")
    zhao.picture("desk-reports")
    with zhao.page.expect_download() as csv:
        zhao.page.get_by_role("button", name="下载 CSV").click()
    text = saved(csv.value, tmp_path)
    assert text.startswith(b"\xef\xbb\xbf") and "王" in text.decode("utf-8-sig")
    with zhao.page.expect_download() as xlsx:
        zhao.page.get_by_role("button", name="下载 Excel").click()
    saved(xlsx.value, tmp_path)
    assert zipfile.is_zipfile(tmp_path / xlsx.value.suggested_filename)
    for by in ("按日", "按技能组"):
        zhao.page.get_by_role("radio", name=by).click()
        expect(zhao.page.locator(".el-table").first).to_contain_text("合计")
    expect(zhao.page.get_by_role("button", name="封存")).to_have_count(0)


def test_a_past_month_is_frozen_by_the_admin(shift: Shift) -> None:
    admin = shift.agent("admin", status="away")
    admin.go("报表")
    month = admin.page.get_by_label("封存月份")
    frozen = {one["month"] for one in shift.office("GET", "/months")["frozen"]}
    free = next(f"2025-{number:02}" for number in range(1, 13) if f"2025-{number:02}" not in frozen)
    month.fill(free)
    month.press("Enter")
    admin.page.get_by_role("button", name="封存", exact=True).click()
    admin.page.get_by_role("button", name=f"再按一次封存 {free}").click()
    expect(admin.page.get_by_text(f"{free} 已封存")).to_be_visible()
    for label, day in (("从", "01"), ("到", "28")):
        admin.page.get_by_label(label, exact=True).fill(f"{free}-{day}")
        admin.page.keyboard.press("Enter")
    admin.page.locator(".filters").get_by_role("button", name="查看").click()
    expect(admin.page.get_by_text(re.compile(f"其中 .*{free}.* 已封存"))).to_be_visible()
    admin.go("账号")
    expect(admin.page.locator(".el-table")).to_contain_text("wang")
    admin.picture("desk-users")
    admin.page.context.close()


def test_the_audit_log_is_the_auditors_alone(shift: Shift, wang: Agent, zhao: Agent) -> None:
    citizen = shift.citizen()
    citizen.wait_for_a_person("消防通道被占，转人工")
    talk = wang.take("消防通道被占")
    auditor = shift.agent("qian")
    expect(auditor.page.locator(".top nav a")).to_have_text(["报表", "审计"])
    auditor.go("审计")
    entry = auditor.page.locator(".el-table__row").filter(has_text=talk).filter(has_text="王")
    expect(entry.filter(has_text="接起")).to_have_count(1)
    expect(entry.filter(has_text="打开会话")).not_to_have_count(0)
    auditor.picture("desk-audit")
    known = auditor.page.locator(".el-table__row td:nth-child(3)").all_inner_texts()
    assert known and not [name for name in known if re.search("[a-z]", name)]
    for agent in (wang, zhao):
        expect(agent.page.locator(".top nav").get_by_role("link", name="审计")).to_have_count(0)
    auditor.page.context.close()


def test_sound_and_notification(shift: Shift) -> None:
    li = shift.agent("li", init=LISTEN)
    li.page.evaluate("location.hash = '#/account'")
    expect(li.page.get_by_role("heading", name="我的账号")).to_be_visible()
    li.picture("desk-account")
    li.page.locator(".el-switch").filter(has_text="桌面通知").click()
    li.page.wait_for_function("window.asked === 1")
    li.page.get_by_role("button", name="回到会话").click()
    citizen = shift.citizen()
    before = li.page.evaluate("window.tones")
    li.page.evaluate(LOOK_AWAY)
    citizen.wait_for_a_person("喷泉不喷，转人工")
    li.page.wait_for_function("before => window.tones > before && window.shown.length > 0", arg=before)
    notice = li.page.evaluate("window.shown[0]")
    assert "在等人工" in notice and "喷泉" not in notice
    li.page.context.close()


def test_a_restart_in_the_middle(shift: Shift, town: City, wang: Agent, li: Agent) -> None:
    people = [shift.citizen() for _ in range(3)]
    matters = ("站台漏雨", "路牌掉漆", "花坛破损")
    for citizen, matter in zip(people, matters, strict=True):
        citizen.wait_for_a_person(f"{matter}，转人工")
    wang.take("站台漏雨")
    li.take("路牌掉漆")
    wang.answer("第一句")
    expect(people[0].told("第一句")).to_be_visible()
    os.kill(town.child("hotline serve"), signal.SIGKILL)
    for agent in (wang, li):
        agent.box.fill(f"{agent.name}停机时写的")
        agent.box.press("Enter")
    for citizen, matter in zip(people, matters, strict=True):
        box = citizen.page.get_by_label("要说的话")
        box.fill(f"{matter}停机时说的")
        box.press("Enter")
    li.box.fill("还没发的草稿")
    wait_for(shift.alive, 300)
    for agent in (wang, li):
        expect(agent.page.get_by_text("已连接")).to_be_visible(timeout=2 * PATIENCE)
        expect(agent.page.locator(".unsent")).to_have_count(0, timeout=2 * PATIENCE)
        expect(agent.page.locator(".bubble.agent .text").filter(has_text="停机时写的")).to_have_count(1)
    for citizen, matter in zip(people, matters, strict=True):
        expect(citizen.page.get_by_text(re.compile("正在发送|还没发出"))).to_have_count(0, timeout=2 * PATIENCE)
        expect(citizen.page.locator(".line.mine .bubble")).to_have_text([f"{matter}，转人工", f"{matter}停机时说的"])
    for citizen, agent, said in ((people[0], wang, ["第一句", "王停机时写的"]), (people[1], li, ["李停机时写的"])):
        expect(citizen.told(said[-1])).to_be_visible()
        for words in said:
            expect(citizen.page.locator(".line:not(.mine) .bubble").filter(has_text=words)).to_have_count(1)
        expect(citizen.strip).to_contain_text("人工坐席正在为您服务")
        heard = agent.page.locator(".bubble.citizen .text").filter(has_text="停机时说的")
        expect(heard).to_have_count(1)
    expect(people[2].strip).to_contain_text("第 1 位")
    wang.waiting("花坛破损停机时说的")
    expect(li.box).to_have_value("还没发的草稿")
    li.page.reload()
    expect(li.box).to_have_value("还没发的草稿")
    li.answer("重启以后还能说")
    expect(people[1].told("重启以后还能说")).to_be_visible()
