"""The contract every channel keeps towards the house, and what the house offers a channel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web

from hotline.records import Attachment, Inbound, Message


class House(Protocol):
    """What a connector may ask of the house (implemented by `hotline.conversation`)."""

    async def receive(self, inbound: Inbound) -> str:
        """Save a citizen's message once and start its turn; returns the turn's id.

        A duplicate (same external id) returns the first one's turn. When this returns the message is in the
        database and may be acknowledged. Raises BadInput, TooLarge, TooManyRequests.
        """

    async def keep(self, channel: str, sender: str, data: bytes) -> Attachment:
        """Check and keep a citizen's picture or voice note; what comes back goes into an `Inbound`.

        Raises BadInput for anything else, TooLarge, TooManyRequests.
        """

    async def replies(self, turn_id: str, timeout: float | None = None) -> list[Message]:
        """Wait until the turn has something to say and return its stored messages, in order.

        An answer that comes after `timeout` seconds reaches the citizen as a later message.
        """

    async def answered(self, turn_id: str, timeout: float) -> bool:
        """Wait until the turn has something to say, at most `timeout` seconds, and tell whether it has."""

    async def file(self, url: str) -> tuple[bytes, str]:
        """The bytes and the media type of something the house keeps. Raises NotFound."""

    async def history(
        self, channel: str, sender: str, after: str | None = None, limit: int = 200, outgoing_only: bool = False,
    ) -> list[Message]:
        """Messages of the citizen in order, those after message id `after`, else the newest `limit` ones."""

    async def delivered(self, channel: str, sender: str, message_id: str) -> None:
        """Note that the citizen's client has the messages up to this one."""

    async def seen(self, channel: str, sender: str, message_id: str) -> None:
        """The citizen has had the messages up to this one before their eyes; not every channel can tell."""

    async def typing(self, channel: str, sender: str) -> None:
        """The citizen is typing: shown to the agent who owns the conversation."""


@dataclass(frozen=True)
class Limits:
    """What a channel still lets the house send to a citizen: `left` messages (None: any number) until `until`.

    `why` says in words for an agent what limits it, or what must happen first when nothing can be sent.
    """

    can_send: bool = True
    left: int | None = None
    until: datetime | None = None
    why: str = ""


class Connector(ABC):
    """One channel: takes its wire format in, hands `Inbound` to the house, puts `Message`s out.

    `name` stands in records and addresses. `fragments` says whether lines sent within the fragment window are
    one turn. `pushes` says whether the house must deliver replies through `deliver` (else the citizen's side
    fetches them). `pushes_freely` says whether any number of messages may be put out; where each counts
    against a quota, mere news of the queue is left out and the citizen may ask. `keeps_outbox` says that the
    channel puts out what is pending by itself, because a message that left twice would be seen twice: the house
    then calls `wake` instead of `deliver`.
    """

    name: str
    fragments: bool = False
    pushes: bool = False
    pushes_freely: bool = True
    keeps_outbox: bool = False

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

    def wake(self, sender: str) -> None:
        """Something has been stored for this citizen; only for channels that keep their outbox."""

    async def start(self) -> None:
        """Begin what the channel does by itself."""

    async def limits(self, sender: str) -> Limits:
        """What may still be sent to this citizen; channels without limits say so."""
        return Limits()

    async def agent_typing(self, sender: str) -> None:
        """An agent is typing to this citizen; channels without such a sign do nothing."""

    async def agent_seen(self, sender: str, message: Message) -> None:
        """An agent has read the citizen's messages up to this one; channels without such a sign do nothing."""

    async def close(self) -> None:
        """Give back what the channel holds."""
