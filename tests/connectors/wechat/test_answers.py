"""Each message is answered once: by its own reply when there is time, else by a push; never both, never neither."""

from __future__ import annotations

import asyncio
import secrets
import time
from datetime import datetime, timedelta

import pytest
from wechatpy.utils import WeChatSigner

from connectors.wechat.simulator.faults import Fault
from hotline.records import JSON, Agent, Reply
from hotline.settings import Settings
from hotline.store.database import Database
from tests.connectors.wechat.front import REPLY_SECONDS, RULES, Front, front, now, statuses
from tests.stage import until


async def test_an_answer_in_time_is_the_passive_reply_and_nothing_is_pushed(wechat: Front) -> None:
    posting = await wechat.say("甲")
    assert posting.outcome == "replied" and len(posting.attempts) == 1
    await asyncio.sleep(1.5)
    assert wechat.heard() == ["1:甲"] and wechat.heard("passive") == ["1:甲"]
    assert statuses(await wechat.history()) == {"1:甲": "sent"}


async def test_a_late_answer_is_success_at_once_and_one_push(wechat: Front) -> None:
    wechat.bot.delay = REPLY_SECONDS + 0.6
    posting = await wechat.say("甲")
    assert posting.outcome == "success"
    assert REPLY_SECONDS - 0.1 < posting.attempts[0].seconds < RULES.time_out
    await wechat.hears("1:甲")
    await asyncio.sleep(RULES.time_out)
    assert wechat.heard("push") == ["1:甲"] and wechat.heard("passive") == []


async def test_fragments_are_one_turn_and_the_last_request_carries_the_answer(
    database: Database, settings: Settings
) -> None:
    async with front(database, settings) as wechat:
        wechat.door._inbox._window = timedelta(seconds=0.4)
        first = wechat.platform.acts.text(wechat.citizen, "我们楼下")
        await asyncio.sleep(0.15)
        second = wechat.platform.acts.text(wechat.citizen, "路灯坏了")
        await wechat.settled(second)
        await wechat.settled(first)
        assert wechat.bot.calls == ["我们楼下\n路灯坏了"]
        assert (first.outcome, second.outcome) == ("success", "replied")
        await asyncio.sleep(1.3)
        assert wechat.heard() == ["1:我们楼下\n路灯坏了"]


async def test_a_retry_gets_the_identical_reply_also_from_another_process(
    database: Database, settings: Settings
) -> None:
    async with front(database, settings, mode="plain") as wechat:
        xml = _xml(wechat, "甲", 7001)
        one = await _post(wechat, xml)
        assert "1:甲" in one and await _post(wechat, xml) == one
    async with front(database, settings, mode="plain", worker="w2") as other:
        assert await _post(other, xml) == one
        assert other.bot.calls == []


async def test_requests_of_one_message_at_once_start_one_turn(database: Database, settings: Settings) -> None:
    async with front(database, settings, mode="plain") as wechat:
        wechat.bot.delay = 0.2
        xml = _xml(wechat, "甲", 7002)
        answers = await asyncio.gather(*(_post(wechat, xml) for _ in range(4)))
        assert wechat.bot.calls == ["甲"]
        assert {answer for answer in answers if answer != "success"} == {next(a for a in answers if a != "success")}


async def test_a_reply_that_was_stored_and_never_fetched_is_settled_as_promised(
    database: Database, settings: Settings
) -> None:
    """The process died between the commit and the writing: the receipt goes out again, small talk is marked."""
    async with front(database, settings, mode="plain") as wechat:
        async def never(sender: str, key: str) -> None:
            return None

        wechat.memory.handed = never  # type: ignore[method-assign]
        wechat.bot.script = lambda text, state: (
            [Reply(text="闲话"), Reply(text="收据", custom={"type": "ticket", "receipt": "x"})], [], state)
        await _post(wechat, _xml(wechat, "甲", 7003))
        assert await wechat.memory.recover(_later()) == 1
        await wechat.hears("收据")
        assert wechat.heard("push") == ["收据"]
        assert statuses(await wechat.history())["闲话"] == "unknown"
        assert await _post(wechat, _xml(wechat, "甲", 7003)) == "success"


async def test_what_a_dead_process_committed_is_pushed_by_the_next(database: Database, settings: Settings) -> None:
    async with front(database, settings, mode="plain", starts=False) as wechat:
        async def nothing(*_: object, **__: object) -> None:
            return None

        wechat.memory.passive = nothing  # type: ignore[method-assign, assignment]
        assert await _post(wechat, _xml(wechat, "甲", 7004)) == "success"
        openid = wechat.citizen.openid
    async with front(database, settings, mode="plain", worker="w2") as other:
        other.citizen.openid = openid
        other.platform.people.all[openid] = other.citizen
        other.platform.people.triggered(other.citizen, "message")
        await other.hears("1:甲")
        assert other.heard("push") == ["1:甲"]


async def test_a_message_noted_by_a_dead_process_is_still_answered(database: Database, settings: Settings) -> None:
    async with front(database, settings, mode="plain", starts=False) as wechat:
        async def dies(*_: object) -> str:
            raise RuntimeError("killed here")

        wechat.door.receive = dies  # type: ignore[method-assign, assignment]
        status, _ = await _raw(wechat, _xml(wechat, "甲", 7005))
        assert status == 500
        openid = wechat.citizen.openid
    async with front(database, settings, mode="plain", worker="w2") as other:
        other.citizen.openid = openid
        other.platform.people.all[openid] = other.citizen
        other.platform.people.triggered(other.citizen, "message")
        await other.hears("1:甲", 12)
        assert other.heard() == ["1:甲"]


async def test_a_failing_attempt_says_nothing_while_the_next_fits_into_the_request(wechat: Front) -> None:
    wechat.bot.fail = ["down"]
    posting = await wechat.say("甲")
    assert posting.outcome == "replied"
    assert wechat.heard() == ["1:甲"]


async def test_emergency_advice_is_the_passive_reply_and_waits_for_no_fragments(wechat: Front) -> None:
    wechat.bot.delay = 5
    posting = await wechat.say("家里有很浓的煤气味")
    assert posting.outcome == "replied"
    said = wechat.heard("passive")[0]
    assert said.startswith("1. 不要开关任何电器") and "\n2. 顺手能关" in said and "已登记紧急工单" in said
    assert wechat.bot.calls == []


async def test_an_agents_answer_is_pushed_and_the_desk_sees_the_quota(wechat: Front, agent: Agent) -> None:
    await wechat.say("转人工")
    talk = await wechat.conversation()
    limits = await wechat.connector.limits(wechat.citizen.openid)
    assert (limits.can_send, limits.left) == (True, 5) and limits.until is not None
    await wechat.door.take(talk, agent)
    await wechat.door.say(talk, agent, "您好，请讲", key="k1")
    await wechat.hears("您好，请讲")
    assert (await wechat.connector.limits(wechat.citizen.openid)).left in (3, 4)


async def test_without_quota_everything_waits_and_comes_first_with_the_next_reply(
    wechat: Front, agent: Agent
) -> None:
    await wechat.say("转人工")
    talk = await wechat.conversation()
    await wechat.door.take(talk, agent)
    await wechat.hears("为您服务")
    for number in range(1, 7):
        await wechat.door.say(talk, agent, f"第{number}句", key=f"k{number}")
        if number < 5:
            await wechat.hears(f"第{number}句")

    async def closed() -> bool:
        return not (await wechat.connector.limits(wechat.citizen.openid)).can_send

    await until(closed)
    limits = await wechat.connector.limits(wechat.citizen.openid)
    assert limits.left == 0 and "市民再发一条就能收到" in limits.why
    assert len(wechat.heard("push")) == 5, "the platform was never asked beyond the quota"
    assert statuses(await wechat.history())["第6句"] == "pending"
    posting = await wechat.say("在吗")
    assert posting.outcome == "replied"
    assert wechat.heard("passive")[-1] == "第5句\n\n第6句\n\n坐席已收到您的留言。"


@pytest.mark.parametrize("fault", [
    Fault(code=40001), Fault(code=-1), Fault(breaks="before"), Fault(status=503), Fault(status=404)],
    ids=["stale token", "busy", "broken before", "unavailable", "not there"])
async def test_a_refused_push_is_tried_again(wechat: Front, fault: Fault) -> None:
    wechat.bot.delay = REPLY_SECONDS + 0.3
    wechat.bot.script = lambda text, state: ([Reply(text="收据", custom={"type": "ticket", "receipt": "x"})], [], state)
    wechat.platform.faults.add("custom/send", fault)
    await wechat.say("甲")
    await wechat.hears("收据", 15)
    await asyncio.sleep(1.5)
    assert wechat.heard("push") == ["收据"]


async def test_a_push_that_may_have_left_is_sent_again_only_where_it_matters(wechat: Front) -> None:
    wechat.bot.delay = REPLY_SECONDS + 0.3
    wechat.platform.faults.add("custom/send", Fault(breaks="after"))
    await wechat.say("甲")
    await wechat.hears("1:甲")

    async def marked() -> bool:
        return statuses(await wechat.history()) == {"1:甲": "unknown"}

    await until(marked)
    await asyncio.sleep(RULES.time_out)
    assert wechat.heard("push") == ["1:甲"]


@pytest.mark.parametrize(("code", "word"), [
    (45015, "48小时"), (45047, "条数用完"), (45009, "次数用完"), (48001, "权限")])
async def test_what_the_platform_forbids_waits_and_the_desk_is_told_why(wechat: Front, code: int, word: str) -> None:
    wechat.bot.delay = REPLY_SECONDS + 0.3
    wechat.platform.faults.add("custom/send", Fault(code=code))
    await wechat.say("甲")

    async def told() -> bool:
        limits = await wechat.connector.limits(wechat.citizen.openid)
        return not limits.can_send and word in limits.why

    await until(told)
    assert statuses(await wechat.history()) == {"1:甲": "pending"}
    wechat.bot.delay = 0
    posting = await wechat.say("乙")
    assert posting.outcome == "replied" and wechat.heard("passive")[-1] == "1:甲\n\n2:乙"


async def test_without_a_token_nothing_is_lost_and_the_desk_is_told(wechat: Front) -> None:
    wechat.bot.delay = REPLY_SECONDS + 0.3
    wechat.platform.faults.add("stable_token", Fault(code=40125), times=5)
    await wechat.say("甲")

    async def told() -> bool:
        limits = await wechat.connector.limits(wechat.citizen.openid)
        return not limits.can_send and "access_token" in limits.why

    await until(told)

    async def waits() -> bool:
        # The refused "is typing" may have told the desk while the answer itself was still being tried.
        return statuses(await wechat.history()) == {"1:甲": "pending"}

    await until(waits)


async def test_a_flood_is_answered_with_the_seconds_to_wait(wechat: Front) -> None:
    wechat.door._rate._count = 1
    await wechat.say("甲")
    posting = await wechat.say("乙")
    assert posting.outcome == "replied"
    assert "这一条没有收下" in wechat.heard("passive")[-1]
    assert wechat.bot.calls == ["甲"]


def _xml(wechat: Front, words: str, msg_id: int, **more: object) -> str:
    values: JSON = {"ToUserName": "gh_x", "FromUserName": wechat.citizen.openid, "CreateTime": 1760000000,
                    "MsgType": "text", "Content": words, "MsgId": msg_id, **more}
    return "<xml>" + "".join(f"<{name}>{value}</{name}>" for name, value in values.items()) + "</xml>"


async def _post(wechat: Front, xml: str) -> str:
    status, text = await _raw(wechat, xml)
    assert status == 200, text
    return text


async def _raw(wechat: Front, xml: str) -> tuple[int, str]:
    wechat.platform.people.triggered(wechat.citizen, "message")
    timestamp, nonce, signer = str(int(time.time())), secrets.token_hex(6), WeChatSigner()
    signer.add_data(wechat.settings.wechat_token, timestamp, nonce)
    async with wechat.session.post(f"{wechat.url}/webhooks/wechat", data=xml.encode(), params={
            "signature": signer.signature, "timestamp": timestamp, "nonce": nonce}) as response:
        return response.status, await response.text()


def _later() -> datetime:
    return now() + timedelta(seconds=60)
