"""The trained model: its examples, its file, what a broken one does, and a small model of its own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from hotline.emergency import Detector
from hotline.emergency.model import NONE, Model
from hotline.emergency.spelling import fold
from hotline.emergency.thresholds import Thresholds
from hotline.emergency.training import fingerprint, load_or_train, model_path, ordinary, read_examples, train
from hotline.emergency.windows import sentences, windows
from hotline.errors import BadInput

SMALL = [(fold(text), label) for text, label in (
    ("厨房里一股怪味灶上的火灭了", "gas:leak"), ("阀门那里嗤嗤响", "gas:leak"), ("罐子一直叫唤有味", "gas:leak"),
    ("他躺在地上叫不应了", "life:illness"), ("老人脸歪了说不清话", "life:illness"), ("路边有人不动弹", "life:illness"),
    ("燃气费怎么交", NONE), ("路灯坏了", NONE), ("小区停车收费太贵", NONE), ("物业不打扫楼道", NONE))]


def test_examples_are_many_and_of_every_kind() -> None:
    counts = Counter(label for _, label in read_examples())
    assert counts[NONE] >= 4000
    assert min(counts[label] for label in counts) >= 300
    assert {label.split(":")[0] for label in counts} == {"gas", "life", NONE}
    assert sum(1 for _ in ordinary()) >= 7000


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("# comment\ngas|leak|有味\ngas|flood|水\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"x\.txt line 3"):
        list(read_examples(tmp_path))


def test_a_small_model_learns_and_survives_its_file(tmp_path: Path) -> None:
    model = train("none", SMALL)
    model.save(tmp_path / "m.npz")
    again = Model.load(tmp_path / "m.npz", None)
    for text, label in SMALL:
        chances = model.chances(text)
        assert max(chances, key=lambda name: chances[name]) == label
        assert again.chances(text) == pytest.approx(chances)
        assert sum(chances.values()) == pytest.approx(1.0, abs=1e-5)


def test_a_model_is_trained_once_for_the_sources_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = []

    def small(embeddings: str) -> Model:
        trained.append(embeddings)
        return train("none", SMALL)

    monkeypatch.setattr("hotline.emergency.training.train", small)
    (tmp_path / "emergency-0000000000000000.npz").write_bytes(b"old")
    load_or_train("none", tmp_path)
    load_or_train("none", tmp_path)
    assert trained == ["none"]
    assert [path.name for path in tmp_path.iterdir()] == [model_path("none", tmp_path).name]
    assert fingerprint("none") != fingerprint()


def test_an_example_of_danger_goes_before_what_the_bots_example_sounds_like(tmp_path: Path) -> None:
    own, nlu = tmp_path / "own", tmp_path / "nlu"
    own.mkdir()
    nlu.mkdir()
    odd = "灶间那股味儿冲得人睁不开眼"
    (own / "overlay.txt").write_text(f"gas|leak|{odd}\nlife|illness|人躺着叫不应\n", encoding="utf-8")
    (nlu / "overlay.yml").write_text(
        f'nlu:\n- intent: report\n  examples: |\n    - {odd}\n    - 路灯坏了\n', encoding="utf-8")
    model = train("none", folder=own, nlu=nlu)
    chances = model.chances(fold(odd))
    assert max(chances, key=lambda name: chances[name]) == "gas:leak"
    assert set(chances) == {"gas:leak", "life:illness", NONE}


def test_without_a_model_the_patterns_decide_and_with_one_it_hears_more(detector: Detector) -> None:
    plain, indirect = "家里煤气漏了", "炉子底下嗤嗤的，我和老伴都迷糊了想睡觉"
    patterns = Detector()
    assert patterns.detect(plain) is not None and detector.detect(plain) is not None
    found = detector.detect(indirect)
    assert found is not None and found.kind == "gas"


def test_a_model_may_arrive_while_messages_come() -> None:
    late = Detector()
    text = "他躺在地上叫不应了"
    before = late.detect(text)
    late.use(train("none", SMALL), Thresholds())
    after = late.detect(text)
    assert after is not None and after.kind == "life"
    assert before is None or before.kind == "life"


def test_pieces_cover_a_long_message_and_a_short_one_has_none() -> None:
    assert windows("煤气漏了") == []
    letter = fold("您好。" + "我住在老小区，物业收费不透明，绿化没人管。" * 8 + "没有标点的一大段" * 20)
    pieces = windows(letter)
    assert max(map(len, pieces)) <= 110
    assert not [piece for piece in pieces if piece.endswith("。")]
    for sentence in (part.strip("。") for part in sentences(letter)):
        assert all(any(sentence[at:at + 10] in piece for piece in pieces) for at in range(len(sentence) - 9))
