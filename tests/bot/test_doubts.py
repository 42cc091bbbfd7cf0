"""Doubtful labels: what was put under the wrong heading is found, and named with its line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.doubts import find, read_examples
from tests.bot.servers import ROOT, environment

PLACES = ["东门", "西门", "南门", "北门", "楼下", "楼上", "路口", "桥头", "院里", "门前", "巷口", "河边"]
DATA = {
    ("report", "gas_leak"): ["{}有煤气味很冲", "{}的燃气管道漏气了"],
    ("report", "facility_streetlight"): ["{}的路灯不亮了", "{}那盏路灯坏了"],
    ("greet", None): ["你好啊{}的", "您好{}早上好"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small set of examples with two mistakes."""
    blocks = {key: [form.format(place) for form in forms for place in PLACES] for key, forms in DATA.items()}
    blocks["report", "gas_leak"].insert(3, "后街那盏路灯也坏了")
    blocks["greet", None].append("后院的燃气管道也漏气了")
    lines = ['version: "3.1"', "nlu:"]
    for (intent, service), texts in blocks.items():
        lines += [f"- intent: {intent}", *([f"  metadata: {{service: {service}}}"] if service else []),
                  "  examples: |", *(f"    - {text}" for text in texts)]
    (tmp_path / "nlu").mkdir()
    (tmp_path / "nlu" / "small.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "nlu"


def test_mistakes_are_found_with_their_lines(folder: Path) -> None:
    rows = find(list(read_examples(folder)), "none")
    found = {row["text"]: row for row in rows}
    service, intent = found["后街那盏路灯也坏了"], found["后院的燃气管道也漏气了"]
    assert service["suggested"] == {"intent": "report", "service": "facility_streetlight"}
    assert intent["suggested"]["intent"] == "report" and intent["service"] is None
    lines = (folder / "small.yml").read_text(encoding="utf-8").splitlines()
    for row in rows:
        assert row["text"] in lines[int(row["where"].split(":")[1]) - 1]
    assert [row["score"] for row in rows] == sorted(row["score"] for row in rows)


def test_the_command_writes_a_file_and_tells_its_progress(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "doubts.json"
    command = [sys.executable, "-m", "bot", "doubts", "--data", str(folder), "--out", str(out), "--embeddings", "none"]
    done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path / "var"), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("@progress 5 ") and "@progress 100 " in done.stdout
    result = json.loads(out.read_text(encoding="utf-8"))
    assert result["examples"] == 74 and len(result["rows"]) >= 2 and result["at"]


def test_bad_input_says_so(tmp_path: Path) -> None:
    for data, word in ((tmp_path / "nosuch", "没有这个目录"), (tmp_path, "例句太少")):
        command = [sys.executable, "-m", "bot", "doubts", "--data", str(data), "--out", str(tmp_path / "out.json")]
        done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path / "var"), capture_output=True, text=True)
        assert done.returncode == 2 and word in done.stderr
    (tmp_path / "list.yml").write_text("- 1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="NLU"):
        list(read_examples(tmp_path))
