"""Every usual writing of a phone number, and the long numbers that are none."""

from __future__ import annotations

import pytest

from hotline.text.phones import find_phones, group_digits, own_phone, parse_phone


@pytest.mark.parametrize("written", [
    "13800138000", "138-0013-8000", "138 0013 8000", "+86 13800138000", "+8613800138000", "0086-138-0013-8000", "8613800138000", "（+86）13800138000",
    "１３８００１３８０００", "一三八零零一三八零零零", "幺三八零零幺三八零零零", "138.0013.8000", "1 3 8 0 0 1 3 8 0 0 0", "138零零一三8000", "壹叁捌零零壹叁捌零零零",
    "138—0013—8000", "1380013 8000", "138\u200b00138000", "138 00138000", "138/0013/8000", "一三八，零零一三，八零零零",
    "（138）0013-8000", "(138)00138000", "138。0013。8000", "一三八。零零一三。八零零零", "1３8００13８０00", "tel13800138000", "Tel：138 0013 8000", "138-00138-000",
])
def test_a_mobile_in_any_writing(written: str) -> None:
    for text in (written, f"我电话{written}，谢谢", f"联系{written}张"):
        phones = find_phones(text)
        assert [(phone.digits, phone.valid) for phone in phones] == [("13800138000", True)]
        assert "8" in text[phones[0].start:phones[0].end] or "八" in written or "捌" in written or "８" in written
    assert parse_phone(written).problem is None


@pytest.mark.parametrize(("written", "digits", "extension"), [
    ("0532-85912345", "053285912345", ""), ("0532 8591 2345", "053285912345", ""), ("(0532)85912345", "053285912345", ""), ("053285912345", "053285912345", ""),
    ("0532-85912345转801", "053285912345", "801"), ("0532-85912345-801", "053285912345", "801"), ("010-62345678", "01062345678", ""), ("座机85912345", "85912345", ""),
    ("电话是8591 2345", "85912345", ""), ("+86 532 8591 2345", "053285912345", ""), ("+86-532-85912345转801", "053285912345", "801"), ("（0532）8591-2345 转 801", "053285912345", "801"),
    ("零五三二八五九一二三四五", "053285912345", ""), ("0532—85912345", "053285912345", ""), ("电话 8 5 9 1 2 3 4 5", "85912345", ""),
])
def test_a_landline(written: str, digits: str, extension: str) -> None:
    phones = find_phones(written)
    assert [(phone.digits, phone.extension) for phone in phones] == [(digits, extension)]


@pytest.mark.parametrize("text", [
    "QD20231103000123", "单号 qd 2023 1103 000123", "370203198001011234", "身份证370203 19800101 1234", "12345", "打了12345没人管", "119", "欠我13800138000元",
    "2023-11-03 12:00", "1999-10-10 12:30", "卡号6225880212345678", "市北区延吉路117号3号楼501", "11月3号", "一二三四五", "物业费1380元", "订单号JD138001380001",
    "燃气户号10086123456789", "96111", "一百三十八块", "",
])
def test_no_phone(text: str) -> None:
    assert [phone for phone in find_phones(text) if phone.valid] == []


@pytest.mark.parametrize(("answer", "problem"), [
    ("1380013800", "too_short"), ("138001380001", "too_long"), ("12800138000", "prefix"), ("没有电话", "none"), ("12345", "too_short"), ("110", "none"), ("23800138000", "prefix"),
    ("不想说", "none"), ("0532859", "too_short"),
])
def test_why_an_answer_cannot_be_used(answer: str, problem: str) -> None:
    parsed = parse_phone(answer)
    assert parsed.phone is None and parsed.problem == problem


def test_a_bare_local_number_is_an_answer() -> None:
    parsed = parse_phone("8591 2345")
    assert parsed.phone is not None and parsed.phone.digits == "85912345"


@pytest.mark.parametrize(("text", "digits"), [
    ("物业电话0532-85912345没人接，我的电话13800138000", "13800138000"), ("我电话13800138000，物业经理13912345678不接电话", "13800138000"),
    ("小区墙上到处是办证小广告，上面写着13912345678，请清理", None), ("请回电13800138000", "13800138000"), ("13800138000", "13800138000"),
    ("骗子用13912345678给我打电话，本人联系方式：0532-85912345", "053285912345"),
    # behind an address, with nothing between
    ("奶奶叫不醒，城阳区惜福镇街道傅家埠社区18253267410", "18253267410"), ("李沧区九水路小学13800138000，孩子被打了", "13800138000"), ("延吉路117号401 13800138000", "13800138000"),
    ("延吉路117号2单元401，13800138000", "13800138000"), ("家住3单元一八二五三二六七四一零", "18253267410"),
    # whoever says who he is gives his own, whatever he is
    ("我是3号楼楼长王芳13800138000，电梯又坏了", "13800138000"), ("我是车主李强，13800138000，被乱贴条了呢", "13800138000"), ("其他联系方式13800138000，都可以打", "13800138000"),
    ("请打13800138000，我在家等着师傅上门来修", "13800138000"), ("老板欠钱不还，他电话是13912345678，我的是13800138000", "13800138000"),
    # somebody else's
    ("小区停水三天了，社区电话13800138000没人接", None), ("水管爆了，打物业电话0532-85912345一直占线", None), ("13912345678这个号码天天打来骚扰我，能不能管管", None),
    ("有个自称银行的来电，号码0532-66889120，让我转账", None), ("墙上招租电话13905327788挂了三年也没人拆", None), ("我打了13800138000没人接，小区停电怎么办", None),
    ("司机骂人，车牌鲁B12345，他手机13912345678，太嚣张了", None), ("小广告写着“随叫随到 18669870032”，没执照没店面", None), ("中介13912345678收了押金不退，我要投诉这个人", None),
    ("快递员13912345678把件扔了，请回13800138000", "13800138000"),
])
def test_the_citizens_own_number(text: str, digits: str | None) -> None:
    phone = own_phone(text)
    assert (phone.digits if phone else None) == digits


def test_numbers_are_read_back_in_groups() -> None:
    assert group_digits("13800138000") == "138 0013 8000"
    assert group_digits("053285912345") == "0532 8591 2345"
    assert group_digits("01062345678") == "010 6234 5678"
    assert group_digits("85912345") == "8591 2345"


@pytest.mark.parametrize(("text", "digits"), [
    ("路灯全瞎了，福州路 8531 0927", "85310927"), ("材料还要不要补，862-31745", "86231745"),
    ("单号8531 0927", ""), ("8531 0927这个单子办到哪了", ""), ("一共交了8531 元", ""), ("表上读数 8531 0927", ""),
    ("物业电话没人接，让他打我这个一三八零零一三八零零零", "13800138000"),
])
def test_a_local_number_in_groups_at_the_end_and_a_number_to_be_called_back_on(text: str, digits: str) -> None:
    found = own_phone(text)
    assert (found.digits if found else "") == digits
