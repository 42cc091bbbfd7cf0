"""The words of a text by a jieba that knows the city: no Rasa in here."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

import jieba

from bot.components import sources
from hotline.text.gazetteer import gazetteer
from hotline.text.normalise import normalise

USER_DICTIONARIES = ("bot/data/jieba/qingdao.txt",)


def cut(text: str) -> list[str]:
    """The words of a normalised text."""
    return [word for word in words_of(USER_DICTIONARIES).cut(text) if word.strip()]


@lru_cache(maxsize=4)
def words_of(dictionaries: tuple[str, ...]) -> jieba.Tokenizer:
    """A jieba of our own with the city's names and these user dictionaries, initialised; shared in the process."""
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for name in gazetteer().names:
        tokenizer.add_word(normalise(name).text.lower())
    for dictionary in dictionaries:
        path = sources.ROOT / dictionary
        if path.is_file():
            _add_words(tokenizer, path)
    return tokenizer


def _add_words(tokenizer: jieba.Tokenizer, path: Path) -> None:
    """Read jieba's own form, `word [frequency] [tag]` a line; # starts a comment."""
    for line in path.read_text(encoding="utf-8").splitlines():
        parts = line.split("#", 1)[0].split()
        if parts:
            frequency = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else None
            tokenizer.add_word(normalise(parts[0]).text.lower(), frequency)
