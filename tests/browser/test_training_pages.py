"""Every page of the training room with a month behind it: it fits a phone and a desk, and speaks no code words.

`HOTLINE_SCREENSHOTS=docs/screenshots pytest tests/browser/test_training.py tests/browser/test_training_pages.py`
renews the pictures of the docs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, Open, pictures, see
from tests.browser.room.models import GOOD, write_models
from tests.browser.room.month import write_month
from tests.browser.test_training import go, room
from tests.city import City, running

# Codes of intents and services, and what a missing name looks like; a figure's unit or a file's name has no "_".
RAW = re.compile(r"\b[a-z]+_[a-z_]+\b|\b(?:undefined|null|NaN|Infinity)\b")


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    """A house of its own: nobody else's counts stand on a month that never was."""
    with running() as whole:
        write_month(whole)
        write_models(whole)
        yield whole


def shown(page: Page, name: str, top: Locator | None = None) -> None:
    """In Chinese words, without trouble, and of the screen's width; its pictures."""
    expect(page.locator(".trouble")).to_have_count(0)
    said = page.locator("body").inner_text()
    assert not RAW.findall(said), RAW.findall(said)
    assert "13900001234" not in said
    pictures(page, f"training-{name}", top)
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})


def test_the_inbox_begins_with_what_agents_corrected(visit: Open, city: City) -> None:
    page = room(visit, city)
    see(page.locator(".heard").first, "坐席改过")
    see(page.locator(".heard").first.get_by_role("button", name="采纳"))
    shown(page, "inbox")


def test_clusters_have_a_label_or_an_article(visit: Open, city: City) -> None:
    page = room(visit, city)
    go(page, "聚类")
    asked = page.locator(".cluster").filter(has_text="二次供水多久清洗")
    see(asked, "可以写成知识")
    # What many said alike is one line; moving it out moves them all.
    line = asked.get_by_role("listitem").filter(has_text="水箱多长时间洗一回")
    see(line, "× 6")
    asked.click()
    see(asked.get_by_role("button", name="写成知识"))
    line.get_by_role("button", name="移出").click()
    see(asked.get_by_role("button", name="采纳"), "9 条")
    line.get_by_role("button", name="放回").click()
    shown(page, "clusters")
    asked.get_by_role("button", name="写成知识").click()
    expect(page.get_by_label("新知识").get_by_label("问题", exact=True)).to_have_value(re.compile("二次供水"))


def test_labels_keep_who_changed_what(visit: Open, city: City) -> None:
    page = room(visit, city)
    go(page, "标注")
    page.get_by_role("button", name="共享单车把盲道停满了").click()
    see(page.get_by_label("这一条标注"), re.compile("李静：标成“投诉举报 · 其他”.*赵磊：从", re.DOTALL))
    shown(page, "labels")


def test_a_data_set_shows_its_learning_curve(visit: Open, city: City) -> None:
    page = room(visit, city)
    go(page, "数据")
    see(page.get_by_label("可能标错的"), "窨井盖一过车就咣当响")
    shown(page, "data")
    page.get_by_role("button", name="2025年来信（已分类）").click()
    opened = page.get_by_label("数据集", exact=True)
    see(opened.locator(".chart"), "再多标一些还会更好")
    expect(opened.locator("svg").first).to_be_visible()
    shown(page, "curve", opened)


def test_trainings_of_the_past_say_why_they_failed(visit: Open, city: City) -> None:
    page = room(visit, city)
    go(page, "训练")
    see(page.get_by_text("用了 4120 MB 内存"))
    shown(page, "train")


def test_a_good_model_says_what_would_change(visit: Open, city: City) -> None:
    page = room(visit, city)
    go(page, "模型")
    page.get_by_role("navigation", name="模型列表").get_by_role("button").filter(has_text=GOOD[:8]).click()
    see(page.get_by_label("这个模型"), "检查通过，可以发布")
    page.get_by_label("这个模型").get_by_text("用什么做的").click()
    shown(page, "models")


def test_knowledge_reminds_of_reviews_and_shows_what_found_nothing(visit: Open, city: City) -> None:
    page = room(visit, city)
    # The reminder stands beside the page's name before anybody opens it.
    see(page.get_by_role("navigation", name="页面").get_by_role("link", name="知识").locator("i"), "1")
    page.get_by_role("navigation", name="页面").get_by_role("link", name="知识").click()
    see(page.get_by_label("没有查到的问题"), "二次供水")
    shown(page, "knowledge")
    page.get_by_role("radio", name="草稿").click()
    page.get_by_role("navigation", name="知识列表").get_by_role("button").filter(has_text="二次供水").click()
    draft = page.get_by_label("这一条知识")
    see(draft.get_by_role("button", name="复核通过"))
    draft.get_by_role("button", name="试试").click()
    # The first time the draft is indexed.
    expect(draft.get_by_label("用上草稿以后")).to_contain_text("直接答", timeout=180_000)
    expect(draft.get_by_label("现在市民得到的")).not_to_contain_text("直接答")
    shown(page, "draft", draft)


def test_trends_are_drawn_whole(visit: Open, city: City) -> None:
    page = room(visit, city)
    go(page, "趋势")
    expect(page.locator(".chart svg")).to_have_count(8, timeout=30_000)
    see(page.locator(".chart").first, "投诉举报最多")
    shown(page, "trends")
    page.get_by_role("radio", name="按周").click()
    see(page.get_by_text("PSI").first)
