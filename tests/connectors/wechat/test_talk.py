"""What citizens send besides words: pictures, voices, places, clicks, numbers, follows."""

from __future__ import annotations

import asyncio

import pytest

from connectors.wechat.menu import menu
from connectors.wechat.simulator.faults import Fault
from connectors.wechat.simulator.model import Rules
from connectors.wechat.texts import MENU_KEYS
from hotline.records import Agent, Reply
from hotline.settings import Settings
from hotline.store.database import Database
from tests.connectors.wechat.front import REPLY_SECONDS, Front, front, statuses
from tests.conversation.samples import picture
from tests.stage import until

AMR = b"#!AMR\n" + b"\x3c" * 320
BUTTONS = ({"title": "继续", "payload": "继续排队"}, {"title": "登记", "payload": "登记路灯坏了"})


def person_key() -> str:
    return next(key for key, label in MENU_KEYS.items() if label == "转人工")


async def test_a_picture_is_fetched_at_once_kept_and_in_the_conversation(wechat: Front) -> None:
    posting = await wechat.settled(wechat.platform.acts.image(wechat.citizen, picture()))
    assert posting.outcome == "replied"
    (kept,) = (await wechat.history())[0].attachments
    assert kept.kind == "image" and kept.url
    data, media_type = await wechat.door.file(kept.url)
    assert media_type == "image/jpeg" and data[:2] == b"\xff\xd8"


async def test_a_picture_that_comes_slowly_is_still_answered_once(wechat: Front) -> None:
    wechat.platform.faults.add("media/get", Fault(delay=REPLY_SECONDS + 0.5))
    posting = await wechat.settled(wechat.platform.acts.image(wechat.citizen, picture()))
    assert posting.outcome == "success"
    await wechat.hears("1:")
    await asyncio.sleep(1)
    assert len(wechat.heard()) == 1 and (await wechat.history())[0].attachments[0].kind == "image"


@pytest.mark.parametrize("fault", [Fault(code=-1), Fault(status=502), Fault(breaks="before"), Fault(code=42001)])
async def test_a_picture_that_fails_once_is_fetched_again(wechat: Front, fault: Fault) -> None:
    wechat.platform.faults.add("media/get", fault)
    await wechat.settled(wechat.platform.acts.image(wechat.citizen, picture()))
    await wechat.hears("1:")
    assert (await wechat.history())[0].attachments[0].kind == "image"


async def test_a_picture_that_cannot_be_had_is_said_and_stands_in_the_record(wechat: Front) -> None:
    wechat.platform.faults.add("media/get", Fault(code=40007))
    await wechat.settled(wechat.platform.acts.image(wechat.citizen, picture()))
    await wechat.hears("图片没有取到")
    assert (await wechat.history())[0].attachments[0].title == "图片（没有取到）"
    assert wechat.bot.calls == []


async def test_a_voice_goes_to_the_agents_and_its_reply_has_the_advice(database: Database, settings: Settings) -> None:
    # The platform's real times: a token, a file and a hand-over in one turn take a busy machine long.
    async with front(database, settings, rules=Rules(), wechat_reply_seconds=4.0) as wechat:
        posting = await wechat.settled(wechat.platform.acts.voice(wechat.citizen, AMR))
        assert posting.outcome == "replied" and wechat.bot.calls == []
        said = wechat.heard("passive")[0]
        assert "别开关电器" in said.splitlines()[0] and "119" in said.splitlines()[0]
        assert "您排在第1位" in said
        await wechat.settled(wechat.platform.acts.voice(wechat.citizen, AMR))
        assert "别开关电器" in wechat.heard("passive")[1]
        heard = [one.attachments[0].kind for one in await wechat.history() if one.direction == "in"]
        assert heard == ["voice", "voice"]


async def test_a_voice_that_the_platform_has_put_into_words_is_the_bots(wechat: Front) -> None:
    await wechat.settled(wechat.platform.acts.voice(wechat.citizen, AMR, recognition="路灯坏了"))
    assert wechat.bot.calls == ["路灯坏了"]
    await wechat.settled(wechat.platform.acts.voice(wechat.citizen, AMR, recognition="家里有很浓的煤气味"))
    assert "不要开关任何电器" in wechat.heard("passive")[-1]


async def test_a_place_comes_with_its_address(wechat: Front) -> None:
    await wechat.settled(wechat.platform.acts.location(wechat.citizen, 36.0935, 120.378, "延吉路117号"))
    (place,) = (await wechat.history())[0].attachments
    assert place.address == "延吉路117号" and place.latitude == pytest.approx(36.0931, abs=0.0015)


async def test_a_film_and_what_wechat_cannot_name_are_answered_with_what_helps(wechat: Front) -> None:
    await wechat.settled(wechat.platform.acts.video(wechat.citizen, b"film"))
    await wechat.hears("视频这里看不了")
    await wechat.say("【收到不支持的消息类型，暂无法显示】")
    await wechat.hears("这种消息这里看不了")
    await wechat.settled(wechat.platform.acts.link(wechat.citizen, "停水通知", "明天停水", "https://example.cn/1"))
    assert wechat.bot.calls == ["停水通知\n明天停水\nhttps://example.cn/1"]


async def test_a_typed_number_is_the_button_that_stood_last(wechat: Front) -> None:
    wechat.bot.script = lambda text, state: ([Reply(text="怎么办？", buttons=BUTTONS)], [], state)
    await wechat.say("路灯坏了")
    await wechat.hears("怎么办")  # what is typed sooner belongs to the same turn
    await wechat.say("２")
    await wechat.say("3")
    assert wechat.bot.calls == ["路灯坏了", "登记路灯坏了", "3"]


async def test_a_click_on_a_menu_message_is_the_button_and_opens_no_long_window(wechat: Front) -> None:
    wechat.bot.delay = REPLY_SECONDS + 0.2
    wechat.bot.script = lambda text, state: ([Reply(text="怎么办？", buttons=BUTTONS)], [], state)
    await wechat.say("路灯坏了")
    await wechat.hears("怎么办")
    wechat.bot.delay = 0
    line = wechat.citizen.heard[-1].content["list"][1]
    assert line["content"] == "2. 登记"
    await wechat.settled(wechat.platform.acts.choose(wechat.citizen, line["id"], line["content"]))
    assert wechat.bot.calls[-1] == "登记路灯坏了"
    quota = await wechat.memory.quota(wechat.citizen.openid, (await wechat.history())[-1].created_at)
    assert (quota.typed_left, quota.left) == (4, 4)


async def test_an_account_without_menu_messages_gets_plain_text(wechat: Front) -> None:
    wechat.bot.delay = REPLY_SECONDS + 0.2
    wechat.bot.script = lambda text, state: ([Reply(text="怎么办？", buttons=BUTTONS)], [], state)
    wechat.platform.faults.add("custom/send", Fault(code=40008))
    await wechat.say("路灯坏了")
    await wechat.hears("怎么办？\n1. 继续\n2. 登记\n（回复数字就行）")


async def test_a_click_for_a_person_first_asks_for_a_typed_word(wechat: Front) -> None:
    posting = await wechat.settled(wechat.platform.acts.menu(wechat.citizen, person_key()))
    assert posting.outcome == "replied" and "请打字发“转人工”" in wechat.heard("passive")[0]
    assert wechat.bot.calls == []
    await wechat.say("转人工")
    assert "排第1位" in wechat.heard("passive")[1]


async def test_a_click_for_a_person_is_enough_when_a_typed_word_is_still_good(wechat: Front) -> None:
    await wechat.say("甲")
    await wechat.settled(wechat.platform.acts.menu(wechat.citizen, person_key()))
    assert wechat.bot.calls == ["甲", "转人工"] and "排第1位" in wechat.heard("passive")[1]


async def test_another_click_that_ends_in_the_queue_asks_for_a_word(wechat: Front) -> None:
    wechat.bot.script = lambda text, state: (
        [Reply(text="排第{position}位", custom={"type": "handover"})], [{"kind": "hand_over"}], state)
    key = next(key for key, label in MENU_KEYS.items() if label == "我要咨询")
    await wechat.settled(wechat.platform.acts.menu(wechat.citizen, key))
    assert wechat.bot.calls == ["我要咨询"]
    assert wechat.heard("passive")[0].endswith("坐席才能给您回话。")
    assert "请先请他打几个字" in (await wechat.connector.limits(wechat.citizen.openid)).why


async def test_a_follow_is_greeted_with_the_privacy_notice_and_a_leave_is_known(wechat: Front, agent: Agent) -> None:
    posting = await wechat.settled(wechat.platform.acts.follow(wechat.citizen, "hall7"))
    assert posting.outcome == "replied" and "隐私说明" in wechat.heard("passive")[0]
    assert (await wechat.connector.limits(wechat.citizen.openid)).left == 3
    for event in (wechat.platform.acts.view(wechat.citizen, "https://x"),
                  wechat.platform.acts.report_place(wechat.citizen, 36.0, 120.0)):
        assert (await wechat.settled(event)).outcome == "success"
    await wechat.say("转人工")
    await wechat.settled(wechat.platform.acts.unfollow(wechat.citizen))
    limits = await wechat.connector.limits(wechat.citizen.openid)
    assert not limits.can_send and "取消关注" in limits.why
    talk = await wechat.conversation()
    await wechat.door.take(talk, agent)
    await wechat.door.say(talk, agent, "您好", key="k1")
    await asyncio.sleep(1.2)
    assert statuses(await wechat.history())["您好"] == "pending"
    await wechat.settled(wechat.platform.acts.follow(wechat.citizen))
    assert "您好" in wechat.heard("passive")[-1], "what waited comes with the greeting"


async def test_an_agents_picture_and_voice_are_uploaded_once_and_pushed(wechat: Front, agent: Agent) -> None:
    await wechat.say("转人工")
    talk = await wechat.conversation()
    await wechat.door.take(talk, agent)
    kept = await wechat.door.media.keep(picture(), "wechat", wechat.citizen.openid, agent_id=agent.id,
                                        conversation_id=talk)
    await wechat.door.say(talk, agent, "", key="k1", image=kept.url)

    async def shown() -> bool:
        return any(one.kind == "image" for one in wechat.citizen.heard)

    await until(shown)
    media_id = next(one for one in wechat.citizen.heard if one.kind == "image").content["media_id"]
    assert wechat.platform.media.get(media_id) is not None


def test_the_menu_keeps_to_the_platforms_size(settings: Settings) -> None:
    from dataclasses import replace

    buttons = menu(replace(settings, public_url="https://12345.example"))["button"]
    names = [one["name"] for button in buttons for one in button.get("sub_button", [button])]
    assert names == ["我要咨询", "我要反映", "查进度", "转人工", "网页对话"]
    assert len(buttons) <= 3 and all(len(button.get("sub_button", [])) <= 5 for button in buttons)
    assert all(len(button["name"].encode()) <= 16 for button in buttons)
