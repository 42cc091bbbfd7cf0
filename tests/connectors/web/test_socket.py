"""The web channel over real sockets, against a small house that keeps messages in memory."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import socketio
from aiohttp import web

from connectors.web.connector import WebConnector
from connectors.web.sessions import Sessions
from hotline.errors import SettingsError
from hotline.records import Reply
from hotline.settings import Settings
from tests.connectors.web.fake_house import FakeHouse, application

SETTINGS = Settings(session_secret="a secret of the tests", allowed_origins=("https://city.example",), max_body=65_536,
                    max_text=4_000)


class Tab:
    """One browser tab: a real Socket.IO client that notes what it hears."""

    def __init__(self) -> None:
        self.io: Any = socketio.AsyncClient(reconnection=False)
        self.heard: list[tuple[str, Any]] = []
        self._news = asyncio.Event()
        self.io.on("*", self._hear)

    async def _hear(self, event: str, data: Any = None) -> None:
        self.heard.append((event, data))
        self._news.set()

    async def until(self, event: str, count: int = 1, when: Callable[[Any], bool] = lambda data: True) -> list[Any]:
        """Wait until an event was heard so many times; its data."""
        async with asyncio.timeout(10):
            while len(found := [data for name, data in self.heard if name == event and when(data)]) < count:
                self._news.clear()
                await self._news.wait()
        return found

    async def session(self, session_id: Any = None, **more: Any) -> str:
        """Ask for a session and wait for its history."""
        confirms = len([name for name, _ in self.heard if name == "session_confirm"])
        histories = len([name for name, _ in self.heard if name == "history"])
        await self.io.emit("session_request", {"session_id": session_id, **more})
        await self.until("history", histories + 1)
        return str((await self.until("session_confirm", confirms + 1))[-1])

    async def say(self, text: Any, **more: Any) -> Any:
        """Send a message and return the acknowledgement."""
        message_id = more.pop("message_id", None) or uuid.uuid4().hex
        return await self.io.call("user_uttered", {
            "message": text, "metadata": {"message_id": message_id}, **more}, timeout=10)


class Server:
    """The channel on a real port."""

    def __init__(self, house: FakeHouse, url: str) -> None:
        self.house, self.url = house, url
        self.tabs: list[Tab] = []

    @property
    def channel(self) -> WebConnector:
        assert self.house.connector is not None
        return self.house.connector

    async def settled(self, condition: Callable[[], bool]) -> None:
        """Wait for something that no event of ours tells."""
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def tab(self, **options: Any) -> Tab:
        tab = Tab()
        self.tabs.append(tab)
        await tab.io.connect(self.url, transports=["websocket"], **options)
        return tab


@asynccontextmanager
async def serving(house: FakeHouse, settings: Settings = SETTINGS) -> AsyncIterator[Server]:
    runner = web.AppRunner(application(house, settings))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server = Server(house, f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        yield server
    finally:
        for tab in server.tabs:
            await tab.io.disconnect()
        await runner.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving(FakeHouse()) as it:
        yield it


def sender(session_id: str) -> str:
    return session_id.rpartition(".")[0]


async def test_a_message_is_acknowledged_and_answered(server: Server) -> None:
    tab = await server.tab()
    session_id = await tab.session()
    assert await tab.say("在吗", message_id="m1", session_id=session_id) == {"id": "m1", "ok": True}
    [reply] = await tab.until("bot_uttered")
    assert reply["text"] == "您说的是：在吗"
    assert reply["author"] == "bot" and reply["direction"] == "out" and reply["id"] and reply["seq"] == 2


async def test_replies_carry_rasas_keys_and_our_own(server: Server) -> None:
    tab = await server.tab()
    session_id = await tab.session()
    await server.house.say(sender(session_id), Reply(
        "选一个", buttons=({"title": "查进度", "payload": "查询进度"},), image="https://city.example/a.png",
        custom={"type": "ask", "field": "choice"}))
    [reply] = await tab.until("bot_uttered")
    assert reply["quick_replies"] == [{"content_type": "text", "title": "查进度", "payload": "查询进度"}]
    assert reply["buttons"] == [{"title": "查进度", "payload": "查询进度"}]
    assert reply["attachment"] == {"type": "image", "payload": {"src": "https://city.example/a.png"}}
    assert reply["custom"] == {"type": "ask", "field": "choice"}


async def test_a_session_is_kept_over_a_reload_with_its_history(server: Server) -> None:
    first = await server.tab()
    session_id = await first.session()
    await first.say("第一句", message_id="m1")
    await first.until("bot_uttered")
    await first.io.disconnect()
    second = await server.tab()
    assert await second.session(session_id) == session_id
    [history] = await second.until("history")
    assert [(m["direction"], m["text"]) for m in history["messages"]] == [("in", "第一句"), ("out", "您说的是：第一句")]
    assert history["messages"][0]["client_id"] == "m1" and history["after"] is None and history["more"] is False


async def test_history_after_a_message_id_leaves_out_what_is_known(server: Server) -> None:
    tab = await server.tab()
    session_id = await tab.session()
    for number in range(3):
        await tab.say(f"第{number}句")
    replies = await tab.until("bot_uttered", 3)
    await tab.session(session_id, after=replies[1]["id"])
    history = (await tab.until("history", 2))[-1]
    texts = [message["text"] for message in history["messages"]]
    assert texts[-1] == "您说的是：第2句" and "第0句" not in texts and history["after"] == replies[1]["id"]
    await tab.io.emit("history", {"after": replies[2]["id"]})
    assert (await tab.until("history", 3))[-1]["messages"] == []


async def test_an_unknown_after_gives_the_newest_messages(server: Server) -> None:
    tab = await server.tab()
    session_id = await tab.session()
    await tab.say("在吗")
    await tab.until("bot_uttered")
    await tab.session(session_id, after="never-was")
    history = (await tab.until("history", 2))[-1]
    assert len(history["messages"]) == 2 and history["after"] is None


async def test_two_hundred_of_a_long_history_and_the_rest_by_asking_on(server: Server) -> None:
    tab = await server.tab()
    session_id = await tab.session()
    await server.house.say(sender(session_id), *[Reply(f"进度 {number}") for number in range(250)])
    first = (await tab.until("bot_uttered", 250))[0]["id"]
    await tab.session(session_id, after=first)
    history = (await tab.until("history", 2))[-1]
    assert len(history["messages"]) == 200 and history["more"] is True
    await tab.io.emit("history", {"after": history["messages"][-1]["id"]})
    rest = (await tab.until("history", 3))[-1]
    assert len(rest["messages"]) == 49 and rest["more"] is False


@pytest.mark.parametrize("made_up", [
    "guess", "guess.", ".", "", "guess." + "A" * 43, "我.你", 7, {"a": 1}, ["x"], "x" * 5000, None,
])
async def test_a_made_up_session_id_gets_a_new_session(server: Server, made_up: Any) -> None:
    tab = await server.tab()
    session_id = await tab.session(made_up)
    assert session_id != made_up
    assert Sessions(SETTINGS.session_secret).sender(session_id)


async def test_a_forged_session_id_never_shows_anothers_talk(server: Server) -> None:
    victim = await server.tab()
    session_id = await victim.session()
    await victim.say("我家住在延吉路")
    await victim.until("bot_uttered")
    name, _, signature = session_id.rpartition(".")
    forger = await server.tab()
    other_house = Sessions("another secret")
    for forged in (name, name + ".", f"{name}.{signature[:-2]}AA", f"{name}.{other_house._signature(name)}",
                   f"{name}x.{signature}"):
        assert await forger.session(forged) != session_id
    assert all(history["messages"] == [] for history in await forger.until("history", 5))


async def test_a_socket_speaks_only_for_the_session_it_asked_for(server: Server) -> None:
    victim, other = await server.tab(), await server.tab()
    session_id = await victim.session()
    assert await other.say("冒名", session_id=session_id) == {"error": "session"}
    own = await other.session()
    assert await other.say("冒名", session_id=session_id) == {"error": "session"}
    assert await other.say("冒名", session_id="x.y") == {"error": "session"}
    assert (await other.say("本人", session_id=own))["ok"] is True
    assert sender(session_id) not in server.house.messages


async def test_a_plain_rasa_client_may_speak_without_asking_first(server: Server) -> None:
    tab = await server.tab()
    await tab.io.emit("user_uttered", {"message": "在吗"})
    [reply] = await tab.until("bot_uttered")
    assert reply["text"] == "您说的是：在吗"
    assert len(await tab.until("session_confirm")) == 1


async def test_another_session_on_the_same_socket_leaves_the_first(server: Server) -> None:
    tab = await server.tab()
    first = await tab.session()
    second = await tab.session()
    assert first != second
    assert await server.house.say(sender(first), Reply("给前一个")) is False
    assert await server.house.say(sender(second), Reply("给后一个")) is True
    assert [reply["text"] for reply in await tab.until("bot_uttered")] == ["给后一个"]


@pytest.mark.parametrize("origin", [
    "https://evil.example", "null", "http://127.0.0.1.evil.example", "file://", "https://city.example.evil", "http://[",
])
async def test_a_foreign_origin_is_refused(server: Server, origin: str) -> None:
    tab = Tab()
    with pytest.raises(socketio.exceptions.ConnectionError):
        await tab.io.connect(server.url, transports=["websocket"], headers={"Origin": origin})
    async with aiohttp.ClientSession() as client:
        polling = f"{server.url}/socket.io/?EIO=4&transport=polling"
        async with client.get(polling, headers={"Origin": origin}) as answer:
            assert answer.status == 400
            assert "Access-Control-Allow-Origin" not in answer.headers


async def test_own_and_allowed_origins_are_let_in(server: Server) -> None:
    for origin in (server.url, "https://city.example"):
        tab = await server.tab(headers={"Origin": origin})
        await tab.session()
    async with aiohttp.ClientSession() as client:
        polling = f"{server.url}/socket.io/?EIO=4&transport=polling"
        async with client.get(polling, headers={"Origin": "https://city.example"}) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] == "https://city.example"


async def test_a_duplicate_message_id_is_saved_and_answered_once(server: Server) -> None:
    tab = await server.tab()
    session_id = await tab.session()
    for _ in range(3):
        assert await tab.say("一次就好", message_id="same") == {"id": "same", "ok": True}
    await tab.say("下一句")
    await tab.until("bot_uttered", 2)
    said = [m.text for m in server.house.messages[sender(session_id)] if m.direction == "in"]
    assert said == ["一次就好", "下一句"]


async def test_messages_are_taken_in_the_order_they_were_sent(server: Server) -> None:
    tab = await server.tab()
    session_id = await tab.session()
    for number in range(15):
        await tab.io.emit("user_uttered", {"message": str(number), "metadata": {"message_id": f"m{number}"}})
    await tab.until("bot_uttered", 15)
    said = [m.text for m in server.house.messages[sender(session_id)] if m.direction == "in"]
    assert said == [str(number) for number in range(15)]


async def test_both_tabs_of_a_citizen_hear_everything(server: Server) -> None:
    one, two, stranger = await server.tab(), await server.tab(), await server.tab()
    session_id = await one.session()
    await two.session(session_id)
    await stranger.session()
    await one.say("两个窗口", message_id="m1")
    for tab in (one, two):
        assert [reply["text"] for reply in await tab.until("bot_uttered")] == ["您说的是：两个窗口"]
    [echo] = await two.until("citizen_uttered")
    assert echo["client_id"] == "m1" and echo["text"] == "两个窗口"
    assert not [name for name, _ in one.heard if name == "citizen_uttered"]
    assert not [name for name, _ in stranger.heard if name.endswith("_uttered")]


async def test_deliver_says_when_nobody_is_connected(server: Server) -> None:
    tab = await server.tab()
    session_id = await tab.session()
    assert await server.house.say(sender(session_id), Reply("在")) is True
    await tab.io.disconnect()
    await server.settled(lambda: not server.channel.connected())
    assert await server.house.say(sender(session_id), Reply("走了")) is False
    again = await server.tab()
    await again.session(session_id)
    [history] = await again.until("history")
    assert history["messages"][-1]["text"] == "走了"


async def test_html_and_script_pass_untouched(server: Server) -> None:
    nasty = '<script>alert("1")</script><img src=x onerror=alert(2)> &amp; \u202e反 😀'
    tab = await server.tab()
    session_id = await tab.session()
    await tab.say(nasty)
    [reply] = await tab.until("bot_uttered")
    assert reply["text"] == "您说的是：" + nasty
    await tab.session(session_id)
    assert (await tab.until("history", 2))[-1]["messages"][0]["text"] == nasty


async def test_too_long_a_text_is_refused_in_the_acknowledgement(server: Server) -> None:
    tab = await server.tab()
    await tab.session()
    assert await tab.say("长" * 4001) == {"error": "too_large", "field": "message", "limit": 4000}
    assert (await tab.say("长" * 4000))["ok"] is True


async def test_a_frame_over_the_body_limit_ends_only_that_socket(server: Server) -> None:
    rude, polite = await server.tab(), await server.tab()
    await rude.session()
    await polite.session()
    await rude.io.emit("user_uttered", {"message": "x" * 100_000})
    async with asyncio.timeout(10):
        await rude.io.wait()
    assert (await polite.say("还在"))["ok"] is True
    async with aiohttp.ClientSession() as client:
        polling = f"{server.url}/socket.io/?EIO=4&transport=polling"
        async with client.get(polling) as answer:
            sid = (await answer.text()).split('"sid":"')[1].split('"')[0]
        async with client.post(f"{polling}&sid={sid}", data=b"4" + b"x" * 100_000) as answer:
            assert answer.status == 413


@pytest.mark.parametrize(("data", "field"), [
    ("just words", None), (["在吗"], None), ({"message": 7}, "message"), ({"message": None}, "message"),
    ({"message": "  "}, "message"), ({}, "message"), ({"message": {"a": 1}}, "message"),
    ({"message": "a", "metadata": {"message_id": 7}}, "metadata.message_id"),
    ({"message": "a", "metadata": {"message_id": "a\nb"}}, "metadata.message_id"),
    ({"message": "a", "attachments": "x"}, "attachments"),
    ({"message": "a", "attachments": [7]}, "attachments.kind"),
    ({"message": "a", "attachments": [{"kind": "image", "url": "javascript:alert(1)"}]}, "attachments.url"),
    ({"message": "a", "attachments": [{"kind": "location", "latitude": 36.1}]}, "attachments.latitude"),
    ({"message": "a", "attachments": [{"kind": "location", "latitude": 360, "longitude": 1}]}, "attachments.latitude"),
    ({"message": "a", "attachments": [{"kind": "location", "latitude": True, "longitude": 1}]}, "attachments.latitude"),
    ({"message": "a", "attachments": [{"kind": "location"}]}, "attachments.latitude"),
])
async def test_unusable_input_is_refused_by_field(server: Server, data: Any, field: str | None) -> None:
    tab = await server.tab()
    await tab.session()
    assert await tab.io.call("user_uttered", data, timeout=10) == {"error": "bad_input", "field": field}
    assert (await tab.say("还能说"))["ok"] is True


async def test_stray_events_and_arguments_do_no_harm(server: Server) -> None:
    tab = await server.tab()
    for event in ("session_request", "delivered", "typing", "history"):
        for data in (None, 7, "x", ["a"], {"message_id": 7}, {"after": {"a": 1}}, {"session_id": []}):
            await tab.io.emit(event, data)
    await tab.io.emit("user_uttered")
    await tab.io.emit("no_such_event", {"a": 1})
    await tab.session()
    assert (await tab.say("还能说"))["ok"] is True


async def test_a_location_without_words_is_kept(server: Server) -> None:
    tab = await server.tab()
    session_id = await tab.session()
    place = {"kind": "location", "latitude": 36.0671, "longitude": 120.3826, "title": "我的位置"}
    assert (await tab.say("", attachments=[place]))["ok"] is True
    [message] = [m for m in server.house.messages[sender(session_id)] if m.direction == "in"]
    assert message.attachments[0].latitude == 36.0671
    await tab.session(session_id)
    assert (await tab.until("history", 2))[-1]["messages"][0]["attachments"] == [place]


async def test_the_rate_limit_says_when_to_come_back() -> None:
    async with serving(FakeHouse(rate=2)) as server:
        tab = await server.tab()
        await tab.session()
        answers = [await tab.say(str(number)) for number in range(3)]
        assert [answer.get("ok") for answer in answers] == [True, True, None]
        assert answers[2] == {"error": "too_many", "retry_after": 7.5}


async def test_a_failing_house_is_not_acknowledged(server: Server) -> None:
    tab = await server.tab()
    await tab.session()
    server.house.broken = True
    assert await tab.say("记下来", message_id="m1") == {"error": "unavailable", "retry_after": 3}
    server.house.broken = False
    assert await tab.say("记下来", message_id="m1") == {"id": "m1", "ok": True}


async def test_delivered_and_typing_reach_the_house(server: Server) -> None:
    tab, nobody = await server.tab(), await server.tab()
    session_id = await tab.session()
    await tab.say("在吗")
    [reply] = await tab.until("bot_uttered")
    await nobody.io.emit("typing", {})
    await nobody.io.emit("delivered", {"message_id": reply["id"]})
    await tab.io.emit("typing", {})
    await tab.io.emit("typing", {})
    await tab.io.emit("delivered", {"message_id": reply["id"]})
    await tab.session(session_id)
    assert server.house.delivered_up_to == {sender(session_id): reply["id"]}
    assert server.house.typed == [sender(session_id)]


async def test_an_agent_who_types_is_shown(server: Server) -> None:
    tab = await server.tab()
    session_id = await tab.session()
    await server.channel.agent_typing(sender(session_id))
    assert await tab.until("typing") == [{"author": "agent"}]


async def test_a_flood_of_side_events_costs_the_house_nothing_more(server: Server) -> None:
    tab = await server.tab()
    session_id = await tab.session()
    answers = [await tab.io.call("history", {}, timeout=10) for _ in range(80)]
    assert {"error": "too_many", "retry_after": 10.0} in answers
    assert (await tab.say("还能说", session_id=session_id))["ok"] is True


def test_sessions_need_a_secret() -> None:
    with pytest.raises(SettingsError):
        Sessions("")


async def test_what_the_citizen_has_seen_and_what_the_agent_has_read(server: Server) -> None:
    tab = await server.tab()
    session_id = await tab.session()
    await tab.say("您好", message_id="mine")
    [answer] = await tab.until("bot_uttered")
    await tab.io.emit("seen", {"message_id": answer["id"]})
    await server.settled(lambda: server.house.seen_up_to.get(sender(session_id)) == answer["id"])
    for nonsense in (None, {}, {"message_id": 7}, {"message_id": "x" * 200}, "x"):
        await tab.io.emit("seen", nonsense)
    own = server.house.messages[sender(session_id)][0]
    await server.channel.agent_seen(sender(session_id), own)
    assert await tab.until("seen") == [{"author": "agent", "id": own.id, "client_id": "mine"}]
    assert server.house.seen_up_to == {sender(session_id): answer["id"]}
