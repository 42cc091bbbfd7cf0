"""A small real bot without Rasa, for tests and for trying the house alone: it answers from a function."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hotline.errors import BotUnavailable
from hotline.records import JSON, BotResult, Command, Conversation, Reply, Turn

Script = Callable[[str, JSON], tuple[list[Reply], list[JSON], JSON]]


def echo(text: str, state: JSON) -> tuple[list[Reply], list[JSON], JSON]:
    """Repeats the text and counts the turns in its state; 「登记」 files a ticket, 「转人工」 hands over."""
    count = int(state.get("count", 0)) + 1
    if text.startswith("登记"):
        command: JSON = {"kind": "file_case", "service_code": "facility_streetlight", "description": text,
                         "title": text[:40], "address": "延吉路117号", "phone": "13800138000"}
        return [Reply(text="已登记 {receipt}", custom={"type": "ticket"})], [command], {"count": count}
    if "转人工" in text:
        return ([Reply(text="排第{position}位", custom={"type": "handover"})],
                [{"kind": "hand_over", "reason": "asked"}], {"count": count})
    return [Reply(text=f"{count}:{text}")], [], {"count": count}


class ScriptedBot:
    """Implements `Bot`. `fail` makes the next turns fail with these reasons; `delay` is in seconds."""

    def __init__(self, script: Script = echo, delay: float = 0.0) -> None:
        self.script = script
        self.delay = delay
        self.fail: list[str] = []
        self.calls: list[str] = []

    async def turn(self, turn: Turn, conversation: Conversation) -> BotResult:
        """Answer from the script."""
        self.calls.append(turn.text)
        await asyncio.sleep(self.delay)
        if self.fail:
            raise BotUnavailable(self.fail.pop(0))
        replies, commands, state = self.script(turn.text, dict(conversation.state))
        keyed = tuple(Command(str(item["kind"]), f"{turn.id}:{number}",
                              {name: value for name, value in item.items() if name != "kind"})
                      for number, item in enumerate(commands))
        return BotResult(tuple(replies), keyed, {"intent": "scripted", "text": turn.text}, state, "scripted")

    async def parse(self, text: str) -> JSON:
        """A fixed understanding."""
        return {"text": text, "intent": "scripted", "confidence": 1.0, "ranking": [], "entities": [], "ms": 0.0}

    async def status(self) -> JSON:
        """Always there."""
        return {"model": "scripted", "actions": "ok"}
