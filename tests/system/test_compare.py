"""A comparison with real Rasa processes in a house of their own, small: what is the same, and a danger lost."""

from __future__ import annotations

import shutil
from datetime import datetime, timezone
from pathlib import Path

import pytest

from hotline.emergency.training import model_path
from hotline.records import Inbound
from hotline.settings import Settings
from hotline.store import conversations, turns
from hotline.store.database import Database
from hotline.store.migrate import migrate
from hotline.training import comparing
from hotline.training.bundle import bundle_at, checkout
from hotline.training.exam import Exam, Item, Question

NOW = datetime.now(timezone.utc)
LEAK = "家里一股煤气味"
SMALL = Exam(
    messages=(Item("市北区延吉路117号的路灯坏了三天", "测试集", "report", "facility_streetlight"),
              Item("你好", "测试集", intent=None)),
    dangers=(Item(LEAK, "紧急测试集", emergency="gas"), Item("路灯坏了", "紧急测试集", emergency=None)),
    questions=(Question("月亮离地球有多远", frozenset()), Question("12345热线几点上班", frozenset({"S-00"}))),
    taught=(Item("谢谢您了", "标注", "thanks"), Item("路灯坏了没人修", "标注", "report", "gas_leak")))


async def old_talk(database: Database) -> None:
    """A conversation that the bot has had."""
    async with database.write() as connection:
        citizen = await conversations.lock_citizen(connection, "rest", "someone", NOW)
        conversation = await conversations.current_conversation(connection, citizen, NOW)
        for text in ("路灯坏了没人修", "市北区延吉路117号"):
            turn = await turns.add_turn(connection, conversation, "w", NOW, {}, NOW)
            await conversations.add_inbound(connection, Inbound("rest", "someone", text), conversation, turn, NOW)
            await turns.finish(connection, turn, "bot", NOW)


async def test_a_deafer_detector_is_told_and_refused_and_the_same_bot_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "read_exam", lambda folder: SMALL)
    own = checkout()
    folder = tmp_path / "deaf"
    folder.mkdir()
    shutil.copy(own.bot, folder / "bot.tar.gz")
    shutil.copy(model_path(), folder / "emergency.npz")
    chances = '{"gas": 1.0, "life": 1.0}'
    (folder / "thresholds.json").write_text(
        f'{{"alarm": 1.0, "gas_alarm": 1.0, "heard": {chances}, "heard_short": {chances}}}')
    settings = Settings.from_env({"HOTLINE_VAR": str(tmp_path / "var")})
    database, stages = Database(settings.database_url), []
    try:
        await migrate(database)
        await old_talk(database)
        result = await comparing.compare(
            bundle_at(folder), own, settings, database, {}, lambda percent, stage: stages.append(percent))
    finally:
        await database.close()
    assert (result["candidate"], result["current"]) == ("deaf", None)
    assert result["changed"] == [] and result["size"] == 2
    assert result["services"] == [{"code": "facility_streetlight", "size": 1, "before": 1, "after": 1}]
    assert (result["taught"]["size"], result["taught"]["before"], result["taught"]["after"]) == (2, 1, 1)
    assert [row["text"] for row in result["taught"]["wrong"]] == ["路灯坏了没人修"]
    assert (result["replay"]["conversations"], result["replay"]["turns"], result["replay"]["changed"]) == (1, 2, [])
    assert (result["outside"]["before"], result["outside"]["after"]) == (1, 1)
    assert [row["text"] for row in result["emergency"]["lost"]] == [LEAK]
    assert result["gate"]["passed"] is False and LEAK in result["gate"]["reasons"][0]
    assert len(result["gate"]["reasons"]) == 1
    assert stages == sorted(stages) and stages[-1] == 100
