"""Carries what users do to the account's server: five seconds' patience, retries of the same message, one outcome."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp

from connectors.wechat.simulator import wire
from connectors.wechat.simulator.model import FAULT, JSON, Account, People, Person, Rules


@dataclass
class Attempt:
    """One request to the account's server: `result` is replied, success, timeout, broken, HTTP status or bad."""

    started: float
    result: str = "open"
    seconds: float = 0.0


@dataclass
class Posting:
    """One message or event on its way: all its attempts carry the same id."""

    msg_id: str
    openid: str
    kind: str
    fields: JSON
    attempts: list[Attempt] = field(default_factory=list)
    outcome: str = "open"

    def wire(self) -> JSON:
        """For the control API."""
        return {"msg_id": self.msg_id, "openid": self.openid, "kind": self.kind, "outcome": self.outcome,
                "fields": self.fields, "attempts": [vars(attempt) for attempt in self.attempts]}


class Courier:
    """Sends to the server; what is answered passively appears at the user's."""

    def __init__(self, account: Account, rules: Rules, people: People) -> None:
        self.account = account
        self.postings: list[Posting] = []
        self._rules = rules
        self._people = people
        self._session: aiohttp.ClientSession
        self._tasks: set[asyncio.Task[None]] = set()
        self._ids = itertools.count(23_000_000_000_000_000 + secrets.randbelow(10**12))

    async def run(self) -> AsyncIterator[None]:
        """Hold the connection to the server while the application runs; drop in the end what is on its way."""
        async with aiohttp.ClientSession() as self._session:
            yield
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def post(self, person: Person, fields: JSON) -> Posting:
        """Begin to carry a message (it gets a MsgId) or an event (it has none, as on the platform)."""
        event = fields["MsgType"] == "event"
        created = int(time.time())
        posting = Posting(f"{person.openid}:{created}" if event else str(next(self._ids)), person.openid,
                          str(fields["Event"] if event else fields["MsgType"]), fields)
        whole = {"ToUserName": self.account.original_id, "FromUserName": person.openid, "CreateTime": created, **fields}
        if not event:
            whole["MsgId"] = int(posting.msg_id)
        self.postings.append(posting)
        task = asyncio.create_task(self._carry(person, posting, whole))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return posting

    async def settled(self) -> None:
        """Wait until nothing is on its way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def verify(self) -> bool:
        """The console's check of the server's address: it must give the random words back."""
        query, _ = wire.request(self.account.with_(mode="plain"), {"ToUserName": self.account.original_id})
        echo = secrets.token_hex(10)
        try:
            async with self._session.get(self.account.server_url, params={**query, "echostr": echo},
                                         timeout=aiohttp.ClientTimeout(total=self._rules.time_out)) as response:
                return response.status == 200 and await response.text() == echo
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _carry(self, person: Person, posting: Posting, fields: JSON) -> None:
        for _ in range(1 + self._rules.retries):
            attempt = Attempt(time.time())
            posting.attempts.append(attempt)
            if await self._attempt(person, posting, attempt, fields):
                posting.outcome = attempt.result
                return
            # A request that broke off early is repeated when its five seconds are over, like one that was late.
            await asyncio.sleep(max(0.0, attempt.started + self._rules.time_out - time.time()))
        posting.outcome = "failed"
        self._broken(person, posting)

    async def _attempt(self, person: Person, posting: Posting, attempt: Attempt, fields: JSON) -> bool:
        """True when the platform is content and asks no more."""
        try:
            status, body = await self._request(fields)
        except TimeoutError:
            attempt.result = "timeout"
        except aiohttp.ClientError:
            attempt.result = "broken"
        else:
            attempt.result = self._answered(person, posting, status, body)
        attempt.seconds = round(time.time() - attempt.started, 3)
        return attempt.result in ("replied", "success", "bad")

    async def _request(self, fields: JSON) -> tuple[int, str]:
        query, body = wire.request(self.account, fields)
        async with self._session.post(
            self.account.server_url, params=query, data=body.encode(), headers={"Content-Type": "text/xml"},
            timeout=aiohttp.ClientTimeout(total=self._rules.time_out),
        ) as response:
            return response.status, await response.text()

    def _answered(self, person: Person, posting: Posting, status: int, body: str) -> str:
        if status != 200:
            return str(status)
        try:
            reply = wire.read_reply(self.account, person.openid, body)
        except wire.BadReply:
            self._broken(person, posting)
            return "bad"
        if reply is None:
            return "success"
        person.hears("passive", reply.pop("kind"), reply, time.time(), posting.msg_id)
        return "replied"

    def _broken(self, person: Person, posting: Posting) -> None:
        """What a user sees after a message whose answer could not be had; events show nothing."""
        if ":" not in posting.msg_id:
            person.hears("fault", "text", {"text": FAULT}, time.time(), posting.msg_id)
