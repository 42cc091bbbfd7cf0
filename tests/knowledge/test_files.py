"""Article files: good ones are read, bad ones are named and cost nobody else anything."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hotline.knowledge.files import load_folder, warnings
from tests.knowledge.samples import HEAD, HOSE, METER, entry, write


def test_a_file_gives_its_defaults_to_every_entry(tmp_path: Path) -> None:
    write(tmp_path, "a.yml", HOSE, METER)
    [file] = load_folder(tmp_path)
    assert [article.id for article in file.articles] == ["hose", "meter"]
    assert {(article.domain, article.review_date) for article in file.articles} == {("gas_safety", "2027-05-31")}
    assert file.problems == ()


@pytest.mark.parametrize(("bad", "named", "reason"), [
    (HOSE.replace("hose", "Big Hose"), "Big Hose", "id"),
    (HOSE.replace("answer: 不超过两米。", "answer: ''"), "hose", "answer"),
    (HOSE.replace("question:", "frage:"), "hose", "frage"),
    (HOSE.replace("[A-15]", "[15]"), "hose", "15"),
    (HOSE + "    verify: yes please\n", "hose", "verify"),
    (HOSE + "    verify: true\n", "hose", "核实"),
    (HOSE + "    review_date: 31.5.2027\n", "hose", "review_date"),
    (HOSE + "    domain: cooking\n", "hose", "domain"),
    (HOSE.replace("不超过两米。", "长" * 601), "hose", "601"),
    (METER, "meter", "已经有了"),
    ("  - just words\n", "第2条", "字段"),
    ("  - id: meter\n    id: meter\n", "-", "写了两次"),
])
def test_a_bad_entry_is_named_with_its_reason(tmp_path: Path, bad: str, named: str, reason: str) -> None:
    write(tmp_path, "good.yml", entry("other", "别的问题？", "别的答复。"))
    write(tmp_path, "mixed.yml", METER, bad)
    good, mixed = load_folder(tmp_path)
    [problem] = mixed.problems
    assert (problem.file, problem.entry) == ("mixed.yml", named)
    assert reason in problem.reason
    assert [article.id for article in good.articles] == ["other"]
    assert [article.id for article in mixed.articles] == (["meter"] if named != "-" else [])


@pytest.mark.parametrize("content", [
    b"articles: [", b"\xff\xfe\x00", b"", b"- one\n- two\n", b"articles: none\n", b"color: red\narticles: []\n",
    b"articles:\n  - !!python/object/apply:os.system ['true']\n",
])
def test_an_unreadable_file_is_one_problem_and_no_crash(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.yml").write_bytes(content)
    write(tmp_path, "good.yml", HOSE)
    bad, good = load_folder(tmp_path)
    assert len(bad.problems) == 1 and not bad.readable and bad.articles == ()
    assert len(good.articles) == 1


def test_warnings_name_few_similar_questions_past_dates_and_doubles(tmp_path: Path) -> None:
    write(tmp_path, "a.yml", HOSE, METER.replace("表不走字找谁", "软管长度有限制吗"))
    found = " ".join(problem.reason for problem in warnings(load_folder(tmp_path), date(2028, 1, 1)))
    assert "相似问法只有 2 条" in found and "2027-05-31 已过" in found and "与 hose 重复" in found
    assert HEAD.startswith("domain")
