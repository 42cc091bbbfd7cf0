"""The wire to the bot: every way in which it can fail is BotUnavailable with a short reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timezone

import aiohttp
import pytest
from aiohttp.test_utils import TestServer, unused_port

from hotline.conversation.bot_client import Fixed, RasaBot
from hotline.errors import BotUnavailable
from hotline.records import Conversation, Turn
from tests.processes.bot_server import BotServer

NOW = datetime.now(timezone.utc)
TURN = Turn("t1", "c1", "z1", "open", "登记路灯坏了", 0, NOW, NOW)
TALK = Conversation("c1", "z1", "rest", "s", "bot", 0, {"count": 4}, NOW, NOW)


@pytest.fixture
async def server() -> AsyncIterator[tuple[BotServer, RasaBot]]:
    bot = BotServer()
    async with TestServer(bot.app()) as running, aiohttp.ClientSession() as session:
        yield bot, RasaBot(session, Fixed(str(running.make_url("")).rstrip("/")), "token", 0.3)


async def test_a_turn_carries_state_in_and_out_and_keys_its_commands(server: tuple[BotServer, RasaBot]) -> None:
    result = await server[1].turn(TURN, TALK)
    assert result.state == {"count": 5}
    assert [command.key for command in result.commands] == ["t1:0"]
    assert result.commands[0].args["service_code"] == "facility_streetlight"
    assert result.model == "scripted"


@pytest.mark.parametrize(("status", "body", "reason"), [
    (502, {"error": "action_failed", "messages": [{"text": "别的话"}]}, "action_failed"),
    (502, {"error": "no_message"}, "no_message"),
    (502, {"error": "circuit_breaker"}, "circuit_breaker"),
    (503, {"error": "no_model"}, "no_model"),
    (500, "<html>boom</html>", "status_500"),
    (200, "not json", "garbage"),
    (200, {"messages": []}, "no_message"),
    (200, {"messages": [], "commands": [], "parse": {}, "state": {}, "model": "m"}, "no_message"),
    (200, {"messages": [{"text": "好"}], "commands": [{}], "parse": {}, "state": {}, "model": "m"}, "garbage"),
    (200, {"messages": [{"text": "好"}], "commands": [], "parse": {}, "state": [], "model": "m"}, "garbage"),
])
async def test_each_failure_has_its_reason(
    server: tuple[BotServer, RasaBot], status: int, body: object, reason: str
) -> None:
    server[0].status, server[0].body = status, body  # type: ignore[assignment]
    with pytest.raises(BotUnavailable) as failure:
        await server[1].turn(TURN, TALK)
    assert failure.value.reason == reason


async def test_a_slow_bot_is_late(server: tuple[BotServer, RasaBot]) -> None:
    server[0].delay = 1.0
    with pytest.raises(BotUnavailable, match="late"):
        await server[1].turn(TURN, TALK)


async def test_a_bot_that_is_not_there_is_down() -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(BotUnavailable, match="down"):
            await RasaBot(session, Fixed(f"http://127.0.0.1:{unused_port()}"), "token", 0.3).turn(TURN, TALK)


class Moving:
    """An address that is stale until somebody looks."""

    def __init__(self, old: str, new: str) -> None:
        self.url, self._new = old, new

    async def look(self) -> None:
        self.url = self._new


async def test_a_bot_that_has_moved_is_asked_at_its_new_address() -> None:
    bot, nobody = BotServer(), f"http://127.0.0.1:{unused_port()}"
    async with TestServer(bot.app()) as running, aiohttp.ClientSession() as session:
        moving = Moving(nobody, str(running.make_url("")).rstrip("/"))
        result = await RasaBot(session, moving, "token", 5).turn(TURN, TALK)
    assert result.model == "scripted" and bot.turns == [TURN.text]
