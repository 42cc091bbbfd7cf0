"""How a question is cut up for the search: folded, synonyms put together, words and character n-grams."""

from __future__ import annotations

import logging
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import jieba

from hotline.text.normalise import squeezed

HERE = Path(__file__).parent
LONGEST_QUERY = 400

_SIGNS = re.compile("[0-9a-z]+|.")
# Words that carry no matter: politeness, particles, and what every question has.
_EMPTY = frozenset(
    "的 了 吗 呢 啊 吧 呀 么 嘛 哦 噢 哈 呗 啦 嘞 哎 唉 嗯 请问 您好 你好 请 谢谢 麻烦 问 问问 知道 说 "
    "我 我们 咱 咱们 俺 俺们 你 你们 您 恁 他 她 它 他们 这 那 这个 那个 这种 那种 这样 那样 哪 一下 一个 个 些 "
    "是 是不是 有 有没有 在 就 都 也 还 又 想 要 会 能 能不能 可以 可不可以 给 把 被 让 和 跟 与 到 去 来 现在 "
    "得 地 着 过 上 下 里 里面 对 为 以 等 或".split()
)
_LIGHT = re.compile(
    "(?:我?想)?(?:请问|咨询|打听|问)(?:一下|下)|麻烦问(?:一下|下)|我?想问|请问|咨询|您好|你好|谢谢|劳驾"
)


@cache
def _tokenizer() -> jieba.Tokenizer:
    """A tokenizer of our own, so that the field's words do not change another room's cuts."""
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for group in _groups():
        for word in group:
            tokenizer.add_word(word)
    return tokenizer


@cache
def _groups() -> tuple[tuple[str, ...], ...]:
    lines = (HERE / "synonyms.txt").read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split()) for line in lines if line.strip() and not line.startswith("#"))


@cache
def _synonyms() -> tuple[re.Pattern[str], dict[str, str]]:
    table = {word: group[0] for group in _groups() for word in group}
    longest_first = sorted(table, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), table


def fold(text: str) -> str:
    """One writing of the same words: half width, lower case, simplified, no punctuation."""
    return squeezed(text[:LONGEST_QUERY])


def canonical(text: str) -> str:
    """The folded text without greetings, every synonym replaced by its group's first word."""
    pattern, table = _synonyms()
    return pattern.sub(lambda match: table[match.group()], _LIGHT.sub("", fold(text)))


def words(text: str) -> list[str]:
    """The words of a canonical text that carry its matter."""
    return [word for word in _tokenizer().lcut(text) if word not in _EMPTY and word.strip()]


def pieces(text: str) -> list[str]:
    """Characters and their pairs of a raw text (a number or Latin word counts as one character).

    Single characters carry most of a Chinese paraphrase: 换表钱谁掏 and 燃气表坏了谁出钱 share no word.
    """
    single = _SIGNS.findall(canonical(text))
    return single + [first + second for first, second in pairwise(single)]


def features(text: str) -> list[str]:
    """Characters, pairs and words (marked) of a raw text, for the models."""
    return pieces(text) + [f"w:{word}" for word in words(canonical(text))]


def warm_up() -> None:
    """Load the tokenizer's dictionary now (about a second) rather than at the first question."""
    _tokenizer()
    _synonyms()
