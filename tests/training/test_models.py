"""Candidates: what a folder holds, how it is trained, what the API tells of it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tarfile
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from hotline.emergency.model import Model
from hotline.emergency.thresholds import Thresholds
from hotline.settings import ROOT
from hotline.store import labels
from hotline.store import models as store
from hotline.store.labels import Label
from hotline.store.models import TrainedModel
from hotline.training import models
from hotline.training.assembly import EXAMPLES, assemble, data_hash, write_held, write_taught
from hotline.training.jobs import Plan
from hotline.training.limits import Limits
from hotline.training.models import Models
from tests.desk.conftest import Browser
from tests.training.conftest import School

MINI = ROOT / "tests" / "bot" / "fixtures" / "project"
OVERLAY = 'version: "3.1"\nnlu:\n- intent: report\n  metadata:\n    service: streetlight\n  examples: |\n    - 灯瞎了\n'
# A candidate's training that is over at once, and one that is not.
QUICK = "import json, sys; open(sys.argv[1] + '/figures.json', 'w').write(json.dumps({'seconds': {'bot': 1.5}}));" \
        "open(sys.argv[1] + '/comparison.json', 'w').write(json.dumps({'lost': []}))"
SLOW = "import time; print('@progress 10 训练机器人', flush=True); time.sleep(600)"


def write_labels(folder: Path) -> None:
    (folder / "data" / "nlu" / "overlay.yml").write_text(OVERLAY, encoding="utf-8")
    (folder / "data" / "emergency").mkdir()
    (folder / "data" / "emergency" / "overlay.txt").write_text("gas|leak|屋里一股臭鸡蛋味\n", encoding="utf-8")


def test_a_folder_holds_all_that_a_candidate_is_made_of(tmp_path: Path) -> None:
    limits = Limits.read({"sure_enough": 0.4, "alarm": 0.6})
    found = assemble(tmp_path / "m", limits, write_labels, {"author": "chen", "notes": "试"})
    folder = tmp_path / "m"
    assert {path.name for path in (folder / "data").iterdir()} == {path.name for path in (ROOT / "bot/data").iterdir()}
    assert (folder / "data" / "nlu" / "overlay.yml").read_text(encoding="utf-8") == OVERLAY
    assert (folder / "emergency" / "overlay.txt").read_text(encoding="utf-8").startswith("gas|leak|")
    assert len(list((folder / "emergency").iterdir())) == len(list(EXAMPLES.iterdir())) + 1
    config = yaml.safe_load((folder / "config.yml").read_text(encoding="utf-8"))
    own = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    assert config["pipeline"][1].pop("sure_enough") == 0.4 and own["pipeline"][1].pop("sure_enough") == 0.3
    assert config == own
    assert Thresholds.read(folder / "thresholds.json") == Thresholds(alarm=0.6)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["data_hash"] == found == data_hash(folder) and manifest["author"] == "chen"
    assert assemble(tmp_path / "again", limits, write_labels, {"author": "wang"}) == found
    assert assemble(tmp_path / "plain", limits, lambda folder: None, {}) != found
    assert assemble(tmp_path / "other", Limits.read({}), write_labels, {}) != found


def test_labels_kept_back_for_testing_stand_beside_the_data(tmp_path: Path) -> None:
    def label(text: str, part: str, state: str = "accepted") -> SimpleNamespace:
        return SimpleNamespace(
            text=text, intent="report", service="streetlight", emergency=None, part=part, state=state)

    write_held(tmp_path, [label("乙", "test"), label("甲", "test", "out_of_scope"), label("丙", "train"),
                          label("丁", "test", "withdrawn")])
    rows = [json.loads(line) for line in (tmp_path / "test.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in rows] == ["乙", "甲"]
    assert rows[0] == {"text": "乙", "intent": "report", "service": "streetlight", "emergency": ""}
    write_taught(tmp_path, [label("丙", "train"), label("一", "train")])
    rows = [json.loads(line) for line in (tmp_path / "taught.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in rows] == ["丙", "一"] and rows[0]["service"] == "streetlight"


def test_a_candidate_is_trained_by_the_command(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    (folder / "emergency").mkdir(parents=True)
    (folder / "data" / "nlu").mkdir(parents=True)
    for name in ("config.yml", "domain.yml"):
        (folder / name).write_text((MINI / name).read_text(encoding="utf-8"), encoding="utf-8")
    for name, place in (("nlu.yml", "nlu/nlu.yml"), ("rules.yml", "rules.yml")):
        (folder / "data" / place).write_text((MINI / "data" / name).read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "emergency" / "overlay.txt").write_text(
        "gas|leak|灶台边臭鸡蛋味很冲\n" * 3 + "life|illness|人倒在地上叫不应\n" * 3, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "hotline", "training", "candidate", str(folder), "--no-compare"], cwd=ROOT,
        capture_output=True, text=True,
        env={**os.environ, "HOTLINE_VAR": str(tmp_path / "var"), "HOTLINE_EMBEDDINGS": "none"})
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:]
    assert "@progress 45 训练紧急识别" in done.stdout and "@progress 100 完成" in done.stdout
    assert tarfile.is_tarfile(folder / "bot.tar.gz")
    chances = Model.load(folder / "emergency.npz", None).chances("灶台边臭鸡蛋味很冲")
    assert max(chances, key=lambda name: chances[name]) == "gas:leak"
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    assert set(figures["seconds"]) == {"bot", "emergency"} and min(figures["bytes"].values()) > 0


async def ended(browser: Browser, model_id: str) -> Any:
    for _ in range(1200):
        _, answer = await browser.get(f"/training/api/models/{model_id}")
        if answer["state"] != "training":
            return answer
        await asyncio.sleep(0.05)
    raise AssertionError("the training did not end within a minute")


def quickly(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(models, "candidate_command", lambda folder: [sys.executable, "-c", code, str(folder)])


async def test_what_no_training_has_learnt_yet_is_counted(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    admin, at = await school.signed_in(), datetime.now(timezone.utc)
    new = [Label(text, text, "report", "streetlight", None, state, part, "inbox", "a1", at, at)
           for text, state, part in (("灯瞎了", "accepted", "train"), ("招工", "out_of_scope", "train"),
                                     ("灯灭了", "accepted", "test"), ("略", "skipped", "train"))]
    async with school.database.write() as connection:
        await labels.add_labels(connection, new)

    async def unlearnt() -> int:
        return int((await admin.get("/training/api/models"))[1]["unlearnt"])

    assert await unlearnt() == 2
    for code, left in (("raise SystemExit(3)", 2), (QUICK, 0)):  # a training that failed has taught nothing
        quickly(monkeypatch, code)
        await ended(admin, (await admin.post("/training/api/models"))[1]["model"]["id"])
        assert await unlearnt() == left
    async with school.database.write() as connection:
        await labels.change_label(connection, new[0], "a1", datetime.now(timezone.utc), service="other")
    assert await unlearnt() == 1


async def test_a_candidate_is_ordered_read_and_noted(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    quickly(monkeypatch, QUICK)
    admin = await school.signed_in()
    status, answer = await admin.post("/training/api/models", {"notes": "路灯", "thresholds": {"gas_alarm": 0.45}})
    assert status == 202 and answer["model"]["state"] == "training"
    found = await ended(admin, answer["model"]["id"])
    # What was not compared is no pass.
    assert found["state"] == "refused" and "没有比较紧急识别" in found["gate"]["reasons"]
    assert found["figures"] == {"seconds": {"bot": 1.5}}
    assert found["comparison"] == {"lost": []} and found["thresholds"]["gas_alarm"] == 0.45 and found["ended_at"]
    assert found["author_name"] == "chen"
    assert found["data_hash"] == data_hash(school.house.settings.models / found["id"])
    status, noted = await admin.call("PUT", f"/training/api/models/{found['id']}", {"notes": "好"})
    assert status == 200 and noted["notes"] == "好"
    assert (await admin.call("PUT", f"/training/api/models/{found['id']}", {"notes": "长" * 4001}))[0] == 400
    assert [row["id"] for row in (await admin.get("/training/api/models"))[1]["rows"]] == [found["id"]]
    _, job = await admin.get(f"/training/api/jobs/{answer['job']}")
    assert job["state"] == "done" and job["subject"] == found["id"] and job["log"] == []


async def test_one_training_at_a_time_and_a_cancelled_one_is_told(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    quickly(monkeypatch, SLOW)
    admin = await school.signed_in()
    _, first = await admin.post("/training/api/models")
    status, answer = await admin.post("/training/api/models")
    assert status == 409 and "正在训练" in answer["error"]
    assert [row["id"] for row in (await admin.get("/training/api/models"))[1]["rows"]] == [first["model"]["id"]]
    assert [path.name for path in school.house.settings.models.iterdir()] == [first["model"]["id"]]
    status, job = await admin.post(f"/training/api/jobs/{first['job']}/cancel")
    assert status == 200 and job["state"] == "cancelled"
    assert (await ended(admin, first["model"]["id"]))["state"] == "cancelled"
    assert (await admin.post("/training/api/models", {"thresholds": {"alarm": 7}}))[0] == 400


@pytest.mark.parametrize("passed", [True, False])
async def test_the_gate_judges_the_comparison(school: School, tmp_path: Path, passed: bool) -> None:
    Models(school.database, school.room.jobs, tmp_path,
           judge=lambda comparison: {"passed": passed, "reasons": sorted(comparison)})
    (tmp_path / "m1").mkdir()
    now = datetime.now(timezone.utc)
    async with school.database.write() as connection:
        await store.add_model(connection, TrainedModel("m1", "training", "", {}, None, None, None, "", "a", now, None))
    await school.room.jobs.start("candidate", "m1", "a", Plan(
        ([sys.executable, "-c", QUICK, str(tmp_path / "m1")],), tmp_path / "m1" / "figures.json",
        school.room.jobs.endings["candidate"]))
    found = await ended(await school.signed_in(), "m1")
    assert found["state"] == ("ready" if passed else "refused")
    assert found["gate"] == {"passed": passed, "reasons": ["lost"]}
