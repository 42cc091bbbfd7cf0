"""What the knowledge base made of a message is kept with its turn."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from hotline.records import Reply
from hotline.store.tables import turns
from tests.stage import Stage

ANSWER = Reply(text="两米。", custom={"type": "answer", "article": "hose", "facts": []})


@pytest.mark.parametrize("replies, kept", [
    ([Reply(text="您好"), ANSWER], {"decision": "answer", "article": "hose"}),
    ([Reply(text="没有查到", custom={"type": "ask", "field": "choice", "knowledge": "none"})],
     {"decision": "none", "article": None}),
    ([Reply(text="在哪里", custom={"type": "ask", "field": "place"})], None),
])
async def test_the_decision_is_in_the_turns_parse(
    house: Stage, replies: list[Reply], kept: dict[str, Any] | None
) -> None:
    house.bot.script = lambda text, state: (replies, [], {})
    await house.ask("软管多长")
    async with house.database.read() as connection:
        parse = (await connection.execute(select(turns.c.parse))).scalar_one()
    assert parse == {"intent": "scripted", "text": "软管多长", **({"knowledge": kept} if kept else {})}
