"""The fixed test set: the checkout's tables and the labels kept back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hotline.errors import BadInput
from hotline.training.exam import EXAMPLES, QUESTIONS, UNKNOWN, Item, read_exam


def test_the_checkouts_tables_and_held_back_labels(tmp_path: Path) -> None:
    labels = [{"text": "漏气了", "intent": "report", "service": "gas_leak", "emergency": "gas:leak"},
              {"text": "随便说说", "intent": "chitchat", "service": None, "emergency": "none"},
              {"text": "不知道", "intent": None, "service": None, "emergency": None}]
    (tmp_path / "test.jsonl").write_text("\n".join(json.dumps(label, ensure_ascii=False) for label in labels))
    exam = read_exam(tmp_path)
    assert exam.missing == () and len(exam.questions) == QUESTIONS
    assert exam.messages[-3:] == (
        Item("漏气了", "标注", "report", "gas_leak", "gas"), Item("随便说说", "标注", "chitchat", UNKNOWN, None),
        Item("不知道", "标注"))
    assert {item.where for item in exam.dangers} == {"测试集", "紧急测试集", "紧急例句", "标注"}
    assert sum(item.where == "紧急例句" for item in exam.dangers) == EXAMPLES
    assert exam == read_exam(tmp_path)  # fixed
    assert exam.taught == ()


def test_labels_that_train_are_no_exam(tmp_path: Path) -> None:
    (tmp_path / "taught.jsonl").write_text('{"text": "漏气了", "intent": "report", "emergency": "gas:leak"}')
    exam = read_exam(tmp_path, tables=tmp_path)
    assert exam.taught == (Item("漏气了", "标注", "report", UNKNOWN, "gas"),)
    assert exam.messages == () and all(item.where == "紧急例句" for item in exam.dangers)


def test_without_tables_the_labels_still_are_an_exam(tmp_path: Path) -> None:
    (tmp_path / "test.jsonl").write_text('{"text": "漏气了", "intent": "report"}')
    exam = read_exam(tmp_path, tables=tmp_path)
    assert [item.text for item in exam.messages] == ["漏气了"]
    assert len(exam.missing) == 3 and exam.questions == ()


def test_a_line_that_is_no_label_is_named(tmp_path: Path) -> None:
    (tmp_path / "test.jsonl").write_text('{"text": "漏气了"}\n[1]')
    with pytest.raises(BadInput, match="第 2 行"):
        read_exam(tmp_path)
