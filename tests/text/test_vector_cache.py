"""Vectors kept in a file: known texts are not encoded again, and no state of the file stops a training."""

from __future__ import annotations

from pathlib import Path

from hotline.text.vector_cache import CHUNK, cached
from tests.text.test_embedding import Counting


def test_only_new_texts_are_encoded_by_whoever_comes_next(tmp_path: Path) -> None:
    path = tmp_path / "models" / "vectors.sqlite"
    first, second = Counting(), Counting()
    texts = [str(number) * (number % 7 + 1) for number in range(CHUNK + 5)]
    found = cached(first, "a", path).encode(texts)  # type: ignore[union-attr]
    again = cached(second, "a", path).encode([*texts, "新的一句", texts[0]])  # type: ignore[union-attr]
    assert second.asked == ["新的一句"]
    assert again[:-2].tolist() == found.tolist() == [[len(text), 1.0] for text in texts]
    assert again[-1].tolist() == found[0].tolist()


def test_each_encoder_has_its_own_vectors(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    cached(first, "a", tmp_path / "v").encode(["一"])  # type: ignore[union-attr]
    cached(second, "b", tmp_path / "v").encode(["一"])  # type: ignore[union-attr]
    assert second.asked == ["一"] and cached(None, "none") is None


def test_a_spoiled_file_and_a_forbidden_folder_only_cost_time(tmp_path: Path) -> None:
    spoiled = tmp_path / "spoiled"
    spoiled.write_bytes(b"no database at all" * 100)
    for path in (spoiled, tmp_path):
        assert cached(Counting(), "a", path).encode(["一", "二二"]).tolist() == [[1, 1], [2, 1]]  # type: ignore[union-attr]


def test_the_file_holds_no_text(tmp_path: Path) -> None:
    cached(Counting(), "a", tmp_path / "v").encode(["张三住在延吉路"])  # type: ignore[union-attr]
    assert "张三" not in (tmp_path / "v").read_bytes().decode("utf-8", errors="ignore")
