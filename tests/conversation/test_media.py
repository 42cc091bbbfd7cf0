"""The store of pictures and voice notes: rows and files, the public address, whose they are."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hotline.conversation.http import error_middleware
from hotline.conversation.turns import utc_now
from hotline.errors import BadInput, NotFound, TooLarge, TooManyRequests
from hotline.records import MEDIA, Agent, Attachment, Inbound
from hotline.store import attachments, conversations
from hotline.store.database import Database
from tests.conversation.samples import picture, recording
from tests.stage import Stage

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def site(house: Stage) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[error_middleware])
    app.router.add_routes(house.door.media.routes())
    async with TestClient(TestServer(app)) as client:
        yield client


async def sent(house: Stage, *carried: Attachment, sender: str = "citizen", text: str = "") -> str:
    """A citizen's message with attachments; returns the conversation's id."""
    turn = await house.door.receive(Inbound("rest", sender, text, None, carried))
    return (await house.door.replies(turn, timeout=8))[0].conversation_id


async def test_a_picture_is_served_so_that_nothing_in_it_runs(house: Stage, site: Client) -> None:
    kept = await house.door.keep("rest", "citizen", picture())
    assert kept.kind == "image" and kept.url and kept.url.startswith(MEDIA) and len(kept.url) >= len(MEDIA) + 32
    async with site.get(kept.url) as response:
        assert response.status == 200 and response.content_type == "image/jpeg"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Content-Disposition"].startswith("inline; filename=")
        assert (await response.read()).startswith(b"\xff\xd8")


async def test_a_voice_note_can_be_listened_to_from_its_middle(house: Stage, site: Client) -> None:
    kept = await house.door.keep("rest", "citizen", recording())
    async with site.get(str(kept.url), headers={"Range": "bytes=44-"}) as response:
        assert (response.status, response.content_type) == (206, "audio/wav")
        assert await response.read() == recording()[44:]


@pytest.mark.parametrize("name", ["", "0" * 40, "0" * 39, "..%2f..%2fsession_secret", "x" * 40])
async def test_nobody_finds_what_is_not_there(site: Client, name: str) -> None:
    async with site.get(MEDIA + name) as response:
        assert response.status == 404


async def test_the_same_picture_is_one_file_with_an_address_for_each_time(house: Stage) -> None:
    first, second = [await house.door.keep("rest", sender, picture()) for sender in ("a", "b")]
    assert first.url != second.url
    files = [path for path in (house.settings.var / "attachments").rglob("*") if path.is_file()]
    assert len(files) == 1 and stat.S_IMODE(files[0].stat().st_mode) == 0o600
    assert len(files[0].name) == 64


async def test_sizes_and_rates_have_limits(house: Stage) -> None:
    media = type(house.door.media)(house.database, replace(house.settings, max_attachment=100))
    with pytest.raises(TooLarge):
        await media.keep(picture(), "rest", "citizen")
    with pytest.raises(BadInput):
        await media.keep(b"", "rest", "citizen")
    with pytest.raises(TooManyRequests):
        for _ in range(house.settings.rate_messages + 1):
            await house.door.keep("rest", "eager", recording())


async def test_a_message_carries_it_to_the_conversation_and_the_ticket(house: Stage, agent: Agent) -> None:
    kept = await house.door.keep("rest", "citizen", picture())
    conversation = await sent(house, kept, text="路灯不亮，转人工")
    async with house.database.read() as connection:
        row = await attachments.get(connection, str(attachments.name_in(kept.url)))
        assert row.conversation_id == conversation and (row.channel, row.sender) == ("rest", "citizen")
        assert [one.url for one in await conversations.pictures(connection, conversation)] == [kept.url]


async def test_nobody_can_use_what_another_citizen_sent(house: Stage) -> None:
    kept = await house.door.keep("rest", "citizen", picture())
    for carried in (kept, Attachment("image", MEDIA + "0" * 40), Attachment("image", MEDIA + "../x"),
                    Attachment("image", MEDIA)):
        with pytest.raises(BadInput) as refused:
            await house.door.receive(Inbound("rest", "thief", "看", None, (carried,)))
        assert refused.value.field == "attachments.url"
    with pytest.raises(BadInput):
        await house.door.receive(Inbound("rest", "citizen", "听", None, (replace(kept, kind="voice"),)))
    async with house.database.read() as connection:
        assert await conversations.citizen_of(connection, "rest", "thief") is None


async def test_what_no_message_carried_is_swept_out(house: Stage, site: Client) -> None:
    lost = await house.door.keep("rest", "citizen", picture(colour="blue"))
    used = await house.door.keep("rest", "citizen", picture(colour="green"))
    twin = await house.door.keep("rest", "citizen", picture(colour="green"))
    await sent(house, used, text="登记路灯坏了")
    assert await house.door.media.sweep(utc_now()) == 0
    assert await house.door.media.sweep(utc_now() + timedelta(days=3)) == 1
    for kept, status in ((lost, 404), (twin, 404), (used, 200)):
        async with site.get(str(kept.url)) as response:
            assert response.status == status


async def test_an_agents_picture_must_be_of_the_conversation(house: Stage, agent: Agent) -> None:
    conversation, other = await sent(house, text="转人工"), await sent(house, text="转人工", sender="b")
    await house.door.take(conversation, agent)
    kept = [await house.door.media.keep(data, "rest", "citizen", agent_id=agent.id, conversation_id=one)
            for data, one in ((picture(), conversation), (recording(), conversation), (picture(), other))]
    message = await house.door.say(conversation, agent, "", image=kept[0].url, voice=kept[1].url)
    assert (message.image, message.voice, message.text) == (kept[0].url, kept[1].url, None)
    for wrong in ({"image": kept[1].url}, {"image": kept[2].url}, {"voice": kept[0].url}, {"image": MEDIA + "0" * 40}):
        with pytest.raises(BadInput):
            await house.door.say(conversation, agent, "看", **wrong)
    async with house.database.read() as connection:
        assert (await conversations.get_message(connection, message.id)).voice == kept[1].url


async def test_a_row_whose_file_is_gone_is_not_found(house: Stage, database: Database) -> None:
    kept = await house.door.keep("rest", "citizen", picture())
    next(path for path in (house.settings.var / "attachments").rglob("*") if path.is_file()).unlink()
    with pytest.raises(NotFound):
        await house.door.media.find(str(attachments.name_in(kept.url)))
