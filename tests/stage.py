"""A house of real rooms over a real database, with a scripted bot and two channels."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry

from connectors.base import Connector
from hotline.cases.catalogue import load_catalogue
from hotline.cases.service import Cases
from hotline.conversation.commands import Executor
from hotline.conversation.emergencies import EmergencyDesk
from hotline.conversation.frontdoor import FrontDoor
from hotline.conversation.scripted_bot import ScriptedBot
from hotline.conversation.timing import Timings
from hotline.conversation.turns import Turns
from hotline.conversation.waiting import WaitingRoom
from hotline.emergency import Detector
from hotline.errors import ChannelError
from hotline.records import Agent, Inbound, Message
from hotline.settings import Settings
from hotline.store.database import Database


class PulledChannel(Connector):
    """A channel whose citizens fetch their replies."""

    name = "rest"

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        return []


class PushedChannel(Connector):
    """A channel that is delivered to; `trouble` makes the next deliveries fail."""

    name = "web"
    fragments = True
    pushes = True

    def __init__(self) -> None:
        self.out: list[Message] = []
        self.trouble: list[ChannelError] = []
        self.connected = True
        self.read: list[tuple[str, str]] = []

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        return []

    async def agent_seen(self, sender: str, message: Message) -> None:
        self.read.append((sender, message.text or ""))

    async def deliver(self, sender: str, messages: Sequence[Message]) -> bool:
        if self.trouble:
            raise self.trouble.pop(0)
        if self.connected:
            self.out.extend(messages)
        return self.connected


@dataclass
class Stage:
    """The house under test."""

    door: FrontDoor
    bot: ScriptedBot
    pushed: PushedChannel
    database: Database
    settings: Settings
    cases: Cases
    steps: list[str] = field(default_factory=list)

    async def ask(self, text: str, sender: str = "citizen", message_id: str | None = None) -> list[Message]:
        turn_id = await self.door.receive(Inbound("rest", sender, text, message_id))
        return await self.door.replies(turn_id, timeout=8)


@asynccontextmanager
async def stage(database: Database, settings: Settings, worker: str = "w1") -> AsyncIterator[Stage]:
    """A started house; stopped in the end."""
    cases = Cases(database, load_catalogue(), settings)
    bot, pushed, steps = ScriptedBot(), PushedChannel(), []
    timings = Timings(CollectorRegistry())
    detector = Detector()
    turns = Turns(database, bot, Executor(cases), detector, EmergencyDesk(cases, settings),
                  WaitingRoom(cases, settings), {"web"}, settings, worker, steps.append, timings)
    door = FrontDoor(database, settings, detector, turns, {"rest": PulledChannel(), "web": pushed}, worker,
                     steps.append, timings)
    await door.start()
    try:
        yield Stage(door, bot, pushed, database, settings, cases, steps)
    finally:
        await door.stop()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    base = Settings.from_env({"HOTLINE_VAR": str(tmp_path / "var")})
    return replace(base, retry_seconds=0.05, fragment_seconds=0.6, gas_firms="（测试燃气 0532-00000000）")


@pytest.fixture
async def house(database: Database, settings: Settings) -> AsyncIterator[Stage]:
    async with stage(database, settings) as running:
        yield running


@pytest.fixture
def agent() -> Agent:
    return Agent("a1", "wang", "王", ("agent",))


async def until(check: object, seconds: float = 5.0) -> None:
    """Wait for a condition (a coroutine function without arguments that returns a truth value)."""
    for _ in range(int(seconds / 0.02)):
        if await check():  # type: ignore[operator]
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen in time")
