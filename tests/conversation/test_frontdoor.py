"""The promises of a message's way: saved once, one turn at a time, the gate, faults, hand-over and back."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from hotline.conversation.scripted_bot import echo
from hotline.errors import BadInput, BotUnavailable, ChannelError, Conflict, TooLarge, TooManyRequests
from hotline.records import JSON, Agent, Attachment, Inbound, Reply
from hotline.store.tables import cases, conversations, messages, turns
from tests.stage import Stage, stage, until

OTHER = Agent("a2", "li", "李", ("agent",))


async def count(house: Stage, table: object) -> int:
    async with house.database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def conversation_of(house: Stage) -> str:
    async with house.database.read() as connection:
        return str((await connection.execute(
            select(conversations.c.id).order_by(conversations.c.created_at.desc()))).scalars().first())


async def test_state_is_kept_between_turns(house: Stage) -> None:
    assert [m.text for m in await house.ask("甲")] == ["1:甲"]
    assert [m.text for m in await house.ask("乙")] == ["2:乙"]


async def test_a_duplicate_gets_the_stored_list_again(house: Stage) -> None:
    first = await house.ask("甲", message_id="m1")
    again = await house.ask("甲", message_id="m1")
    assert [m.id for m in first] == [m.id for m in again]
    assert house.bot.calls == ["甲"]
    assert await count(house, turns) == 1


async def test_duplicates_at_the_same_time_are_one_turn(house: Stage) -> None:
    house.bot.delay = 0.1
    lists = await asyncio.gather(*(house.ask("甲", message_id="m1") for _ in range(5)))
    assert len({tuple(m.id for m in one) for one in lists}) == 1
    assert house.bot.calls == ["甲"]


async def test_two_messages_at_once_are_two_turns_in_order(house: Stage) -> None:
    house.bot.delay = 0.1
    answers = await asyncio.gather(*(house.ask(text) for text in ("甲", "乙", "丙")))
    assert sorted(m[0].text[0] for m in answers) == ["1", "2", "3"]
    assert len(house.bot.calls) == 3


async def test_the_same_message_id_of_two_citizens_is_no_duplicate(house: Stage) -> None:
    await house.ask("甲", sender="x", message_id="m1")
    await house.ask("甲", sender="y", message_id="m1")
    assert len(house.bot.calls) == 2


async def test_fragments_of_a_socket_are_one_turn(house: Stage) -> None:
    for text in ("我们楼下", "路灯坏了", "延吉路"):
        await house.door.receive(Inbound("web", "w", text))
        await asyncio.sleep(0.05)

    async def answered() -> bool:
        return bool(house.pushed.out)

    await until(answered)
    assert house.bot.calls == ["我们楼下\n路灯坏了\n延吉路"]
    assert [m.text for m in house.pushed.out] == ["1:我们楼下\n路灯坏了\n延吉路"]


async def test_a_click_on_a_button_does_not_wait_for_fragments(house: Stage) -> None:
    house.bot.script = lambda text, state: (
        [Reply(text="?", buttons=({"title": "是", "payload": "是"},))], [], state)
    first = await house.door.receive(Inbound("web", "w", "路灯坏了"))
    await house.door.replies(first, 5)
    clicked = await house.door.receive(Inbound("web", "w", "是"))
    async with house.database.read() as connection:
        waits = {row.id: row.not_before - row.created_at for row in await connection.execute(select(turns))}
    assert waits[first].total_seconds() > 0 and waits[clicked].total_seconds() == 0


async def test_a_filed_ticket_has_its_receipt_in_the_reply(house: Stage) -> None:
    reply = (await house.ask("登记路灯坏了"))[0]
    assert reply.custom and reply.custom["type"] == "ticket"
    assert reply.text == f"已登记 {reply.custom['receipt']}"
    assert reply.custom["address"] == "延吉路117号" and reply.custom["phone"] == "13800138000"
    assert await count(house, cases) == 1


async def test_a_command_that_makes_no_sense_fails_the_attempt(house: Stage) -> None:
    house.bot.script = lambda text, state: ([Reply(text="好")], [{"kind": "file_case"}], state)
    assert "正在重试" in str((await house.ask("登记"))[0].text)
    assert await count(house, cases) == 0


async def test_a_failing_bot_is_said_tried_again_and_answered_late(house: Stage) -> None:
    house.bot.fail = ["down"]
    first = await house.ask("甲")
    assert "正在重试" in str(first[0].text)

    async def late() -> bool:
        return len(await house.door.history("rest", "citizen", after=first[0].id)) > 0

    await until(late)
    assert [m.text for m in await house.door.history("rest", "citizen", after=first[0].id)] == ["1:甲"]


async def test_a_bot_that_stays_down_ends_with_a_person(house: Stage) -> None:
    house.bot.fail = ["down"] * 3
    first = await house.ask("甲")

    async def handed_over() -> bool:
        found = await house.door.history("rest", "citizen", after=first[0].id)
        return any((m.custom or {}).get("type") == "handover" for m in found)

    await until(handed_over)
    assert (await house.ask("还在吗"))[0].custom == {"type": "handover", "position": 1}
    assert house.bot.calls == ["甲"] * 3


async def test_while_queued_the_bot_is_not_called(house: Stage) -> None:
    assert (await house.ask("转人工"))[0].custom == {"type": "handover", "position": 1}
    assert (await house.ask("/restart"))[0].custom == {"type": "handover", "position": 1}
    assert house.bot.calls == ["转人工"]


async def test_positions_are_those_of_the_queue(house: Stage) -> None:
    await house.ask("转人工", sender="a")
    assert (await house.ask("转人工", sender="b"))[0].custom == {"type": "handover", "position": 2}


async def test_an_agent_takes_answers_and_gives_back(house: Stage, agent: Agent) -> None:
    last = (await house.ask("转人工"))[-1]
    talk = await conversation_of(house)
    await house.door.take(talk, agent)
    await house.door.say(talk, agent, "您好，请讲", key="k1")
    await house.door.say(talk, agent, "您好，请讲", key="k1")
    found = await house.door.history("rest", "citizen", after=last.id, outgoing_only=True)
    assert [m.text for m in found if m.author == "agent"] == ["您好，请讲"]
    assert (await house.ask("好的"))[0].custom == {"type": "handover", "position": 0}
    await house.door.release(talk, agent, "bot")
    assert [m.text for m in await house.ask("丁")] == ["2:丁"]


async def test_one_of_two_agents_gets_the_conversation(house: Stage, agent: Agent) -> None:
    await house.ask("转人工")
    talk = await conversation_of(house)
    results = await asyncio.gather(
        house.door.take(talk, agent), house.door.take(talk, OTHER), return_exceptions=True)
    assert sum(isinstance(result, Conflict) for result in results) == 1
    loser = OTHER if isinstance(results[1], Conflict) else agent
    with pytest.raises(Conflict):
        await house.door.say(talk, loser, "我来")
    with pytest.raises(Conflict):
        await house.door.release(talk, loser, "bot")


async def test_after_closing_a_new_conversation_begins(house: Stage, agent: Agent) -> None:
    await house.ask("转人工")
    talk = await conversation_of(house)
    await house.door.take(talk, agent)
    await house.door.release(talk, agent, "closed")
    assert [m.text for m in await house.ask("又来了")] == ["1:又来了"]
    assert await count(house, conversations) == 2
    with pytest.raises(Conflict):
        await house.door.take(talk, agent)


async def test_a_late_reply_of_the_bot_is_dropped_when_an_agent_has_taken_over(house: Stage, agent: Agent) -> None:
    await house.ask("甲")
    house.bot.delay = 0.3
    waiting = asyncio.create_task(house.ask("登记乙"))
    await asyncio.sleep(0.1)
    await house.door.take(await conversation_of(house), agent)
    answer = await waiting
    assert [m.custom for m in answer] == [{"type": "handover", "position": 0}]
    assert await count(house, cases) == 0


async def test_delivery_goes_on_after_trouble_and_in_order(house: Stage) -> None:
    house.pushed.trouble = [ChannelError("busy", retry_after=0.05)]
    house.bot.script = lambda text, state: ([Reply(text="一"), Reply(text="二")], [], state)
    await house.door.receive(Inbound("web", "w", "甲"))

    async def there() -> bool:
        return len(house.pushed.out) == 2

    await until(there)
    assert [m.text for m in house.pushed.out] == ["一", "二"]


async def test_an_unclear_send_is_marked_and_only_what_matters_is_sent_again(house: Stage) -> None:
    house.pushed.trouble = [ChannelError("cut", retry_after=0.05, unclear=True)]
    house.bot.script = lambda text, state: (
        [Reply(text="闲话"), Reply(text="收据", custom={"type": "ticket", "receipt": "x"})], [], state)
    await house.door.receive(Inbound("web", "w", "甲"))

    async def there() -> bool:
        return bool(house.pushed.out)

    await until(there)
    assert [m.text for m in house.pushed.out] == ["收据"]
    assert [m.status for m in await house.door.history("web", "w") if m.text == "闲话"] == ["unknown"]


async def test_what_a_dead_process_left_is_answered_by_the_next(house: Stage) -> None:
    house.bot.fail = ["down"]
    await house.door.runner.stop()
    turn_id = await house.door.receive(Inbound("rest", "citizen", "甲"))
    await house.door.runner.stop()
    async with house.database.write() as connection:
        await connection.execute(turns.update().values(lease_until=turns.c.created_at))
    async with stage(house.database, house.settings, worker="w2") as second:
        await second.door.runner._recover(everything=False)
        assert [m.text for m in await second.door.replies(turn_id, 5)] == ["1:甲"]


async def test_a_flood_is_refused_with_the_seconds_to_wait(house: Stage) -> None:
    for number in range(20):
        await house.door.receive(Inbound("rest", "flood", f"第{number}条"))
    with pytest.raises(TooManyRequests) as refused:
        await house.door.receive(Inbound("rest", "flood", "再来"))
    assert 0 < refused.value.retry_after <= 10
    assert [m.text for m in await house.ask("我是别人", sender="other")] == ["1:我是别人"]


@pytest.mark.parametrize(("inbound", "error", "field"), [
    (Inbound("rest", "", "甲"), BadInput, "sender"),
    (Inbound("rest", "s" * 201, "甲"), BadInput, "sender"),
    (Inbound("rest", "s", ""), BadInput, "message"),
    (Inbound("rest", "s", " \x00\x07 "), BadInput, "message"),
    (Inbound("rest", "s", "长" * 100_000), TooLarge, "message"),
    (Inbound("rest", "s", "甲", "i" * 201), BadInput, "metadata.message_id"),
])
async def test_bad_input_names_its_field(
    house: Stage, inbound: Inbound, error: type[BadInput], field: str
) -> None:
    with pytest.raises(error) as refused:
        await house.door.receive(inbound)
    assert refused.value.field == field
    assert await count(house, messages) == 0


@pytest.mark.parametrize("text", ["路灯\x00坏\x08了", "😀🚧路灯坏了", "<script>alert(1)</script>", "a\ud800b"])
async def test_strange_characters_are_kept_as_text(house: Stage, text: str) -> None:
    answer = await house.ask(text)
    kept = "".join(c for c in text if c not in "\x00\x08\ud800")
    assert answer[0].text == f"1:{kept}"


async def test_an_image_without_words_is_a_message(house: Stage) -> None:
    turn = await house.door.receive(Inbound("rest", "s", "", None, (Attachment("image", url="https://x/y.png"),)))
    assert len(await house.door.replies(turn, 5)) == 1
    kept = (await house.door.history("rest", "s"))[0]
    assert kept.attachments[0].url == "https://x/y.png"


async def test_a_turn_that_waits_too_long_says_so(house: Stage) -> None:
    house.bot.delay = 1.0
    turn = await house.door.receive(Inbound("rest", "s", "甲"))
    first = await house.door.replies(turn, timeout=0.1)
    assert "正在重试" in str(first[0].text)

    async def late() -> bool:
        return len(await house.door.history("rest", "s", after=first[0].id)) > 0

    await until(late)


async def test_a_script_that_raises_is_a_failed_attempt_not_silence(house: Stage) -> None:
    def broken(text: str, state: JSON) -> tuple[list[Reply], list[JSON], JSON]:
        house.bot.script = echo
        raise BotUnavailable("action_failed")

    house.bot.script = broken
    assert "正在重试" in str((await house.ask("甲"))[0].text)
