"""The search on our own questions, how its weights are set, and the commands an operator has."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from hotline.care.evaluation.tables import read_questions
from hotline.knowledge import cli
from hotline.knowledge.files import load_folder
from hotline.knowledge.index import Index
from hotline.knowledge.tuning import tune
from hotline.knowledge.weights import read_weights, write_weights
from tests.knowledge.samples import HOSE, METER, write

QUESTIONS = Path(__file__).parent.parent / "understanding" / "questions.csv"


def test_a_search_without_embeddings_still_finds_the_article() -> None:
    articles = [article for file in load_folder() for article in file.articles]
    index = Index(articles, None)
    rows = [row for row in read_questions(QUESTIONS) if row.facts]
    first = [index.answer(row.text, 1).hits for row in rows]
    right = sum(bool(hits and row.facts & set(hits[0].article.facts)) for row, hits in zip(rows, first, strict=True))
    assert right / len(rows) >= 0.85


def test_weights_are_set_on_held_out_questions() -> None:
    articles = [article for file in load_folder() for article in file.articles][:25]
    said: list[str] = []
    weights = tune(articles, None, said.append)
    assert weights.rank["terms"] > 0 and 0 < weights.ask < weights.answer < 1
    assert len(said) == 6 and "留出的问法" in said[-1]
    index = Index(articles, None, weights)
    assert index.answer(articles[3].similar[0], 1).hits[0].article == articles[3]


def test_both_kinds_of_search_have_weights(tmp_path: Path) -> None:
    both = {kind: read_weights(kind) for kind in (True, False)}
    assert "meaning" in both[True].rank and "meaning" not in both[False].rank
    write_weights(both, tmp_path / "weights.json")
    assert {kind: read_weights(kind, tmp_path / "weights.json") for kind in both} == both


def test_the_commands_speak_to_an_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOTLINE_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "a.yml", HOSE, METER)
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())

    def run(*words: str) -> tuple[int, str]:
        arguments = parser.parse_args(["kb", *words])
        return arguments.run(arguments), capsys.readouterr().out

    assert run("check", "--folder", str(folder))[0] == 0
    code, text = run("import", "--folder", str(folder))
    assert code == 0 and "新增 2 条" in text
    assert "hose\t软管多长？" in run("list")[1]
    text = run("search", "软管多长？")[1]
    assert "直接答复\n1.00  hose" in text and "不超过两米。" in text and "依据: 试验来源" in text
    write(folder, "b.yml", "  - id: broken\n")
    code, text = run("check", "--folder", str(folder))
    assert code == 1 and "错误: b.yml / broken" in text
    code, text = run("import", "--folder", str(folder))
    assert code == 1 and "不能用: b.yml / broken" in text
