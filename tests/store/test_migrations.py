"""Migrations lead from empty, and from each older revision, to what tables.py says."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from hotline.store import training_tables
from hotline.store.database import Database
from hotline.store.migrate import migrate, revisions
from hotline.store.wechat_tables import metadata

assert training_tables.metadata is metadata  # both files' tables are known


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


async def test_from_empty_the_database_is_what_the_tables_say(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


@pytest.mark.parametrize("revision", revisions()[:-1] or ["base"])
async def test_from_an_older_revision(database_url: str, revision: str) -> None:
    database = Database(database_url)
    if revision != "base":
        await migrate(database, revision)
    await migrate(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await database.close()


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    await migrate(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
