"""A task cancelled in the middle of a statement must not keep other writers out (found by stopping an outbox)."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from hotline.store.database import Database

# Its first row comes late, and the cursor then still holds the statement.
SLOW = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000) SELECT count(*) FROM n")


async def test_a_cancelled_statement_gives_its_lock_back(database: Database) -> None:
    inside = asyncio.Event()

    async def write() -> None:
        async with database.write() as connection:
            inside.set()
            await connection.execute(SLOW)

    # The tasks stay referenced, and with their tracebacks every cursor that they held.
    cancelled = []
    for _ in range(3):
        task = asyncio.create_task(write())
        await inside.wait()
        await asyncio.sleep(0.01)
        task.cancel()
        cancelled.append((task, (await asyncio.gather(task, return_exceptions=True))[0]))
        inside.clear()
        async with database.write() as connection:
            await connection.execute(text("DELETE FROM house_texts"))
    assert all(isinstance(error, asyncio.CancelledError) for _, error in cancelled)
