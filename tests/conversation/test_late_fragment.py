"""A line that waited for its turn to be saved, while the bot was asked about the lines before it, is answered too."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

import pytest

from hotline.conversation import inbox
from hotline.records import Inbound
from tests.stage import Stage, until


async def test_a_fragment_that_came_in_while_the_bot_was_thinking_is_not_lost(
    house: Stage, monkeypatch: pytest.MonkeyPatch,
) -> None:
    house.bot.delay = 0.6
    began = datetime.now(timezone.utc)
    first = await house.door.receive(Inbound("web", "citizen", "第一句", "m1"))

    async def thinking() -> bool:
        return bool(house.bot.calls)

    await until(thinking)
    # Under load a save waits for other writers: what it takes for now is then long ago.
    monkeypatch.setattr(inbox, "utc_now", lambda: began)
    second = await house.door.receive(Inbound("web", "citizen", "第二句", "m2"))
    assert second == first, "it came into the turn that is being answered"

    async def answered() -> bool:
        return any("第二句" in (message.text or "") for message in house.pushed.out)

    await until(answered)
    await asyncio.sleep(0.8)
    assert [message.text for message in house.pushed.out] == ["1:第一句\n第二句"]
    assert house.bot.calls == ["第一句", "第一句\n第二句"]
