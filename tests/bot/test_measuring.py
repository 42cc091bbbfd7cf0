"""Measuring an outside log: counted once or fitted anew is the same, figures add up, bad rows are refused."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.letter_sorting import LetterSorting
from bot.components.letters import HEAD, head_of, letter
from bot.components.words import cut
from bot.measuring.counted import Counted
from bot.measuring.crossval import Material, confusions, cross_validate
from bot.measuring.rows import check, read_rows
from hotline.text.ngrams import Features
from tests.bot.servers import ROOT

CONTEXT = ExecutionContext(GraphSchema({}))
SUBJECTS = {"道路": ["路面坑洼", "井盖丢了", "红绿灯坏了"], "物业": ["物业费太高", "电梯停了", "保安不管"],
            "学校": ["学校补课", "幼儿园收费", "食堂饭菜差"]}


def rows(count: int = 45) -> list[tuple[str, str]]:
    """Texts of two lines whose label can be learnt, in a fixed order."""
    dice = random.Random(1)
    labels = [list(SUBJECTS)[at % len(SUBJECTS)] for at in range(count)]
    return [(f"{dice.choice(SUBJECTS[label])}\n小区{at}号楼，{dice.choice(SUBJECTS[label])}，请尽快处理", label)
            for at, label in enumerate(labels)]


def test_counted_once_gives_the_rows_of_features_fitted_on_the_same_texts() -> None:
    documents = [letter(text, cut).whole for text, _ in rows()] + [("", [])]
    train, test = np.arange(30), np.arange(30, 46)
    counted = Counted(documents).views(train, test)
    features = Features()
    fitted = features.fit([documents[at] for at in train]), features.rows([documents[at] for at in test])
    for ours, theirs in zip(counted, fitted, strict=True):
        assert ours.shape == theirs.shape
        # The columns stand in another order: inner products say the same of both.
        assert np.allclose((ours @ ours.T).toarray(), (theirs @ theirs.T).toarray(), atol=1e-5)


def test_the_head_is_the_title_or_how_a_letter_begins() -> None:
    assert head_of("  路灯坏了 \n很长的正文") == "路灯坏了"
    assert len(head_of("字" * 500)) == HEAD


def test_figures_of_a_cross_validation() -> None:
    texts, labels = zip(*rows(), strict=True)
    material = Material.of([letter(text, cut) for text in texts], lambda: None, labels)
    told: list[float] = []
    report, said = cross_validate(material, 5, [0.5, 1.0], told.append)
    again, _ = cross_validate(material, 5, [0.5, 1.0], told.append)
    assert report == again and told[-1] == 1.0
    assert report["accuracy"] == pytest.approx(np.mean(report["folds"]), abs=1e-3) and report["accuracy"] > 0.8
    assert [point["share"] for point in report["curve"]] == [0.5, 1.0]
    assert [point["rows"] for point in report["curve"]] == [18, 36]
    assert sum(one["rows"] for one in report["labels"]) == 45
    wrong = confusions(material.labels, np.array(["道路"] * 45), texts)
    assert {(one["label"], one["said"], one["count"]) for one in wrong} == {("学校", "道路", 15), ("物业", "道路", 15)}
    assert (said != material.labels).sum() == sum(one["count"] for one in confusions(material.labels, said, texts))


def test_a_csv_and_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text('title,body,kind\n甲,"一\n二",道路\n乙,三,\n丙,,物业\n', encoding="utf-8-sig")
    assert read_rows(file, ["title", "body"], "kind") == [("甲\n一\n二", "道路"), ("丙", "物业")]
    with pytest.raises(ValueError, match="没有这一列：nosuch"):
        read_rows(file, ["nosuch"], "kind")
    with pytest.raises(ValueError, match="每种标签至少 5 行；不够的：物业"):
        check([*[("x", "道路")] * 5, ("y", "物业")], 5)
    bad = tmp_path / "rows.jsonl"
    bad.write_text('{"text": "a", "label": "b"}\n[]\n', encoding="utf-8")
    with pytest.raises(ValueError, match="第 2 行"):
        read_rows(bad, [], "label")


def test_the_command_tells_its_progress_and_writes_its_figures(tmp_path: Path) -> None:
    file, out = tmp_path / "rows.jsonl", tmp_path / "out" / "result.json"
    file.write_text("".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows()))
    command = [sys.executable, "-m", "bot", "measure", "--data", str(file), "--embeddings", "none", "--curve", "0.5,1",
               "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "@progress 100 完成" in done.stdout and "45 行，3 种标签，5 折" in done.stdout
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["rows"] == 45 and report["seed"] == 7 and report["peak_mb"] > 0 and len(report["folds"]) == 5
    bad = subprocess.run([*command[:5], str(tmp_path / "nosuch.jsonl")], cwd=ROOT, capture_output=True, text=True)
    assert bad.returncode == 2 and "不能测量" in bad.stderr


def test_the_component_learns_the_labels_and_is_kept(tmp_path: Path) -> None:
    storage = LocalModelStorage.create(tmp_path)
    config = {**LetterSorting.get_default_config(), "embeddings": "none"}
    component = LetterSorting.create(config, storage, Resource("sorting"), CONTEXT)
    component.train(TrainingData([Message.build(text, intent=label) for text, label in rows()]))
    kept = LetterSorting.load(config, storage, Resource("sorting"), CONTEXT)
    messages = kept.process([Message({"text": "幼儿园收费太贵"}), Message({"text": " "})])
    assert messages[0].get("intent")["name"] == "学校"
    assert sum(item["confidence"] for item in messages[0].get("intent_ranking")) == pytest.approx(1, abs=0.01)
    assert messages[1].get("intent") == {"name": None, "confidence": 0.0}
