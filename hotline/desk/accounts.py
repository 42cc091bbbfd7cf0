"""Signing in and out, lock-out, sessions, and the accounts that a new house starts with."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import structlog

from hotline.desk.passwords import LONGEST, Passwords, check_strength, one_time
from hotline.errors import BadInput, Conflict, NotAllowed
from hotline.settings import Settings
from hotline.store import agents
from hotline.store.agents import Session
from hotline.store.database import Database

log = structlog.get_logger(__name__)
FAILURES = 5
LOCK = timedelta(minutes=5)
SESSION = timedelta(hours=12)
WRONG = "用户名或密码不对"
LOCKED = f"试错次数过多，账号暂时锁定，请 {LOCK.seconds // 60} 分钟后再试"
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class OneTimePassword:
    """A password that was made up for a new account; it must be changed at the first sign-in."""

    username: str
    password: str
    where: str


@dataclass(frozen=True)
class SignedIn:
    """A fresh session with the token that only the cookie carries."""

    token: str
    session: Session


def utc_now() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(timezone.utc)


def hash_token(token: str) -> str:
    """What the database keeps of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


class Accounts:
    """Everything about who is at the desk."""

    def __init__(self, database: Database, passwords: Passwords | None = None, clock: Clock = utc_now) -> None:
        self._database = database
        self.passwords = passwords or Passwords()
        self._now = clock
        self._strangers: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    async def login(self, username: str, password: str) -> SignedIn:
        """A new session. Raises NotAllowed (401 wrong, 403 locked), BadInput, TooManyRequests."""
        if not 1 <= len(username) <= 60 or not 1 <= len(password) <= LONGEST:
            raise NotAllowed(WRONG, 401)
        now = self._now()
        async with self._database.write() as connection:
            account = await agents.begin_attempt(connection, username, now, FAILURES, LOCK)
        locked = account.locked_until if account else self._stranger(username, now)
        if locked is not None and locked > now:
            raise NotAllowed(LOCKED)
        hashed = account.password_hash if account and not account.disabled else None
        if not await self.passwords.check(hashed, password) or account is None:
            log.info("desk_login_refused", agent=account.agent.id if account else None)
            raise NotAllowed(WRONG, 401)
        await self._refresh_hash(account, password)
        return await self._open(account)

    async def session(self, token: str) -> Session | None:
        """The session behind a cookie, if it is still good."""
        async with self._database.read() as connection:
            return await agents.find_session(connection, hash_token(token), self._now())

    async def still_open(self, hashes: set[str]) -> set[str]:
        """Which of these sessions (token hashes) have not ended."""
        async with self._database.read() as connection:
            return await agents.live_sessions(connection, hashes, self._now())

    async def logout(self, session: Session) -> None:
        """End one session."""
        async with self._database.write() as connection:
            await agents.end_session(connection, session.token_hash)
            await agents.add_audit(connection, session.agent.id, "logout", session.agent.username, self._now())

    async def change_password(self, session: Session, old: str, new: str) -> None:
        """The owner's own change; other browsers are signed out. Raises BadInput, NotAllowed."""
        username = session.agent.username
        now = self._now()
        async with self._database.write() as connection:
            account = await agents.begin_attempt(connection, username, now, FAILURES, LOCK)
        if account is None or (account.locked_until and account.locked_until > now):
            raise NotAllowed(LOCKED)
        if not await self.passwords.check(account.password_hash, old):
            raise BadInput("原密码不对", "old")
        async with self._database.write() as connection:
            await agents.clear_failures(connection, account.agent.id)
        check_strength(new, username)
        if new == old:
            raise BadInput("新密码不能与原密码相同", "new")
        hashed = await self.passwords.hash(new)
        async with self._database.write() as connection:
            await agents.set_password(connection, session.agent.id, hashed, must_change=False)
            await agents.end_sessions(connection, session.agent.id, keep=session.token_hash)
            await agents.add_audit(connection, session.agent.id, "password", username, self._now())

    async def add(self, username: str, name: str, role: str, password: str, *, must_change: bool) -> None:
        """Make an account. Raises Conflict when the username is taken."""
        hashed = await self.passwords.hash(password)
        async with self._database.write() as connection:
            agent = await agents.add_agent(
                connection, username=username, name=name, role=role, password_hash=hashed, must_change=must_change,
                now=self._now())
            await agents.add_audit(connection, agent.id, "account_made", username, self._now())

    async def reset(self, agent_id: str, password: str, *, must_change: bool) -> None:
        """Set somebody's password and sign them out everywhere. Raises NotFound."""
        hashed = await self.passwords.hash(password)
        async with self._database.write() as connection:
            await agents.set_password(connection, agent_id, hashed, must_change=must_change)
            await agents.end_sessions(connection, agent_id)
            await agents.add_audit(connection, agent_id, "password_reset", agent_id, self._now())

    def close(self) -> None:
        """Give the hashing thread back."""
        self.passwords.close()

    async def _open(self, account: agents.Account) -> SignedIn:
        token, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(24), self._now()
        session = Session(account.agent, hash_token(token), csrf, account.must_change, now + SESSION)
        async with self._database.write() as connection:
            await agents.clear_failures(connection, account.agent.id)
            await agents.add_session(connection, token_hash=session.token_hash, agent_id=account.agent.id, csrf=csrf,
                                     now=now, expires_at=session.expires_at)
            await agents.add_audit(connection, account.agent.id, "login", account.agent.username, now)
        return SignedIn(token, session)

    async def _refresh_hash(self, account: agents.Account, password: str) -> None:
        if self.passwords.outdated(account.password_hash):
            hashed = await self.passwords.hash(password)
            async with self._database.write() as connection:
                await agents.rehash(connection, account.agent.id, account.password_hash, hashed)

    def _stranger(self, username: str, now: datetime) -> datetime | None:
        """Names without an account are locked like real ones, or the lock would tell which exist."""
        failures, until = self._strangers.pop(username, (0, now))
        if failures >= FAILURES and until > now:
            self._strangers[username] = (failures, until)
            return until
        self._strangers[username] = (1 if failures >= FAILURES else failures + 1, now + LOCK)
        while len(self._strangers) > 1000:
            self._strangers.popitem(last=False)
        return None


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
            await accounts.add(username, name, role, password, must_change=not given)
        except Conflict:
            # Another process of the same house was faster; it shows its own password.
            continue
        if not given:
            made.append(OneTimePassword(username, password, where))
    return made


def check_username(username: str) -> None:
    """Raise BadInput for a username that cannot be typed or shown safely."""
    if not 2 <= len(username) <= 60 or not all(part.isalnum() or part in "._-" for part in username):
        raise BadInput("用户名要有 2 到 60 个字，只能用文字、数字和 . _ -", "username")
