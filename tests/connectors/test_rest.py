"""REST over real HTTP: Rasa's wire format, the stored list again for a duplicate, and every bad input's answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from connectors.rest import RestConnector, wire
from hotline.conversation.http import error_middleware
from hotline.records import MEDIA, Message
from hotline.settings import Settings
from tests.conversation.samples import picture
from tests.stage import Stage

AUTH = {"Authorization": "Bearer service-token"}
Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def rest(house: Stage) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[error_middleware], client_max_size=house.settings.max_body)
    RestConnector(house.door, replace(house.settings, service_token="service-token")).setup(app)
    async with TestClient(TestServer(app)) as client:
        yield client


async def say(rest: Client, text: object, sender: object = "u1", **metadata: object) -> tuple[int, object]:
    body = {"sender": sender, "message": text, "metadata": metadata}
    async with rest.post("/webhooks/rest/webhook", json=body, headers=AUTH) as response:
        return response.status, await response.json()


async def test_rasas_wire_format(rest: Client) -> None:
    status, messages = await say(rest, "登记路灯坏了")
    assert status == 200 and isinstance(messages, list)
    assert set(messages[0]) == {"recipient_id", "message_id", "text", "custom"}
    assert messages[0]["recipient_id"] == "u1"


async def test_a_duplicate_gets_the_stored_list_again(rest: Client) -> None:
    assert await say(rest, "甲", message_id="m1") == await say(rest, "甲", message_id="m1")


async def test_two_messages_of_one_sender_at_once_are_both_answered_in_order(rest: Client) -> None:
    answers = await asyncio.gather(*(say(rest, f"第{n}句") for n in range(4)))
    texts = sorted(str(messages[0]["text"]) for _, messages in answers)  # type: ignore[index]
    assert [text[:2] for text in texts] == ["1:", "2:", "3:", "4:"]


async def test_later_messages_come_after_an_id_and_only_to_their_citizen(rest: Client, house: Stage) -> None:
    _, first = await say(rest, "甲")
    await say(rest, "乙")
    await say(rest, "丙", sender="u2")
    after = first[0]["message_id"]  # type: ignore[index]
    async with rest.get("/webhooks/rest/messages", params={"sender": "u1", "after": after}, headers=AUTH) as response:
        assert [message["text"] for message in await response.json()] == ["2:乙"]
    async with rest.get("/webhooks/rest/messages", params={"sender": "u2", "after": after}, headers=AUTH) as response:
        assert response.status == 400 and (await response.json())["field"] == "after"
    async with rest.get("/webhooks/rest/messages", params={"sender": "nobody"}, headers=AUTH) as response:
        assert await response.json() == []


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic service-token"},
                                     {"Authorization": "Bearer"}, {"Authorization": "Bearer 密"}])
async def test_without_the_token_nothing(rest: Client, headers: dict[str, str]) -> None:
    async with rest.post("/webhooks/rest/webhook", json={"sender": "u", "message": "x"}, headers=headers) as response:
        assert response.status == 401
    async with rest.get("/webhooks/rest/messages", params={"sender": "u"}, headers=headers) as response:
        assert response.status == 401


@pytest.mark.parametrize("body", [
    b"", b"{", b"\xff\xfe", b'{"sender":', b"[" * 100_000, b"NaN", b"null", b"[]", b'"x"'])
async def test_invalid_json_is_a_400(rest: Client, body: bytes) -> None:
    async with rest.post("/webhooks/rest/webhook", data=body, headers=AUTH) as response:
        assert response.status == 400
        assert "error" in await response.json()


@pytest.mark.parametrize(("body", "field"), [
    ({"message": "x"}, "sender"), ({"sender": 1, "message": "x"}, "sender"), ({"sender": "", "message": "x"}, "sender"),
    ({"sender": "u", "message": 5}, "message"), ({"sender": "u", "message": None}, "message"),
    ({"sender": "u", "message": ""}, "message"), ({"sender": "u"}, "message"),
    ({"sender": "u", "message": "x", "metadata": []}, "metadata"),
    ({"sender": "u", "message": "x", "metadata": {"message_id": 7}}, "metadata.message_id"),
    ({"sender": "u", "message": "x", "metadata": {"attachments": [{"kind": "virus"}]}}, "metadata.attachments"),
    ({"sender": "u", "message": "x", "metadata": {"attachments": [{"kind": "location", "latitude": "36"}]}},
     "metadata.attachments"),
])
async def test_wrong_types_name_their_field(rest: Client, body: object, field: str) -> None:
    async with rest.post("/webhooks/rest/webhook", json=body, headers=AUTH) as response:
        assert response.status == 400
        assert (await response.json())["field"] == field


async def test_a_body_over_the_limit_is_a_413(rest: Client) -> None:
    assert (await say(rest, "长" * 100_000))[0] == 413
    assert (await say(rest, "a" * 100_000))[0] == 413
    assert (await say(rest, "还在"))[0] == 200


async def test_a_flood_is_a_429_with_retry_after(rest: Client) -> None:
    statuses = [(await say(rest, f"{n}"))[0] for n in range(21)]
    assert statuses[:20] == [200] * 20 and statuses[20] == 429
    async with rest.post("/webhooks/rest/webhook", json={"sender": "u1", "message": "x"}, headers=AUTH) as response:
        assert 1 <= int(response.headers["Retry-After"]) <= 10


async def test_html_and_script_are_text(rest: Client) -> None:
    _, messages = await say(rest, "<script>alert(1)</script><b>粗</b>")
    assert messages[0]["text"] == "1:<script>alert(1)</script><b>粗</b>"  # type: ignore[index]


async def test_a_location_without_words_is_kept(rest: Client, house: Stage) -> None:
    location = {"kind": "location", "latitude": 36.07, "longitude": 120.38, "address": "青岛市市南区香港中路10号"}
    status, _ = await say(rest, "", attachments=[location])
    assert status == 200
    kept = (await house.door.history("rest", "u1"))[0].attachments[0]
    assert (kept.latitude, kept.address) == (36.07, "青岛市市南区香港中路10号")


async def test_a_senders_picture_is_kept_and_goes_with_a_message(rest: Client, house: Stage) -> None:
    async with rest.post("/webhooks/rest/attachments", params={"sender": "u1"}, data=picture()) as response:
        assert response.status == 401
    for sender, status in (("", 400), ("u1", 200)):
        async with rest.post("/webhooks/rest/attachments", params={"sender": sender}, data=picture(),
                             headers=AUTH) as response:
            assert response.status == status
            kept = await response.json()
    assert (await say(rest, "登记路灯坏了", attachments=[kept]))[0] == 200
    message = (await house.door.history("rest", "u1"))[0]
    assert [(one.kind, one.url) for one in message.attachments] == [("image", kept["url"])]
    status, answer = await say(rest, "看", sender="u2", attachments=[kept])
    assert status == 400 and answer["field"] == "attachments.url"  # type: ignore[index]


def test_addresses_of_ours_are_whole_for_a_server() -> None:
    settings = Settings(public_url="https://12345.example/")
    message = Message(1, "m", "k", "c", "out", "agent", "看", datetime.now(timezone.utc), image=MEDIA + "0" * 40,
                      voice="https://else.example/v")
    sent = wire("u1", message, settings)
    assert (sent["image"], sent["voice"]) == ("https://12345.example/media/" + "0" * 40, "https://else.example/v")
