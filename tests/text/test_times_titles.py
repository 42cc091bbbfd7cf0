"""When it happened, and titles made of the letter's own words."""

from __future__ import annotations

import pytest

from hotline.text.times import find_time
from hotline.text.titles import make_title


@pytest.mark.parametrize(("text", "when"), [
    ("昨晚十点多楼上又吵", "昨晚十点多"), ("今天早上就没水了", "今天早上"), ("11月3号路灯坏了", "11月3号"), ("夜来院里的灯就不亮", "夜来"),
    ("2023年5月30日晚上10点还在施工", "2023年5月30日晚上10点"), ("上周三下午三点左右停的电", "上周三下午三点左右"), ("刚才有人打架", "刚才"),
    ("23号下午停电", "23号下午"), ("每天晚上11点还在装修", "每天晚上11点"), ("三个月前报过修", "三个月前"), ("２０２３－１１－０３ 停水", "２０２３－１１－０３"),
    ("今早六點半漏的", "今早六點半"), ("前天开始没有暖气", "前天"), ("晚上八点广场舞", "晚上八点"), ("12点半到现在没水", "12点半到现在"),
    ("俺家夜来黑天停的电", "夜来黑天"), ("周末也施工", "周末"), ("去年就坏了", "去年"),
])
def test_time_phrase(text: str, when: str) -> None:
    found = find_time(text)
    assert found is not None and found.text == when == text[found.start:found.end]


@pytest.mark.parametrize("text", [
    "23号楼漏水", "延吉路23号没电", "地铁3号线吵", "电梯一时好一时坏", "一点小事", "有点吵", "5号楼3单元", "三点意见", "11号门口的井盖", "", "价格2.30元",
])
def test_no_time(text: str) -> None:
    assert find_time(text) is None


@pytest.mark.parametrize(("letter", "title"), [
    ("尊敬的领导：您好！我是李沧区万年泉路某小区的业主，我们小区电梯坏了半个月没人修，老人上下楼非常困难。物业不管。", "我们小区电梯坏了半个月没人修，老人上下楼非常困难"),
    ("你好，我想反映一下延吉路路灯不亮", "延吉路路灯不亮"), ("路灯坏了", "路灯坏了"), ("您好！", "您好！"), ("我要投诉：物业乱收费", "物业乱收费"),
    ("张市长：您好！我叫李明。感谢您百忙之中看信。楼下饭店油烟扰民，半年没人管！", "楼下饭店油烟扰民，半年没人管"),
    ("", ""), ("煤气味", "煤气味"),
])
def test_title(letter: str, title: str) -> None:
    assert make_title(letter) == title


def test_a_title_is_cut_at_a_clause_and_made_of_the_letters_words() -> None:
    letter = "各位领导好，" + "小区门口的路面坑坑洼洼没有人修，" * 6 + "请尽快处理。"
    title = make_title(letter)
    assert len(title) <= 40 and title in letter and title.endswith("没有人修")
    assert make_title("路" * 300) == "路" * 40


@pytest.mark.parametrize(("text", "title"), [
    ("你们到底管不管！物业收了钱不干活，垃圾堆成山", "物业收了钱不干活，垃圾堆成山"),
    ("太过分了！楼上天天半夜装修", "楼上天天半夜装修"), ("你们到底管不管", "你们到底管不管"),
])
def test_anger_alone_is_no_title(text: str, title: str) -> None:
    assert make_title(text) == title
