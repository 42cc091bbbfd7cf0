"""Two servers that share a private Redis: a citizen connected to one is reached through the other."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import redis.asyncio

from connectors.web.presence import SharedPresence
from hotline.errors import ChannelError
from hotline.records import Reply
from hotline.settings import Settings
from tests.connectors.web.fake_house import FakeHouse
from tests.connectors.web.test_socket import sender, serving
from tests.redis_server import redis_url


__all__ = ["redis_url"]


async def test_a_citizen_at_one_server_is_reached_through_the_other(redis_url: str) -> None:
    settings = Settings(session_secret="a secret of the tests", redis_url=redis_url)
    async with serving(FakeHouse(), settings) as here, serving(FakeHouse(), settings) as there:
        tab = await here.tab()
        session_id = await tab.session()
        async with asyncio.timeout(10):
            # The other server joins Redis's channel when it first has something to do.
            while not [name for name, _ in tab.heard if name == "bot_uttered"]:
                assert await there.house.say(sender(session_id), Reply("从另一台服务器来")) is True
                await asyncio.sleep(0.05)
        assert (await tab.until("bot_uttered"))[0]["text"] == "从另一台服务器来"
        await tab.io.disconnect()
        await here.settled(lambda: not here.channel.connected())
        async with asyncio.timeout(10):
            while await there.house.say(sender(session_id), Reply("走了")):  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def test_sockets_of_a_killed_process_run_out(redis_url: str) -> None:
    alive, dead = SharedPresence(redis_url), SharedPresence(redis_url)
    await dead.came("somebody", "socket")
    assert await alive.here("somebody")
    await dead.close()
    client = redis.asyncio.Redis.from_url(redis_url)
    assert 0 < await client.ttl("hotline:web:present:somebody") <= 120
    await client.zadd("hotline:web:present:somebody", {"socket": 0})
    assert not await alive.here("somebody")
    await client.aclose()
    await alive.close()


async def test_without_redis_citizens_of_this_process_still_talk(tmp_path: Path) -> None:
    presence = SharedPresence(f"unix://{tmp_path / 'nobody.sock'}")
    await presence.came("somebody", "socket")
    assert await presence.here("somebody")
    with pytest.raises(ChannelError):
        await presence.here("another")
    await presence.left("somebody", "socket")
    await presence.close()
