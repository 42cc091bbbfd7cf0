"""Accounts of those who sign in, their sessions, and the audit log of what they did."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import Conflict, NotFound
from hotline.records import Agent
from hotline.store.desk_tables import agent_sessions, agents, audit

# What a conversation may ask for (records.Conversation.skill), and what a new account can do.
SKILLS = ("gas", "property", "signage", "general")


@dataclass(frozen=True)
class Account:
    """An agent with what only the door-keeper may see."""

    agent: Agent
    password_hash: str
    must_change: bool
    disabled: bool
    failures: int
    locked_until: datetime | None
    oidc_subject: str | None
    totp_secret: str | None
    totp_confirmed: bool


@dataclass(frozen=True)
class Session:
    """One signed-in browser: who, its CSRF token, when it ends, and what must be done before anything else."""

    agent: Agent
    token_hash: str
    csrf: str
    must_change: bool
    expires_at: datetime
    must_enrol: bool = False

    @property
    def held(self) -> bool:
        """Whether a new password or a second factor must come first."""
        return self.must_change or self.must_enrol


async def add_agent(
    connection: AsyncConnection, *, username: str, name: str, roles: Sequence[str], password_hash: str,
    must_change: bool, now: datetime, skills: Sequence[str] = SKILLS, subject: str | None = None,
) -> Agent:
    """Make an account. Raises Conflict when the username, or the outside provider's subject, is taken."""
    agent = Agent(id=secrets.token_hex(12), username=username, name=name, roles=tuple(roles), skills=tuple(skills))
    try:
        async with connection.begin_nested():
            await connection.execute(insert(agents).values(
                id=agent.id, username=username, name=name, roles=list(roles), skills=list(skills),
                most_chats=agent.most_chats, totp_confirmed=False, password_hash=password_hash, must_change=must_change,
                disabled=False, failures=0, oidc_subject=subject, created_at=now))
    except IntegrityError as error:
        raise Conflict("用户名已被使用") from error
    return agent


async def find_account(connection: AsyncConnection, username: str) -> Account | None:
    """The account with this username."""
    row = (await connection.execute(select(agents).where(agents.c.username == username))).first()
    return _account(row) if row else None


async def get_account(connection: AsyncConnection, agent_id: str) -> Account | None:
    """The account with this id."""
    row = (await connection.execute(select(agents).where(agents.c.id == agent_id))).first()
    return _account(row) if row else None


async def all_accounts(connection: AsyncConnection) -> list[Account]:
    """Every account, by username."""
    return [_account(row) for row in await connection.execute(select(agents).order_by(agents.c.username))]


async def get_agent(connection: AsyncConnection, agent_id: str) -> Agent:
    """One account's agent. Raises NotFound."""
    row = (await connection.execute(select(agents).where(agents.c.id == agent_id))).first()
    if row is None:
        raise NotFound("no such account")
    return agent_of(row)


async def count_agents(connection: AsyncConnection) -> int:
    """How many accounts there are, disabled ones too."""
    return int((await connection.execute(select(func.count()).select_from(agents))).scalar_one())


async def agent_names(connection: AsyncConnection, ids: set[str]) -> dict[str, str]:
    """Display names by id."""
    if not ids:
        return {}
    rows = await connection.execute(select(agents.c.id, agents.c.name).where(agents.c.id.in_(sorted(ids))))
    return {row.id: row.name for row in rows}


async def begin_attempt(
    connection: AsyncConnection, username: str, now: datetime, limit: int, lock: timedelta
) -> Account | None:
    """Count an attempt to sign in before it is checked, so that parallel guesses cannot outrun the count.

    Returns the account as it was before: its `locked_until` in the future means that the attempt is refused.
    """
    row = (await connection.execute(select(agents).where(agents.c.username == username).with_for_update())).first()
    if row is None:
        return None
    account = _account(row)
    if account.locked_until is not None and account.locked_until > now:
        return account
    failures = 1 if account.locked_until is not None else account.failures + 1
    await connection.execute(update(agents).where(agents.c.id == account.agent.id).values(
        failures=failures, locked_until=now + lock if failures >= limit else None))
    return account


async def clear_failures(connection: AsyncConnection, agent_id: str) -> None:
    """A good sign-in, or a new password: the count starts anew."""
    await connection.execute(update(agents).where(agents.c.id == agent_id).values(failures=0, locked_until=None))


async def add_session(
    connection: AsyncConnection, *, token_hash: str, agent_id: str, csrf: str, now: datetime, expires_at: datetime
) -> None:
    """Note a new session and drop what has expired."""
    await connection.execute(delete(agent_sessions).where(agent_sessions.c.expires_at <= now))
    await connection.execute(insert(agent_sessions).values(
        token_hash=token_hash, agent_id=agent_id, csrf=csrf, created_at=now, expires_at=expires_at))


async def find_session(
    connection: AsyncConnection, token_hash: str, now: datetime, totp_roles: Collection[str] = ()
) -> Session | None:
    """A session that has not expired and whose account is open; who has one of these roles needs a second factor."""
    row = (await connection.execute(
        select(agents, agent_sessions.c.csrf, agent_sessions.c.expires_at)
        .join(agent_sessions, agent_sessions.c.agent_id == agents.c.id)
        .where(agent_sessions.c.token_hash == token_hash, agent_sessions.c.expires_at > now,
               agents.c.disabled.is_(False)))).first()
    if row is None:
        return None
    return Session(agent=agent_of(row), token_hash=token_hash, csrf=row.csrf, must_change=row.must_change,
                   expires_at=row.expires_at, must_enrol=must_enrol(_account(row), totp_roles))


def must_enrol(account: Account, totp_roles: Collection[str]) -> bool:
    """Whether the account lacks a second factor that it must have; an outside provider asks for its own."""
    return not (account.totp_confirmed or account.oidc_subject) and not set(totp_roles).isdisjoint(account.agent.roles)


async def live_sessions(connection: AsyncConnection, hashes: set[str], now: datetime) -> set[str]:
    """Which of these token hashes still open the door."""
    rows = await connection.execute(
        select(agent_sessions.c.token_hash).join(agents, agent_sessions.c.agent_id == agents.c.id)
        .where(agent_sessions.c.token_hash.in_(sorted(hashes)), agent_sessions.c.expires_at > now,
               agents.c.disabled.is_(False)))
    return set(rows.scalars())


async def end_session(connection: AsyncConnection, token_hash: str) -> None:
    """Sign one browser out."""
    await connection.execute(delete(agent_sessions).where(agent_sessions.c.token_hash == token_hash))


async def end_sessions(connection: AsyncConnection, agent_id: str, keep: str = "") -> None:
    """Sign an agent out everywhere, save for the session `keep`."""
    await connection.execute(delete(agent_sessions).where(
        agent_sessions.c.agent_id == agent_id, agent_sessions.c.token_hash != keep))


async def add_audit(connection: AsyncConnection, agent_id: str, action: str, subject: str, now: datetime) -> None:
    """Append to the audit log; nothing ever changes or deletes an entry."""
    await connection.execute(insert(audit).values(agent_id=agent_id, action=action, subject=subject[:60], at=now))


def agent_of(row: Row[Any]) -> Agent:
    """The agent in a row of the table."""
    return Agent(id=row.id, username=row.username, name=row.name, roles=tuple(row.roles), skills=tuple(row.skills),
                 most_chats=row.most_chats)


def _account(row: Row[Any]) -> Account:
    return Account(
        agent=agent_of(row), password_hash=row.password_hash, must_change=row.must_change, disabled=row.disabled,
        failures=row.failures, locked_until=row.locked_until, oidc_subject=row.oidc_subject or None,
        totp_secret=row.totp_secret or None, totp_confirmed=row.totp_confirmed)
