"""The simulated platform carries messages as WeChat does: tried against a server built on wechatpy alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.wechat.simulator.model import FAULT
from tests.connectors.wechat.account_server import QUICK, lab


async def test_the_console_checks_the_servers_address() -> None:
    async with lab() as here:
        assert await here.platform.courier.verify() is True
        here.platform.courier.account = here.platform.courier.account.with_(token="another")
        assert await here.platform.courier.verify() is False


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
async def test_a_message_and_its_passive_reply_in_each_mode(mode: str) -> None:
    async with lab(mode, seal=mode != "plain") as here:
        person = here.platform.people.new()
        posting = here.platform.acts.text(person, "路灯不亮 <b>&]]>")
        await here.platform.courier.settled()
        message = here.server.got[0]
        assert (message.type, message.content, message.source) == ("text", "路灯不亮 <b>&]]>", person.openid)
        assert str(message.id) == posting.msg_id
        assert ("路灯" in here.server.bodies[0]) == (mode != "safe")
        assert ("encrypt_type" in here.server.queries[0]) == (mode != "plain")
        assert [(heard.way, heard.content["text"], heard.answers) for heard in person.heard] == [
            ("passive", "收到", posting.msg_id)]


async def test_a_plain_reply_in_safe_mode_and_rubbish_show_the_user_a_broken_service() -> None:
    async with lab("safe") as here:
        person = here.platform.people.new()
        here.platform.acts.text(person, "你好")
        await here.platform.courier.settled()
        assert [heard.content["text"] for heard in person.heard] == [FAULT]
    async with lab(raw=["{}", "<xml><a/></xml>"]) as here:
        person = here.platform.people.new()
        here.platform.acts.text(person, "你好")
        here.platform.acts.text(person, "你好")
        await here.platform.courier.settled()
        assert [heard.way for heard in person.heard] == ["fault", "fault"]
        assert [posting.outcome for posting in here.platform.courier.postings] == ["bad", "bad"]


async def test_a_late_answer_is_asked_for_again_with_the_same_id() -> None:
    async with lab(delays=[5.0, 5.0]) as here:
        person = here.platform.people.new()
        posting = here.platform.acts.text(person, "你好")
        await here.platform.courier.settled()
        assert [attempt.result for attempt in posting.attempts] == ["timeout", "timeout", "replied"]
        assert {str(message.id) for message in here.server.got} == {posting.msg_id}
        assert len(person.heard) == 1
        starts = [attempt.started for attempt in posting.attempts]
        assert starts[1] - starts[0] >= QUICK.time_out


async def test_after_the_last_retry_the_user_sees_a_broken_service() -> None:
    async with lab(delays=[5.0] * 4) as here:
        person = here.platform.people.new()
        posting = here.platform.acts.text(person, "你好")
        await here.platform.courier.settled()
        assert (posting.outcome, len(posting.attempts)) == ("failed", 4)
        assert [heard.content["text"] for heard in person.heard] == [FAULT]


async def test_a_server_that_is_away_or_broken_is_asked_again() -> None:
    async with lab(statuses=[502, 200]) as here:
        person = here.platform.people.new()
        posting = here.platform.acts.text(person, "你好")
        await here.platform.courier.settled()
        assert [attempt.result for attempt in posting.attempts] == ["502", "replied"]
        here.platform.courier.account = here.platform.courier.account.with_(server_url="http://127.0.0.1:1/x")
        posting = here.platform.acts.text(person, "你好")
        await here.platform.courier.settled()
        assert [attempt.result for attempt in posting.attempts] == ["broken"] * 4


async def test_success_is_no_message() -> None:
    async with lab(answer=None) as here:
        person = here.platform.people.new()
        posting = here.platform.acts.text(person, "你好")
        await here.platform.courier.settled()
        assert (posting.outcome, person.heard) == ("success", [])


async def test_wechatpys_parser_knows_every_message_and_event() -> None:
    async with lab(answer=None) as here:
        person, acts = here.platform.people.new(), here.platform.acts
        acts.image(person, b"\xff\xd8\xff")
        acts.voice(person, b"#!AMR\n", recognition="路灯不亮")
        acts.video(person, b"film")
        acts.location(person, 36.0671, 120.3826, "延吉路117号")
        acts.link(person, "题目", "摘要", "https://example.com/")
        acts.choose(person, "m1", "查进度")
        for event in (acts.menu(person, "ASK"), acts.view(person, "https://example.com/"), acts.follow(person),
                      acts.follow(person, "7"), acts.scan(person, "7"), acts.report_place(person, 36.06, 120.38),
                      acts.subscribe(person, "T1"), acts.unfollow(person)):
            assert event.msg_id.startswith(person.openid)
        await here.platform.courier.settled()
        kinds = [message.event if message.type == "event" else message.type for message in here.server.got]
        # This version of wechatpy has no class for answers to the question about notices.
        assert sorted(kinds) == sorted([
            "image", "voice", "video", "location", "link", "text", "click", "view", "subscribe", "subscribe_scan",
            "scan", "location", "unknown", "unsubscribe"])
        popup = next(message for message in here.server.got if message.type == "unknown")
        assert popup._data["SubscribeMsgPopupEvent"]["List"]["TemplateId"] == "T1"
        location = next(message for message in here.server.got if message.type == "location")
        assert (location.location_x, location.location_y, location.label) == ("36.067100", "120.382600", "延吉路117号")
        voice = next(message for message in here.server.got if message.type == "voice")
        assert (voice.format, voice.recognition) == ("amr", "路灯不亮")
        chosen = next(message for message in here.server.got if message.type == "text")
        assert chosen._data["bizmsgmenuid"] == "m1"


async def test_what_opens_which_allowance() -> None:
    async with lab(answer=None) as here:
        person, acts = here.platform.people.new(), here.platform.acts
        assert await here.push(person.openid) == 45015
        acts.menu(person, "ASK")
        assert [await here.push(person.openid) for _ in range(4)] == [0, 0, 0, 45047]
        acts.text(person, "你好")
        assert [await here.push(person.openid) for _ in range(6)] == [0] * 5 + [45047]
        acts.choose(person, "m1", "好")
        assert [await here.push(person.openid) for _ in range(4)] == [0, 0, 0, 45047]
        acts.unfollow(person)
        assert await here.push(person.openid) == 45015
        acts.follow(person)
        assert [await here.push(person.openid) for _ in range(4)] == [0, 0, 0, 45047]
        assert await here.push("nobody") == 40003


async def test_an_allowance_ends_with_its_time() -> None:
    rules = replace(QUICK, quotas={"message": (5, 0.2), "menu": (3, 0.1), "follow": (3, 0.1), "scan": (3, 0.1)})
    async with lab(answer=None, rules=rules) as here:
        person = here.platform.people.new()
        here.platform.acts.text(person, "你好")
        assert await here.push(person.openid) == 0
        await here.platform.courier.settled()
        person.allowances["message"].until = 0.0
        assert await here.push(person.openid) == 45015
