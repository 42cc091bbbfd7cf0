"""Doubts over HTTP: a look at the data in the bot's environment, its rows, and how a label answers one."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from hotline.training import doubts
from hotline.training.doubts import BOT_PYTHON, doubts_command, result_path
from tests.desk.conftest import Browser
from tests.training.conftest import School

DOUBTS = "/training/api/doubts"
ROW = {"text": "路灯坏了", "intent": "report", "service": "gas_leak", "score": 0.01, "where": "small.yml:5",
       "suggested": {"intent": "report", "service": "facility_streetlight"}}


async def test_without_a_look_there_is_no_doubt(school: School) -> None:
    browser = await school.signed_in()
    assert (await browser.get(DOUBTS))[1] == {"rows": [], "at": None, "more": None}


async def test_a_label_answers_a_doubt(school: School) -> None:
    path = result_path(school.house.settings.var)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"at": "2026-11-26T00:00:00+00:00", "examples": 10, "rows": [ROW]}), encoding="utf-8")
    browser = await school.signed_in()
    assert (await browser.get(DOUBTS))[1]["rows"] == [ROW]
    status, _ = await browser.post("/training/api/labels", {"texts": [ROW["text"]], **ROW["suggested"]})
    assert status == 200
    assert (await browser.get(DOUBTS))[1]["rows"] == []


async def test_a_look_runs_beside_the_house(
    school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not BOT_PYTHON.exists():
        pytest.skip("the bot's environment is not here")
    examples = {"gas_leak": "{}的燃气管道漏气了", "facility_streetlight": "{}的路灯不亮了"}
    lines = ["nlu:"]
    for service, text in examples.items():
        lines += ["- intent: report", f"  metadata: {{service: {service}}}", "  examples: |",
                  *(f"    - {text.format(place)}" for place in "东西南北上下左右前后里外")]
    lines.append("    - 楼里的燃气管道也漏气了")
    (tmp_path / "small.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setattr(doubts, "EXAMPLES", tmp_path)
    monkeypatch.setattr(doubts, "doubts_command", lambda *parts: [*doubts_command(*parts), "--embeddings", "none"])
    browser = await school.signed_in()
    assert (await look(browser))["state"] == "done"
    _, answer = await browser.get(DOUBTS)
    assert answer["examples"] == 25
    assert [row["suggested"]["service"] for row in answer["rows"]] == ["gas_leak"]
    (tmp_path / "small.yml").write_text("- 1\n", encoding="utf-8")
    assert (await look(browser))["state"] == "failed"
    assert len((await browser.get(DOUBTS))[1]["rows"]) == 1  # the last good result stays


async def look(browser: Browser) -> dict[str, Any]:
    """A look as a job, to its end; no second one begins meanwhile."""
    status, answer = await browser.post(DOUBTS)
    assert status == 202 and (await browser.post(DOUBTS))[0] == 409
    for _ in range(1200):
        _, job = await browser.get(f"/training/api/jobs/{answer['job']['id']}")
        if job["state"] not in ("waiting", "running"):
            break
        await asyncio.sleep(0.1)
    return dict(job)
