"""The platform's access tokens: ordinary and stable ones, which know nothing of each other."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from connectors.wechat.simulator.model import Clock, Rules


@dataclass
class _Token:
    value: str
    until: float


class Tokens:
    """Issues and checks tokens; `issued` counts the new ones of each kind."""

    def __init__(self, rules: Rules, clock: Clock = time.time) -> None:
        self._rules = rules
        self._clock = clock
        self._valid: dict[str, float] = {}
        self._known: set[str] = set()
        self._ordinary: _Token | None = None
        self._stable: _Token | None = None
        self._forced_at = float("-inf")
        self.issued = {"ordinary": 0, "stable": 0}
        self.asked = {"ordinary": 0, "stable": 0}

    def ordinary(self) -> tuple[str, int]:
        """A new ordinary token at each call; the one before lives on for five minutes."""
        self.asked["ordinary"] += 1
        if self._ordinary:
            self._fade(self._ordinary)
        self._ordinary = self._new("ordinary")
        return self._ordinary.value, int(self._rules.token_seconds)

    def stable(self, force: bool) -> tuple[str, int]:
        """The same token until five minutes before its end; by force a new one, and the old one dies at once."""
        self.asked["stable"] += 1
        now, old = self._clock(), self._stable
        if force and old and now - self._forced_at >= self._rules.force_pause:
            self._forced_at = now
            self._valid.pop(old.value, None)
            self._stable = self._new("stable")
        elif old is None or old.until - now <= self._rules.overlap_seconds:
            if old:
                self._fade(old)
            self._stable = self._new("stable")
        assert self._stable
        return self._stable.value, max(1, int(self._stable.until - now))

    def check(self, value: str) -> int:
        """0 for a token that holds, else the platform's error code."""
        if not value:
            return 41001
        if self._valid.get(value, 0.0) > self._clock():
            return 0
        return 42001 if value in self._valid else 40001

    def expire(self) -> None:
        """All tokens run out now, before their time: calls with them get 42001."""
        now = self._clock()
        self._valid = {value: now for value in self._valid}
        self._ordinary = self._stable = None

    def revoke(self) -> None:
        """All tokens are void, as after another refresh elsewhere: calls with them get 40001."""
        self._valid.clear()
        self._ordinary = self._stable = None

    def _new(self, kind: str) -> _Token:
        token = _Token(f"{kind[0]}_{secrets.token_urlsafe(90)}", self._clock() + self._rules.token_seconds)
        self._valid[token.value] = token.until
        self.issued[kind] += 1
        return token

    def _fade(self, token: _Token) -> None:
        if token.value in self._valid:
            self._valid[token.value] = min(token.until, self._clock() + self._rules.overlap_seconds)
