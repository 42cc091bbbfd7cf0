"""An emergency is answered by the house in every state of the conversation, once, without the bot."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select, update

from hotline.conversation.alarms import DutyAlarm
from hotline.conversation.turns import utc_now
from hotline.records import JSON, Agent, Inbound, Message
from hotline.store.tables import case_events, cases, emergencies
from tests.conversation.samples import picture
from tests.conversation.test_frontdoor import conversation_of, count
from tests.stage import Stage

GAS = "快来人，厨房一股煤气味，滋滋响"


def kinds(found: list[Message]) -> list[str]:
    return [str((message.custom or {}).get("type")) for message in found]


@pytest.mark.parametrize("owner", ["bot", "queue", "agent"])
async def test_advice_ticket_and_person_whoever_owns_the_conversation(
    house: Stage, agent: Agent, owner: str
) -> None:
    if owner != "bot":
        await house.ask("转人工")
    if owner == "agent":
        await house.door.take(await conversation_of(house), agent)
    house.bot.fail = ["down"] * 10
    calls = len(house.bot.calls)
    answer = await house.ask(GAS)
    assert kinds(answer) == ["emergency", "ticket", "handover"]
    assert "马上离开" in str(answer[0].text) and "测试燃气" in str(answer[0].text)
    assert answer[1].custom and answer[1].custom["service_code"] == "gas_leak" and not answer[1].custom["address"]
    assert "地址" in str(answer[1].text)
    assert answer[2].custom == {"type": "handover", "position": 0 if owner == "agent" else 1}
    assert len(house.bot.calls) == calls


async def test_once_per_emergency_and_what_is_added_goes_to_the_ticket(house: Stage) -> None:
    await house.ask(GAS)
    assert kinds(await house.ask("煤气味越来越大")) == ["handover"]
    assert kinds(await house.ask("延吉路117号3号楼")) == ["handover"]
    async with house.database.read() as connection:
        case = (await connection.execute(select(cases))).one()
        added = list((await connection.execute(
            select(case_events.c.text).where(case_events.c.kind == "add"))).scalars())
    assert case.address == "延吉路117号3号楼"
    assert "煤气味越来越大" in added


async def test_a_picture_sent_meanwhile_is_named_in_the_ticket(house: Stage) -> None:
    await house.ask(GAS)
    kept = await house.door.keep("rest", "citizen", picture())
    turn = await house.door.receive(Inbound("rest", "citizen", "", None, (kept,)))
    assert kinds(await house.door.replies(turn, timeout=8)) == ["handover"]
    async with house.database.read() as connection:
        added = (await connection.execute(select(case_events.c.text).where(case_events.c.kind == "add"))).scalars()
        assert f"图片：{kept.url}" in list(added)


async def test_another_kind_counts_anew(house: Stage) -> None:
    await house.ask(GAS)
    again = await house.ask("着火了，火很大")
    assert kinds(again) == ["emergency", "ticket", "handover"]
    assert again[0].custom == {"type": "emergency", "kind": "life"}
    assert await count(house, cases) == 2


async def test_it_goes_to_the_head_of_the_queue(house: Stage) -> None:
    await house.ask("转人工", sender="first")
    assert (await house.ask(GAS, sender="urgent"))[2].custom == {"type": "handover", "position": 1}
    assert (await house.ask("在吗", sender="first"))[0].custom == {"type": "handover", "position": 2}


async def test_taking_it_confirms_it_and_told_again_it_is_the_same_ticket(house: Stage, agent: Agent) -> None:
    receipt = (await house.ask(GAS))[1].custom["receipt"]  # type: ignore[index]
    await house.door.take(await conversation_of(house), agent)
    again = await house.ask("煤气味又来了")
    assert kinds(again) == ["emergency", "ticket", "handover"]
    assert again[1].custom["receipt"] == receipt  # type: ignore[index]
    assert await count(house, cases) == 1


async def test_silence_ends_it(house: Stage) -> None:
    await house.ask(GAS)
    async with house.database.write() as connection:
        await connection.execute(update(emergencies).values(last_at=utc_now() - timedelta(minutes=31)))
    assert kinds(await house.ask(GAS)) == ["emergency", "ticket", "handover"]


async def test_it_does_not_wait_for_a_slow_bot_nor_for_fragments(house: Stage) -> None:
    house.bot.delay = 2.0
    slow = asyncio.create_task(house.ask("路灯坏了"))
    await asyncio.sleep(0.1)
    started = asyncio.get_running_loop().time()
    assert kinds(await house.ask(GAS))[0] == "emergency"
    await house.door.replies(await house.door.receive(Inbound("web", "w", GAS)), 5)
    assert asyncio.get_running_loop().time() - started < 1.0
    assert kinds(await slow) == ["handover"]


async def test_a_danger_in_two_fragments_is_seen(house: Stage) -> None:
    await house.door.receive(Inbound("web", "w", "我家一股子煤"))
    turn = await house.door.receive(Inbound("web", "w", "气味"))
    assert kinds(await house.door.replies(turn, 5))[0] == "emergency"


async def test_the_check_comes_before_the_rate_limit(house: Stage) -> None:
    for number in range(20):
        await house.door.receive(Inbound("rest", "citizen", f"第{number}条"))
    assert kinds(await house.ask(GAS))[0] == "emergency"


async def test_the_duty_list_is_told_until_somebody_confirms(house: Stage, agent: Agent) -> None:
    heard: list[JSON] = []
    answers = [500, 200, 200]

    async def duty(request: web.Request) -> web.Response:
        heard.append(await request.json())
        return web.Response(status=answers[min(len(heard), 3) - 1])

    app = web.Application()
    app.router.add_post("/duty", duty)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        settings = replace(house.settings, duty_webhook=str(server.make_url("/duty")), duty_after=0.0)
        alarm = DutyAlarm(house.database, session, settings)
        await house.ask(GAS)
        await alarm.once()
        await alarm.once()
        await alarm.once()
        assert len(heard) == 2, "refused once, then told; again only after a minute"
        async with house.database.write() as connection:
            await connection.execute(update(emergencies).values(webhook_at=utc_now() - timedelta(seconds=61)))
        await alarm.once()
        assert len(heard) == 3
        await house.door.take(await conversation_of(house), agent)
        async with house.database.write() as connection:
            await connection.execute(update(emergencies).values(webhook_at=utc_now() - timedelta(seconds=61)))
        await alarm.once()
        assert len(heard) == 3
    assert "煤气" not in str(heard)


async def test_english_gets_english(house: Stage) -> None:
    answer = await house.ask("Help, I smell gas in my kitchen")
    assert kinds(answer) == ["emergency", "ticket", "handover"]
    assert all(str(message.text).isascii() for message in answer[1:])


async def test_who_cannot_speak_is_told_that_an_agent_will_call(house: Stage) -> None:
    answer = await house.ask("我是聋哑人，家里着火了")
    assert "替您" in str(answer[0].text) + str(answer[2].text)
