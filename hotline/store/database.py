"""One engine, reading and writing transactions; SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine


class Database:
    """The database behind the house.

    `write()` opens a transaction that commits on leaving; `read()` one that sees a consistent picture.
    SQLite has one writer at a time: writers of this process wait on a lock instead of polling a busy file.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {} if self.sqlite else {"pool_size": 20, "pool_pre_ping": True}
        if self.sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine = create_async_engine(self.url, **options)
        self._writer = asyncio.Lock() if self.sqlite else None
        if self.sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
            event.listen(self.engine.sync_engine, "invalidate", _roll_back_sqlite)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading only."""
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed on leaving, rolled back on any exception."""
        if self._writer is None:
            async with self.engine.begin() as connection:
                yield connection
            return
        async with self._writer, self.engine.connect() as connection:
            await connection.execution_options(hotline_write=True)
            async with connection.begin():
                yield connection

    async def ping(self) -> None:
        """Raise whatever the driver raises when the database does not answer."""
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Give back every connection (aiosqlite's threads would keep the process alive)."""
        await self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN is lazy and would let two readers turn writers and collide.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _roll_back_sqlite(connection: Any, _record: Any, _error: BaseException | None) -> None:
    # A task cancelled in the middle of a statement leaves a cursor that only the garbage collector frees; until
    # then the closed connection lives on and its write transaction keeps every other writer out.
    if connection is not None:
        connection.rollback()


def _begin_sqlite(connection: Any) -> None:
    write = connection.get_execution_options().get("hotline_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
