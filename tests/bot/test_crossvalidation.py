"""`bot crossvalidate`: figures of the training data's own folds, the same each time; what is no data is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.__main__ import main

LAMPS = ("路灯坏了", "路灯不亮", "灯杆歪了", "路灯一直闪", "小区门口路灯灭了", "夜里路灯全黑")
LEAKS = ("煤气漏了", "有燃气味", "天然气泄漏", "阀门漏气", "厨房煤气味大", "燃气管子漏")
TALK = ("你好", "您好", "早上好")


def write(folder: Path) -> Path:
    blocks = [("report", "facility_streetlight", LAMPS), ("report", "gas_leak", LEAKS), ("greet", None, TALK)]
    lines = ['version: "3.1"', "nlu:"]
    for intent, service, texts in blocks:
        lines += [f"- intent: {intent}"] + ([f"  metadata: {{service: {service}}}"] if service else [])
        lines += ["  examples: |", *(f"    - {text}" for text in texts)]
    path = folder / "nlu.yml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_each_example_is_judged_by_a_machine_that_has_not_seen_it(tmp_path: Path) -> None:
    data = write(tmp_path)
    results = []
    for name in ("a.json", "b.json"):
        assert main(["crossvalidate", "--data", str(data), "--folds", "3", "--out", str(tmp_path / name)]) == 0
        results.append(json.loads((tmp_path / name).read_text()))
    first, again = ({key: value for key, value in result.items() if key != "seconds"} for result in results)
    assert first == again
    assert first["service"]["labels"] == 2 and len(first["service"]["accuracy"]) == 3
    assert first["service"]["mean"] >= 0.75  # lamps and leaks share hardly a character
    assert (first["examples"], first["sampled"]) == (15, False)


@pytest.mark.parametrize("content", [None, "nlu: [{intent: report, examples: '- 路灯坏了'}]", "nlu: [3]"])
def test_what_cannot_be_split_is_said_in_one_line(
    tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "nlu.yml"
    if content is not None:
        data.write_text(content, encoding="utf-8")
    assert main(["crossvalidate", "--data", str(data), "--out", str(tmp_path / "out.json")]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not (tmp_path / "out.json").exists()
