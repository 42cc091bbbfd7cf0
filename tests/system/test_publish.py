"""A model is published and rolled back while citizens write: real Rasa processes, every message answered."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime, timezone

import pytest
from sqlalchemy import insert, select

from hotline.care.bench import publish
from hotline.desk.temporary import temporary_agents
from hotline.emergency.training import model_path
from hotline.processes import newest_model
from hotline.settings import Settings
from hotline.store.database import Database
from hotline.store.tables import turns
from hotline.store.training_tables import models
from tests.city import City, running, wait_for
from tests.training.test_gate import comparison


async def add_candidate(database: Database, city: City, name: str) -> None:
    """A candidate as training leaves it: the trained model under another name."""
    folder, trained = city.var / "training" / "models" / name, newest_model()
    folder.mkdir(parents=True)
    assert trained is not None
    shutil.copy(trained, folder / "bot.tar.gz")
    shutil.copy(model_path(), folder / "emergency.npz")
    (folder / "thresholds.json").write_text("{}")
    async with database.write() as connection:
        await connection.execute(insert(models).values(
            id=name, state="ready", thresholds={}, notes="", author_id="a1", created_at=datetime.now(timezone.utc),
            comparison=comparison(current=None)))


async def test_no_message_is_lost_while_a_model_is_published_and_rolled_back(monkeypatch: pytest.MonkeyPatch) -> None:
    # Generous: on a loaded machine a turn may take its time; a bot that is gone fails at once all the same.
    monkeypatch.setattr(publish, "TEXTS", (*publish.TEXTS, "家里一股煤气味"))
    with running(HOTLINE_BOT_TIMEOUT="25", HOTLINE_RATE_MESSAGES="1000") as city:
        settings = Settings.from_env({
            "HOTLINE_VAR": str(city.var), "HOTLINE_SERVICE_TOKEN": city.token, "HOTLINE_BOT_TIMEOUT": "25"})
        database = Database(settings.database_url)
        try:
            await add_candidate(database, city, "other")
            async with temporary_agents(settings, 1, "admin") as (names, password):
                told = await publish.run(settings, city.url, (names[0], password), "other", "", pace=5)
            wait_for(lambda: _bots(city) == 1, 60, 1)
            async with database.read() as connection:
                done = (await connection.execute(select(turns.c.outcome, turns.c.model, turns.c.attempts))).all()
        finally:
            await database.close()
    assert f"{len(done)} sent, {len(done)} answered, 0 of them late first, 0 failed" in told, told
    assert len(done) >= 100
    assert {row.outcome for row in done} == {"bot", "emergency"} and {row.attempts for row in done} == {1}
    assert {row.model for row in done} == {None, "hotline.tar.gz", "other.tar.gz"}


def _bots(city: City) -> int:
    """How many bots are alive: the one that no longer serves ends when it has drained."""
    listed = subprocess.run(["ps", "-eww", "-o", "ppid,args"], capture_output=True, text=True, check=True).stdout
    return sum(line.split()[0] == str(city.process.pid) and "bot serve" in line for line in listed.splitlines()[1:])
