"""The search on our own questions, and the command that an operator measures it with."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from hotline.knowledge import cli
from hotline.knowledge.evaluate import evaluate, read_rows
from hotline.knowledge.files import load_folder
from hotline.knowledge.index import Index
from tests.knowledge.samples import HOSE, METER, write

HERE = Path(__file__).parent


def test_the_development_questions_stay_as_good_as_they_were() -> None:
    index = Index([article for file in load_folder() for article in file.articles])
    rows = read_rows(HERE / "questions_dev.csv")
    result = evaluate(index, rows)
    assert len(rows) >= 150 and result.outside >= 50
    assert (result.answered + result.asked) / result.ours >= 0.9, result.misses
    assert result.in_three / result.ours >= 0.95, result.misses
    assert result.wrong_answers / result.ours <= 0.03, result.misses
    assert result.false_answers / result.outside <= 0.05, result.misses
    known = {article.id for article in index.articles} | {"none"}
    assert all(set(row["article"].split()) <= known for row in rows)


def test_development_questions_are_not_in_the_articles() -> None:
    index = Index([article for file in load_folder() for article in file.articles])
    for name in ("questions_dev.csv", "questions_unseen.csv"):
        for row in read_rows(HERE / name):
            hits = index.answer(row["question"], 1).hits
            assert not hits or hits[0].score < 1.0, row["question"]


def test_the_commands_speak_to_an_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOTLINE_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "a.yml", HOSE, METER)
    table = tmp_path / "questions.csv"
    table.write_text("question,article\n软管多长？,hose\n今天下雨吗,none\n", encoding="utf-8")
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
    assert "直接答对 1 (100.0%)" in run("evaluate", str(table), "--folder", str(folder))[1]
    write(folder, "b.yml", "  - id: broken\n")
    code, text = run("check", "--folder", str(folder))
    assert code == 1 and "错误: b.yml / broken" in text
    code, text = run("import", "--folder", str(folder))
    assert code == 1 and "不能用: b.yml / broken" in text
