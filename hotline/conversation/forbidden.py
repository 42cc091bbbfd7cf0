"""The operator's words that may not go out to citizens, whoever wrote them."""

from __future__ import annotations

from hotline.errors import ForbiddenWords
from hotline.store.database import Database
from hotline.store.words import words
from hotline.text.normalise import squeezed


async def check_words(database: Database, text: str) -> None:
    """Raise ForbiddenWords for what may not go out, however it is spaced."""
    async with database.read() as connection:
        listed = await words(connection, "forbidden")
    said = squeezed(text)
    hit = [word.word for word in listed if squeezed(word.word) in said]
    if hit:
        raise ForbiddenWords(hit)
