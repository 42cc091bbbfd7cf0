"""A letter taken apart: its pieces, title, time, demands and grievances, all in its own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.text.demands import DEMAND, demands, sentences
from hotline.text.letters import MOST_SEGMENTS, Segment, apart, grievances, of_one_firm, only_announces, segments, title

LETTER = (
    "尊敬的领导：您好！我是李沧区虎山路77号福林苑的业主，反映小区物业以下问题：1、电梯三天两头坏，困过好几回人；2、楼道一周没人打扫；"
    "3、上周三下午停车费涨价，没有公示。请督促物业整改，我的电话13800138000。"
)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.body) for piece in segments(text)]


def test_a_letter_taken_apart() -> None:
    letter = apart(LETTER)
    assert letter.title == "电梯三天两头坏，困过好几回人"
    assert letter.when == "上周三下午"
    assert letter.demands == ("请督促物业整改",)
    assert letter.grievances == ("电梯三天两头坏，困过好几回人", "楼道一周没人打扫", "上周三下午停车费涨价，没有公示")
    assert [piece.number for piece in letter.segments] == [0, 1, 2, 3]
    assert letter.sentences[0] == "尊敬的领导：您好！" and len(letter.sentences) == 5


@pytest.mark.parametrize(("text", "expected"), [
    ("路灯坏了。另外楼下招牌松了", [("", "路灯坏了。"), ("switch", "楼下招牌松了")]),
    ("路灯坏了，另外，楼下招牌松了", [("", "路灯坏了"), ("switch", "楼下招牌松了")]),
    ("路灯坏了。另外，有人在楼道堆杂物", [("", "路灯坏了。"), ("switch", "有人在楼道堆杂物")]),
    ("路灯坏了。还有一件事，招牌松了", [("", "路灯坏了。"), ("matter", "招牌松了")]),
    ("路灯坏了。对了还有一件事，招牌松了", [("", "路灯坏了。"), ("matter", "招牌松了")]),
    ("路灯坏了。再反映一个问题：招牌松了", [("", "路灯坏了。"), ("matter", "招牌松了")]),
    ("路灯坏了。第二件事，招牌松了", [("", "路灯坏了。"), ("matter", "招牌松了")]),
    ("路灯坏了。顺便反映一下招牌松了", [("", "路灯坏了。"), ("switch", "招牌松了")]),
    ("路灯坏了。除此之外，招牌松了", [("", "路灯坏了。"), ("switch", "招牌松了")]),
    ("路灯坏了。再就是招牌松了", [("", "路灯坏了。"), ("switch", "招牌松了")]),
    ("反映两件事：1、路灯坏了；2、招牌松了", [("", "反映两件事"), ("number", "路灯坏了；"), ("number", "招牌松了")]),
    ("（1）路灯坏了（2）招牌松了", [("number", "路灯坏了"), ("number", "招牌松了")]),
    ("①路灯坏了②招牌松了", [("number", "路灯坏了"), ("number", "招牌松了")]),
    ("一是路灯坏了，二是招牌松了", [("number", "路灯坏了"), ("number", "招牌松了")]),
    ("首先，路灯坏了。其次，招牌松了", [("number", "路灯坏了。"), ("number", "招牌松了")]),
    ("第一，路灯坏了。第二，招牌松了", [("number", "路灯坏了。"), ("number", "招牌松了")]),
    ("一个是路灯坏了，再一个是招牌松了", [("number", "路灯坏了"), ("number", "招牌松了")]),
    ("１．路灯坏了 ２．招牌松了", [("number", "路灯坏了 "[:4]), ("number", "招牌松了")]),
    ("門口路燈壞了。還有一件事，招牌鬆了", [("", "門口路燈壞了。"), ("matter", "招牌鬆了")]),
])
def test_where_something_new_begins(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize("text", [
    "3号楼1、2、3单元都停水了", "我住一、二楼之间", "第一次反映没人管，第二天又反映", "周一、周二停水", "1.5元一吨的水费", "另外一个单元也停水",
    "另外的人也说吵", "还有没有人管", "还有多久修好", "首先感谢领导，其次感谢街道", "要求：1、修路灯 2、赔偿损失",
    "理由如下：一是没有灯，二是路不平", "我的诉求如下：1.退费；2.道歉", "请问：1、什么时候修？2、谁来修？", "1、尽快修路灯；2、请赔偿损失", "",
    "   \n ",
])
def test_what_begins_nothing_new(text: str) -> None:
    assert len(kinds(text)) == (1 if text.strip() else 0)


def test_paragraphs_are_pieces_where_they_are_long() -> None:
    text = "领导您好\n小区门口的路灯坏了两个多月没有人修\n此致敬礼\n楼下饭店的招牌松动随时会掉下来"
    assert [piece.kind for piece in segments(text)] == ["", "paragraph", "paragraph"]


@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(
    ["1、", "2、", "另外，", "第二件事，", "一是", "二是", "\n", "路灯不亮", "。", "，", "①", "②", "首先", "其次", " ", "　"])).map("".join)))
def test_the_pieces_are_the_whole_letter(text: str) -> None:
    found = segments(text)
    assert "".join(piece.text for piece in found) == (text if found else "")
    assert len(found) <= MOST_SEGMENTS
    assert all(isinstance(piece, Segment) and text[piece.start:piece.end] == piece.text for piece in found)
    assert all(piece.body in piece.text for piece in found)
    assert all(item in text.replace("\n", "") or len(sentences(item)) > 1 for item in demands(text))


@pytest.mark.parametrize(("text", "expected"), [
    ("路灯坏了，请尽快处理。谢谢", ["请尽快处理。"]), ("路灯坏了。希望有关部门来管一管", ["希望有关部门来管一管"]),
    ("恳请领导为我们做主！", ["恳请领导为我们做主！"]), ("我们强烈要求物业公开账目。", ["我们强烈要求物业公开账目。"]),
    ("盼早日解决。", ["盼早日解决。"]), ("能不能派人来修一下？", ["能不能派人来修一下？"]),
    ("我的诉求：1、修好路灯；2、赔偿损失。", ["我的诉求：1、修好路灯；", "2、赔偿损失。"]),
    ("请派人来修，电话13800138000。", ["请派人来修"]), ("请修路灯。请修路灯。", ["请修路灯。"]),
    ("物业要求我们交钱", []), ("请问几点上班", []), ("向社区申请没有结果", []), ("孩子在希望小学", []), ("业主要求公开一直不理", []), ("", []),
])
def test_demands(text: str, expected: list[str]) -> None:
    assert demands(text) == expected


def test_demands_are_limited() -> None:
    assert sum(map(len, demands("".join(f"请修好第{number}盏路灯并且答复。" for number in range(99))))) <= DEMAND


@pytest.mark.parametrize(("text", "expected"), [
    ("投诉我们小区物业。保洁一周才来一次。电梯经常困人。绿化带的草没人剪。希望街道管管。", ["保洁一周才来一次", "电梯经常困人", "绿化带的草没人剪"]),
    ("物业不打扫楼道。另外门禁坏了半年。", ["物业不打扫楼道", "门禁坏了半年"]),
    ("电梯坏了半年。物业说没有维修基金。电梯把老人困住过。", []), ("1、为什么收费？2、为什么不公示？", []), ("路灯不亮", []), ("", []),
])
def test_grievances(text: str, expected: list[str]) -> None:
    assert grievances(text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("反映两件事。第一件事，井盖丢了没人管。第二件事，路灯不亮。", "井盖丢了没人管"),
    ("我住在延吉路117号，有两个问题：1、公厕锁着门；2、招牌松了。", "公厕锁着门"),
    ("楼上私搭乱建漏水。首先我找了物业，不管；其次找了社区，不管。", "楼上私搭乱建漏水"),
    ("2、饭店的招牌松了，快掉下来了", "饭店的招牌松了，快掉下来了"), ("第二件，小区车位被锁", "小区车位被锁"), ("另外，路灯也不亮", "路灯也不亮"),
    ("首先要反映的是电梯停运二十天了", "电梯停运二十天了"), ("投诉物业以下问题：1、电梯总坏；2、不扫楼道", "电梯总坏"), ("路灯坏了", "路灯坏了"), ("", ""),
])
def test_title(text: str, expected: str) -> None:
    assert title(text) == expected


@pytest.mark.parametrize(("text", "announces"), [
    ("", True), ("您好，我要反映两个问题：", True), ("尊敬的领导：我是李沧区虎山路77号福林苑的业主，有两件事请帮忙解决：", True),
    ("我住在延吉路117号，反映两件事：", True), ("开发商存在以下问题：", False), ("我们楼的电梯问题很大：", False),
    ("楼下烧烤店扰民，主要问题：", False), ("龙喜路夜市已经存在两三年，种种乱象影响城市形象：", False), ("路" * 400, False),
])
def test_what_only_announces(text: str, announces: bool) -> None:
    assert only_announces(text) is announces


@pytest.mark.parametrize(("text", "firm"), [
    ("投诉我们小区物业公司不作为。", True), ("反映福林苑物业以下问题：", True), ("香江路惠涛苑的物业有三个问题", True),
    ("我要投诉物业不修电梯，另外路灯全黑了", False), ("路灯坏了，物业也不管", False), ("物业说没有钱", False),
])
def test_letters_against_one_firm(text: str, firm: bool) -> None:
    assert of_one_firm(text) is firm
