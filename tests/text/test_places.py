"""Address phrases in sentences of many kinds: found whole, as they stand, and nothing more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hotline.text.places import district_of, find_place, place_answer

LINES = [line for line in Path(__file__).with_name("places.txt").read_text(encoding="utf-8").splitlines()
         if line and not line.startswith("#")]


def expectation(line: str) -> tuple[str, str | None, bool]:
    """Sentence, expected phrase, whether it is precise."""
    sentence, _, said = line.partition("|")
    vague = sentence.startswith("~") or said.startswith("~")
    marked = re.search("【(.+?)】", sentence)
    sentence = re.sub("[【】]", "", sentence).removeprefix("~")
    expected = said.removeprefix("~") if "|" in line else (marked.group(1) if marked else None)
    return sentence, expected or None, not vague


@pytest.mark.parametrize("line", LINES)
def test_phrase_as_it_stands(line: str) -> None:
    sentence, expected, precise = expectation(line)
    place = find_place(sentence)
    if expected is None:
        assert place is None
        return
    assert place is not None
    assert (place.text, place.precise) == (expected, precise)
    assert sentence[place.start:place.end] == expected


@pytest.mark.parametrize("address", [
    "市北区延吉路117号3号楼2单元", "李沧区夏庄路1号", "浮山后四小区23号楼", "台东一路", "城阳区正阳路196号", "K5县茶林镇", "住建大厦",
    "对外贸易学校门口", "黄岛区香江路78号网吧", "在水一方小区", "胶州湾隧道入口", "好运来超市", "即墨区鹤山路与嵩山二路路口西北角",
    "老城区那个钟楼后面", "A7县星沙思蓝科技西门", "山东省青岛市市南区香港中路11号", "西海岸新区长江中路216号, 1号楼", "大润发 后门",
])
def test_a_plain_address_comes_back_equal(address: str) -> None:
    assert place_answer(address) == address


@pytest.mark.parametrize(("answer", "place"), [
    ("在市北区延吉路117号", "市北区延吉路117号"), ("就在台东三路", "台东三路"), ("地址是延吉路117号。", "延吉路117号"),
    ("我在台东这边", "台东"), ("我家在浮山后四小区", "浮山后四小区"), ("嗯，李沧万达", "李沧万达"), ("位于城阳区正阳路", "城阳区正阳路"),
    ("我住在海尔路63号呢", "海尔路63号"), ("地址：延吉路117号", "延吉路117号"), ("俺在李村大集那块", "李村大集"), ("是京口路58号，谢谢", "京口路58号"),
    ("我们小区在劲松三路", "我们小区在劲松三路"), ("你好，在南京路100号", "南京路100号"), ("不是，在书院路", "不是，在书院路"),
])
def test_filler_goes_and_the_rest_stays(answer: str, place: str) -> None:
    assert place_answer(answer) == place


@pytest.mark.parametrize("answer", ["不知道", "算了", "怎么交燃气费？", "不清楚啊", "？", "", "为什么要问这个", "取消吧", "转人工", "我也不知道在哪", "几点下班"])
def test_no_place(answer: str) -> None:
    assert place_answer(answer) is None


@pytest.mark.parametrize(("place", "district"), [
    ("市北区延吉路117号", "市北区"), ("延吉路117号", "市北区"), ("西海岸新区", "黄岛区"), ("胶南双珠路", "黄岛区"), ("南京路", None), ("某小区", None),
    ("即墨鹤山路", "即墨区"), ("青岛市李沧区九水路", "李沧区"), ("平度人民路", "平度市"), ("城市北部", None),
])
def test_district(place: str, district: str | None) -> None:
    assert district_of(place) == district
