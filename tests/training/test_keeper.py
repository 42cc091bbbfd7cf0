"""The keeper with real bot processes (scripted ones): swaps, drains, falls back, tidies up."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hotline.emergency.model import Model
from hotline.settings import ROOT, Settings
from hotline.store import publications
from hotline.store.database import Database
from hotline.store.publications import Publication
from hotline.text.ngrams import Features
from hotline.training import bot_process
from hotline.training.bot_process import BotLauncher
from hotline.training.keeper import Keeper
from tests.ports import free_port
from tests.stage import settings, until

__all__ = ["settings"]
LAUNCHER = BotLauncher(
    (sys.executable, "-m", "tests.processes.bot_process"), {**os.environ, "PYTHONPATH": str(ROOT)}, "token")


@dataclass
class Yard:
    """A keeper at work, its database and its models."""

    database: Database
    settings: Settings
    checkout: Path

    async def want(self, model: str | None, kind: str = "publish") -> None:
        async with self.database.write() as connection:
            await publications.ask(connection, model, kind, "a1", "", datetime.now(timezone.utc))

    async def rows(self) -> list[Publication]:
        async with self.database.read() as connection:
            return await publications.history(connection)

    async def settled(self) -> list[Publication]:
        """The rows, once the keeper has nothing more to do."""
        async def done() -> bool:
            rows = await self.rows()
            return bool(rows) and not any(row.state in publications.OPEN for row in rows)

        await until(done, 90)
        return await self.rows()

    def crash(self, name: str | None, content: str = "crashing") -> None:
        """From now on the bot with this model dies soon after each start."""
        (self.checkout if name is None else self.settings.models / name / "bot.tar.gz").write_text(content)

    async def fallen_back(self, models: list[str | None]) -> list[Publication]:
        """The rows, newest first, once these models have taken over one after the other from the first."""
        async def done() -> bool:
            rows = await self.rows()
            return [row.model_id for row in rows] == models and rows[0].state == "serving"

        await until(done, 120)
        return await self.rows()

    def model(self, name: str, content: str = "good") -> str:
        folder = self.settings.models / name
        folder.mkdir(parents=True)
        (folder / "bot.tar.gz").write_text(content)
        (folder / "thresholds.json").write_text("{}")
        features = Features()
        features.fit([("厨房一股煤气味", ()), ("路灯坏了", ())])
        Model(features, [], ["none"], [], [], None).save(folder / "emergency.npz")
        return name

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        keeper = Keeper(self.database, self.settings, self.checkout, LAUNCHER, drain=0.5)
        running = asyncio.create_task(keeper.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await keeper.end()


@pytest.fixture
def yard(database: Database, settings: Settings, tmp_path: Path) -> Yard:
    checkout = tmp_path / "checkout.tar.gz"
    checkout.write_text("good")
    return Yard(database, replace(settings, bot_port=free_port(), bot_timeout=0.5), checkout)


async def model_at(url: str | None) -> str | None:
    """Which model answers there; None when nobody does."""
    try:
        async with aiohttp.ClientSession() as session, session.get(f"{url}/webhooks/hotline/status") as response:
            return str((await response.json())["model"])
    except aiohttp.ClientError:
        return None


async def test_the_first_start_serves_the_checkouts_model(yard: Yard) -> None:
    async with yard.kept():
        row, = await yard.settled()
        assert (row.model_id, row.kind, row.state, row.url) == (None, "publish", "serving", yard.settings.bot_url)
        assert await model_at(row.url) == "checkout.tar.gz"
    row, = await yard.rows()
    assert (row.state, row.url) == ("serving", None)  # it serves again at the next start


async def test_a_wanted_model_takes_over_and_the_old_bot_is_ended(yard: Yard) -> None:
    async with yard.kept():
        first, = await yard.settled()
        await yard.want(yard.model("m1"))
        new, old = await yard.settled()
        assert (new.model_id, new.state, old.state, old.url) == ("m1", "serving", "past", None)
        assert new.served_at is not None and old.ended_at is not None
        assert await model_at(new.url) == "m1.tar.gz"

        async def gone() -> bool:
            return await model_at(first.url) is None

        await until(gone, 30)
    async with yard.kept():
        async def back() -> bool:
            return await model_at(yard.settings.bot_url) == "m1.tar.gz"

        await until(back, 60)
        assert len(await yard.rows()) == 2  # a restart is no publication


@pytest.mark.parametrize("fault", ["bot", "emergency", "half", "thresholds"])
async def test_a_model_that_does_not_start_changes_nothing(yard: Yard, fault: str) -> None:
    yard.model("bad", "broken" if fault == "bot" else "good")
    if fault != "bot":
        file = yard.settings.models / "bad" / ("thresholds.json" if fault == "thresholds" else "emergency.npz")
        file.write_bytes(file.read_bytes()[:200] if fault == "half" else b"[1]")
    async with yard.kept():
        first, = await yard.settled()
        await yard.want("bad")
        bad, still = await yard.settled()
        assert bad.state == "failed" and bad.error and still == first
        assert await model_at(still.url) == "checkout.tar.gz"


async def test_the_last_good_model_serves_when_the_published_one_is_spoilt(yard: Yard) -> None:
    async with yard.kept():
        await yard.settled()
        for name in ("m1", "m2"):
            await yard.want(yard.model(name))
            await yard.settled()
    (yard.settings.models / "m2" / "bot.tar.gz").write_text("broken")
    async with yard.kept():
        async def fallen_back() -> bool:
            rows = await yard.rows()
            return rows[0].kind == "fallback" and rows[0].state == "serving"

        await until(fallen_back, 90)
        rows = await yard.rows()
        assert (rows[0].model_id, rows[1].model_id, rows[1].state) == ("m1", "m2", "failed")
        assert await model_at(rows[0].url) == "m1.tar.gz"


async def test_a_swap_that_was_cut_off_is_said_to_have_failed(yard: Yard) -> None:
    await yard.want(yard.model("m1"))
    async with yard.database.write() as connection:
        await publications.starting(connection, 1)
    async with yard.kept():
        async def serving() -> bool:
            return (await yard.rows())[0].state == "serving"

        await until(serving, 60)
        rows = await yard.rows()
        assert [(row.model_id, row.state) for row in rows] == [(None, "serving"), ("m1", "failed")]


def bot_at(port: int) -> int:
    """The pid of the bot that was started for a port."""
    listed = subprocess.run(["ps", "-eww", "-o", "pid,args"], capture_output=True, text=True, check=True).stdout
    found, = (int(line.split()[0]) for line in listed.splitlines() if line.endswith(f"--port {port}"))
    return found


async def test_a_bot_that_dies_is_started_again_at_its_address(yard: Yard) -> None:
    async with yard.kept():
        row, = await yard.settled()
        pid = bot_at(yard.settings.bot_port)
        os.kill(pid, signal.SIGKILL)

        async def back() -> bool:
            with suppress(ProcessLookupError):
                os.kill(pid, 0)
                return False
            return await model_at(row.url) == "checkout.tar.gz"

        await until(back, 60)
        assert await yard.rows() == [row]


@pytest.fixture
def soon_tired(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two deaths are enough: the pauses between more of them are minutes of the whole suite."""
    monkeypatch.setattr(bot_process, "MOST_DEATHS", 2)


@pytest.mark.usefixtures("soon_tired")
async def test_a_model_that_dies_again_and_again_is_taken_out_of_service(yard: Yard) -> None:
    async with yard.kept():
        await yard.settled()
        for name in ("m1", "m2"):
            await yard.want(yard.model(name))
            await yard.settled()
        yard.crash("m2")
        fallback, bad, *_ = await yard.fallen_back(["m1", "m2", "m1", None])
        assert (fallback.kind, fallback.author_id, bad.state) == ("fallback", "keeper", "failed")
        assert bad.error is not None and "反复退出" in bad.error and "退出码 7" in bad.error
        assert "m2" in fallback.reason and "反复退出" in fallback.reason
        assert await model_at(fallback.url) == "m1.tar.gz"
    # The next start does not try it again either, though it would start.
    async with yard.kept():
        async def back() -> bool:
            return await model_at(yard.settings.bot_url) == "m1.tar.gz"

        await until(back, 60)
        assert len(await yard.rows()) == 4


@pytest.mark.usefixtures("soon_tired")
async def test_when_all_models_die_the_last_is_started_again_ever_more_slowly(yard: Yard) -> None:
    async with yard.kept():
        await yard.settled()
        await yard.want(yard.model("m1"))
        await yard.settled()
        yard.crash(None)
        yard.crash("m1")
        rows = await yard.fallen_back([None, "m1", None])
        keeper_rows = [(row.kind, row.state) for row in rows]
        assert keeper_rows == [("fallback", "serving"), ("publish", "failed"), ("publish", "past")]
        await asyncio.sleep(12)  # it goes on dying: long enough for more deaths than it is allowed
        assert await yard.rows() == rows
        yard.crash(None, "good")

        async def back() -> bool:
            return await model_at(rows[0].url) == "checkout.tar.gz"

        await until(back, 60)
        assert await yard.rows() == rows


async def test_nothing_that_starts_at_all_is_tried_ever_more_slowly(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.checkout.write_text("broken")
    tried: list[float] = []
    started = Keeper._started

    async def counted(self: Keeper, *given: Any, **more: Any) -> Any:
        tried.append(asyncio.get_running_loop().time())
        return await started(self, *given, **more)

    monkeypatch.setattr(Keeper, "_started", counted)
    monkeypatch.setattr(bot_process, "TRIES", 1)
    async with yard.kept():
        async def thrice() -> bool:
            return len(tried) >= 3

        await until(thrice, 90)
        assert tried[2] - tried[1] > tried[1] - tried[0] - 1 and tried[2] - tried[1] >= 4
        yard.checkout.write_text("good")
        row, = await yard.settled()
        assert (row.model_id, row.kind) == (None, "publish")
