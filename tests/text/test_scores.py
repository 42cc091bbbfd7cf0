"""Scores by themselves, and scores beside a matter."""

from __future__ import annotations

import pytest

from hotline.text.scores import only_score


@pytest.mark.parametrize(("text", "score"), [
    ("很满意", 5), ("非常满意", 5), ("满意", 4), ("一般", 3), ("不满意", 2), ("很不满意", 1), ("非常不满意！", 1),
    ("5", 5), ("给3分", 3), ("五星", 5), ("满意，谢谢", 4), ("对这次服务很满意，非常感谢您", 5), ("不太满意", 2),
    ("还行吧", 3), ("太差了", 1), ("好评", 5), ("基本满意", 3),
])
def test_a_score_and_nothing_else(text: str, score: int) -> None:
    assert only_score(text) == score


@pytest.mark.parametrize("text", [
    "", "谢谢", "不满意，路灯还是不亮", "满意度怎么查", "我要投诉不满意的物业", "12345", "6", "一般多久能修好",
    "很满意你们的路灯维修，但是楼道灯坏了", "5号楼停水",
])
def test_a_matter_is_no_score(text: str) -> None:
    assert only_score(text) is None
