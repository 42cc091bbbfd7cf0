"""Who is given a waiting conversation: skill, load, limit, presence; emergencies first; once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from hotline.conversation.queue_keeper import QueueKeeper
from hotline.store import conversations
from tests.waiting_desk import Desk, now


async def test_who_has_the_skill_and_the_fewest_chats_is_given_it(auto: Desk) -> None:
    await auto.agent("gas", ["gas"])
    wang, li = await auto.agent("wang", ["general"]), await auto.agent("li", ["general"])
    talks = [await auto.waiting(sender) for sender in "abcd"]
    await auto.keeper.once(now())
    owners = [(await auto.row(talk)).agent_id for talk in talks]
    assert sorted(owners) == sorted([wang.id, wang.id, li.id, li.id])
    assert (await auto.kinds(talks[0])) == ["queued", "assigned"]
    assert (await auto.told("a")).custom == {"type": "handover", "position": 0}
    assert "为您服务" in str((await auto.told("a")).text)


async def test_nobody_is_given_more_than_the_limit(auto: Desk) -> None:
    wang = await auto.agent("wang", most=1)
    first, second = await auto.waiting("a"), await auto.waiting("b")
    await auto.keeper.once(now())
    assert (await auto.row(first)).agent_id == wang.id
    assert (await auto.row(second)).owner == "queue"
    await auto.house.door.release(first, wang, "closed")
    await auto.keeper.once(now())
    assert (await auto.row(second)).agent_id == wang.id


@pytest.mark.parametrize("status", ["busy", "away"])
async def test_who_is_not_online_is_given_nothing(auto: Desk, status: str) -> None:
    wang = await auto.agent("wang")
    await auto.status(wang, status)
    talk = await auto.waiting()
    await auto.keeper.once(now())
    assert (await auto.row(talk)).owner == "queue"


async def test_a_page_that_is_silent_is_given_nothing(auto: Desk) -> None:
    await auto.agent("wang")
    talk = await auto.waiting()
    await auto.keeper.once(now(31))
    assert (await auto.row(talk)).owner == "queue"


async def test_a_skill_nobody_has_goes_to_general_and_waits_for_who_has_it(auto: Desk) -> None:
    general = await auto.agent("wang", ["general"])
    talk, other = await auto.waiting("a"), await auto.waiting("b")
    for one in (talk, other):
        await set_skill(auto, one, "signage")
    signs = await auto.agent("li", ["signage"], most=1)
    await auto.keeper.once(now())
    assert (await auto.row(talk)).agent_id == signs.id
    assert (await auto.row(other)).owner == "queue"
    await auto.status(signs, "away")
    await auto.keeper.once(now())
    assert (await auto.row(other)).agent_id == general.id


async def set_skill(desk: Desk, talk: str, skill: str) -> None:
    row = await desk.row(talk)
    async with desk.house.database.write() as connection:
        await conversations.update_conversation(connection, row, now(), skill=skill)


async def test_an_emergency_is_given_first_and_to_whoever_is_free(auto: Desk) -> None:
    await auto.waiting("a")
    urgent = (await auto.house.ask("家里燃气泄漏了，味道很大", sender="b"))[0].conversation_id
    signs = await auto.agent("li", ["signage"], most=1)
    await auto.keeper.once(now())
    row = await auto.row(urgent)
    assert (row.skill, row.agent_id) == ("gas", signs.id)


async def test_who_gave_it_back_does_not_get_it_again_within_a_minute(auto: Desk) -> None:
    wang = await auto.agent("wang")
    talk = await auto.waiting()
    await auto.keeper.once(now())
    await auto.house.door.release(talk, wang, "bot")
    await auto.house.ask("转人工")
    await auto.keeper.once(now())
    assert (await auto.row(talk)).owner == "queue"
    await auto.seen(wang, 61)
    await auto.keeper.once(now(61))
    assert (await auto.row(talk)).agent_id == wang.id


async def test_two_keepers_and_an_agent_at_once_give_it_once(auto: Desk) -> None:
    await auto.agent("wang")
    li = await auto.agent("li")
    second = QueueKeeper(auto.house.database, auto.house.door.voice, replace(auto.house.settings, assign="auto"))
    for number in range(5):
        talk = await auto.waiting(f"c{number}")
        await asyncio.gather(auto.keeper.once(now()), second.once(now()), auto.house.door.take(talk, li),
                             return_exceptions=True)
        given = [kind for kind in await auto.kinds(talk) if kind in ("assigned", "taken")]
        assert len(given) == 1


async def test_by_hand_nobody_is_given_anything(desk: Desk) -> None:
    await desk.agent("wang")
    talk = await desk.waiting()
    await desk.keeper.once(now())
    assert (await desk.row(talk)).owner == "queue"
