"""Changes to accounts: roles and skills, passwords, the second factor, accounts of an outside sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import Conflict, NotFound
from hotline.store.agents import Account, all_accounts, end_sessions, get_account
from hotline.store.desk_tables import agents


async def lock_accounts(connection: AsyncConnection) -> list[Account]:
    """Every account, locked: who counts the admins before taking one away must be alone."""
    await connection.execute(select(agents.c.id).order_by(agents.c.id).with_for_update())
    return await all_accounts(connection)


async def update_account(
    connection: AsyncConnection, agent_id: str, *, name: str, roles: Sequence[str], skills: Sequence[str],
    most_chats: int, disabled: bool,
) -> None:
    """Set what an admin may set. Raises NotFound."""
    await _set(connection, agent_id, name=name, roles=list(roles), skills=list(skills), most_chats=most_chats,
               disabled=disabled)


async def begin_totp(connection: AsyncConnection, agent_id: str, secret: str) -> None:
    """Keep a new secret until its first code confirms it. Raises Conflict when there is a confirmed one."""
    result = await connection.execute(update(agents).where(
        agents.c.id == agent_id, agents.c.totp_confirmed.is_(False)).values(totp_secret=secret, totp_step=None))
    if result.rowcount != 1:
        raise Conflict("已绑定动态口令，请先解绑")


async def totp_secrets(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Every account's id and kept secret, where there is one."""
    rows = await connection.execute(select(agents.c.id, agents.c.totp_secret).where(agents.c.totp_secret.is_not(None)))
    return [(row.id, row.totp_secret) for row in rows if row.totp_secret]


async def replace_totp_secret(connection: AsyncConnection, agent_id: str, old: str, new: str) -> None:
    """The same secret in another form, unless it has changed meanwhile."""
    await connection.execute(update(agents).where(
        agents.c.id == agent_id, agents.c.totp_secret == old).values(totp_secret=new))


async def use_step(connection: AsyncConnection, agent_id: str, step: int) -> bool:
    """Mark a code's step as used; False when it, or a later one, has been used before."""
    result = await connection.execute(update(agents).where(
        agents.c.id == agent_id, or_(agents.c.totp_step.is_(None), agents.c.totp_step < step)).values(totp_step=step))
    return result.rowcount == 1


async def confirm_totp(connection: AsyncConnection, agent_id: str) -> None:
    """From now on signing in needs a code."""
    await _set(connection, agent_id, totp_confirmed=True)


async def drop_totp(connection: AsyncConnection, agent_id: str) -> None:
    """Forget the second factor."""
    await _set(connection, agent_id, totp_secret=None, totp_step=None, totp_confirmed=False)


async def account_of_subject(connection: AsyncConnection, subject: str) -> Account | None:
    """The account of somebody whom the outside provider knows by this subject."""
    found = (await connection.execute(select(agents.c.id).where(agents.c.oidc_subject == subject))).scalar()
    return await get_account(connection, found) if found else None


async def set_roles(connection: AsyncConnection, agent_id: str, roles: Sequence[str]) -> None:
    """What the outside provider says of somebody. Raises NotFound."""
    await _set(connection, agent_id, roles=list(roles))


async def set_password(
    connection: AsyncConnection, agent_id: str, password_hash: str, *, must_change: bool
) -> None:
    """Replace the password's hash and lift a lock. Raises NotFound."""
    await _set(connection, agent_id, password_hash=password_hash, must_change=must_change, failures=0,
               locked_until=None)


async def rehash(connection: AsyncConnection, agent_id: str, old: str, new: str) -> None:
    """The same password under newer parameters, unless the password has changed meanwhile."""
    await connection.execute(update(agents).where(
        agents.c.id == agent_id, agents.c.password_hash == old).values(password_hash=new))


async def set_disabled(connection: AsyncConnection, agent_id: str, disabled: bool) -> None:
    """Close or reopen an account; closing ends its sessions."""
    await connection.execute(update(agents).where(agents.c.id == agent_id).values(disabled=disabled))
    if disabled:
        await end_sessions(connection, agent_id)


async def _set(connection: AsyncConnection, agent_id: str, **values: Any) -> None:
    result = await connection.execute(update(agents).where(agents.c.id == agent_id).values(**values))
    if result.rowcount != 1:
        raise NotFound("no such account")
