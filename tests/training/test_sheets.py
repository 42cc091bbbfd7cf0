"""Outside logs as tables: encodings, separators, and every bad line by its number."""

from __future__ import annotations

import pytest

from hotline.errors import BadInput
from hotline.training.sheets import labelled, read_sheet

LOG = '编号,标题,正文,类\n1,路灯,"不亮\n三天了",城建\n2,补课,收费,教育\n'


@pytest.mark.parametrize(("encoding", "told"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030")])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_csv_in_either_encoding(encoding: str, told: str, separator: str) -> None:
    sheet = read_sheet(LOG.replace(",", separator).replace("\n", "\r\n").encode(encoding))
    assert sheet.columns == ["编号", "标题", "正文", "类"] and sheet.encoding == told and not sheet.problems
    rows = labelled(sheet, ["标题", "正文"], "类", False)
    assert [(row.line, row.label) for row in rows] == [(2, "城建"), (4, "教育")]
    assert rows[1].text == "补课\n收费"


def test_jsonl_has_the_columns_of_all_its_rows() -> None:
    sheet = read_sheet('{"t": "一", "l": "甲"}\n\n{"t": 2, "l": "乙", "more": [1]}\n'.encode())
    assert sheet.columns == ["t", "l", "more"]
    assert [(row.line, row.text, row.label) for row in labelled(sheet, ["t"], "l", False)] == [
        (1, "一", "甲"), (3, "2", "乙")]


def test_every_bad_row_is_named_with_its_line() -> None:
    sheet = read_sheet(
        f"t,l\n好,甲\n少\n多,甲,乙\n,甲\n没标签,\n{'长' * 20_001},甲\nx,{'长' * 81}".encode())
    labelled(sheet, ["t"], "l", False)
    assert sorted((one["line"], one["reason"]) for one in sheet.problems) == [
        (3, "有 1 列，表头是 2 列"), (4, "有 3 列，表头是 2 列"), (5, "正文是空的"), (6, "没有标签"),
        (7, "正文有 20001 个字，最多 20000"), (8, "标签超过 80 个字")]


def test_rows_without_a_label_may_be_passed_over() -> None:
    sheet = read_sheet("t,l\n一,甲\n二,\n三,乙\n".encode())
    assert [row.line for row in labelled(sheet, ["t"], "l", True)] == [2, 4] and not sheet.problems


def test_broken_lines_of_both_kinds() -> None:
    sheet = read_sheet('{"t": "一"}\n{"t": \n[1]\n'.encode())
    assert [one["line"] for one in sheet.problems] == [2, 3]
    sheet = read_sheet('t,l\n一,甲\n"没有关上,乙\n三,乙\n'.encode())
    assert sheet.problems == [{"line": 3, "reason": "引号没有成对，从这一行起读不下去"}]


@pytest.mark.parametrize(("raw", "said"), [
    (b" \n ", "空的"), (b"a,a\n1,2\n", "重复"), (b"a,\n1,2\n", "不能为空"), (b"ok\n\xff\xff\xff\n", "第 2 行"),
])
def test_what_is_no_table_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_sheet(raw)


@pytest.mark.parametrize(("text", "label", "said"), [
    (["nosuch"], "l", "没有这一列：nosuch"), ([], "l", "至少一列"), (["t"], "t", "同时"), (["l"], "t", "1 种标签")])
def test_columns_that_make_no_sense(text: list[str], label: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        labelled(read_sheet("t,l\n一,甲\n一,乙\n".encode()), text, label, False)
