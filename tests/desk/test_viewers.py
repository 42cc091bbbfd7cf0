"""Who else is looking: one contract over one process and over several, and live events between processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
import redis.asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline.desk.shared_viewers import PREFIX, SharedViewers
from hotline.desk.viewers import Viewer, Viewers
from hotline.records import Agent
from tests.desk.conftest import Clock, Office, new_desk
from tests.desk.test_chats import one
from tests.desk.test_live import Listener, token
from tests.redis_server import redis_url
from tests.stage import stage

__all__ = ["redis_url"]
WANG, LI = Agent("a", "wang", "王", ("agent",)), Agent("b", "li", "李", ("agent",))


@pytest.fixture(params=["one process", "several"])
def shared(request: pytest.FixtureRequest) -> str:
    """Where viewers are shared; nowhere for one process."""
    return "" if request.param == "one process" else str(request.getfixturevalue("redis_url"))


@pytest.fixture
async def viewers(shared: str) -> AsyncIterator[Viewers]:
    kept = SharedViewers(shared) if shared else Viewers()
    yield kept
    await kept.close()


class TestViewers:
    async def test_two_pages_of_one_agent_are_one_viewer(self, viewers: Viewers) -> None:
        wang, li = Viewer("a", "王"), Viewer("b", "李")
        assert await viewers.look("1", WANG, "c") == {"c"} and await viewers.look("2", WANG, "c") == {"c"}
        assert await viewers.look("3", LI, "c") == {"c"} and await viewers.look("3", LI, "c") == set()
        assert await viewers.of("c") == [li, wang] and await viewers.of("c", besides="a") == [li]
        assert await viewers.look("1", WANG, "d") == {"c", "d"} and wang in await viewers.of("c")
        assert await viewers.leave("2") == {"c"} and await viewers.of("c") == [li]
        assert await viewers.look("3", LI, None) == {"c"} and await viewers.leave("3") == set()
        assert await viewers.of("c") == [] and await viewers.of("d") == [wang]

    async def test_a_page_that_nobody_knows_changes_nothing(self, viewers: Viewers) -> None:
        assert await viewers.leave("x") == set() and await viewers.look("x", WANG, None) == set()
        assert await viewers.of("c") == []


async def test_processes_see_each_others_viewers_until_they_are_gone(redis_url: str) -> None:
    here, there = SharedViewers(redis_url), SharedViewers(redis_url)
    await here.look("1", WANG, "c")
    await there.look("2", LI, "c")
    assert await here.of("c") == await there.of("c") == [Viewer("b", "李"), Viewer("a", "王")]
    await there.close()
    assert await here.of("c") == [Viewer("a", "王")]
    client = redis.asyncio.Redis.from_url(redis_url)
    await client.zadd(PREFIX + "c", {'["9", "z", "张"]': 0})
    assert await here.of("c") == [Viewer("a", "王")], "a page of a killed process has run out"
    assert 0 < await client.ttl(PREFIX + "c") <= 120
    await client.aclose()
    await here.close()


async def test_without_redis_the_viewers_of_this_process_are_seen(tmp_path: Path) -> None:
    viewers = SharedViewers(f"unix://{tmp_path / 'nobody.sock'}")
    await viewers.look("1", WANG, "c")
    assert await viewers.of("c") == [Viewer("a", "王")]
    assert await viewers.leave("1") == {"c"}
    await viewers.close()


@pytest.fixture
async def two(database: object, settings: object, redis_url: str) -> AsyncIterator[tuple[Office, Office]]:
    """Two front doors over one database and one Redis."""
    from hotline.desk.accounts import Accounts
    from hotline.desk.passwords import Passwords

    shared = replace(settings, redis_url=redis_url)  # type: ignore[type-var]
    async with (stage(database, shared, "w1") as first, stage(database, shared, "w2") as second,  # type: ignore[arg-type]
                aiohttp.ClientSession() as http):
        offices = []
        for house in (first, second):
            accounts = Accounts(house.database, Passwords(time_cost=1, memory_kib=64), Clock())
            desk, app = new_desk(house, accounts, http), web.Application()
            desk.setup(app)
            server = TestServer(app)
            await server.start_server()
            offices.append(Office(server, desk, app, house, accounts, Clock()))
        yield offices[0], offices[1]
        for office in offices:
            for session in office.browsers:
                await session.close()
            await office.server.close()


async def test_what_happens_in_one_process_is_heard_in_the_other(two: tuple[Office, Office]) -> None:
    here, there = two
    wang, li = await here.signed_in("wang", name="王"), await there.signed_in("li", name="李")
    async with Listener(here, token(wang)) as page, Listener(there, token(li)) as other:
        conversation = await here.waiting()
        await other.wait_for("queue", conversation_id=conversation)
        await other.client.emit("viewing", {"conversation": conversation})
        who = {"id": li.user["id"], "name": "李"}
        await page.wait_for("viewing", conversation_id=conversation, viewers=[who])
        assert (await wang.get(one(conversation)))[1]["viewers"] == [who]
        assert (await li.get(one(conversation)))[1]["viewers"] == []
        assert (await li.post(one(conversation, "/take")))[0] == 200
        await page.wait_for("owner", conversation_id=conversation, agent_id=li.user["id"])
    assert "alert" not in [kind for kind, _ in page.heard]
