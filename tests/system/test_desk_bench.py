"""The desk's load script against the whole product, small: every answer reaches its widget once."""

from __future__ import annotations

import re

from hotline.care.bench import desk
from hotline.desk.temporary import temporary_agents
from hotline.settings import Settings
from tests.city import City


async def test_every_answer_of_several_agents_reaches_its_citizen_once(city: City) -> None:
    settings = Settings.from_env({"HOTLINE_VAR": str(city.var)})
    async with temporary_agents(settings, 2) as (names, password):
        told = await desk.run(city.url, names, password, citizens=6, rounds=2)
    assert "conversations 6 with 2 agents" in told
    assert "12 sent, 0 lost, 0 doubled, 0 refused" in told
    assert re.search(r"median \d+ ms", told)
