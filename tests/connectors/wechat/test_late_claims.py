"""A reply that is claimed while the platform hangs up is not lost: it goes out by push, once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from connectors.wechat.simulator.model import Rules
from hotline.settings import Settings
from hotline.store import wechat_memory
from hotline.store.database import Database
from tests.connectors.wechat.front import Front, front


def _slow(here: Front, monkeypatch: pytest.MonkeyPatch, seconds: float, after: bool, times: int = 100) -> None:
    """The first claims wait before their transaction, as behind a long queue of writers, or after it."""
    claim, waits = here.memory.passive, [seconds] * times

    async def passive(*values: Any, **named: Any) -> str | None:
        wait = waits.pop() if waits else 0
        await asyncio.sleep(0 if after else wait)
        reply = await claim(*values, **named)
        await asyncio.sleep(wait if after else 0)
        return reply

    monkeypatch.setattr(here.memory, "passive", passive)


@pytest.mark.parametrize("after", [False, True])
async def test_a_claim_after_the_success_is_given_back(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, after: bool,
) -> None:
    async with front(database, settings, rules=Rules(time_out=4.0)) as here:
        _slow(here, monkeypatch, 2.0, after)
        posting = await here.say("路灯不亮")
        assert (posting.outcome, len(posting.attempts)) == ("success", 1)
        await here.hears("路灯不亮")
        await asyncio.sleep(1.5)
        assert [one.way for one in here.citizen.heard] == ["push"]


@pytest.mark.parametrize("after", [False, True])
async def test_a_reply_that_could_not_be_written_and_was_never_fetched_is_pushed(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, after: bool,
) -> None:
    monkeypatch.setattr(wechat_memory, "FETCHED_WITHIN", timedelta(seconds=1.5))
    # A platform that hangs up while the claim is under way, long before its end, and does not ask again.
    async with front(database, settings, rules=Rules(time_out=0.8, retries=0), wechat_reply_seconds=3.0) as here:
        _slow(here, monkeypatch, 1.2, after)
        posting = await here.say("路灯不亮")
        assert posting.outcome == "failed"
        await here.hears("路灯不亮")
        await asyncio.sleep(1.5)
        assert [one.way for one in here.citizen.heard] == ["fault", "push"]


@pytest.mark.parametrize("after", [False, True])
async def test_a_reply_that_was_fetched_at_the_second_try_is_not_pushed_as_well(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, after: bool,
) -> None:
    monkeypatch.setattr(wechat_memory, "FETCHED_WITHIN", timedelta(seconds=1.5))
    # The first request hangs up at 1.0 s, well before its claim at 1.5 s; no push may come before the third second.
    async with front(database, settings, rules=Rules(time_out=1.0, retries=3), wechat_reply_seconds=3.0) as here:
        _slow(here, monkeypatch, 1.0, after, times=1)
        here.bot.delay = 0.3
        posting = await here.say("路灯不亮")
        assert posting.outcome == "replied" and len(posting.attempts) > 1
        await asyncio.sleep(3.5)
        assert [one.way for one in here.citizen.heard] == ["passive"]
