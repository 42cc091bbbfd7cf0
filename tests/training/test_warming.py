"""The bot's training must find each of its sentences among the vectors that were computed before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from hotline.text import vector_cache
from hotline.text.embedding import Vectors
from hotline.text.normalise import normalise
from hotline.training import warming
from hotline.training.warming import warm


class Counting:
    """An encoder that says what it was asked."""

    size = 2

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.ones((len(texts), 2), dtype=np.float32)


def test_every_example_is_there_when_the_bot_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(f"    - {text}\n" for text in ("樓道燈ＡＢＣ壞了", "路灯不亮", "路灯不亮"))
    (tmp_path / "some.yml").write_text(f"nlu:\n- intent: report\n  examples: |\n{lines}", encoding="utf-8")
    first, second = Counting(), Counting()
    monkeypatch.setattr(warming, "encoder", lambda path: first)
    assert warm(tmp_path, "some.encoder", tmp_path / "kept.sqlite") == 2
    assert first.asked == ["楼道灯abc坏了", "路灯不亮"]
    again = vector_cache.cached(second, "some.encoder", tmp_path / "kept.sqlite")
    assert again is not None
    again.encode([normalise(text).text.lower() for text in ("樓道燈ＡＢＣ壞了", "路灯不亮", "别的")])
    assert second.asked == ["别的"]
