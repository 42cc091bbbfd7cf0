"""Every usual writing of a phone number, and the long numbers that are none."""

from __future__ import annotations

import pytest

from hotline.text.phones import find_phones, group_digits, own_phone, parse_phone


@pytest.mark.parametrize("written", [
    "13800138000", "138-0013-8000", "138 0013 8000", "+86 13800138000", "+8613800138000", "0086-138-0013-8000", "8613800138000", "（+86）13800138000",
    "１３８００１３８０００", "一三八零零一三八零零零", "幺三八零零幺三八零零零", "138.0013.8000", "1 3 8 0 0 1 3 8 0 0 0", "138零零一三8000", "壹叁捌零零壹叁捌零零零",
    "138—0013—8000", "1380013 8000", "138\u200b00138000", "138 00138000", "138/0013/8000", "一三八，零零一三，八零零零",
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
    ("电话是8591 2345", "85912345", ""),
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
])
def test_the_citizens_own_number(text: str, digits: str | None) -> None:
    phone = own_phone(text)
    assert (phone.digits if phone else None) == digits


def test_numbers_are_read_back_in_groups() -> None:
    assert group_digits("13800138000") == "138 0013 8000"
    assert group_digits("053285912345") == "0532 8591 2345"
    assert group_digits("01062345678") == "010 6234 5678"
    assert group_digits("85912345") == "8591 2345"
