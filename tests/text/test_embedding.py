"""Sentence embeddings: what is near in meaning is near; any encoder can be plugged in; none is an answer too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from hotline.text.embedding import UNIVERSAL, Remembered, encoder


class Counting:
    """A tiny encoder that counts what it was asked."""

    size = 2

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


def counting() -> Counting:
    return Counting()


def test_meaning_is_near_where_words_are_not() -> None:
    universal = encoder(UNIVERSAL)
    assert universal is not None
    vectors = universal.encode(["马路边的灯不亮了", "街上路灯坏了没人修", "孩子上学怎么报名"])
    assert vectors.shape == (3, universal.size)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    near = vectors @ vectors.T
    assert near[0, 1] > near[0, 2] + 0.2


@pytest.mark.parametrize("text", ["", " ", "😀", "\x00", "啊" * 5000])
def test_odd_texts_have_a_vector_too(text: str) -> None:
    universal = encoder(UNIVERSAL)
    assert universal is not None and np.isfinite(universal.encode([text])).all()


def test_an_encoder_is_named_by_its_path() -> None:
    assert encoder("none") is None
    found = encoder(f"{__name__}.counting")
    assert found is not None and found.size == 2
    for wrong in ("no.such.thing", "hotline.text.embedding.absent", "nodots"):
        with pytest.raises(ImportError):
            encoder(wrong)


def test_known_texts_are_not_read_again_and_forgotten_ones_are() -> None:
    inner = Counting()
    memory = Remembered(inner)
    memory.encode(["一", "二二"])
    assert memory.encode(["二二", "三三三"]).tolist() == [[2, 1], [3, 1]]
    assert inner.asked == ["一", "二二", "三三三"]
    memory.encode(["一"])
    memory.encode(["一", "二二"])
    assert inner.asked[3:] == ["一", "一"]
