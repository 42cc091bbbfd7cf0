"""Shared fixtures: a migrated database of each kind, private PostgreSQL, no leftovers."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hotline.store.database import Database
from hotline.store.migrate import migrate
from tests.city import City, running
from tests.ports import free_port
from tests.stage import agent, house, settings

__all__ = ["agent", "house", "settings"]

ROOT = Path(__file__).resolve().parent.parent


def _program(name: str) -> str | None:
    found = shutil.which(name)
    if found:
        return found
    candidates = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(candidates[-1]) if candidates else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A private PostgreSQL server; yields its address without a database name."""
    initdb, server = _program("initdb"), _program("postgres")
    if initdb is None or server is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL's programs are missing, and CI must not skip it")
        pytest.skip("PostgreSQL's programs are not on this machine")
    user = None
    if os.geteuid() == 0:
        # The server refuses to run as root.
        user = next(name for name in ("postgres", "nobody") if any(name == entry.pw_name for entry in pwd.getpwall()))
    data = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
    if user:
        entry = pwd.getpwnam(user)
        os.chown(data, entry.pw_uid, entry.pw_gid)
    port = free_port()
    subprocess.run([initdb, "-D", str(data / "db"), "-U", "hotline", "-A", "trust", "-E", "UTF8", "--no-sync"],
                   check=True, capture_output=True, user=user, cwd="/")
    process = subprocess.Popen(
        [server, "-D", str(data / "db"), "-p", str(port), "-k", str(data), "-c", "listen_addresses=127.0.0.1",
         "-c", "fsync=off"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user, cwd="/")
    try:
        psql = _program("psql") or "psql"
        for _ in range(100):
            if subprocess.run([psql, "-h", "127.0.0.1", "-p", str(port), "-U", "hotline", "-c", "select 1", "postgres"],
                              capture_output=True).returncode == 0:
                break
            subprocess.run(["sleep", "0.1"], check=True)
        yield f"postgresql+asyncpg://hotline@127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'hotline.sqlite'}"
    server = request.getfixturevalue("postgres")
    name = f"t{uuid.uuid4().hex[:12]}"
    port = server.rsplit(":", 1)[1]
    subprocess.run([_program("psql") or "psql", "-h", "127.0.0.1", "-p", port, "-U", "hotline", "-c",
                    f"create database {name}", "postgres"], check=True, capture_output=True)
    return f"{server}/{name}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database of each kind."""
    database = Database(database_url)
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def city() -> Iterator[City]:
    """The whole product, running."""
    with running() as city:
        yield city
