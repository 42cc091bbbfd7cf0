"""An outside log from its upload to its figures and its model, with the bot's own processes."""

from __future__ import annotations

import asyncio
import tarfile
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from hotline.settings import Settings
from hotline.store import jobs as store
from tests.desk.conftest import Browser
from tests.training.conftest import School
from tests.training.test_datasets import imported, take

LABELS = ("道路/桥梁", "物业", "学校")
WORDS = {"道路/桥梁": "路面坑洼 井盖 红绿灯", "物业": "物业费 电梯 保安", "学校": "补课 幼儿园 食堂"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, embeddings="none")


def log() -> str:
    lines = [f"{WORDS[label].split()[at % 3]}有问题,第{at}号楼的{WORDS[label].split()[(at + 1) % 3]}也不行,{label}\n"
             for at in range(8) for label in LABELS]
    return "标题,正文,类\n" + "".join(lines)


async def ended(browser: Browser, job_id: str) -> Any:
    for _ in range(600):
        _, job = await browser.get(f"/training/api/jobs/{job_id}")
        if job["state"] not in store.OPEN:
            return job
        await asyncio.sleep(0.5)
    raise AssertionError("the measuring did not end within five minutes")


async def test_a_log_is_measured_and_its_model_taken_away(school: School) -> None:
    admin = await school.signed_in()
    made = await imported(admin, log())
    path = f"/training/api/datasets/{made['id']}"
    status, job = await admin.post(f"{path}/measure")
    assert status == 202 and job["kind"] == "measure" and job["subject"] == made["id"]
    assert (await admin.post(f"{path}/measure"))[0] == 409
    assert (await admin.call("DELETE", path))[0] == 409
    job = await ended(admin, job["id"])
    assert job["state"] == "done", (job["error"], job["log"][-20:])
    assert job["result"]["rows"] == 24 and len(job["result"]["folds"]) == 5 and job["result"]["accuracy"] > 0.8
    assert [point["share"] for point in job["result"]["curve"]] == [0.1, 0.25, 0.5, 1.0]
    _, one = await admin.get(path)
    assert one["model"] is True and one["measurements"][0]["result"] == job["result"]
    status, model = await take(admin, f"datasets/{made['id']}/model")
    assert status == 200
    with tarfile.open(fileobj=BytesIO(model)) as archive:
        names = archive.getnames()
    assert any(name.endswith("letters.npz") for name in names)
    assert (await admin.call("DELETE", path))[0] == 200
    assert not (school.house.settings.var / "training" / "datasets" / made["id"]).exists()
