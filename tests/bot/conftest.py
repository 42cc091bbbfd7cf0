"""The test project's model, trained once, and both servers, shared by all tests of the bot."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.servers import PROJECT, ROOT, Bot, environment, start_actions, start_rasa


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test project's model, trained by the command that the house uses."""
    folder = tmp_path_factory.mktemp("models")
    command = [
        sys.executable, "-m", "bot", "train", "--data", str(PROJECT / "data"), "--domain", str(PROJECT / "domain.yml"),
        "--config", str(PROJECT / "config.yml"), "--out", str(folder), "--fixed-model-name", "mini",
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment(folder / "var"), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "mini.tar.gz"


@pytest.fixture(scope="session")
def bot(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """Both servers, shared by the tests that leave them as they are."""
    folder = tmp_path_factory.mktemp("bot")
    actions = start_actions(folder)
    rasa = start_rasa(folder, model, actions.port)
    yield Bot(rasa, actions)
    assert rasa.stop() == 0, rasa.log.read_text()[-2000:]
    assert actions.stop() == 0, actions.log.read_text()[-2000:]
