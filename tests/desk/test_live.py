"""The desk's socket: who may listen, what is heard, and that it ends with the session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import socketio

from hotline.desk.accounts import SESSION
from hotline.desk.gate import COOKIE
from tests.desk.conftest import PASSWORD, Browser, Office
from tests.stage import until


class Listener:
    """A page's socket."""

    def __init__(self, office: Office, token: str, origin: str | None = None) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._base = office.base
        self._headers = {"Cookie": f"{COOKIE}={token}", "Origin": origin or office.base}
        self.client = socketio.AsyncClient(reconnection=False)
        self.client.on("*", self._hear)

    async def __aenter__(self) -> Listener:
        await self.client.connect(self._base, headers=self._headers, socketio_path="desk/socket.io", wait_timeout=5)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.disconnect()

    async def _hear(self, kind: str, data: dict[str, Any]) -> None:
        self.heard.append((kind, data))

    async def wait_for(self, kind: str, **wanted: object) -> None:
        async def came() -> bool:
            return any(name == kind and wanted.items() <= data.items() for name, data in self.heard)

        await until(came)


def token(browser: Browser) -> str:
    return next(cookie.value for cookie in browser.http.cookie_jar if cookie.key == COOKIE)


async def test_what_one_does_reaches_the_other(office: Office) -> None:
    wang, li = await office.signed_in("wang"), await office.signed_in("li")
    async with Listener(office, token(li)) as page:
        conversation = await office.waiting()
        await page.wait_for("queue", conversation_id=conversation)
        await wang.post(f"/desk/api/conversations/{conversation}/take")
        await page.wait_for("owner", conversation_id=conversation, owner="agent", agent_id=wang.user["id"])
        page.heard.clear()
        await wang.post(f"/desk/api/conversations/{conversation}/messages", {"text": "您好"})
        await page.wait_for("message", conversation_id=conversation)
        await office.house.door.typing("rest", "citizen")
        await page.wait_for("typing", conversation_id=conversation, who="citizen")
        await wang.post(f"/desk/api/conversations/{conversation}/release", {"to": "closed"})
        await page.wait_for("owner", conversation_id=conversation, closed=True)
        assert "您好" not in str(page.heard)


async def test_an_emergency_is_heard_at_once_and_its_confirmation_too(office: Office) -> None:
    agent = await office.signed_in("wang")
    async with Listener(office, token(agent)) as page:
        conversation = (await office.house.ask("家里燃气泄漏了，味道很大"))[0].conversation_id
        await page.wait_for("emergency", conversation_id=conversation)
        _, queue = await agent.get("/desk/api/queue")
        emergency = queue["waiting"][0]["emergency"]["id"]
        await agent.post(f"/desk/api/emergencies/{emergency}/confirm")
        await page.wait_for("confirmed", emergencies=[emergency])


async def refused(listener: Listener) -> bool:
    try:
        async with listener:
            return False
    except socketio.exceptions.ConnectionError:
        return True


@pytest.mark.parametrize("guess", ["", "x", "A" * 43])
async def test_without_a_session_nobody_listens(office: Office, guess: str) -> None:
    assert await refused(Listener(office, guess))


async def test_without_the_right_or_with_a_one_time_password_nobody_listens(office: Office) -> None:
    clerk = await office.signed_in("zhang", "clerk")
    assert await refused(Listener(office, token(clerk)))
    await office.accounts.add("xin", "新", ["agent"], PASSWORD, must_change=True)
    fresh = office.browser()
    await fresh.login("xin")
    assert await refused(Listener(office, token(fresh)))


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_page_of_another_site_may_not_listen(office: Office, origin: str) -> None:
    agent = await office.signed_in("wang")
    assert await refused(Listener(office, token(agent), origin))


async def test_logging_out_ends_the_socket(office: Office) -> None:
    agent, other = await office.signed_in("wang"), await office.signed_in("li")
    async with Listener(office, token(agent)) as page, Listener(office, token(other)) as stays:
        await agent.post("/desk/api/logout")

        async def gone() -> bool:
            return not page.client.connected

        await until(gone)
        assert ("signed_out", {}) in page.heard
        assert stays.client.connected


async def test_an_expired_session_ends_the_socket(office: Office) -> None:
    agent = await office.signed_in("wang")
    async with Listener(office, token(agent)) as page:
        office.clock.ahead = SESSION + timedelta(seconds=1)
        await office.desk.socket.drop_ended()

        async def gone() -> bool:
            return not page.client.connected

        await until(gone)
