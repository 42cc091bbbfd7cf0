"""The front door's side of the wire to the bot: one turn, one parse, one status, each with a time-out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from hotline.errors import BotUnavailable
from hotline.records import JSON, BotResult, Command, Conversation, Reply, Turn


class Bot(Protocol):
    """What the house asks of a bot."""

    async def turn(self, turn: Turn, conversation: Conversation) -> BotResult:
        """Let the bot take one turn. Raises BotUnavailable."""

    async def parse(self, text: str) -> JSON:
        """What the bot understands of a text. Raises BotUnavailable."""

    async def status(self) -> JSON:
        """`{"model", "actions"}`. Raises BotUnavailable."""


class Address(Protocol):
    """Where the bot is: it moves when another model is published."""

    @property
    def url(self) -> str:
        """As far as we know."""

    async def look(self) -> None:
        """Find out where it is now. Never raises."""


@dataclass(frozen=True)
class Fixed:
    """The address of a bot that never moves."""

    url: str

    async def look(self) -> None:
        """Nothing to find out."""


class RasaBot:
    """The bot behind `bot/channel.py`. No retry at one address: the turn's own attempts are the retry rule."""

    def __init__(self, session: aiohttp.ClientSession, address: Address, token: str, timeout: float) -> None:
        self._session = session
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}"}
        self._timeout = aiohttp.ClientTimeout(total=timeout)

    async def turn(self, turn: Turn, conversation: Conversation) -> BotResult:
        """One attempt at a turn; the conversation's state goes in and comes out."""
        answer = await self._call("POST", "turn", {
            "turn_id": turn.id,
            "message": {"text": turn.text, "attachments": [
                {key: value for key, value in vars(attachment).items() if value is not None}
                for attachment in turn.attachments]},
            "state": conversation.state,
            "context": {"conversation_id": conversation.id, "citizen_id": conversation.citizen_id,
                        "channel": conversation.channel, "sender": conversation.sender},
        })
        try:
            return _result(turn.id, answer)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BotUnavailable("garbage") from error

    async def parse(self, text: str) -> JSON:
        """What the bot understands of a text, with the milliseconds it took (`ms`)."""
        started = time.perf_counter()
        answer = await self._call("POST", "parse", {"text": text})
        if not isinstance(answer.get("intent"), str):
            raise BotUnavailable("garbage")
        return {**answer, "ms": round((time.perf_counter() - started) * 1000, 2)}

    async def status(self) -> JSON:
        """The model that is loaded and whether the actions answer."""
        return await self._call("GET", "status", None)

    async def _call(self, method: str, name: str, body: JSON | None) -> JSON:
        """Ask; where nobody is any more, because the bot has just moved, ask again at its new address."""
        url = self._address.url
        try:
            return await self._ask(url, method, name, body)
        except BotUnavailable as failure:
            if failure.reason != "down":
                raise
            await self._address.look()
            if self._address.url == url:
                raise
        return await self._ask(self._address.url, method, name, body)

    async def _ask(self, url: str, method: str, name: str, body: JSON | None) -> JSON:
        try:
            async with self._session.request(
                method, f"{url}/webhooks/hotline/{name}", json=body, headers=self._headers,
                timeout=self._timeout,
            ) as response:
                if response.status == 200:
                    answer = await response.json()
                    if not isinstance(answer, dict):
                        raise BotUnavailable("garbage")
                    return answer
                raise BotUnavailable(await _reason(response))
        except TimeoutError as error:
            raise BotUnavailable("late") from error
        except aiohttp.ClientConnectionError as error:
            raise BotUnavailable("down") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise BotUnavailable("garbage") from error


async def _reason(response: aiohttp.ClientResponse) -> str:
    """The short code of a refusal; a stranger's text is never passed on."""
    try:
        reason = (await response.json())["error"]
    except (aiohttp.ClientError, ValueError, KeyError, TypeError):
        reason = None
    known = ("action_failed", "no_message", "circuit_breaker", "no_model", "bad_request")
    return reason if reason in known else f"status_{response.status}"


def _result(turn_id: str, answer: JSON) -> BotResult:
    messages = tuple(
        Reply(text=item.get("text"), buttons=tuple(item.get("buttons") or ()), image=item.get("image"),
              custom=item.get("custom"))
        for item in answer["messages"])
    if not messages:
        raise BotUnavailable("no_message")
    commands = tuple(_command(f"{turn_id}:{number}", item) for number, item in enumerate(answer["commands"]))
    state = answer["state"]
    if not isinstance(state, dict):
        raise ValueError("state")
    return BotResult(messages=messages, commands=commands, parse=dict(answer["parse"]), state=state,
                     model=str(answer["model"]))


def _command(key: str, item: dict[str, Any]) -> Command:
    return Command(kind=str(item["kind"]), key=key, args={name: value for name, value in item.items()
                                                          if name != "kind"})
