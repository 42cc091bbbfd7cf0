"""Which labels test: a fixed share, near-duplicates together."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.errors import SettingsError
from hotline.settings import Settings
from hotline.training.duplicates import Duplicates
from hotline.training.parts import drawn, parts_of


def test_the_share_is_drawn_by_the_key_and_stays() -> None:
    keys = [f"message {number}" for number in range(4000)]
    tested = [key for key in keys if drawn(key, 0.2) == "test"]
    assert 0.17 < len(tested) / len(keys) < 0.23
    assert tested == [key for key in keys if drawn(key, 0.2) == "test"]
    assert {drawn(key, 0.0) for key in keys} == {"train"}


def test_a_near_duplicate_goes_where_its_like_is() -> None:
    duplicates = Duplicates()
    text = "小区东门的路灯三天没亮了，麻烦派人修一下"
    for part in ("train", "test"):
        assert parts_of([("x", text + "！")], [(text, part)], 0.2, duplicates) == [part]
    assert parts_of([("x", text)], [(text, "train"), (text + "。", "test")], 0.2, duplicates) == ["test"]
    batch = parts_of([(str(number), text + "！" * number) for number in range(20)], [], 0.5, duplicates)
    assert len(set(batch)) == 1


def test_near_and_not_near() -> None:
    duplicates = Duplicates()
    texts = ["路灯不亮了，请派人来修", "路灯不亮了，请派人来修！！", "电梯不动了，请派人来修", "好", "好的", "？", ""]
    near = duplicates.near(texts, texts)
    assert near[0] == [0, 1] and near[1] == [0, 1] and near[2] == [2] and near[3] == [3] and near[4] == [4]
    assert duplicates.near([], texts) == {} and duplicates.near(texts, []) == {}


def test_the_share_is_a_setting_below_one(tmp_path: Path) -> None:
    assert Settings.from_env({"HOTLINE_VAR": str(tmp_path), "HOTLINE_TEST_SHARE": "0.35"}).test_share == 0.35
    for wrong in ("1", "0.95", "-0.1", "nan", "half"):
        with pytest.raises(SettingsError, match="HOTLINE_TEST_SHARE"):
            Settings.from_env({"HOTLINE_VAR": str(tmp_path), "HOTLINE_TEST_SHARE": wrong})
