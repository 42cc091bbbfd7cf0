"""A process that dies between the platform's answer and our commit: nothing that arrived is sent again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hotline.records import Agent, Reply
from hotline.settings import Settings
from hotline.store import wechat as rows
from hotline.store import wechat_settling
from hotline.store.database import Database
from tests.connectors.wechat.front import REPLY_SECONDS, front, now, statuses
from tests.stage import until

LONG = "".join(f"第{number}段。" for number in range(300))


def _dies_before_the_commit(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """No transaction that notes a send ends any more; set when the first has begun."""
    begun = asyncio.Event()

    async def never(*_: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(wechat_settling, "gone_out", never)
    return begun


async def test_a_receipt_that_was_pushed_and_not_committed_is_not_pushed_again(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with front(database, settings) as wechat:
        wechat.bot.delay = REPLY_SECONDS + 0.5
        wechat.bot.script = lambda text, state: (
            [Reply(text="收据", custom={"type": "ticket", "receipt": "x"})], [], state)
        begun = _dies_before_the_commit(monkeypatch)
        await wechat.say("甲")
        await asyncio.wait_for(begun.wait(), 8)
    monkeypatch.undo()
    async with front(database, settings, worker="w2", platform=wechat.platform) as other:
        async def settled() -> bool:
            return statuses(await other.history()) == {"收据": "sent"}

        await until(settled)
        await asyncio.sleep(1.5)
        assert other.heard("push") == ["收据"]


async def test_of_a_long_message_only_the_rest_is_pushed(
    database: Database, settings: Settings, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with front(database, settings) as wechat:
        await wechat.say("转人工")
        talk = await wechat.conversation()
        await wechat.door.take(talk, agent)
        await wechat.hears("为您服务")

        async def quiet() -> bool:
            return set(statuses(await wechat.history()).values()) == {"sent"}

        await until(quiet)
        begun = _dies_before_the_commit(monkeypatch)
        await wechat.door.say(talk, agent, LONG, key="k1")
        await asyncio.wait_for(begun.wait(), 8)
        first = wechat.heard("push")[-1]
    monkeypatch.undo()
    async with front(database, settings, worker="w2", platform=wechat.platform) as other:
        async def whole() -> bool:
            return statuses(await other.history())[LONG] == "sent"

        await until(whole, 10)
        pushed = other.heard("push")
        assert "".join(pushed[pushed.index(first):]).replace("\n", "") == LONG


async def test_a_passive_reply_that_was_written_and_not_committed_is_not_pushed(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with front(database, settings) as wechat:
        wechat.bot.script = lambda text, state: (
            [Reply(text="收据", custom={"type": "ticket", "receipt": "x"})], [], state)

        async def never(*_: Any, **values: Any) -> None:
            if values.get("state") == "handed":
                await asyncio.Event().wait()
            await change(*_, **values)

        change = rows.change_arrival
        monkeypatch.setattr(rows, "change_arrival", never)
        posting = await wechat.say("甲")
        assert posting.outcome == "replied"
    monkeypatch.undo()
    async with front(database, settings, worker="w2", platform=wechat.platform) as other:
        await asyncio.sleep(1.0)
        assert await other.memory.recover(now() + timedelta(seconds=120)) == 0
        await asyncio.sleep(1.0)
        assert other.heard() == ["收据"]


async def test_a_wake_before_the_first_look_pushes_nothing_that_the_look_would_take_for_cut(
    database: Database, settings: Settings
) -> None:
    async with front(database, settings, starts=False) as wechat:
        wechat.bot.delay = REPLY_SECONDS + 0.3
        wechat.bot.script = lambda text, state: (
            [Reply(text="收据", custom={"type": "ticket", "receipt": "x"})], [], state)
        await wechat.say("甲")

        async def answered() -> bool:
            return statuses(await wechat.history()) == {"收据": "pending"}

        await until(answered)
        wechat.connector.wake(wechat.citizen.openid)
        await asyncio.sleep(0.3)
        assert wechat.heard("push") == []
        await wechat.connector.start()
        await wechat.hears("收据")
        await asyncio.sleep(1.5)
        assert wechat.heard("push") == ["收据"]

