"""The front door is killed with -9 between any two steps of a message: answered after the restart, nothing lost."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import func, select

from hotline.store.database import Database
from hotline.store.migrate import migrate
from hotline.store.tables import cases, messages, turns
from tests.ports import free_port
from tests.processes.bot_server import BotServer

ROOT = Path(__file__).resolve().parents[2]
STEPS = ["saved", "emergency_checked", "routed", "bot_answered", "committed", "outbox"]
EMERGENCY_STEPS = ["saved", "emergency_checked", "routed", "committed", "outbox"]
AUTH = {"Authorization": "Bearer test-token"}


@dataclass
class Door:
    """Front-door processes over one database and one scripted bot."""

    session: aiohttp.ClientSession
    environment: dict[str, str]
    bot: BotServer
    database_url: str
    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, **extra: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-m", "tests.processes.front_door"], cwd=ROOT,
                                   env={**self.environment, **extra})
        self.processes.append(process)
        return process

    async def open(self) -> None:
        for _ in range(600):
            try:
                async with self.session.get(f"http://127.0.0.1:{self.port}/healthz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
        raise AssertionError("the front door did not open")

    async def say(self, text: str, message_id: str) -> list[dict[str, Any]] | None:
        """The messages, or None when the connection broke."""
        body = {"sender": "u1", "message": text, "metadata": {"message_id": message_id}}
        try:
            async with self.session.post(
                f"http://127.0.0.1:{self.port}/webhooks/rest/webhook", json=body, headers=AUTH) as response:
                assert response.status == 200, await response.text()
                return list(await response.json())
        except aiohttp.ClientError:
            return None

    async def stored(self) -> list[dict[str, Any]]:
        async with self.session.get(f"http://127.0.0.1:{self.port}/webhooks/rest/messages", params={"sender": "u1"},
                                    headers=AUTH) as response:
            return list(await response.json())

    async def counts(self) -> tuple[int, int, int]:
        """(citizen's messages, tickets, open turns) in the database."""
        database = Database(self.database_url)
        async with database.read() as connection:
            incoming = (await connection.execute(select(func.count()).select_from(messages).where(
                messages.c.direction == "in"))).scalar_one()
            filed = (await connection.execute(select(func.count()).select_from(cases))).scalar_one()
            left = (await connection.execute(select(func.count()).select_from(turns).where(
                turns.c.status == "open"))).scalar_one()
        await database.close()
        return incoming, filed, left


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    bot = BotServer()
    port, database_url = free_port(), f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite'}"
    database = Database(database_url)
    await migrate(database)
    await database.close()
    async with TestServer(bot.app()) as server, aiohttp.ClientSession() as session:
        door = Door(session, {
            **os.environ, "HOTLINE_VAR": str(tmp_path), "HOTLINE_PORT": str(port), "HOTLINE_HOST": "127.0.0.1",
            "HOTLINE_INTERNAL_PORT": str(free_port()), "HOTLINE_BOT_PORT": str(server.port),
            "HOTLINE_DATABASE_URL": database_url, "HOTLINE_SERVICE_TOKEN": "test-token",
            "HOTLINE_LOG_LEVEL": "ERROR", "HOTLINE_RETRY_SECONDS": "0.1"}, bot, database_url, port)
        try:
            yield door
        finally:
            for process in door.processes:
                if process.poll() is None:
                    process.terminate()
            for process in door.processes:
                process.wait(20)


async def _killed_and_back(door: Door, step: str, text: str) -> list[dict[str, Any]]:
    """Send, die at the step, start again; what the citizen has in the end."""
    dying = door.start(CRASH_AT=step)
    await door.open()
    assert await door.say(text, "m1") is None
    assert dying.wait(20) == -9
    door.start()
    await door.open()
    for _ in range(100):
        found = await door.stored()
        if found:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"no answer after a kill at {step}")


@pytest.mark.parametrize("step", STEPS)
async def test_a_report_survives_a_kill(door: Door, step: str) -> None:
    found = await _killed_and_back(door, step, "登记路灯坏了")
    assert [message["custom"]["type"] for message in found] == ["ticket"]
    assert await door.counts() == (1, 1, 0)
    # The citizen's server heard nothing and sends again: the stored list, nothing new.
    again = await door.say("登记路灯坏了", "m1")
    assert [message["message_id"] for message in again or []] == [message["message_id"] for message in found]
    assert await door.counts() == (1, 1, 0)


@pytest.mark.parametrize("step", EMERGENCY_STEPS)
async def test_an_emergency_survives_a_kill(door: Door, step: str) -> None:
    found = await _killed_and_back(door, step, "快来，厨房一股煤气味")
    assert [message["custom"]["type"] for message in found] == ["emergency", "ticket", "handover"]
    assert await door.counts() == (1, 1, 0)
    assert door.bot.turns == []
