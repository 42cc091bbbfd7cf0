"""The overlay's files: what Rasa and the detector read from them is what the labels say."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from hotline.emergency.spelling import fold
from hotline.emergency.training import read_examples
from hotline.settings import ROOT
from hotline.store.labels import Label
from hotline.training.overlay import EMERGENCY, NLU, newest, nlu_text, write_overlay

AT = datetime(2026, 11, 26, tzinfo=timezone.utc)
READ = """
import json, sys
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
found = [[one.get("intent"), ((one.get("metadata") or {}).get("intent") or {}).get("service"), one.get("text"),
          one.get("entities")] for path in sys.argv[1:] for one in RasaYAMLReader().read(path).training_examples]
print("@" + json.dumps(found))
"""


def label(text: str, intent: str | None = "report", service: str | None = "gas_leak", *, emergency: str | None = None,
          state: str = "accepted", part: str = "train", hour: int = 0) -> Label:
    at = AT + timedelta(hours=hour)
    return Label(f"{text}{hour}", text, intent, service, emergency, state, part, "inbox", "a1", at, at)


def test_only_accepted_training_labels_are_written_and_always_the_same(tmp_path: Path) -> None:
    labels = [label("漏气了"), label("你好", "greet", None), label("讲个笑话", "chitchat", None, state="out_of_scope"),
              label("测试的话", part="test"), label("撤回的话", state="withdrawn"),
              label("跳过的话", None, None, state="skipped"),
              label("煤气味", hour=1), label("没说意图", None, None, emergency="none")]
    first = write_overlay(tmp_path / "a", labels)
    assert first == write_overlay(tmp_path / "b", labels[::-1]) and len(first) == 64
    text = (tmp_path / "a" / NLU).read_text(encoding="utf-8")
    assert text.splitlines()[3:] == [
        "nlu:", "- intent: chitchat", "  metadata: {weight: 3}", "  examples: |", "    - 讲个笑话",
        "- intent: greet", "  metadata: {weight: 3}", "  examples: |", "    - 你好",
        "- intent: report", "  metadata: {service: gas_leak, weight: 3}",
        "  examples: |", "    - 漏气了", "    - 煤气味"]
    assert write_overlay(tmp_path / "c", labels[1:]) != first


def test_the_newest_labels_that_train_come_first_and_each_wording_once() -> None:
    labels = [label("甲"), label("乙", hour=2), label("测试的话", part="test", hour=3), label("丙", hour=1),
              label("撤回的话", state="withdrawn", hour=4), label("甲！", "greet", None, hour=5)]
    assert [one.text for one in newest(labels)] == ["甲！", "乙", "丙"]
    assert [one.text for one in newest(labels, 2)] == ["甲！", "乙"]


def test_of_two_labels_for_the_same_words_the_later_counts(tmp_path: Path) -> None:
    write_overlay(tmp_path, [label("路灯坏了！", "report", "facility_streetlight", hour=2), label("路灯坏了")])
    text = (tmp_path / NLU).read_text(encoding="utf-8")
    assert "facility_streetlight" in text and "gas_leak" not in text


def test_the_detector_reads_the_danger_lines(tmp_path: Path) -> None:
    write_overlay(tmp_path, [label("灶台滋滋响\n我没敢开灯", emergency="gas:leak"), label("#｜怪|话", emergency="none"),
                             label("喘不上气", emergency="life:illness"), label("不说")])
    found = list(read_examples((tmp_path / EMERGENCY).parent))
    assert sorted(kind for _, kind in found) == ["gas:leak", "life:illness", "none"]
    assert fold("灶台滋滋响 我没敢开灯") in [text for text, _ in found]


def test_rasa_reads_the_words_as_they_stand(tmp_path: Path) -> None:
    python = ROOT / ".venv-bot" / "bin" / "python"
    if not python.exists():
        pytest.skip("the bot's environment is not here")
    texts = ["[井盖](place)丢了", "  前后有空格  ", "- 带横线", "两行\n的话", "/restart", "冒号: 和#井号",
             "“引号”'单'\"双\"", "表情😀", "[a]{\"entity\": \"b\"}", "|竖线", "反斜\\杠", "\x07响铃\u200b零宽",
             "a" * 3000, "*星号*", "? 问", "---", "...", "null"]
    path = tmp_path / "overlay.yml"
    path.write_text(nlu_text([label(text) for text in texts]), encoding="utf-8")
    empty = tmp_path / "empty.yml"  # of a room without labels: it may not break a training
    empty.write_text(nlu_text([]), encoding="utf-8")
    done = subprocess.run([python, "-c", READ, path, empty], capture_output=True, text=True, cwd=ROOT)
    found = json.loads(next(line[1:] for line in done.stdout.splitlines() if line.startswith("@")))
    assert {(intent, service) for intent, service, _, _ in found} == {("report", "gas_leak")}
    assert not any(entities for *_, entities in found)
    said = {text for _, _, text, _ in found}
    assert len(said) == len(texts)
    assert {"［井盖］(place)丢了", "前后有空格", "- 带横线", "两行 的话", "／restart", "冒号: 和#井号", "响铃零宽",
            "null"} <= said


def test_examples_that_a_label_contradicts_leave_a_candidates_data(tmp_path: Path) -> None:
    (tmp_path / "nlu").mkdir()
    ours = tmp_path / "nlu" / "gas_safety.yml"
    ours.write_text(
        'version: "3.1"\n# 说明留着\nnlu:\n- intent: report\n  metadata: {service: gas_leak}\n  examples: |\n'
        "    - 漏气了\n    - 表不走字\n- intent: consult\n  metadata: {service: gas_meter}\n  examples: |\n"
        "    - 表怎么换\n", encoding="utf-8")
    write_overlay(tmp_path, [label("漏气了"), label("表不走字。", "report", "gas_meter"),
                             label("表怎么换", "report", "gas_meter")])
    text = ours.read_text(encoding="utf-8")
    assert "表不走字" not in text and "漏气了" in text and "# 说明留着" in text
    assert "表怎么换" in text  # the last of its block stays
