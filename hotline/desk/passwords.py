"""Password hashes: argon2id on a thread of its own, so that a flood of sign-ins cannot stop the loop."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hotline.errors import BadInput, TooManyRequests

Result = TypeVar("Result")
# RFC 9106's choice for small machines (64 MiB, 3 passes) on one lane: about 0.1 s, and the other core stays free.
TIME_COST, MEMORY_KIB, PARALLELISM = 3, 65_536, 1
SHORTEST, LONGEST = 10, 200
# Without look-alikes: the one-time password is read off a screen.
_LETTERS = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRSTUVWXYZ2345679"


class Passwords:
    """Hashes and checks passwords; at most `waiting` requests stand in line."""

    def __init__(self, waiting: int = 40, time_cost: int = TIME_COST, memory_kib: int = MEMORY_KIB) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=PARALLELISM)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="argon2")
        self._line = 0
        self._waiting = waiting
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """A salted hash with its parameters. Raises TooManyRequests when the line is full."""
        return await self._run(lambda: self._hasher.hash(password))

    async def check(self, hashed: str | None, password: str) -> bool:
        """Whether the password is right; without an account it takes as long and says no."""
        return await self._run(lambda: self._check(hashed, password))

    def outdated(self, hashed: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)

    def close(self) -> None:
        """Give the thread back."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _check(self, hashed: str | None, password: str) -> bool:
        if hashed is None:
            # Time must not tell whether a username exists.
            self._nobody = self._nobody or self._hasher.hash(secrets.token_hex(16))
        try:
            return self._hasher.verify(hashed or str(self._nobody), password) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._line >= self._waiting:
            raise TooManyRequests("登录的人太多，请稍后再试", 5)
        self._line += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._line -= 1


def one_time() -> str:
    """A password for the first sign-in: 16 characters without look-alikes, about 91 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(16))


def check_strength(password: str, username: str) -> None:
    """Raise BadInput for a new password that is too short or holds the username."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(f"新密码要有 {SHORTEST} 到 {LONGEST} 个字符", "new")
    if username.lower() in password.lower():
        raise BadInput("新密码不能包含用户名", "new")
    if len(set(password)) < 5:
        raise BadInput("新密码太简单，请多用几种字符", "new")
