"""What the channel must remember across restarts and processes; the composition root fills it from the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from hotline.records import JSON, Arrival, Message, Parcel, Quota, Unsent

Pack = Callable[[Sequence[Unsent]], Parcel | None]


class Memory(Protocol):
    """Messages of the platform, their answers, and what may still be sent; each method is one transaction."""

    async def open(
        self, sender: str, key: str, kind: str, signature: str, payload: JSON, now: datetime, until: datetime, *,
        opens: str | None = None,
    ) -> Arrival:
        """Note a message once, with the allowance (message, click) it opens. Raises Conflict for a used signature."""

    async def joined(self, sender: str, key: str, turn_id: str) -> Arrival:
        """The house has the message, in this turn."""

    async def passive(
        self, sender: str, key: str, pack: Pack, now: datetime, *, final: bool = False,
        listens: Callable[[], bool] = lambda: True,
    ) -> str | None:
        """The stored reply, else what waits as `pack` makes it (`xml` in its body), claimed and stored.

        `final`: the house shall not get this message, whose whole answer is what `pack` says. Nothing for a request
        that no longer `listens` when the transaction begins.
        """

    async def handed(self, sender: str, key: str) -> None:
        """The reply has been written to the platform."""

    async def not_written(self, sender: str, key: str) -> None:
        """The platform has hung up before the reply: it may ask again, and is surely without it if it does not."""

    async def not_handed(self, sender: str, key: str) -> None:
        """The reply has surely not reached the platform, which asks no more: what it carried is to be pushed."""

    async def push(
        self, sender: str, pack: Pack, now: datetime, until: datetime
    ) -> tuple[Parcel | None, Sequence[Message]]:
        """Claim the next parcel; the messages that have just begun to wait for the citizen's next word."""

    async def sent(self, parcel: Parcel) -> None:
        """The platform has taken it."""

    async def not_sent(
        self, sender: str, parcel: Parcel, now: datetime, again_at: datetime | None, trouble: str | None = None
    ) -> None:
        """The platform has surely not taken it."""

    async def unclear(self, parcel: Parcel) -> None:
        """It may have arrived."""

    async def recover(self, now: datetime, starting: bool = False) -> int:
        """Settle what a dead process left half done; returns how many."""

    async def tidy(self, now: datetime) -> None:
        """Forget what no retry can ask for any more."""

    async def due(self, now: datetime) -> Sequence[str]:
        """Citizens to whom something may go out now."""

    async def left_over(self, now: datetime) -> Sequence[Arrival]:
        """Messages that the house has not got though their time is over."""

    async def quota(self, sender: str, now: datetime) -> Quota:
        """What may be sent to the citizen now."""

    async def gone(self, sender: str) -> None:
        """The citizen has left the account."""


class Shared(Protocol):
    """What all processes share: values with an end, a refresh that one of them holds, agreements, links."""

    async def get(self, name: str, now: datetime) -> str | None:
        """A shared value while it holds."""

    async def put(self, name: str, value: str, until: datetime) -> None:
        """Set a shared value and let go of its refresh."""

    async def take(self, name: str, holder: str, now: datetime, seconds: float) -> bool:
        """Hold a value's refresh; False while another process does."""

    async def release(self, name: str, holder: str) -> None:
        """Let go of a refresh that came to nothing."""

    async def grant(self, sender: str, template: str, number: int) -> None:
        """The citizen has agreed to a notice once more (1), or refuses it (0)."""

    async def use_grant(self, sender: str, template: str) -> bool:
        """Use one agreement up; False when there is none."""

    async def link(self, sender: str, channel: str, other: str, now: datetime) -> None:
        """Whoever speaks as `other` on `channel` is this citizen."""
