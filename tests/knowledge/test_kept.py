"""What the index has learnt is kept for the next start, and only for the same texts and the same encoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from hotline.knowledge.kept import learnt
from hotline.text.embedding import Vectors

TEXTS = ["路灯不亮", "路灯坏了", "井盖丢了", "井盖没有了", "天气怎样", "讲个笑话"]
LABELS = np.array([0, 0, 1, 1, 2, 2])


class Letters:
    """An encoder that counts letters; it knows how many texts it was asked for."""

    size = 32

    def __init__(self, shift: int = 0) -> None:
        self._shift = shift
        self.asked = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += len(texts)
        rows = np.zeros((len(texts), self.size), dtype=np.float32)
        for row, text in enumerate(texts):
            for letter in text:
                rows[row, (ord(letter) + self._shift) % self.size] += 1
        return rows


def test_a_second_start_learns_nothing_and_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, first, second = tmp_path / "kept.npz", Letters(), Letters()
    vectors, model = learnt(TEXTS, LABELS, first, kept)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was learnt anew")

    monkeypatch.setattr(LogisticRegression, "fit", never)
    again, same = learnt(TEXTS, LABELS, second, kept)
    assert second.asked == 1 and np.array_equal(vectors, again)
    probe = first.encode(["路灯没有了"])
    assert np.array_equal(model.predict_log_proba(probe), same.predict_log_proba(probe))
    assert [path.name for path in tmp_path.iterdir()] == ["kept.npz"]


def test_other_texts_labels_or_encoders_are_learnt_anew(tmp_path: Path) -> None:
    kept = tmp_path / "kept.npz"
    for texts, labels, encoder in (
        (TEXTS, LABELS, Letters()), ([*TEXTS[:5], "唱个歌"], LABELS, Letters()),
        (TEXTS, np.array([0, 0, 1, 1, 2, 1]), Letters()), (TEXTS, LABELS, Letters(shift=3)),
    ):
        learnt(texts, labels, encoder, kept)
        assert encoder.asked >= len(TEXTS)


@pytest.mark.parametrize("found", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_file_that_cannot_be_used_is_replaced(tmp_path: Path, found: bytes) -> None:
    kept = tmp_path / "kept.npz"
    kept.write_bytes(found)
    learnt(TEXTS, LABELS, Letters(), kept)
    again = Letters()
    learnt(TEXTS, LABELS, again, kept)
    assert again.asked == 1


def test_a_folder_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    assert len(learnt(TEXTS, LABELS, Letters(), tmp_path / "not there" / "kept.npz")[0]) == len(TEXTS)
