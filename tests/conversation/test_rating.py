"""How was our agent? The answer is kept and never becomes a new matter for the bot."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from hotline.conversation import rating
from hotline.records import Agent, Inbound, Message, Reply
from hotline.store.desk_tables import wrap_ups
from hotline.store.tables import conversations, turns
from tests.stage import Stage


async def closed(house: Stage, agent: Agent, result: str = "solved") -> Message:
    """A conversation that an agent has just closed; returns the farewell."""
    conversation = (await house.ask("转人工"))[0].conversation_id
    await house.door.take(conversation, agent)
    await house.door.release(conversation, agent, "closed", result=result)
    return (await house.door.history("rest", "citizen"))[-1]


async def scores(house: Stage) -> list[int | None]:
    async with house.database.read() as connection:
        return list((await connection.execute(select(wrap_ups.c.score).order_by(wrap_ups.c.at))).scalars())


async def test_closing_asks_and_every_button_is_a_score(house: Stage, agent: Agent) -> None:
    for expected in (5, 4, 3, 2, 1):
        farewell = await closed(house, agent)
        assert farewell.custom == {"type": "ask", "field": "rating"} and farewell.author == "house"
        button = farewell.buttons[5 - expected]
        calls = len(house.bot.calls)
        answer = await house.ask(str(button["payload"]))
        assert len(house.bot.calls) == calls
        assert answer[0].author == "house" and answer[0].conversation_id == farewell.conversation_id
        assert (await scores(house))[-1] == expected
    assert "没能让您满意" in (answer[0].text or "")


@pytest.mark.parametrize(("said", "score"), [("非常满意，谢谢你们！", 5), ("5分", 5), ("2", 2), ("一般吧", 3)])
async def test_scores_in_other_words(house: Stage, agent: Agent, said: str, score: int) -> None:
    await closed(house, agent)
    calls = len(house.bot.calls)
    await house.ask(said)
    assert len(house.bot.calls) == calls and await scores(house) == [score]


async def test_a_matter_after_the_closing_is_the_bots(house: Stage, agent: Agent) -> None:
    farewell = await closed(house, agent)
    answer = await house.ask("不满意，路灯还是不亮")
    assert answer[0].author == "bot" and answer[0].conversation_id != farewell.conversation_id
    assert await scores(house) == [None]


async def test_a_late_click_counts_though_something_else_was_said(house: Stage, agent: Agent) -> None:
    await closed(house, agent)
    await house.ask("谢谢")
    calls = len(house.bot.calls)
    assert (await house.ask("很满意"))[0].author == "house"
    assert len(house.bot.calls) == calls and await scores(house) == [5]
    # The score is in: the same word again belongs to the new conversation.
    assert (await house.ask("很满意"))[0].author == "bot"


async def test_the_answer_to_a_question_of_the_bots_is_the_bots(house: Stage, agent: Agent) -> None:
    await closed(house, agent)
    house.bot.script = lambda text, state: (
        [Reply(text="工单办得怎么样？", custom={"type": "ask", "field": "rating"})], [], state)
    await house.ask("我要评价工单")
    assert (await house.ask("满意"))[0].author == "bot"
    house.bot.script = lambda text, state: ([Reply(text="好")], [], state)
    await house.ask("谢谢")
    assert (await house.ask("3"))[0].author == "bot"
    assert await scores(house) == [None]


async def test_who_said_nothing_is_not_asked(house: Stage, agent: Agent) -> None:
    for result in ("no_reply", "spam"):
        assert (await closed(house, agent, result)).buttons == ()


async def test_after_a_day_it_is_too_late(house: Stage, agent: Agent) -> None:
    await closed(house, agent)
    async with house.database.write() as connection:
        earlier = (await connection.execute(select(wrap_ups.c.at))).scalar_one() - rating.OPEN_FOR - timedelta(hours=1)
        await connection.execute(update(wrap_ups).values(at=earlier))
        await connection.execute(update(conversations).values(closed_at=earlier))
    assert (await house.ask("很满意"))[0].author == "bot"


async def test_two_clicks_at_once_are_one_score_and_no_matter(house: Stage, agent: Agent) -> None:
    await closed(house, agent)
    calls = len(house.bot.calls)
    inbound = Inbound("rest", "citizen", "很满意", "m1")
    first, twice, other = await asyncio.gather(
        house.door.receive(inbound), house.door.receive(inbound),
        house.door.receive(replace(inbound, text="满意", external_id="m2")))
    assert first == twice
    for turn in (first, other):
        await house.door.replies(turn, timeout=5)
    assert len(house.bot.calls) == calls
    assert (await scores(house))[0] in (4, 5)
    async with house.database.read() as connection:
        outcomes = (await connection.execute(select(turns.c.outcome).where(turns.c.id.in_((first, other))))).scalars()
        assert set(outcomes) == {"rated"}


async def test_on_a_channel_of_fragments_the_score_is_a_turn_of_its_own(house: Stage, agent: Agent) -> None:
    async def ask(text: str) -> list[Message]:
        return await house.door.replies(await house.door.receive(Inbound("web", "citizen", text)), timeout=8)

    conversation = (await ask("转人工"))[0].conversation_id
    await house.door.take(conversation, agent)
    await house.door.release(conversation, agent, "closed")
    calls = len(house.bot.calls)
    first = await house.door.receive(Inbound("web", "citizen", "5分"))
    second = await house.door.receive(Inbound("web", "citizen", "路灯不亮"))
    assert first != second
    assert (await house.door.replies(first, timeout=5))[0].author == "house"
    assert (await house.door.replies(second, timeout=8))[0].author == "bot"
    assert house.bot.calls[calls:] == ["路灯不亮"] and await scores(house) == [5]
