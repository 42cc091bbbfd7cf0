"""Citizens whose words the bot understands as a test says, through the whole house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from hotline.records import BotResult, Conversation, Reply, Turn
from hotline.store.tables import messages
from hotline.training.choices import ACTS
from tests.stage import Stage

JSON = dict[str, Any]
Answer = tuple[JSON, list[Reply]]
NOT_FOUND = Reply(
    text="没有查到这个问题的答案。可以登记工单请责任单位答复，或转人工。", custom={"type": "ask", "field": "choice"})
ARTICLE = Reply(text="路灯由市政维修。", custom={"type": "answer", "article": "streetlight", "facts": []})


def parse(intent: str, service: str | None = None, sure: float = 0.9, second: str | None = None) -> JSON:
    """A parse as the channel gives it; what is not sure goes to the second guess."""
    rest = round(1 - sure, 4)
    other = second or ("greet" if intent in ACTS else "chitchat")
    services = [{"name": service, "confidence": sure}, {"name": "other", "confidence": rest}] if service else []
    return {
        "intent": intent, "confidence": sure, "act": intent if intent in ACTS else None, "service_code": service,
        "service_confidence": sure if service else 0.0, "service_ranking": services, "domain": None, "entities": [],
        "ranking": [{"name": intent, "confidence": sure}, {"name": other, "confidence": rest}]}


FALLBACK = {**parse("consult", "other", 0.2), "intent": "nlu_fallback", "act": None, "service_code": None}


def understands(house: Stage, answer: Callable[[str], Answer]) -> None:
    """From now on the bot understands and answers so; no reply of its own leaves the script's."""
    scripted = house.bot.turn

    async def turn(turn: Turn, conversation: Conversation) -> BotResult:
        said = await scripted(turn, conversation)
        understood, replies = answer(turn.text)
        return replace(said, parse={**understood, "text": turn.text}, messages=tuple(replies) or said.messages)

    house.bot.turn = turn  # type: ignore[method-assign]


async def said(house: Stage, text: str, sender: str = "citizen") -> str:
    """A citizen says something; returns the message's id."""
    await house.ask(text, sender=sender)
    async with house.database.read() as connection:
        return str((await connection.execute(select(messages.c.id).where(
            messages.c.direction == "in").order_by(messages.c.seq.desc()).limit(1))).scalar_one())
