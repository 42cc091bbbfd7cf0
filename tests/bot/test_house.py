"""The actions' client of the internal API against a real server that is well, slow, broken or gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web

from bot.actions.house import House, HouseUnavailable
from tests.bot.servers import free_port


class Fake:
    """An internal API whose answers a test sets."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any, str]] = []
        self.answer: Callable[[int], web.Response] = lambda number: web.json_response({})
        self.delay = 0.0

    async def handle(self, request: web.Request) -> web.Response:
        """Note what was asked and answer."""
        body = await request.json() if request.can_read_body else None
        self.asked.append((request.path, body, request.headers.get("Authorization", "")))
        await asyncio.sleep(self.delay)
        return self.answer(len(self.asked))


@pytest.fixture
async def fake() -> AsyncIterator[tuple[Fake, House]]:
    """A running fake and a client of it with 0.4 seconds."""
    found = Fake()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    house = House(f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}", "tok", 0.4)  # type: ignore[union-attr]
    yield found, house
    await house.close()
    await runner.cleanup()


async def test_it_asks_with_the_token_and_hands_on_the_answer(fake: tuple[Fake, House]) -> None:
    found, house = fake
    found.answer = lambda number: web.json_response({"decision": "none", "results": []})
    assert await house.search("气费", 2) == {"decision": "none", "results": []}
    found.answer = lambda number: web.json_response({"cases": [], "limited": False})
    assert await house.lookup_cases("z1", receipt="QD1", last4="1234") == {"cases": [], "limited": False}
    assert found.asked == [
        ("/knowledge/search", {"query": "气费", "limit": 2}, "Bearer tok"),
        ("/internal/cases/lookup", {"citizen_id": "z1", "receipt": "QD1", "last4": "1234"}, "Bearer tok"),
    ]


async def test_the_catalogue_is_asked_once_a_minute_and_outlives_a_fault(
    fake: tuple[Fake, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, house = fake
    found.answer = lambda number: web.json_response({"services": [{"code": "other"}]})
    assert await house.catalogue() == await house.catalogue() == [{"code": "other"}]
    assert len(found.asked) == 1
    monkeypatch.setattr("bot.actions.house.CATALOGUE_SECONDS", 0.0)
    found.answer = lambda number: web.Response(status=503)
    assert await house.catalogue() == [{"code": "other"}]
    assert len(found.asked) == 3


async def test_a_fault_is_tried_once_more(fake: tuple[Fake, House]) -> None:
    found, house = fake
    found.answer = lambda number: (
        web.Response(status=500) if number == 1 else web.json_response({"decision": "none", "results": []}))
    assert (await house.search("x"))["decision"] == "none"
    assert len(found.asked) == 2


@pytest.mark.parametrize("answer, reason, tries", [
    (web.Response, "garbage", 2),
    (lambda: web.Response(text="<html>"), "garbage", 2),
    (lambda: web.Response(body=b"\xff\xfe"), "garbage", 2),
    (lambda: web.json_response([]), "garbage", 2),
    (lambda: web.json_response({"results": []}), "garbage", 2),
    (lambda: web.Response(status=500), "status_500", 2),
    (lambda: web.Response(status=401), "status_401", 1),
])
async def test_what_is_no_answer_is_an_error(
    fake: tuple[Fake, House], answer: Callable[[], web.Response], reason: str, tries: int
) -> None:
    found, house = fake
    found.answer = lambda number: answer()
    with pytest.raises(HouseUnavailable) as raised:
        await house.search("市民的话")
    assert raised.value.reason == reason
    assert "市民的话" not in str(raised.value)
    assert len(found.asked) == tries


async def test_a_slow_house_is_an_error_in_time(fake: tuple[Fake, House]) -> None:
    found, house = fake
    found.delay = 5.0
    started = time.monotonic()
    with pytest.raises(HouseUnavailable, match="timeout"):
        await house.search("x")
    assert time.monotonic() - started < 1.0


async def test_no_house_is_an_error() -> None:
    house = House(f"http://127.0.0.1:{free_port()}", "tok", 1.0)
    with pytest.raises(HouseUnavailable, match="connection"):
        await house.lookup_cases("z1")
    with pytest.raises(HouseUnavailable, match="connection"):
        await house.catalogue()
    await house.close()
