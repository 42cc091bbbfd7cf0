"""Those who wait: the three-minute rule and its ways out, their place in the queue, who has left."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, update

from hotline.conversation.queue_keeper import QueueKeeper
from hotline.store.tables import cases, messages
from tests.stage import PulledChannel, until
from tests.waiting_desk import Desk, now


async def test_after_three_minutes_the_citizen_is_told_and_offered_three_ways(desk: Desk) -> None:
    talk = await desk.waiting()
    await desk.keeper.once(now(170))
    assert (await desk.row(talk)).offered_at is None
    await desk.keeper.once(now(181))
    told = await desk.told()
    assert [button["payload"] for button in told.buttons] == ["继续排队", "留个回电工单", "回到智能助手"]
    assert told.custom == {"type": "handover", "position": 1} and "久等" in str(told.text)
    await desk.keeper.once(now(182))
    assert (await desk.kinds(talk)) == ["queued", "offered"]


async def test_two_keepers_at_once_do_each_thing_once(desk: Desk) -> None:
    wang = await desk.agent("wang")
    late, lost = await desk.waiting("a"), await desk.waiting("b")
    await desk.house.door.take(lost, wang)
    second = QueueKeeper(desk.house.database, desk.house.door.voice, desk.house.settings)
    for seconds in (61, 181, 2000):
        await asyncio.gather(desk.keeper.once(now(seconds)), second.once(now(seconds)))
    assert (await desk.kinds(late)) == ["queued", "offered", "abandoned"]
    assert (await desk.kinds(lost)) == ["queued", "taken", "returned", "offered", "abandoned"]


async def test_a_keeper_that_meets_trouble_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = await desk.waiting()
    calls = []

    async def once(at: object, *, returns: bool = True) -> None:
        calls.append(returns)
        if len(calls) == 1:
            raise OSError("the database is away")

    monkeypatch.setattr(desk.keeper, "once", once)
    await desk.keeper.start()

    async def again() -> bool:
        desk.keeper.wake()
        return len(calls) >= 3

    await until(again)
    await desk.keeper.stop()
    assert not any(calls) and (await desk.row(talk)).owner == "queue"


async def test_who_stays_keeps_the_place(desk: Desk) -> None:
    await desk.waiting("first")
    talk = await desk.offered()
    assert (await desk.house.ask("继续排队"))[-1].custom == {"type": "handover", "position": 2}
    assert (await desk.row(talk)).owner == "queue"
    assert (await desk.kinds(talk)) == ["queued", "offered", "stayed"]


async def test_who_goes_back_to_the_assistant_is_with_the_bot(desk: Desk) -> None:
    talk = await desk.offered()
    answer = await desk.house.ask("回到智能助手")
    assert answer[-1].custom is None and "智能助手" in str(answer[-1].text)
    assert (await desk.row(talk)).owner == "bot"
    assert desk.house.bot.calls == ["转人工"]
    assert [m.text for m in await desk.house.ask("丁")] == ["2:丁"]
    assert (await desk.kinds(talk))[-1] == "to_bot"


async def test_a_call_back_asks_for_the_phone_and_files_a_ticket(desk: Desk) -> None:
    talk = await desk.offered()
    await desk.house.ask("楼下的井盖坏了")
    asked = (await desk.house.ask("留个回电工单"))[-1]
    assert "电话" in str(asked.text) and asked.custom == {"type": "handover", "position": 1}
    assert "电话" in str((await desk.house.ask("1380013"))[-1].text)
    answer = await desk.house.ask("138 0013 8000")
    ticket = answer[0].custom or {}
    assert ticket["type"] == "ticket" and ticket["phone"] == "13800138000"
    assert str(ticket["receipt"]) in str(answer[0].text) and "138 0013 8000" in str(answer[0].text)
    assert (await desk.row(talk)).owner == "bot"
    async with desk.house.database.read() as connection:
        case = (await connection.execute(select(cases))).one()
    assert (case.service_code, case.act, case.title) == ("other", "consult", "回电请求")
    assert "井盖坏了" in case.description and "回电工单" not in case.description
    assert (await desk.kinds(talk))[-1] == "callback"
    assert [m.text for m in await desk.house.ask("丁")] == ["2:丁"]


async def test_a_known_phone_is_not_asked_for_again(desk: Desk) -> None:
    await desk.house.ask("登记路灯坏了")
    await desk.offered()
    answer = await desk.house.ask("留个回电工单")
    assert (answer[0].custom or {})["phone"] == "13800138000"


async def test_choices_count_only_after_the_offer(desk: Desk) -> None:
    talk = await desk.waiting()
    assert (await desk.house.ask("回到智能助手"))[0].custom == {"type": "handover", "position": 1}
    assert (await desk.row(talk)).owner == "queue"


async def test_an_agent_who_has_answered_is_not_left_by_an_old_button(desk: Desk) -> None:
    wang = await desk.agent("wang")
    talk = await desk.offered()
    await desk.house.door.take(talk, wang)
    await desk.house.door.say(talk, wang, "您好")
    assert (await desk.house.ask("回到智能助手"))[0].custom == {"type": "handover", "position": 0}
    assert (await desk.row(talk)).agent_id == wang.id


async def test_an_agent_who_took_it_and_says_nothing_is_no_answer(desk: Desk) -> None:
    wang, li = await desk.agent("wang"), await desk.agent("li")
    silent, spoken = await desk.waiting("a"), await desk.waiting("b")
    await desk.house.door.take(silent, wang)
    await desk.house.door.take(spoken, li)
    await desk.house.door.say(spoken, li, "您好")
    for agent in (wang, li):
        await desk.seen(agent, 180)
    await desk.keeper.once(now(181))
    assert len((await desk.told("a")).buttons) == 3
    assert (await desk.told("b")).text == "您好"
    await desk.house.ask("回到智能助手", sender="a")
    assert (await desk.row(silent)).owner == "bot"


async def test_in_an_emergency_no_way_leads_back_to_the_bot(desk: Desk) -> None:
    talk = (await desk.house.ask("家里燃气泄漏了，味道很大"))[0].conversation_id
    await desk.keeper.once(now(181))
    told = await desk.told()
    assert not told.buttons and "119" in str(told.text)
    await desk.house.ask("回到智能助手")
    await desk.keeper.once(now(4000))
    assert (await desk.row(talk)).owner == "queue"


async def test_the_place_is_told_when_it_gets_better_and_not_too_often(desk: Desk) -> None:
    wang = await desk.agent("wang")
    first, second = await desk.waiting("a"), await desk.waiting("b")
    await desk.waiting("c")
    assert (await desk.told("c")).custom == {"type": "handover", "position": 3}
    await desk.house.door.take(first, wang)
    await desk.keeper.once(now(5))
    assert (await desk.told("c")).custom == {"type": "handover", "position": 3}
    await desk.house.door.take(second, wang)
    await desk.keeper.once(now(31))
    assert (await desk.told("c")).custom == {"type": "handover", "position": 1}


async def test_a_channel_where_each_message_counts_is_not_told_and_the_citizen_may_ask(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PulledChannel, "pushes_freely", False)
    wang = await desk.agent("wang")
    first = await desk.waiting("first")
    talk = await desk.waiting()
    await desk.house.door.take(first, wang)
    await desk.seen(wang, 31)
    before = await desk.told()
    await desk.keeper.once(now(31))
    assert (await desk.told()).id == before.id and (await desk.row(talk)).told_position == 2
    assert (await desk.house.ask("排到第几了"))[-1].custom == {"type": "handover", "position": 1}
    await desk.seen(wang, 181)
    await desk.keeper.once(now(181))
    assert "久等" in str((await desk.told()).text), "what must be said is said all the same"


async def test_a_place_that_gets_worse_is_not_told(desk: Desk) -> None:
    await desk.waiting("a")
    await desk.house.ask("家里燃气泄漏了，味道很大", sender="b")
    await desk.keeper.once(now(31))
    assert (await desk.told("a")).custom == {"type": "handover", "position": 1}
    assert len(await desk.house.door.history("rest", "a", outgoing_only=True)) == 1


async def test_who_is_silent_for_long_goes_back_to_the_bot(desk: Desk) -> None:
    silent, alive = await desk.waiting("a"), await desk.waiting("b")
    async with desk.house.database.write() as connection:
        await connection.execute(update(messages).where(
            messages.c.conversation_id == alive, messages.c.direction == "in").values(created_at=now(900)))
    await desk.keeper.once(now(1801))
    assert (await desk.row(silent)).owner == "bot" and (await desk.row(alive)).owner == "queue"
    assert (await desk.kinds(silent))[-1] == "abandoned"
    assert [m.text for m in await desk.house.ask("丁", sender="a")] == ["2:丁"]
