"""The connector before the simulated platform, over each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hotline.settings import Settings
from hotline.store.database import Database
from tests.connectors.wechat.front import Front, front


@pytest.fixture
async def wechat(database: Database, settings: Settings) -> AsyncIterator[Front]:
    async with front(database, settings) as running:
        yield running
