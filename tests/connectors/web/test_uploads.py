"""A citizen's pictures over HTTP: whose they are, which sites may send them, what is refused."""

from __future__ import annotations

import aiohttp
import pytest

from connectors.web.uploads import PATH
from tests.connectors.web.test_socket import Server, sender, server, serving
from tests.conversation.samples import picture

__all__ = ["server", "serving"]


async def send(server: Server, session_id: str, data: bytes, **headers: str) -> tuple[int, dict[str, str], object]:
    async with aiohttp.ClientSession() as http, http.post(
            server.url + PATH, data=data, headers={"Authorization": f"Bearer {session_id}", **headers}) as response:
        body = await response.json() if response.content_type == "application/json" else None
        return response.status, dict(response.headers), body


async def test_a_picture_is_kept_for_the_session_and_said_on_the_socket(server: Server) -> None:
    tab = await server.tab()
    session_id = await tab.session()
    big = picture("BMP", (300, 300), traces=False)
    status, _, kept = await send(server, session_id, big)
    assert status == 200 and isinstance(kept, dict) and kept["kind"] == "image"
    assert server.house.kept[kept["url"].rpartition("/")[2]][0] == sender(session_id)
    assert (await tab.say("", attachments=[kept]))["ok"]
    stored = server.house.messages[sender(session_id)][0]
    assert stored.attachments[0].url == kept["url"]


@pytest.mark.parametrize("session_id", ["", "x", "guessed.signature"])
async def test_without_a_session_of_ours_nothing_is_kept(server: Server, session_id: str) -> None:
    status, _, _ = await send(server, session_id, picture())
    assert status == 401 and not server.house.kept


async def test_embedding_sites_may_and_read_refusals_others_may_not(server: Server) -> None:
    session_id = await (await server.tab()).session()
    good, evil = {"Origin": "https://city.example"}, {"Origin": "https://evil.example"}
    status, headers, _ = await send(server, session_id, picture(), **good)
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, "https://city.example")
    status, headers, _ = await send(server, session_id, b"no picture", **good)
    assert (status, headers["Access-Control-Allow-Origin"]) == (400, "https://city.example")
    status, headers, _ = await send(server, session_id, picture(), **evil)
    assert status == 403 and "Access-Control-Allow-Origin" not in headers
    async with aiohttp.ClientSession() as http:
        for asked, allowed in ((good, True), (evil, False)):
            async with http.options(server.url + PATH, headers={
                    **asked, "Access-Control-Request-Method": "POST"}) as response:
                assert ("Access-Control-Allow-Origin" in response.headers) is allowed


async def test_a_file_over_the_limit_is_refused(server: Server) -> None:
    session_id = await (await server.tab()).session()
    limit = server.channel._settings.max_attachment
    assert (await send(server, session_id, b"\x00" * (limit + 1)))[0] == 413
