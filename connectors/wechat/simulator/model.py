"""What the simulated platform knows: the account as set in its console, its rules, and its users."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

JSON = dict[str, Any]
Clock = Callable[[], float]
Mode = Literal["plain", "compatible", "safe"]
Way = Literal["passive", "push", "template", "notice", "fault"]
Trigger = Literal["message", "menu", "follow", "scan"]

FAULT = "该公众号提供的服务出现故障，请稍后再试"
DAY = 86_400.0


@dataclass(frozen=True)
class Account:
    """What stands in the platform's console: the server's address and the secrets both sides share."""

    token: str
    app_id: str
    secret: str
    server_url: str
    aes_key: str = ""
    mode: Mode = "plain"
    original_id: str = "gh_5a1e77d0c0de"

    def with_(self, **changes: Any) -> Account:
        """The same account after a change in the console."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Rules:
    """The platform's numbers: seconds and counts. Tests shorten the seconds, never the order of things.

    `retries` are the requests after the first one. The documentation's words leave open whether the first counts.
    """

    time_out: float = 5.0
    retries: int = 3
    quotas: dict[str, tuple[int, float]] = field(default_factory=lambda: {
        "message": (5, 2 * DAY), "menu": (3, 60.0), "follow": (3, 60.0), "scan": (3, 60.0)})
    text_bytes: int = 2048
    token_seconds: float = 7200.0
    overlap_seconds: float = 300.0
    force_pause: float = 30.0
    code_seconds: float = 300.0
    media_seconds: float = 3 * DAY


@dataclass(frozen=True)
class Heard:
    """One thing that a user saw, and the way it came. `answers` is the message id that a passive reply answers."""

    number: int
    way: Way
    kind: str
    content: JSON
    at: float
    answers: str | None = None

    def wire(self) -> JSON:
        """For the control API."""
        return dict(vars(self))


@dataclass
class Allowance:
    """How many customer-service messages one trigger still lets through, and until when."""

    left: int
    until: float


@dataclass
class Person:
    """A WeChat user. The numbers of what they heard grow by one."""

    openid: str
    unionid: str
    nickname: str
    following: bool = True
    heard: list[Heard] = field(default_factory=list)
    allowances: dict[str, Allowance] = field(default_factory=dict)
    notices: dict[str, int] = field(default_factory=dict)
    typing_until: float = 0.0
    wrote_at: float = 0.0
    log: list[tuple[str, Heard]] = field(default_factory=list, repr=False)

    def hears(self, way: Way, kind: str, content: JSON, at: float, answers: str | None = None) -> Heard:
        """Something appears on the user's screen."""
        heard = Heard(len(self.heard) + 1, way, kind, content, at, answers)
        self.heard.append(heard)
        self.log.append((self.openid, heard))
        return heard


class People:
    """The users of the simulated WeChat, by openid; `log` has what all of them heard, in order."""

    def __init__(self, rules: Rules, clock: Clock = time.time) -> None:
        self._rules = rules
        self._clock = clock
        self.all: dict[str, Person] = {}
        self.log: list[tuple[str, Heard]] = []

    def new(self, nickname: str = "市民", following: bool = True) -> Person:
        """A user with ids of the platform's shape."""
        person = Person(f"o{secrets.token_urlsafe(20)}", f"u{secrets.token_urlsafe(20)}", nickname, following,
                        log=self.log)
        self.all[person.openid] = person
        return person

    def get(self, openid: str) -> Person | None:
        """The user with this openid."""
        return self.all.get(openid)

    def triggered(self, person: Person, trigger: Trigger) -> None:
        """What the user did lets the account send; allowances do not add up, each starts anew."""
        count, seconds = self._rules.quotas[trigger]
        person.allowances[trigger] = Allowance(count, self._clock() + seconds)

    def spend(self, person: Person) -> int:
        """One customer-service message: 0, or the platform's error code.

        A message counts against every open allowance: the strictest reading of the documentation.
        """
        open_ones = [one for one in person.allowances.values() if one.until > self._clock()]
        if not person.following or not open_ones:
            return 45015
        if all(one.left <= 0 for one in open_ones):
            return 45047
        for one in open_ones:
            one.left = max(0, one.left - 1)
        return 0

    def allowed(self, person: Person) -> JSON:
        """What is open now, for the control API: trigger to number left and seconds left."""
        now = self._clock()
        return {name: {"left": one.left, "seconds": round(one.until - now, 1)}
                for name, one in person.allowances.items() if one.until > now}
