"""Accounts for a measurement: made, used, and shut again."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hotline.desk.accounts import Accounts
from hotline.settings import Settings
from hotline.store import account_changes, agents
from hotline.store.database import Database


@asynccontextmanager
async def temporary_agents(
    settings: Settings, count: int, role: str = "agent"
) -> AsyncIterator[tuple[list[str], str]]:
    """Usernames and their common password; the accounts are disabled at the end."""
    database = Database(settings.database_url)
    accounts = Accounts(database)
    names = [f"bench-{secrets.token_hex(4)}" for _ in range(count)]
    password = secrets.token_urlsafe(18)
    try:
        for name in names:
            await accounts.add(name, name, [role], password, must_change=False)
        yield names, password
    finally:
        async with database.write() as connection:
            for name in names:
                account = await agents.find_account(connection, name)
                if account:
                    await account_changes.set_disabled(connection, account.agent.id, True)
        accounts.close()
        await database.close()
