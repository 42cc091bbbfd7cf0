"""The accounts that a new house starts with."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.desk.accounts import Accounts
from hotline.desk.passwords import one_time
from hotline.errors import Conflict
from hotline.settings import Settings
from hotline.store import agents
from hotline.store.database import Database


@dataclass(frozen=True)
class OneTimePassword:
    """A password that was made up for a new account; it must be changed at the first sign-in."""

    username: str
    password: str
    where: str


async def ensure_first_users(database: Database, settings: Settings) -> list[OneTimePassword]:
    """Make `admin` and `agent` in a house that has nobody; returns what must be shown once.

    HOTLINE_ADMIN_PASSWORD is the first admin's password; it also replaces a one-time password that nobody used.
    """
    accounts = Accounts(database)
    try:
        async with database.read() as connection:
            empty = await agents.count_agents(connection) == 0
            admin = await agents.find_account(connection, "admin")
        if not empty:
            if settings.admin_password and admin and admin.must_change:
                await accounts.reset(admin.agent.id, settings.admin_password, must_change=False)
            return []
        return await _first_users(accounts, settings.admin_password)
    finally:
        accounts.close()


async def _first_users(accounts: Accounts, admin_password: str) -> list[OneTimePassword]:
    made: list[OneTimePassword] = []
    wanted = (("admin", "管理员", "admin", admin_password, "坐席台和训练室"), ("agent", "坐席1", "agent", "", "坐席台"))
    for username, name, role, given, where in wanted:
        password = given or one_time()
        try:
            await accounts.add(username, name, [role], password, must_change=not given)
        except Conflict:
            # Another process of the same house was faster; it shows its own password.
            continue
        if not given:
            made.append(OneTimePassword(username, password, where))
    return made
