"""Shared fixtures: a migrated database of each kind, private PostgreSQL, no leftovers."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hotline.store.database import Database
from hotline.store.migrate import migrate
from tests.city import City, running
from tests.patience import patient
from tests.ports import free_port
from tests.stage import agent, house, settings

__all__ = ["agent", "house", "settings"]

patient()

ROOT = Path(__file__).resolve().parent.parent


def _program(name: str) -> str | None:
    found = shutil.which(name)
    if found:
        return found
    candidates = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(candidates[-1]) if candidates else None


def _in_memory() -> str | None:
    """A folder that no disk stands behind, if there is one with room: hundreds of databases are made and dropped."""
    folder = "/dev/shm"
    return folder if os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > 2 << 30 else None


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
    data = Path(tempfile.mkdtemp(prefix="hotline-pg-", dir=_in_memory()))
    if user:
        entry = pwd.getpwnam(user)
        os.chown(data, entry.pw_uid, entry.pw_gid)
    port = free_port()
    subprocess.run([initdb, "-D", str(data / "db"), "-U", "hotline", "-A", "trust", "-E", "UTF8", "--no-sync"],
                   check=True, capture_output=True, user=user, cwd="/")
    process = subprocess.Popen(
        [server, "-D", str(data / "db"), "-p", str(port), "-k", str(data), "-c", "listen_addresses=127.0.0.1",
         "-c", "fsync=off", "-c", "full_page_writes=off"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user, cwd="/")
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
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'hotline.sqlite'}"
        return
    server, name = request.getfixturevalue("postgres"), f"t{uuid.uuid4().hex[:12]}"
    _psql(server, f"create database {name}")
    yield f"{server}/{name}"
    _psql(server, f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "hotline.sqlite"
    _migrated(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> str:
    """The name of a database with all tables, to be copied."""
    _psql(postgres, "create database migrated")
    _migrated(f"{postgres}/migrated")
    return "migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated database of each kind."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), tmp_path / "hotline.sqlite")
        async with _opened(f"sqlite+aiosqlite:///{tmp_path / 'hotline.sqlite'}") as database:
            yield database
        return
    template = request.getfixturevalue("migrated_postgres")
    server, name = request.getfixturevalue("postgres"), f"t{uuid.uuid4().hex[:12]}"
    _psql(server, f"create database {name} template {template}")
    async with _opened(f"{server}/{name}") as database:
        yield database
    _psql(server, f"drop database {name} with (force)")


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


def _migrated(url: str) -> None:
    async def run() -> None:
        async with _opened(url) as database:
            await migrate(database)

    # In a thread, for a test's event loop may be running here.
    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, run()).result()


def _psql(server: str, statement: str) -> None:
    port = server.rsplit(":", 1)[1]
    subprocess.run([_program("psql") or "psql", "-h", "127.0.0.1", "-p", port, "-U", "hotline", "-c", statement,
                    "postgres"], check=True, capture_output=True)


@pytest.fixture(scope="session")
def city() -> Iterator[City]:
    """The whole product, running."""
    with running() as city:
        yield city
