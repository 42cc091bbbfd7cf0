"""Short answers, and the plain form of a text with the way back."""

from __future__ import annotations

import pytest

from hotline.text import words
from hotline.text.normalise import normalise


@pytest.mark.parametrize("text", ["对", "是的", "嗯", "嗯嗯可以", "没问题", "好的谢谢", "行", "确认", "对的就这样", "可以的", "YES", "ok", "👍", "中", "没错", "好，提交吧", "是，没问题", "報吧", "对对对"])
def test_yes(text: str) -> None:
    assert words.is_yes(text) and not words.is_no(text)


@pytest.mark.parametrize("text", ["不对", "不是", "不", "错了", "no", "不行", "不用", "先别提交", "不要", "不是的", "有误"])
def test_no(text: str) -> None:
    assert words.is_no(text) and not words.is_yes(text)


@pytest.mark.parametrize("text", ["对面的路灯坏了", "好久没人来了", "是延吉路不是延安路", "行知路有坑", "可以停车吗", "不亮了", "没水了", "中山路", "", "?"])
def test_neither(text: str) -> None:
    assert not words.is_yes(text) and not words.is_no(text)


@pytest.mark.parametrize("text", ["算了", "那算了吧", "不用了", "取消", "不报了", "算了不说了", "还是算了", "不投诉了", "cancel", "我不想报了", "取消这次登记"])
def test_cancel(text: str) -> None:
    assert words.is_cancel(text)


@pytest.mark.parametrize("text", ["物业取消了保洁", "公交线路取消了怎么办", "算算账", "不用钥匙就能开的门坏了", "停止供暖了吗是什么原因呢请回复"])
def test_no_cancel(text: str) -> None:
    assert not words.is_cancel(text)


@pytest.mark.parametrize("text", ["匿名", "不留电话", "不想说", "没有电话", "跳过", "不方便", "不方便透露", "我不想留号码", "无", "不留", "電話不方便給"])
def test_refusal(text: str) -> None:
    assert words.is_refusal(text)


@pytest.mark.parametrize("text", ["13800138000", "市北区延吉路", "路灯不亮"])
def test_no_refusal(text: str) -> None:
    assert not words.is_refusal(text)


@pytest.mark.parametrize(("text", "wanted"), [
    ("请保密", True), ("别让物业知道是我", True), ("不要让他们知道是我说的", True), ("怕打击报复", True), ("不要泄露我的信息", True), ("不用保密", False), ("路灯不亮", False), ("物业不让业主知道账目", False),
])
def test_confidential(text: str, wanted: bool) -> None:
    assert words.wants_confidential(text) is wanted


@pytest.mark.parametrize("text", ["转人工", "人工", "人工客服", "找个人来跟我说", "我要跟人说", "给我转接人工服务", "不想跟机器人说", "有没有真人", "human please", "talk to a person", "叫你们客服", "轉人工"])
def test_person(text: str) -> None:
    assert words.wants_person(text)


@pytest.mark.parametrize("text", ["人工湖很脏", "手工费人工费太贵", "找个人修一下路灯", "不用人工", "小区没有人管", "路灯不亮"])
def test_no_person(text: str) -> None:
    assert not words.wants_person(text)


@pytest.mark.parametrize(("text", "receipt"), [
    ("QD20231103000123", "QD20231103000123"), ("我的单号是qd20231103000123到哪了", "QD20231103000123"), ("ＱＤ２０２３１１０３０００１２３", "QD20231103000123"),
    ("QD 2023 1103 0001 23", "QD20231103000123"), ("QD-20231103-000123", "QD20231103000123"), ("QD2023110300012", None), ("QD202311030001234", None), ("20231103000123", None), ("查进度", None),
])
def test_receipt(text: str, receipt: str | None) -> None:
    assert words.receipt_in(text) == receipt


@pytest.mark.parametrize(("text", "english"), [
    ("The street light is broken", True), ("hello there", True), ("I smell gas in 延吉路", True), ("路灯不亮 ok", False), ("OK", False), ("QD20231103000123", False), ("", False),
])
def test_english(text: str, english: bool) -> None:
    assert words.is_english(text) is english


@pytest.mark.parametrize(("text", "blank"), [("?", True), ("。。。", True), ("😊😊", True), ("", True), ("\u200b", True), ("…", True), ("1", False), ("嗯", False)])
def test_blank(text: str, blank: bool) -> None:
    assert words.is_blank(text) is blank


@pytest.mark.parametrize(("text", "left"), [
    ("你妈的路灯三个月不亮了，傻逼", True), ("傻逼", False), ("你们这帮废物", False), ("他妈的物业不干活", True), ("垃圾！", False), ("楼下垃圾没人收", True), ("fuck you", False), ("滚", False),
])
def test_abuse(text: str, left: bool) -> None:
    assert bool(words.without_abuse(text)) is left


def test_the_matter_stays_word_for_word_without_the_abuse() -> None:
    assert words.without_abuse("他妈的，延吉路路灯不亮") == "延吉路路灯不亮"
    assert "垃圾没人收" in words.without_abuse("楼下垃圾没人收")


@pytest.mark.parametrize(("text", "plain"), [
    ("煤氣漏了", "煤气漏了"), ("ＱＤ２０２３", "QD2023"), ("a\u200bb\x00c", "abc"), ("一  二\u3000三", "一 二 三"), ("一\r\n二", "一\n二"), ("漏😱气", "漏 气"), ("，。", ",。"), ("①", "1"),
    ("  x  ", "x"), ("\ud800坏", "坏"), ("５℃", "5度"),
])
def test_plain_form(text: str, plain: str) -> None:
    assert normalise(text).text == plain


def test_offsets_lead_back() -> None:
    text = "  市北区\u200b　延吉路😱１１７号 "
    folded = normalise(text)
    start = folded.text.index("延吉路")
    first, last = folded.span(start, len(folded.text))
    assert text[first:last] == "延吉路😱１１７号"
    assert len(folded.offsets) == len(folded.text) + 1
