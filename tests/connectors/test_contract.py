"""What every channel keeps towards the house: one class of tests over each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from connectors.base import Connector, Limits
from connectors.rest import RestConnector
from connectors.web.connector import WebConnector
from connectors.wechat.connector import WechatConnector
from hotline.settings import Settings
from hotline.store.database import Database
from hotline.store.migrate import migrate
from hotline.store.wechat_journal import SentJournal
from hotline.store.wechat_memory import WechatMemory
from hotline.store.wechat_shared import WechatShared
from tests.connectors.web.fake_house import FakeHouse

CHANNELS = ("rest", "web", "wechat")


@pytest.fixture(params=CHANNELS)
async def connector(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Connector]:
    settings = Settings.from_env({"HOTLINE_VAR": str(tmp_path), "HOTLINE_WECHAT_TOKEN": "a token"})
    database = Database(settings.database_url)
    await migrate(database)
    async with aiohttp.ClientSession() as session:
        memory = WechatMemory(database, {}, SentJournal(tmp_path / "sent"))
        made: dict[str, Connector] = {
            "rest": RestConnector(FakeHouse(), settings), "web": WebConnector(FakeHouse(), settings),
            "wechat": WechatConnector(FakeHouse(), settings, session, memory, WechatShared(database),
                                      lambda openid: (openid, openid))}
        yield made[request.param]
        for one in made.values():
            await one.close()
    await database.close()


class TestConnector:
    def test_it_has_a_name_and_routes_of_its_own(self, connector: Connector) -> None:
        assert connector.name in CHANNELS
        app = web.Application()
        connector.setup(app)
        assert list(app.router.routes())

    async def test_who_is_not_there_gets_nothing_and_nothing_breaks(self, connector: Connector) -> None:
        assert await connector.deliver("nobody", []) is False
        await connector.agent_typing("nobody")

    async def test_it_starts_and_stops_with_nothing_to_do(self, connector: Connector) -> None:
        await connector.start()
        connector.wake("nobody")

    async def test_it_says_what_may_still_be_sent(self, connector: Connector) -> None:
        limits = await connector.limits("nobody")
        assert isinstance(limits, Limits)
        assert limits.can_send or limits.why, "an agent who cannot send must be told why"
        assert limits.left is None or limits.left >= 0
        assert limits.until is None or limits.until.tzinfo is not None
