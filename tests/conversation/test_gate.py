"""The gate: from the hand-over until it is given back or closed the bot is never called. Each way past it is tried."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from hotline.conversation.queue_keeper import QueueKeeper
from hotline.conversation.turns import utc_now
from hotline.records import Agent, Attachment, Inbound
from hotline.store import agents
from hotline.store.tables import cases, conversations
from hotline.store.tables import messages as messages_table
from tests.stage import Stage, stage, until

WORDS = ("你好", "/restart", "/session_start", "转人工", "登记路灯坏了", "查进度", "谢谢", "好的", "1", "agent")
Enter = Callable[[Stage], Awaitable[str]]


async def real_agent(house: Stage, name: str = "wang") -> Agent:
    async with house.database.write() as connection:
        return await agents.add_agent(connection, username=name, name=name, roles=["agent"], password_hash="x",
                                      must_change=False, now=utc_now())


async def queued(house: Stage) -> str:
    return (await house.ask("转人工"))[0].conversation_id


async def taken(house: Stage) -> str:
    talk = await queued(house)
    await house.door.take(talk, await real_agent(house))
    return talk


async def taken_from_the_bot(house: Stage) -> str:
    talk = (await house.ask("甲"))[0].conversation_id
    await house.door.take(talk, await real_agent(house))
    return talk


async def emergency(house: Stage) -> str:
    return (await house.ask("家里燃气泄漏了，味道很大"))[0].conversation_id


async def offered(house: Stage) -> str:
    talk = await queued(house)
    async with house.database.write() as connection:
        await connection.execute(conversations.update().values(offered_at=utc_now()))
    return talk


@pytest.mark.parametrize("enter", [queued, taken, taken_from_the_bot, emergency, offered])
async def test_nothing_that_is_said_reaches_the_bot(house: Stage, enter: Enter) -> None:
    await enter(house)
    before = list(house.bot.calls)
    for text in WORDS:
        answer = await house.ask(text)
        assert answer and all(message.author == "house" for message in answer), text
        assert (answer[-1].custom or {}).get("type") == "handover", text
    turn = await house.door.receive(Inbound("rest", "citizen", "", None, (Attachment("image", url="https://x/y.png"),)))
    assert await house.door.replies(turn, 5)
    assert house.bot.calls == before


async def test_fragments_of_a_pushed_channel_do_not_reach_the_bot(house: Stage) -> None:
    turn = await house.door.receive(Inbound("web", "w", "转人工"))
    await house.door.replies(turn, 5)
    for text in ("喂", "/restart"):
        turn = await house.door.receive(Inbound("web", "w", text))
    answer = await house.door.replies(turn, 5)
    assert answer[-1].custom == {"type": "handover", "position": 1}
    assert house.bot.calls == ["转人工"]


async def test_the_bot_has_it_again_only_when_it_is_given_back(house: Stage) -> None:
    talk = await queued(house)
    wang = await real_agent(house)
    await house.door.take(talk, wang)
    await house.ask("在吗")
    await house.door.release(talk, wang, "bot")
    assert [m.text for m in await house.ask("丁")] == ["2:丁"]
    assert house.bot.calls == ["转人工", "丁"]


async def test_a_return_to_the_queue_keeps_the_gate_shut(house: Stage) -> None:
    talk = await taken(house)
    async with house.database.write() as connection:
        await connection.execute(conversations.update().where(conversations.c.id == talk).values(
            owner="queue", agent_id=None))
    await house.ask("/restart")
    assert house.bot.calls == ["转人工"]


@pytest.mark.parametrize("how", ["taken", "queued by an emergency"])
async def test_a_late_reply_already_under_way_is_dropped_and_logged(house: Stage, how: str) -> None:
    talk = (await house.ask("甲"))[0].conversation_id
    wang = await real_agent(house)
    house.bot.delay = 0.4
    with capture_logs() as logs:
        waiting = asyncio.create_task(house.ask("登记乙"))

        async def called() -> bool:
            return house.bot.calls == ["甲", "登记乙"]

        await until(called)
        if how == "queued by an emergency":
            await house.ask("家里燃气泄漏了，味道很大")
        else:
            await house.door.take(talk, wang)
        answer = await waiting
    assert [(m.custom or {}).get("type") for m in answer] == ["handover"]
    assert house.bot.calls == ["甲", "登记乙"]
    dropped = [line for line in logs if line["event"] == "turn_attempt_dropped"]
    assert len(dropped) == 1 and "登记乙" not in str(logs)
    async with house.database.read() as connection:
        texts = (await connection.execute(select(messages_table.c.text))).scalars().all()
        filed = (await connection.execute(select(cases).where(cases.c.emergency.is_(None)))).all()
        state = (await connection.execute(select(conversations.c.state))).scalar_one()
    assert not any("已登记 QD" in str(text) for text in texts) and not filed
    assert state == {"count": 1}


async def test_a_failure_of_the_bot_after_the_take_does_not_speak_either(house: Stage) -> None:
    talk = (await house.ask("甲"))[0].conversation_id
    house.bot.delay, house.bot.fail = 0.3, ["late"]
    waiting = asyncio.create_task(house.ask("乙"))
    await asyncio.sleep(0.1)
    await house.door.take(talk, await real_agent(house))
    assert [m.custom for m in await waiting] == [{"type": "handover", "position": 0}]


async def test_a_turn_left_by_a_dead_process_meets_the_gate(house: Stage) -> None:
    talk = await queued(house)
    await house.door.runner.stop()
    turn = await house.door.receive(Inbound("rest", "citizen", "还在吗"))
    await house.door.runner.stop()
    async with stage(house.database, house.settings, worker="w2") as second:
        await second.door.runner._recover(everything=True)
        assert (await second.door.replies(turn, 5))[0].custom == {"type": "handover", "position": 1}
        assert second.bot.calls == []
    async with house.database.read() as connection:
        assert (await connection.execute(select(conversations.c.owner).where(
            conversations.c.id == talk))).scalar_one() == "queue"


async def test_the_house_still_advises_in_an_emergency_whoever_has_the_conversation(house: Stage) -> None:
    await taken(house)
    answer = await house.ask("家里燃气泄漏了，味道很大")
    assert [(m.custom or {})["type"] for m in answer] == ["emergency", "ticket", "handover"]
    assert "阀门" in str(answer[0].text)
    assert house.bot.calls == ["转人工"]


async def test_the_keeper_never_calls_the_bot(house: Stage) -> None:
    await queued(house)
    keeper = QueueKeeper(house.database, house.door.voice, house.settings)
    await keeper.start()
    keeper.wake()
    await asyncio.sleep(0.3)
    await keeper.stop()
    assert house.bot.calls == ["转人工"]
