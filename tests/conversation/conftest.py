"""The queue's keeper beside the house, assigning by hand (`desk`) or by itself (`auto`)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline.conversation.queue_keeper import QueueKeeper
from tests.stage import Stage
from tests.waiting_desk import Desk


@pytest.fixture
async def desk(house: Stage) -> Desk:
    return Desk(house, QueueKeeper(house.database, house.door.voice, house.settings))


@pytest.fixture
async def auto(house: Stage) -> Desk:
    return Desk(house, QueueKeeper(house.database, house.door.voice, replace(house.settings, assign="auto")))
