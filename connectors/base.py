"""The contract every channel keeps towards the house, and what the house offers a channel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

from aiohttp import web

from hotline.records import Inbound, Message


class House(Protocol):
    """What a connector may ask of the house (implemented by `hotline.conversation`)."""

    async def receive(self, inbound: Inbound) -> str:
        """Save a citizen's message once and start its turn; returns the turn's id.

        A duplicate (same external id) returns the first one's turn. When this returns the message is in the
        database and may be acknowledged. Raises BadInput, TooLarge, TooManyRequests.
        """

    async def replies(self, turn_id: str, timeout: float | None = None) -> list[Message]:
        """Wait until the turn has something to say and return its stored messages, in order.

        An answer that comes after `timeout` seconds reaches the citizen as a later message.
        """

    async def history(
        self, channel: str, sender: str, after: str | None = None, limit: int = 200, outgoing_only: bool = False,
    ) -> list[Message]:
        """Messages of the citizen in order, those after message id `after`, else the newest `limit` ones."""

    async def delivered(self, channel: str, sender: str, message_id: str) -> None:
        """Note that the citizen's client has the messages up to this one."""

    async def typing(self, channel: str, sender: str) -> None:
        """The citizen is typing: shown to the agent who owns the conversation."""


class Connector(ABC):
    """One channel: takes its wire format in, hands `Inbound` to the house, puts `Message`s out.

    `name` stands in records and addresses. `fragments` says whether lines sent within the fragment window are
    one turn. `pushes` says whether the house must deliver replies through `deliver` (else the citizen's side
    fetches them).
    """

    name: str
    fragments: bool = False
    pushes: bool = False

    @abstractmethod
    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The public addresses of the channel."""

    def setup(self, app: web.Application) -> None:
        """Anything beyond routes, such as a socket server's middleware."""
        app.router.add_routes(self.routes())

    async def deliver(self, sender: str, messages: Sequence[Message]) -> bool:
        """Put messages out, in order; True when they left, False when the citizen is not connected now.

        Raises ChannelError; `unclear` when they may have left all the same.
        """
        return False

    async def agent_typing(self, sender: str) -> None:
        """An agent is typing to this citizen; channels without such a sign do nothing."""

    async def close(self) -> None:
        """Give back what the channel holds."""
