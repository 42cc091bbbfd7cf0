"""The comparison of pipelines: two of them for real on the test project's data, and what happens to a broken one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.comparison import ROOT, StageFailed, configuration, run_stage
from bot.pipelines.sample import sample
from bot.pipelines.stages import derive
from bot.pipelines.tables import Table, accuracy, read_table
from tests.bot.servers import PROJECT, environment

PIPELINES = ROOT / "bot/pipelines"
# Sentences of the training data, so the right answers are known; the last row's labels are wrong on purpose.
MESSAGES = """text,domain,act,service
家里有煤气味,gas_safety,report,gas_leak
路灯不亮了,public_facilities,report,facility_streetlight
老房子怎么通天然气,gas_safety,consult,gas_connection
你好,,,
家里有煤气味,signage,report,gas_leak
"""
# Somebody else's columns and names; without a service.
OTHERS = """chat,letter,domain,act
灶台底下往外跑气,,gas_safety,complaint_or_report
门口的路灯坏了好几天,门口的路灯坏了好几天,public_facilities,thanks
"""
Report = dict[str, Any]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What the command writes of two good pipelines and a broken one on the test project's data."""
    folder = tmp_path_factory.mktemp("comparison")
    pipelines = folder / "pipelines"
    pipelines.mkdir()
    for name in ("linear", "words-only", "chinese-diet"):
        shutil.copy(PIPELINES / f"{name}.yml", pipelines)
    (pipelines / "broken.yml").write_text("recipe: default.v1\npipeline: [{name: |", encoding="utf-8")
    (folder / "messages.csv").write_text(MESSAGES, encoding="utf-8")
    (folder / "others.csv").write_text(OTHERS, encoding="utf-8-sig")
    command = [
        sys.executable, "-m", "bot", "compare", str(folder / "messages.csv"), "--more", str(folder / "others.csv"),
        "--column", "chat", "--column", "letter", "--data", str(PROJECT / "data"), "--pipelines", str(pipelines),
        "--only", "broken", "--only", "linear", "--only", "words-only", "--threads", "1",
        "--out", str(folder / "out.json"), "--out", str(folder / "out.md"),
    ]
    variables = environment(folder / "var")
    if variables.pop("PYTHONDONTWRITEBYTECODE", None):  # each of the processes would compile Rasa anew, 10 s of CPU
        variables["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, encoding="utf-8")
    assert done.returncode == 1, done.stderr[-3000:]
    assert done.stdout == (folder / "out.md").read_text(encoding="utf-8")
    return {"stdout": done.stdout, "stderr": done.stderr, **json.loads((folder / "out.json").read_text("utf-8"))}


def row(report: Report, pipeline: str) -> Report:
    """A pipeline's row of a report."""
    return next(found for found in report["pipelines"] if found["pipeline"] == pipeline)


@pytest.mark.parametrize("pipeline", ["words-only", "linear"])
def test_figures_come_from_predictions(report: Report, pipeline: str) -> None:
    found = row(report, pipeline)
    assert found["accuracy"] == {
        "messages": {"domain": 0.8, "act": 1.0, "service": 1.0},
        "others.chat": {"domain": 1.0, "act": 0.5, "service": None},
        "others.letter": {"domain": 1.0, "act": 0.0, "service": None},
    }
    assert 0 < found["train_seconds"] and 0 < found["train_cpu_seconds"]
    assert 100 < found["serving_mb"] and 100 < found["train_peak_mb"]
    assert 0 < found["model_mb"] < 1
    assert 0 < found["milliseconds"]["messages"]["median"] <= found["milliseconds"]["messages"]["p95"]


def test_a_broken_pipeline_is_a_row_with_its_error_and_not_the_end(report: Report) -> None:
    assert [found["pipeline"] for found in report["pipelines"]] == ["broken", "linear", "words-only"]
    assert row(report, "broken").keys() == {"pipeline", "error"}
    assert "Error: " in row(report, "broken")["error"]


def test_the_table_and_the_progress_are_shown(report: Report) -> None:
    lines = [line for line in report["stdout"].splitlines() if line.startswith("|")]
    assert len(lines) == 5 and len({line.count(" |") for line in lines}) == 1
    assert lines[2].startswith("| broken | 失败：")
    assert lines[3].startswith("| linear | 0.800 / 1.000 / 1.000 | 1.000 / 0.500 / – |")
    assert "[1/3] broken" in report["stderr"] and "[3/3] words-only" in report["stderr"]


@pytest.mark.parametrize(("program", "reason"), [
    ("import os; os.kill(os.getpid(), 9)", "退出码 -9"),
    ("print('开始'); raise SystemExit('没有内存了')", "退出码 1 没有内存了"),
])
def test_a_process_that_dies_says_why(tmp_path: Path, program: str, reason: str) -> None:
    with pytest.raises(StageFailed, match=reason):
        run_stage("训练", [sys.executable, "-c", program], tmp_path / "job.json", 1)


def test_a_joined_ranking_is_summed_label_by_label() -> None:
    ranking = [("thanks", 0.22), ("report__gas_leak", 0.23), ("urge__facility_toilet", 0.2), ("urge__sanitation", 0.15),
               ("consult__gas_outage", 0.2)]
    assert derive({"name": name, "confidence": confidence} for name, confidence in ranking) == {
        "act": "urge", "service": "gas_leak", "domain": "gas_safety"}  # 0.35, 0.23, 0.43


def test_talk_has_no_labels_and_an_act_alone_is_of_no_service() -> None:
    nothing = {"act": None, "service": None, "domain": None}
    assert derive([]) == nothing
    assert derive([{"name": "greet", "confidence": 0.4}, {"name": "deny", "confidence": 0.2},
                   {"name": "report__gas_leak", "confidence": 0.4}]) == nothing
    assert derive([{"name": "urge", "confidence": 0.9}]) == {"act": "urge", "service": "other", "domain": "other"}


def test_an_empty_domain_is_talk_and_any_other_empty_label_unknown(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("text,domain,act,service\n你好,,,\n催一下,other,urge_or_followup,\n,other,report,other\n", "utf-8")
    table = read_table(path)
    assert table == Table("t", ["你好", "催一下"], [
        {"domain": None, "act": None, "service": None}, {"domain": "other", "act": "urge"}])
    said = [{"domain": None, "act": None, "service": "gas_leak"}, {"domain": "signage", "act": "urge", "service": "x"}]
    assert accuracy(table.labels, said) == {"domain": 0.5, "act": 1.0, "service": 0.0}


@pytest.mark.parametrize("content", ["", "text\n你好\n", "message,act\n你好,report\n"])
def test_what_is_no_table_is_said_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"t\.csv"):
        read_table(path)


def test_what_a_pipeline_leaves_open_is_as_in_the_product() -> None:
    """Otherwise the comparison would measure something that nobody runs."""
    products = {item["name"]: item for item in yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]}
    tokenizer, understanding = configuration(PIPELINES / "linear.yml")["pipeline"]
    assert tokenizer == products[tokenizer["name"]]
    assert understanding == products[understanding["name"]] | {"embeddings": "none"}


def test_epochs_are_those_of_the_file_unless_given() -> None:
    for number, expected in ((None, 60), (3, 3)):
        pipeline = configuration(PIPELINES / "chinese-diet.yml", number)["pipeline"]
        assert [item["epochs"] for item in pipeline if "epochs" in item] == [expected]


@pytest.mark.parametrize("content", ["", "pipeline: [{", "language: zh", "pipeline: [DIETClassifier]", "- a"])
def test_what_is_no_configuration_is_said_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StageFailed, match="Error: "):
        configuration(path)


def test_a_sample_is_part_of_the_data_and_the_same_each_time(tmp_path: Path) -> None:
    data = PROJECT / "data"
    first, again = (sample(data, 12, tmp_path / name).read_text("utf-8") for name in ("a.yml", "b.yml"))
    assert first == again
    blocks = yaml.safe_load(first)["nlu"]
    lines = [line for block in blocks for line in block["examples"].splitlines()]
    whole = "".join(path.read_text("utf-8") for path in data.rglob("*.yml"))
    assert len(lines) == 12 and all(line in whole for line in lines)
    assert all(block["intent"] and block["metadata"]["service"] for block in blocks if block["intent"] == "report")
