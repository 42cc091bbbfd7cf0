"""Bring a database to the newest revision (Alembic), from empty or from any older one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from hotline.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file: the connection comes from us."""
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    configuration.set_main_option("path_separator", "os")
    if connection is not None:
        configuration.attributes["connection"] = connection
    return configuration


def revisions() -> list[str]:
    """All revisions, oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()][::-1]


async def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade the database to `revision`."""

    def run(connection: Connection) -> None:
        command.upgrade(config(connection), revision)

    async with database.write() as connection:
        await connection.run_sync(run)
