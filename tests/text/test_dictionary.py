"""The bot's user dictionary: well-formed for jieba, and the city and its terms come out whole."""

from __future__ import annotations

import logging
from pathlib import Path

import jieba
import pytest

from hotline.text.gazetteer import gazetteer

FILE = Path(__file__).resolve().parents[2] / "bot" / "data" / "jieba" / "qingdao.txt"


@pytest.fixture(scope="module")
def cut() -> jieba.Tokenizer:
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.load_userdict(str(FILE))
    return tokenizer


def test_lines_are_word_frequency_and_tag() -> None:
    words = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        word, frequency, tag = line.split()
        assert int(frequency) > 0 and tag in ("ns", "n")
        words.append(word)
    assert len(words) == len(set(words))


def test_districts_towns_and_roads_are_in_it() -> None:
    words = {line.split()[0] for line in FILE.read_text(encoding="utf-8").splitlines()}
    missing = [name.text for name in gazetteer().names.values()
               if name.section in ("district", "town", "road") and not name.weak and name.text not in words]
    assert missing == []


@pytest.mark.parametrize(("sentence", "whole"), [
    ("市北区延吉路的路灯不亮", ["市北区", "延吉路", "路灯"]), ("人民路装灯箱", ["人民路", "灯箱"]), ("厨房燃气管道漏气", ["燃气管道", "漏气"]),
    ("西海岸新区薛家岛街道", ["西海岸新区", "薛家岛街道"]), ("业委会换届物业费", ["业委会", "物业费"]), ("台东三路店招掉了", ["台东三路", "店招"]),
])
def test_words_come_out_whole(cut: jieba.Tokenizer, sentence: str, whole: list[str]) -> None:
    words = cut.lcut(sentence)
    assert [word for word in whole if word not in words] == []
