"""What must not leave the house: names, phones, flats, numbers of papers; what must stay readable."""

from __future__ import annotations

import pytest

from hotline.text.masking import mask_address, mask_confidential, mask_text


@pytest.mark.parametrize(("text", "hidden", "kept"), [
    ("我叫王小明，市北区延吉路117号3号楼2单元501室，楼下饭店用煤气罐，电话13912345678",
     ["王小明", "501", "2单元", "5678"], ["市北区延吉路117号3号楼", "楼下饭店用煤气罐"]),
    ("本人是李红，家住延吉路117号5号楼3-2-401，楼上漏水", ["李红", "3-2-401"], ["延吉路117号5号楼", "楼上漏水"]),
    ("联系人：张建国 电话0532-85912345", ["张建国", "85912345"], ["联系人"]),
    ("7号楼1单元302户装修砸墙", ["1单元", "302"], ["7号楼", "装修砸墙"]),
    ("车牌鲁B12345堵了消防通道，邮箱a.b@c.cn", ["鲁B12345", "a.b@c.cn"], ["堵了消防通道"]),
    ("身份证370202199001011234", ["370202199001011234"], ["身份证"]),
    ("十二号楼三单元西户半夜打孩子", ["三单元", "西户"], ["十二号楼", "半夜打孩子"]),
])
def test_nothing_personal_is_left(text: str, hidden: list[str], kept: list[str]) -> None:
    masked = mask_confidential(text)
    assert [word for word in hidden if word in masked] == []
    assert [word for word in kept if word not in masked] == []


@pytest.mark.parametrize("text", [
    "物业费每平米2.5元，交了3年，涨到300元", "2023年5月30日晚上10点还在施工", "延吉路117号门口的路灯不亮",
    "公厕门口的井盖丢了", "300户居民没有暖气", "这条路坑坑洼洼，5000米没有一盏路灯", "我是业主，物业不管事"])
def test_what_is_not_personal_stays(text: str) -> None:
    assert mask_confidential(text) == text


def test_the_rest_of_the_phone_is_shown_only_where_it_may_be() -> None:
    assert mask_text("电话13912345678") == "电话139****5678"


def test_an_address_keeps_its_building() -> None:
    assert mask_address("市北区延吉路117号3号楼2单元501室") == "市北区延吉路117号3号楼"
    assert mask_address("市南区香港中路10号") == "市南区香港中路10号"
