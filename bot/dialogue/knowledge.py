"""How an article is told: its answer, its source, how old it is, and what is not certain."""

from __future__ import annotations

from typing import Any

from bot.actions.base import Message
from bot.dialogue.scene import Reads

JSON = dict[str, Any]
VERIFY = "以上数字请以责任单位确认为准。"


def best(reads: Reads, questions: tuple[str, ...] = ()) -> JSON | None:
    """The article that answers: one of the searches is sure, or the first result is the very question asked."""
    for search in reads.searches:
        results = search.get("results") or []
        if results and (search.get("decision") == "answer" or results[0].get("question") in questions):
            return dict(results[0])
    return None


def near(reads: Reads, limit: int = 3) -> tuple[str, ...]:
    """The questions that may be meant when no search is sure."""
    for search in reads.searches:
        if search.get("decision") == "ask":
            found = [str(result["question"]) for result in search.get("results") or [] if result.get("question")]
            return tuple(dict.fromkeys(found))[:limit]
    return ()


def beside(reads: Reads, told: str, limit: int = 3) -> tuple[str, ...]:
    """Other questions near a follow-up than the one that was just answered."""
    found = [str(result["question"]) for search in reads.searches for result in search.get("results") or []
             if result.get("question") and result["question"] != told]
    return tuple(dict.fromkeys(found))[:limit]


def bubble(article: JSON) -> Message:
    """The answer's bubble with its card."""
    source, as_of = str(article.get("source") or ""), article.get("as_of")
    line = source if source.startswith(("依据", "来源", "据")) else f"依据{source}"
    line += f"，截至{as_of}" if as_of else ""
    text = f"{article.get('answer', '')}\n{line}。" if source else str(article.get("answer", ""))
    if article.get("verify"):
        text += VERIFY
    custom = {
        "type": "answer", "article": article["article"], "facts": list(article.get("facts") or []),
        "title": article.get("question"), "source": source, "as_of": as_of, "verify": bool(article.get("verify")),
    }
    return Message(text, custom=custom)
