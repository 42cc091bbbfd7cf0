"""The training room in a real Chromium: labels from what citizens said, a model and an article that are published."""

from __future__ import annotations

import json
import re
import shutil
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import create_engine, insert, select

from hotline.emergency.training import model_path
from hotline.settings import ROOT
from hotline.store.desk_tables import audit
from hotline.store.training_tables import labels, models, publications
from tests.browser.conftest import DESKTOP, Open, pictures, see
from tests.city import City, wait_for

OWN_PASSWORD = "Editor-Password-12345"
LONG = 180_000  # a second Rasa starts meanwhile
UNKNOWN = "我家猫昨晚跑丢了，能不能帮我找找"
LOST = "家里煤气灶一直有嘶嘶声"
ARTICLE = {"编号": "cat-registration", "问题": "给猫咪上户口到哪里办？",
           "答复": "猫咪不用上户口，养犬才要办养犬登记证。", "依据": "《青岛市养犬管理条例》第九条"}


def enter(page: Page, username: str, password: str) -> None:
    """Sign in at the room."""
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").first.fill(password)
    page.get_by_role("button", name="登录").click()


def room(visit: Open, city: City) -> Page:
    """The room as the admin sees it first."""
    page = visit("/training/", DESKTOP)
    enter(page, "admin", city.password)
    see(page.get_by_role("heading", name="收件箱"))
    return page


def go(page: Page, name: str) -> None:
    """To another page of the room."""
    page.get_by_role("navigation", name="页面").get_by_role("link", name=name, exact=True).click()
    see(page.get_by_role("heading", name=name, exact=True, level=1))


def heard(page: Page, words: str) -> Locator:
    return page.locator(".heard").filter(has_text=words)


def stored(city: City, query: Any) -> list[Any]:
    """What the house has written, read beside it."""
    engine = create_engine(f"sqlite:///{city.var / 'hotline.sqlite'}", connect_args={"timeout": 30})
    try:
        with engine.connect() as connection:
            return list(connection.execute(query))
    finally:
        engine.dispose()


def candidate(city: City) -> str:
    """A candidate as a training leaves it that would lose an emergency; its files are the model that serves."""
    name = uuid.uuid4().hex[:24]
    folder = city.var / "training" / "models" / name
    folder.mkdir(parents=True)
    trained = max((ROOT / "bot" / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    shutil.copy(trained, folder / "bot.tar.gz")
    shutil.copy(model_path(), folder / "emergency.npz")
    (folder / "thresholds.json").write_text("{}", encoding="utf-8")
    whole = {"size": 100, "before": 90, "after": 90, "lost": [], "gained": []}
    reason = f"有 1 条原来能识别的紧急情况会漏掉：「{LOST}」"
    comparison = {
        "current": None, "notes": [], "intents": [], "changed_count": 1, "knowledge": whole, "outside": whole,
        "services": [{"code": "facility_streetlight", "size": 40, "before": 30, "after": 38}],
        "emergency": {**whole, "lost": [{"text": LOST}]}, "crossvalidation": None,
        "changed": [{"text": "路灯", "line": "「路灯」原来听成井盖，现在听成路灯（变好）", "effect": "变好"}],
        "taught": {"size": 12, "before": 2, "after": 11, "wrong": [
            {"text": "灯瞎了", "where": "标注", "effect": "不分高下",
             "line": "「灯瞎了」标的是投诉举报·路灯，现在听成闲聊，新的听成投诉举报·井盖"}]},
        "replay": {"conversations": 3, "turns": 5, "changed_count": 0, "changed": []}}
    engine = create_engine(f"sqlite:///{city.var / 'hotline.sqlite'}", connect_args={"timeout": 30})
    with engine.begin() as connection:
        connection.execute(insert(models).values(
            id=name, state="refused", data_hash="0" * 64, thresholds={"sure_enough": 0.3}, figures=None,
            comparison=comparison, gate={"passed": False, "reasons": [reason]}, notes="演示", author_id="nobody",
            created_at=datetime.now(timezone.utc)))
    engine.dispose()
    return name


@pytest.fixture
def spoken(city: City) -> str:
    """Citizens have said things that the bot knows and does not know."""
    for number in range(3):
        city.say(f"room-{uuid.uuid4().hex[:8]}", UNKNOWN + "！" * number)
    city.say(f"room-{uuid.uuid4().hex[:8]}", "延吉路的路灯坏了")
    return UNKNOWN


def test_a_message_is_labelled_by_keyboard_and_taken_back(visit: Open, city: City, spoken: str) -> None:
    page = room(visit, city)
    page.get_by_label("查找消息").fill(spoken)
    page.get_by_label("查找消息").press("Enter")
    see(heard(page, spoken).first)
    page.locator("h1").click()  # out of the search box
    page.keyboard.press("g")
    page.keyboard.press("o")
    see(page.get_by_role("status").filter(has_text="已记下"), "超出范围")
    page.keyboard.press("z")
    expect(page.get_by_role("status").filter(has_text="已记下")).to_have_count(0)
    wait_for(lambda: {row.state for row in stored(city, select(labels.c.state))} == {"withdrawn"})
    page.keyboard.press("c")
    box = page.get_by_role("combobox", name="事项", exact=True)
    expect(box).to_be_focused()
    box.fill("路灯")
    see(page.get_by_role("listbox").get_by_role("option").first)
    box.press("Enter")
    box.press("Enter")
    see(page.get_by_role("status").filter(has_text="已记下"), "路灯")
    page.keyboard.press("?")
    see(page.get_by_role("dialog", name="快捷键"), "超出范围")
    page.keyboard.press("Escape")
    go(page, "标注")
    row = page.get_by_role("row").filter(has_text=spoken).filter(has_text="路灯").first
    see(row, re.compile("训练|测试"))
    row.get_by_role("button").click()
    see(page.get_by_label("这一条标注"), re.compile("标注|改为"))


def test_unknown_messages_come_in_clusters(visit: Open, city: City, spoken: str) -> None:
    page = room(visit, city)
    go(page, "聚类")
    see(page.locator(".cluster, .nothing").first)
    expect(page.locator(".trouble")).to_have_count(0)


def test_bad_rows_of_an_import_are_named_by_line(visit: Open, city: City, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("text,intent,service\n路灯坏了,report,facility_streetlight\n井盖,report,none\n", encoding="utf-8")
    log = tmp_path / "log.csv"
    rows = [f"第{number}件：{kind}的事情有人反映很久了,{kind}" for number in range(8) for kind in ("城建", "交通")]
    log.write_text("正文,类别\n" + "\n".join(rows) + "\n", encoding="gb18030")
    page = room(visit, city)
    go(page, "数据")
    page.get_by_label("导入标注").set_input_files(str(bad))
    see(page.get_by_role("alert").filter(has_text="一行也没有导入"), "3")
    page.get_by_role("button", name="导入带标签的数据").click()
    page.get_by_label("选文件").set_input_files(str(log))
    see(page.get_by_text("共 16 行"))
    page.get_by_role("button", name="导入", exact=True).click()
    see(page.get_by_label("数据集", exact=True), "城建")


def test_a_training_shows_its_progress_and_can_be_cancelled(visit: Open, city: City) -> None:
    page = room(visit, city)
    go(page, "训练")
    page.get_by_label("备注").fill("浏览器测试")
    page.get_by_text("把握的门槛").click()
    heard_gas = page.get_by_label("有燃气字眼时报警", exact=True)
    expect(heard_gas).to_have_value("0.35")
    heard_gas.fill("35")
    page.get_by_role("button", name="训练新模型").click()
    see(page.locator(".limit").filter(has=heard_gas).get_by_role("alert"), "“有燃气字眼时报警”要填 0 到 1 之间的数")
    pictures(page, "training-limits")
    page.get_by_role("button", name="恢复默认").click()
    expect(heard_gas).to_have_value("0.35")
    page.get_by_role("button", name="训练新模型").click()
    card = page.get_by_label("进度", exact=True).first
    see(card, "训练新模型")
    pictures(page, "training-progress", card)
    card.get_by_role("button", name="取消").click()
    expect(card).to_contain_text("已取消", timeout=60_000)
    go(page, "模型")
    see(page.get_by_role("navigation", name="模型列表"), "已取消")


def test_a_refused_model_is_published_with_a_reason_and_rolled_back(visit: Open, city: City) -> None:
    name = candidate(city)
    page = room(visit, city)
    go(page, "模型")
    page.get_by_role("navigation", name="模型列表").get_by_role("button").filter(has_text=name[:8]).click()
    pane = page.get_by_label("这个模型")
    see(pane, "检查没有通过")
    see(pane, LOST)
    see(pane.get_by_text("变好").first)
    see(pane.get_by_label("你标注的话"), "最新 12 条里现在对 2 条，新的对 11 条")
    see(pane, "回放最近 3 段真实会话")
    pictures(page, "training-refused")
    publish = pane.get_by_role("button", name="仍要发布")
    expect(publish).to_be_disabled()
    pane.get_by_label("为什么仍要发布").fill("已经人工核对过这一条")
    publish.click()
    now = page.get_by_label("正在使用的模型")
    expect(now.get_by_role("status")).to_contain_text(f"正在使用：模型 {name[:8]}", timeout=LONG)
    assert any(row.reason == "已经人工核对过这一条" for row in stored(city, select(publications.c.reason)))
    assert "model_override" in {row.action for row in stored(city, select(audit.c.action))}
    assert city.say(f"room-{uuid.uuid4().hex[:8]}", "路灯坏了")
    now.get_by_role("button", name="退回到出厂模型").click()
    now.get_by_role("button", name="现在退回到出厂模型").click()
    expect(now.get_by_role("status")).to_contain_text("正在使用：出厂模型", timeout=LONG)
    assert city.say(f"room-{uuid.uuid4().hex[:8]}", "路灯坏了")


def editor(page: Page, city: City) -> tuple[str, str]:
    """A second person's account, made by the admin who is signed in; name and one-time password."""
    username = f"bian-{uuid.uuid4().hex[:6]}"
    csrf = page.request.get(f"{city.url}/desk/api/session").json()["csrf"]
    made = page.request.post(
        f"{city.url}/desk/api/users", data=json.dumps({"username": username, "name": "编辑", "roles": ["editor"]}),
        headers={"X-CSRF-Token": csrf, "Content-Type": "application/json"})
    assert made.ok, made.text()
    return username, made.json()["password"]


def test_an_article_needs_two_people_before_citizens_get_it(visit: Open, city: City) -> None:
    page = room(visit, city)
    username, once = editor(page, city)
    go(page, "知识")
    page.get_by_role("button", name="写一条新的").click()
    form = page.get_by_label("新知识")
    for label, text in ARTICLE.items():
        form.get_by_label(label, exact=True).fill(text)
    form.get_by_role("button", name="保存草稿").click()
    mine = page.get_by_label("这一条知识")
    see(mine, "请另一个人复核")
    expect(mine.get_by_role("button", name="复核通过")).to_have_count(0)
    mine.get_by_role("button", name="试试").click()
    expect(mine.get_by_label("用上草稿以后")).to_contain_text("直接答", timeout=LONG)  # the first time it is indexed
    other = visit("/training/", DESKTOP)
    enter(other, username, once)
    other.get_by_label("新密码").fill(OWN_PASSWORD)
    other.get_by_label("再输一次").fill(OWN_PASSWORD)
    other.get_by_role("button", name="保存并进入").click()
    see(other.get_by_role("heading", name="收件箱"))
    go(other, "知识")
    other.get_by_label("查找知识").fill(ARTICLE["编号"])
    other.get_by_label("查找知识").press("Enter")
    other.get_by_role("navigation", name="知识列表").get_by_role("button").filter(has_text=ARTICLE["问题"]).click()
    theirs = other.get_by_label("这一条知识")
    theirs.get_by_role("button", name="复核通过").click()
    theirs.get_by_role("button", name="发布给市民").click()
    see(theirs, "在用")

    def answered() -> bool:
        """The index follows within seconds."""
        replies = city.say(f"room-{uuid.uuid4().hex[:8]}", ARTICLE["问题"])
        return any("不用上户口" in json.dumps(reply, ensure_ascii=False) for reply in replies)

    wait_for(answered, 60, 2)
    make_amends(theirs, visit("/"))


def make_amends(pane: Locator, citizen: Page) -> None:
    """What is open was wrong: it is withdrawn, and whoever got it reads what is right."""
    citizen.get_by_label("要说的话").fill(ARTICLE["问题"])
    citizen.get_by_label("要说的话").press("Enter")
    see(citizen.get_by_text("猫咪不用上户口").last)
    pane.get_by_role("button", name="撤下").click()
    pane.get_by_text("这一版说错了").click()
    pane.get_by_label("为什么撤下").fill("猫也要登记")
    pane.get_by_role("button", name="撤下", exact=True).click()
    see(pane, "说错了")
    pane.get_by_role("button", name="谁得到过").click()
    told = pane.get_by_label("谁得到过这一版")
    see(told, "段会话得到过这一版")
    told.get_by_label("更正的内容").fill("养猫也请到社区登记。")
    told.get_by_role("button", name="先看看会怎么说").click()
    see(told, "市民会读到")
    told.get_by_role("button", name=re.compile("^发给")).click()
    see(told, "已更正")
    see(citizen.get_by_text("养猫也请到社区登记").last)


def test_trends_are_charts_with_findings_and_the_numbers_behind(visit: Open, city: City, spoken: str) -> None:
    page = room(visit, city)
    go(page, "趋势")
    chart = page.locator(".chart").first
    see(chart.get_by_role("heading"), re.compile("最多|没有"))
    expect(chart.locator("svg")).to_be_visible(timeout=30_000)
    chart.get_by_text("图后面的数").click()
    see(chart.get_by_role("table"))
