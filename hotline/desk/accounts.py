"""Signing in and out, lock-out, sessions, and the making of accounts."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import structlog

from hotline.desk.passwords import LONGEST, Passwords, check_strength
from hotline.desk.rights import check_roles, rights_of
from hotline.desk.sealing import Sealer
from hotline.desk.second_factor import demand_code
from hotline.errors import BadInput, Conflict, NotAllowed
from hotline.records import Agent
from hotline.store import account_changes, agents, presence
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

    def __init__(
        self, database: Database, passwords: Passwords | None = None, clock: Clock = utc_now,
        totp_roles: Collection[str] = (), sealer: Sealer | None = None,
    ) -> None:
        self._database = database
        self._totp_roles = totp_roles
        # Without a key of the settings (the command line binds nothing) secrets can be read in this process alone.
        self.sealer = sealer or Sealer(secrets.token_urlsafe(32))
        self.passwords = passwords or Passwords()
        self._now = clock
        self._strangers: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    async def login(self, username: str, password: str, code: str = "") -> SignedIn:
        """A new session. Raises NotAllowed (401 wrong, 403 locked), CodeNeeded, BadInput, TooManyRequests."""
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
        # A missing or wrong code leaves the attempt counted, so that codes cannot be guessed at leisure.
        await demand_code(self._database, self.sealer, account, code, now)
        await self._refresh_hash(account, password)
        return await self.admit(account)

    async def admit(self, account: agents.Account, action: str = "login") -> SignedIn:
        """A session for somebody who has proved who they are."""
        token, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(24), self._now()
        session = Session(account.agent, hash_token(token), csrf, account.must_change, now + SESSION,
                          agents.must_enrol(account, self._totp_roles))
        async with self._database.write() as connection:
            await agents.clear_failures(connection, account.agent.id)
            await agents.add_session(connection, token_hash=session.token_hash, agent_id=account.agent.id, csrf=csrf,
                                     now=now, expires_at=session.expires_at)
            await agents.add_audit(connection, account.agent.id, action, account.agent.username, now)
            if not session.held and "chat.answer" in rights_of(account.agent.roles):
                await presence.choose(connection, account.agent.id, presence.ONLINE, now)
        return SignedIn(token, session)

    async def session(self, token: str) -> Session | None:
        """The session behind a cookie, if it is still good."""
        async with self._database.read() as connection:
            return await agents.find_session(connection, hash_token(token), self._now(), self._totp_roles)

    async def still_open(self, hashes: set[str]) -> set[str]:
        """Which of these sessions (token hashes) have not ended."""
        async with self._database.read() as connection:
            return await agents.live_sessions(connection, hashes, self._now())

    async def logout(self, session: Session) -> None:
        """End one session."""
        async with self._database.write() as connection:
            await agents.end_session(connection, session.token_hash)
            await agents.add_audit(connection, session.agent.id, "logout", session.agent.username, self._now())
            if "chat.answer" in rights_of(session.agent.roles):
                # Who has just gone is given nothing new, though the page was there a moment ago.
                await presence.choose(connection, session.agent.id, "away", self._now())

    async def change_password(self, session: Session, old: str, new: str) -> None:
        """The owner's own change; other browsers are signed out. Raises BadInput, NotAllowed."""
        username = session.agent.username
        await self.check_own(session, old, "old")
        check_strength(new, username)
        if new == old:
            raise BadInput("新密码不能与原密码相同", "new")
        hashed = await self.passwords.hash(new)
        async with self._database.write() as connection:
            await account_changes.set_password(connection, session.agent.id, hashed, must_change=False)
            await agents.end_sessions(connection, session.agent.id, keep=session.token_hash)
            await agents.add_audit(connection, session.agent.id, "password", username, self._now())

    async def check_own(self, session: Session, password: str, field: str) -> None:
        """The signed-in agent's own password, counted like a sign-in. Raises BadInput, NotAllowed."""
        now = self._now()
        async with self._database.write() as connection:
            account = await agents.begin_attempt(connection, session.agent.username, now, FAILURES, LOCK)
        if account is None or (account.locked_until and account.locked_until > now):
            raise NotAllowed(LOCKED)
        if not await self.passwords.check(account.password_hash, password):
            raise BadInput("原密码不对", field)
        async with self._database.write() as connection:
            await agents.clear_failures(connection, account.agent.id)

    async def add(
        self, username: str, name: str, roles: Sequence[str], password: str, *, must_change: bool,
        skills: Sequence[str] = agents.SKILLS, by: str | None = None, subject: str | None = None,
    ) -> Agent:
        """Make an account; `by` is who did it. Raises BadInput for its roles, Conflict when the username is taken."""
        check_roles(roles)
        hashed = await self.passwords.hash(password)
        async with self._database.write() as connection:
            agent = await agents.add_agent(
                connection, username=username, name=name, roles=roles, password_hash=hashed, must_change=must_change,
                now=self._now(), skills=skills, subject=subject)
            await agents.add_audit(connection, by or agent.id, "account_made", username, self._now())
        return agent

    async def reset(self, agent_id: str, password: str, *, must_change: bool, by: str | None = None) -> None:
        """Set somebody's password, forget their second factor, sign them out everywhere. Raises NotFound, Conflict."""
        hashed = await self.passwords.hash(password)
        async with self._database.write() as connection:
            account = await agents.get_account(connection, agent_id)
            if account is not None and account.oidc_subject:
                raise Conflict("这个账号由统一身份登录，没有密码")
            await account_changes.set_password(connection, agent_id, hashed, must_change=must_change)
            await account_changes.drop_totp(connection, agent_id)
            await agents.end_sessions(connection, agent_id)
            await agents.add_audit(connection, by or agent_id, "password_reset", agent_id, self._now())

    @property
    def clock(self) -> Clock:
        """What the desk's rooms call now."""
        return self._now

    def close(self) -> None:
        """Give the hashing thread back."""
        self.passwords.close()

    async def _refresh_hash(self, account: agents.Account, password: str) -> None:
        if self.passwords.outdated(account.password_hash):
            hashed = await self.passwords.hash(password)
            async with self._database.write() as connection:
                await account_changes.rehash(connection, account.agent.id, account.password_hash, hashed)

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


def check_username(username: str) -> None:
    """Raise BadInput for a username that cannot be typed or shown safely."""
    if not 2 <= len(username) <= 60 or not all(part.isalnum() or part in "._-" for part in username):
        raise BadInput("用户名要有 2 到 60 个字，只能用文字、数字和 . _ -", "username")
