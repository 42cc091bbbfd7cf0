"""Tables as people bring them: columns found by name, other names of acts, what an empty cell means, bad files."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.care.evaluation.tables import read_messages, read_questions
from hotline.errors import BadInput


def table(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_domain_is_talk_and_other_empty_labels_are_unknown(tmp_path: Path) -> None:
    rows = read_messages(table(tmp_path, "\ufefftext,domain,act,service,emergency,place\n"
                                         "路灯坏了,public_facilities,complaint_or_report,,,延吉路\n你好,,,,,\n"))
    assert rows[0].labels == {"domain": "public_facilities", "act": "report", "emergency": None, "place": "延吉路"}
    assert rows[1].labels == {"domain": None, "act": None, "service": None, "emergency": None, "place": None}
    assert [row.line for row in rows] == [2, 3]


def test_the_text_column_is_found_or_named(tmp_path: Path) -> None:
    path = table(tmp_path, "chat_no_cue,details,domain,selected_by\n短,长,other,random\n")
    assert read_messages(path)[0].text == "短"
    assert read_messages(path, "details")[0].text == "长"
    assert read_messages(path)[0].group == "random"


def test_facts_in_any_usual_spelling(tmp_path: Path) -> None:
    rows = read_questions(table(tmp_path, 'question,facts\n一,A-01 A-02\n二,"A-03,A-04"\n三,\n四,none\n'))
    assert [set(row.facts) for row in rows] == [{"A-01", "A-02"}, {"A-03", "A-04"}, set(), set()]


@pytest.mark.parametrize(("text", "why"), [
    ("", "no rows"), ("text,domain\n", "no rows"), ("what,domain\nx,other\n", "none of the columns"),
    ("text,colour\nx,red\n", "none of the columns domain"),
])
def test_a_file_that_is_no_such_table_says_why(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        read_messages(table(tmp_path, text))


def test_an_unreadable_file_and_a_missing_column_are_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_messages(tmp_path / "absent.csv")
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"text,domain\n\xff\xfe\n")
    with pytest.raises(BadInput, match="cannot be read"):
        read_messages(binary)
    with pytest.raises(BadInput, match="no column facts"):
        read_questions(table(tmp_path, "question\n一\n"))
    with pytest.raises(BadInput, match="no column details"):
        read_messages(table(tmp_path, "text,domain\nx,other\n"), "details")
