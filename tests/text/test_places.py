"""Address phrases in sentences of many kinds: found whole, as they stand, and nothing more."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.text.places import district_of, find_place, find_places, place_answer

LINES = [line for name in ("places.txt", "places_more.txt")
         for line in Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
         if line and not line.startswith("#")]


def expectation(line: str) -> tuple[str, str | None, bool]:
    """Sentence, expected phrase, whether it is precise."""
    sentence, _, said = line.partition("|")
    vague = sentence.startswith("~") or said.startswith("~")
    marked = re.search("【(.+?)】", sentence)
    sentence = re.sub("[【】]", "", sentence).removeprefix("~")
    expected = said.removeprefix("~") if "|" in line else (marked.group(1) if marked else None)
    return sentence, expected or None, not vague


def lines() -> list[object]:
    """The lines as cases; what is known to be wrong ("!") must stay so, else the mark goes."""
    wrong = pytest.mark.xfail(reason="still found wrong", strict=True)
    return [pytest.param(line[1:], marks=wrong) if line.startswith("!") else line for line in LINES]


@pytest.mark.parametrize("line", lines())
def test_phrase_as_it_stands(line: str) -> None:
    sentence, expected, precise = expectation(line)
    place = find_place(sentence)
    if expected is None:
        assert place is None
        return
    assert place is not None
    assert (place.text, place.precise) == (expected, precise)
    assert sentence[place.start:place.end] == expected


# One or two of each kind of mistake that was made once.
@pytest.mark.parametrize(("text", "place"), [
    # a name nobody knows, behind a district, a town, a road, a number, before a boundary, a building or a word of the matter
    ("我要反映噪音，胶州市广州北路御景天成", "胶州市广州北路御景天成"), ("灵珠山街道观海国际3-1-1702漏雨", "灵珠山街道观海国际3-1-1702"),
    ("漏水了，市南区延吉路1号万达停车楼", "市南区延吉路1号万达停车楼"), ("李沧区金川路学府里物业不作为", "李沧区金川路学府里"),
    # but the sentence may go on instead
    ("李沧区金川路全是泥坑", "李沧区金川路"), ("胶州市广州北路积水很深", "胶州市广州北路"), ("延吉路黑漆漆一片", "延吉路"), ("洛阳路24号门口堵车", "洛阳路24号门口"),
    # position
    ("早点摊堵路，团岛二路早市南口", "团岛二路早市南口"), ("平度市杭州路小学西墙外有垃圾", "平度市杭州路小学西墙外"), ("莱西市院上镇花园头村北，烧秸秆", "莱西市院上镇花园头村北"),
    ("洪江河北岸的护栏断了", "洪江河北岸"), ("城阳区毛家庄桥西有坑", "城阳区毛家庄桥西"), ("标山路28号楼前的树", "标山路28号楼前"),
    # but "upstairs" is a neighbour, and 楼下水道 begins with a drain
    ("标山路28号楼上漏水", "标山路28号"), ("标山路28号楼下水道堵了", "标山路28号楼"),
    # shops and offices
    ("常州路营业厅几点关门", "常州路营业厅"), ("第三海水浴场更衣室太脏", "第三海水浴场更衣室"), ("李村万达店卖坏肉", "李村万达店"), ("地铁2号线枣山路站A口没灯", "地铁2号线枣山路站A口"),
    # a known name inside a longer one
    ("住在水清沟三路5号院", "水清沟三路5号院"), ("北三里河新村断水", "北三里河新村"), ("李哥庄镇刘家庄子村没路灯", "李哥庄镇刘家庄子村"), ("市南区大鲍岛街区修路", "市南区大鲍岛街区"),
    # the village, not its roads
    ("胶北街道大荒村路太窄", "胶北街道大荒村"), ("上马街道李仙庄路的路灯", "上马街道李仙庄路"),
    # the whole phrase rather than its vague beginning
    ("青岛人都知道，李沧区的领导看看，京口路58号天天冒水", "京口路58号"),
    # slips of the keyboard
    ("着火了，台东七路22好5楼", "台东七路22好5楼"), ("标山路7好楼漏雨", "标山路7好楼"),
    # a phone number is no flat
    ("太湖路3号楼东户，0532-8587 9021", "太湖路3号楼东户"), ("城阳区惜福镇街道傅家埠社区18253267410", "城阳区惜福镇街道傅家埠社区"),
])
def test_mistakes_once_made(text: str, place: str) -> None:
    found = find_place(text)
    assert found is not None and found.text == place


@pytest.mark.parametrize("text", [
    "我们小区电梯坏了", "小区门口堵车", "学校门口的小摊", "老旧小区什么时候改造", "儿子在外地读大学", "朋友圈晒海边别墅", "走了不少冤枉路", "墙上挂了不少锦旗", "老年大学怎么报名", "各个渔村都来",
    "年轻人不愿意回村", "我是在青岛上班的外地人", "青岛的医保怎么报销", "网上买的“崂山绿茶”是陈的", "社区医院能打针吗", "水都灌到路上了", "从东头走到西头一路颠簸",
    "原来一座桥现在三座", "一栋楼没水", "医院分院几点开门", "烂路一条",
])
def test_nothing_that_leads_nowhere(text: str) -> None:
    assert find_place(text) is None


@pytest.mark.parametrize(("text", "place"), [
    ("請到　黃島區長江中路２３８號　看看", "黃島區長江中路２３８號"), ("😡😡市北区​延吉路117号！！", "市北区​延吉路117号"), ("地址：\n\n李沧区  书院路72号\n电话没有", "李沧区  书院路72号"),
    ("地鐵李村站Ｅ口", "地鐵李村站Ｅ口"),
])
def test_spans_stand_in_the_original_text(text: str, place: str) -> None:
    found = find_place(text)
    assert found is not None
    assert (found.text, text[found.start:found.end]) == (place, place)


PIECES = ["李沧区", "延吉路", "117号", "3号楼", "御景华庄", "惜福镇街道", "傅家埠社区", "台东", "万达", "门口", "的", "桥西", "村北", "漏水", "，", " ", "（", "）", "1", "-", "😡", "號", "好", "和", "上", "与", "路", "区"]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=40))
@settings(max_examples=400, deadline=None)
def test_every_phrase_is_a_piece_of_the_text(text: str) -> None:
    position = 0
    for place in find_places(text):
        assert position <= place.start < place.end <= len(text)
        assert place.text == text[place.start:place.end] and place.text.strip()
        position = place.end
    assert find_place(text) is None or find_place(text) in find_places(text)


@pytest.mark.parametrize("piece", [
    "路", "大", "村", "的小区", "延吉路御景华庄", "延吉路 御景华庄,", "大大大大大大大大X小区", "市北区延吉路117号3号楼2单元", "一", "3-", "(", "桥东", "我们家楼下的路灯坏了没有人管希望尽快处理",
])
def test_odd_long_texts_stay_fast(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    started = time.process_time()
    find_place(text)
    assert time.process_time() - started < 3  # some tenths of a second; what grows faster than the text takes minutes


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
