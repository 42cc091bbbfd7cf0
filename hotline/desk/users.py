"""Accounts over HTTP, for those who manage users: list, make, change, reset."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.desk.accounts import Accounts, Clock, check_username, utc_now
from hotline.desk.asks import id_of
from hotline.desk.gate import Gate, body, text_of
from hotline.desk.passwords import one_time
from hotline.desk.rights import ROLE_NAMES, ROLES, check_roles
from hotline.errors import BadInput, Conflict, NotAllowed, NotFound
from hotline.records import JSON
from hotline.store import account_changes, agents
from hotline.store.agents import SKILLS, Account, Session
from hotline.store.database import Database

MOST_CHATS = 50


@dataclass(frozen=True)
class _Wanted:
    name: str
    roles: tuple[str, ...]
    skills: tuple[str, ...]
    most_chats: int
    disabled: bool


class Users:
    """`ended` is called after sessions have ended, so that live connections end with them."""

    def __init__(
        self, database: Database, accounts: Accounts, gate: Gate, ended: Callable[[], Awaitable[None]],
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._gate = gate
        self._ended = ended
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """Everything below /desk/api/users."""
        signed = self._gate.signed
        return [
            signed("GET", "/desk/api/users", self._list),
            signed("POST", "/desk/api/users", self._add),
            signed("PUT", "/desk/api/users/{id}", self._change),
            signed("POST", "/desk/api/users/{id}/reset", self._reset),
        ]

    async def _list(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            rows = await agents.all_accounts(connection)
        return web.json_response({
            "users": [_shown(row, self._locked(row)) for row in rows], "skills": list(SKILLS),
            "roles": [{"role": role, "name": ROLE_NAMES[role]} for role in ROLES]})

    async def _add(self, request: web.Request, session: Session) -> web.Response:
        values = await body(request)
        username = text_of(values, "username", 60)
        check_username(username)
        wanted = _wanted({"name": username, "skills": list(SKILLS), "most_chats": 5, "disabled": False, **values})
        password = one_time()
        agent = await self._accounts.add(username, wanted.name, wanted.roles, password, must_change=True,
                                         skills=wanted.skills, by=session.agent.id)
        async with self._database.write() as connection:
            await _update(connection, agent.id, wanted)
        return web.json_response({"user": await self._one(agent.id), "password": password})

    async def _change(self, request: web.Request, session: Session) -> web.Response:
        agent_id, wanted = id_of(request), _wanted(await body(request))
        async with self._database.write() as connection:
            everybody = await account_changes.lock_accounts(connection)
            old = next((one for one in everybody if one.agent.id == agent_id), None)
            if old is None:
                raise NotFound("no such account")
            _check_change(old, wanted, everybody, session)
            await _update(connection, agent_id, wanted)
            if wanted.disabled or set(wanted.roles) != set(old.agent.roles):
                # A page that was open with other rights must sign in anew; the admin's own stays.
                await agents.end_sessions(connection, agent_id, keep=session.token_hash)
            await agents.add_audit(connection, session.agent.id, "user_changed", agent_id, self._now())
        await self._ended()
        return web.json_response({"user": await self._one(agent_id)})

    async def _reset(self, request: web.Request, session: Session) -> web.Response:
        password = one_time()
        await self._accounts.reset(id_of(request), password, must_change=True, by=session.agent.id)
        await self._ended()
        return web.json_response({"password": password})

    async def _one(self, agent_id: str) -> JSON:
        async with self._database.read() as connection:
            account = await agents.get_account(connection, agent_id)
        if account is None:
            raise NotFound("no such account")
        return _shown(account, self._locked(account))

    def _locked(self, account: Account) -> bool:
        return account.locked_until is not None and account.locked_until > self._now()


async def _update(connection: AsyncConnection, agent_id: str, wanted: _Wanted) -> None:
    await account_changes.update_account(
        connection, agent_id, name=wanted.name, roles=wanted.roles, skills=wanted.skills,
        most_chats=wanted.most_chats, disabled=wanted.disabled)


def _check_change(old: Account, wanted: _Wanted, everybody: Sequence[Account], session: Session) -> None:
    """Raise Conflict or NotAllowed for what would leave the house without an admin, or the admin without a watcher."""
    admins = {one.agent.id for one in everybody if "admin" in one.agent.roles and not one.disabled}
    stays = "admin" in wanted.roles and not wanted.disabled
    if admins == {old.agent.id} and not stays:
        raise Conflict("至少要留一个管理员")
    if old.agent.id == session.agent.id and "auditor" in wanted.roles:
        raise NotAllowed("不能让自己当审计员")


def _wanted(values: JSON) -> _Wanted:
    roles, skills = _texts(values, "roles"), _texts(values, "skills")
    check_roles(roles)
    if not set(skills) <= set(SKILLS):
        raise BadInput("没有这个技能组", "skills")
    most_chats, disabled = values.get("most_chats"), values.get("disabled")
    if isinstance(most_chats, bool) or not isinstance(most_chats, int) or not 1 <= most_chats <= MOST_CHATS:
        raise BadInput(f"most_chats must be 1 to {MOST_CHATS}", "most_chats")
    if not isinstance(disabled, bool):
        raise BadInput("disabled must be true or false", "disabled")
    return _Wanted(text_of(values, "name", 60), roles, skills, most_chats, disabled)


def _texts(values: JSON, name: str) -> tuple[str, ...]:
    found = values.get(name)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BadInput(f"{name} must be a list of texts", name)
    return tuple(dict.fromkeys(found))


def _shown(account: Account, locked: bool) -> JSON:
    agent = account.agent
    return {"id": agent.id, "username": agent.username, "name": agent.name, "roles": list(agent.roles),
            "skills": list(agent.skills), "most_chats": agent.most_chats, "disabled": account.disabled,
            "must_change": account.must_change, "locked": locked, "totp": account.totp_confirmed,
            "oidc": account.oidc_subject is not None}
