"""What a turn keeps of the bot's understanding: its parse, and what the knowledge base made of the message."""

from __future__ import annotations

from hotline.records import JSON, BotResult


def with_knowledge(result: BotResult) -> JSON:
    """The parse with `knowledge`: `{"decision", "article"}` when the knowledge base was asked, else as it was.

    `decision` is answer, ask (choices were offered), none (nothing found) or failed (the base did not answer).
    """
    for reply in result.messages:
        custom = reply.custom or {}
        if custom.get("type") == "answer":
            return {**result.parse, "knowledge": {"decision": "answer", "article": custom.get("article")}}
        if custom.get("knowledge") in ("ask", "none", "failed"):
            return {**result.parse, "knowledge": {"decision": custom["knowledge"], "article": None}}
    return dict(result.parse)
