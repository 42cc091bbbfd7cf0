"""Texts and switches that an operator edits while the house runs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.tables import house_texts


async def get(connection: AsyncConnection, name: str) -> str | None:
    """The operator's text of this name."""
    text: str | None = (await connection.execute(
        select(house_texts.c.text).where(house_texts.c.name == name))).scalar()
    return text


async def put(connection: AsyncConnection, name: str, text: str, now: datetime) -> None:
    """Set or replace a text."""
    change = update(house_texts).where(house_texts.c.name == name).values(text=text, updated_at=now)
    if (await connection.execute(change)).rowcount == 0:
        await connection.execute(insert(house_texts).values(name=name, text=text, updated_at=now))
