"""Agents' pictures and voice notes over HTTP: only into one's own conversation, and out to the citizen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conversation.samples import picture, recording
from tests.desk.conftest import Browser, Office
from tests.desk.test_answering import taken
from tests.desk.test_chats import one


async def upload(agent: Browser, conversation: str, data: bytes, csrf: str | None = None) -> tuple[int, Any]:
    async with agent.http.post(
            agent.base + one(conversation, "/attachments"), data=data,
            headers={"X-CSRF-Token": agent.csrf if csrf is None else csrf, "Content-Type": "image/png"}) as response:
        return response.status, await response.json()


async def test_a_picture_and_a_voice_note_go_out(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent)
    big = picture(size=(900, 900), kind="BMP", traces=False)
    assert len(big) > office.house.settings.max_body
    status, kept = await upload(agent, conversation, big)
    assert status == 200 and kept["kind"] == "image"
    _, voice = await upload(agent, conversation, recording())
    status, said = await agent.post(one(conversation, "/messages"), {
        "text": "", "image": kept["url"], "voice": voice["url"]})
    assert status == 200 and (said["message"]["image"], said["message"]["voice"]) == (kept["url"], voice["url"])
    last = (await office.house.door.history("rest", "citizen"))[-1]
    assert (last.image, last.voice) == (kept["url"], voice["url"])
    async with agent.http.get(agent.base + one(conversation, "/transcript?format=txt")) as response:
        assert "［图片］" in (text := await response.text()) and "［语音］" in text


async def test_only_the_owner_with_the_token_may_send_one_up(office: Office) -> None:
    wang, li = await office.signed_in("wang"), await office.signed_in("li")
    conversation = await office.waiting()
    assert (await upload(wang, conversation, picture()))[0] == 409
    await wang.post(one(conversation, "/take"))
    status, answer = await upload(li, conversation, picture())
    assert (status, answer["error"]) == (409, "已被其他坐席接起")
    assert (await upload(wang, conversation, picture(), csrf="wrong"))[0] == 403
    assert (await upload(wang, "nosuch", picture()))[0] == 404


async def test_what_is_no_picture_is_refused_in_words(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent)
    for data in (b"", b"<svg/>", b"%PDF-1.7"):
        status, answer = await upload(agent, conversation, data)
        assert (status, answer["field"]) == (400, "file") and answer["error"]
    too_large = b"\x00" * (office.house.settings.max_attachment + 1)
    assert (await upload(agent, conversation, too_large))[0] == 413


@pytest.mark.parametrize("field", ["image", "voice"])
async def test_an_address_that_is_not_of_this_conversation_does_not_go_out(office: Office, field: str) -> None:
    agent = await office.signed_in("wang")
    conversation = await taken(office, agent)
    for url in ("/media/" + "0" * 40, "/media/../desk/", "javascript:alert(1)", "data:text/html,x", "//evil.example"):
        status, answer = await agent.post(one(conversation, "/messages"), {"text": "看", field: url})
        assert (status, answer["field"]) == (400, field)
