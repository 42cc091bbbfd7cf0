"""An agent whose connection is lost, and what is written down of a conversation at the desk."""

from __future__ import annotations

import asyncio

from tests.waiting_desk import Desk, now


async def test_a_lost_agents_conversation_returns_to_the_head_after_a_minute(desk: Desk) -> None:
    wang = await desk.agent("wang")
    talk = await desk.waiting("a")
    await desk.house.door.take(talk, wang)
    other = await desk.waiting("b")
    await desk.keeper.once(now(59))
    assert (await desk.row(talk)).agent_id == wang.id
    await desk.keeper.once(now(61))
    row = await desk.row(talk)
    assert (row.owner, row.agent_id) == ("queue", None)
    assert (await desk.told("a")).custom == {"type": "handover", "position": 1}
    returned = (await desk.events(talk))[-1]
    assert (returned.kind, returned.agent_id) == ("returned", wang.id)
    assert (await desk.house.ask("还在吗", sender="b"))[0].custom == {"type": "handover", "position": 2}
    assert (await desk.row(other)).owner == "queue"
    assert desk.house.bot.calls == ["转人工", "转人工"]


async def test_an_emergency_stays_before_who_has_lost_an_agent(desk: Desk) -> None:
    wang = await desk.agent("wang")
    talk = await desk.waiting("a")
    await desk.house.door.take(talk, wang)
    await desk.house.ask("家里燃气泄漏了，味道很大", sender="b")
    await desk.keeper.once(now(61))
    assert (await desk.told("a")).custom == {"type": "handover", "position": 2}


async def test_a_page_that_is_there_keeps_the_conversation(desk: Desk) -> None:
    wang = await desk.agent("wang")
    talk = await desk.waiting()
    await desk.house.door.take(talk, wang)
    await desk.seen(wang, 50)
    await desk.keeper.once(now(100))
    assert (await desk.row(talk)).agent_id == wang.id


async def test_right_after_a_restart_nobody_is_lost_yet(desk: Desk) -> None:
    wang = await desk.agent("wang")
    talk = await desk.waiting()
    await desk.house.door.take(talk, wang)
    await desk.status(wang, "online", -300)
    await desk.keeper.start()
    await asyncio.sleep(0.3)
    await desk.keeper.stop()
    assert (await desk.row(talk)).agent_id == wang.id


async def test_what_happens_is_written_down_with_the_seconds(desk: Desk) -> None:
    wang = await desk.agent("wang")
    talk = await desk.waiting()
    await desk.house.door.take(talk, wang)
    await desk.house.door.say(talk, wang, "您好")
    await desk.house.door.say(talk, wang, "请讲")
    await desk.house.ask("路灯坏了")
    await desk.house.door.say(talk, wang, "好的", key="k")
    await desk.house.door.say(talk, wang, "好的", key="k")
    await desk.house.door.release(talk, wang, "closed")
    events = await desk.events(talk)
    assert [event.kind for event in events] == ["queued", "taken", "first_answer", "answered", "answered", "closed"]
    assert [event.agent_id for event in events] == [None] + [wang.id] * 5
    assert all(0 <= event.body["seconds"] < 30 for event in events[1:5])
    assert events[0].body == {"reason": "asked", "skill": "general"}


async def test_a_refused_change_leaves_no_event(desk: Desk) -> None:
    wang, li = await desk.agent("wang"), await desk.agent("li")
    talk = await desk.waiting()
    await asyncio.gather(desk.house.door.take(talk, wang), desk.house.door.take(talk, li), return_exceptions=True)
    assert (await desk.kinds(talk)) == ["queued", "taken"]
