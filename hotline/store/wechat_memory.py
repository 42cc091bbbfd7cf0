"""What the WeChat connector keeps (`connectors.wechat.memory.Memory`): each method is one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hotline.errors import Conflict
from hotline.records import JSON, Arrival, Message, Parcel, Quota, Unsent
from hotline.store import wechat
from hotline.store import wechat_settling as settling
from hotline.store.conversations import citizen_of, lock_citizen
from hotline.store.database import Database
from hotline.store.wechat import CHANNEL, HELD, Allowance
from hotline.store.wechat_journal import SentJournal, Sheet
from hotline.store.wechat_settling import FETCHED_WITHIN

Pack = Callable[[Sequence[Unsent]], Parcel | None]
KEPT = timedelta(days=1)


class WechatMemory:
    """Over the store's own database, with a journal of what went out for the moment until its commit."""

    def __init__(self, database: Database, allowances: dict[str, Allowance], journal: SentJournal) -> None:
        self._database = database
        self._allowances = allowances
        self._journal = journal
        self._written: dict[tuple[str, str], Sheet | None] = {}
        self._noting = asyncio.Lock()

    async def open(
        self, sender: str, key: str, kind: str, signature: str, payload: JSON, now: datetime, until: datetime, *,
        opens: str | None = None,
    ) -> Arrival:
        """Note a message once, with the allowance it opens. Raises Conflict when its signature was another's."""
        async with self._database.write() as connection:
            citizen = await lock_citizen(connection, CHANNEL, sender, now)
            known = await wechat.arrival(connection, sender, key)
            if known:
                return known
            if await wechat.signature_used(connection, signature, sender, key):
                raise Conflict("the signature was used for another message")
            new = Arrival(sender, key, kind, "new", payload, True)
            await wechat.add_arrival(connection, new, signature, until, now)
            if opens:
                await wechat.allow(connection, sender, opens, self._allowances[opens], now)
                # What has been waiting goes with the answer to this message, or right after it.
                await wechat.hold(connection, citizen.id, until)
            return new

    async def joined(self, sender: str, key: str, turn_id: str) -> Arrival:
        """The house has the message: it is in this turn; of its payload nothing more is kept."""
        async with self._database.write() as connection:
            known = await wechat.arrival(connection, sender, key)
            assert known is not None, "a message is opened before it joins a turn"
            state = "open" if known.state == "new" else known.state
            payload = wechat.clear(known.payload)
            await wechat.change_arrival(connection, sender, key, turn_id=turn_id, state=state, payload=payload)
            return replace(known, turn_id=turn_id, state=state, payload=payload)

    async def passive(
        self, sender: str, key: str, pack: Pack, now: datetime, *, final: bool = False,
        listens: Callable[[], bool] = lambda: True,
    ) -> str | None:
        """The stored reply of this message, else what waits for the citizen as `pack` makes it, stored with it.

        `pack`'s body has the reply as `xml`. None: somebody else carries the answer, or there is none yet. `final`:
        the house shall not get this message, whose whole answer is what `pack` says. Whoever no longer `listens` when
        the transaction begins gets nothing: another request for the same message may have the reply by now.
        """
        async with self._database.write() as connection:
            citizen = await lock_citizen(connection, CHANNEL, sender, now)
            known = await wechat.arrival(connection, sender, key)
            if known is None or known.superseded or known.state == "lost" or not listens():
                return None
            if known.reply:
                await wechat.change_arrival(connection, sender, key, state="passive", until=now + FETCHED_WITHIN)
                return known.reply
            if known.state == "new" and known.payload and not final:
                return None
            parcel = pack(await wechat.unsent(connection, citizen.id, None))
            if parcel is None:
                return None
            await settling.gone_out(connection, parcel)
            await wechat.hold(connection, citizen.id, now)
            reply = str(parcel.body["xml"])
            await wechat.change_arrival(
                connection, sender, key, state="passive", reply=reply, until=now + FETCHED_WITHIN, payload={},
                carried=list(parcel.ids))
            return reply

    async def handed(self, sender: str, key: str) -> None:
        """The reply has been written to the platform."""
        if (sender, key) not in self._written:
            self._written[sender, key] = self._journal.handed(sender, key)
        async with self._noting:
            # Those who came while the last group was being noted are one group: one transaction.
            ready, self._written = self._written, {}
            if not ready:
                return
            try:
                async with self._database.write() as connection:
                    for one, its_key in ready:
                        await wechat.change_arrival(connection, one, its_key, state="handed")
            except BaseException:
                self._written = ready | self._written
                raise
        for sheet in ready.values():
            self._journal.settled(sheet)

    async def not_written(self, sender: str, key: str) -> None:
        """The platform has hung up before the reply: it may ask again, and is surely without it if it does not."""
        async with self._database.write() as connection:
            # Another request of the platform for the same message may have got it meanwhile.
            for row in await wechat.carrying(connection, sender, key):
                await wechat.change_arrival(connection, row.sender, row.key, state="unread")

    async def not_handed(self, sender: str, key: str) -> None:
        """The reply has surely not reached the platform, which asks no more: what it carried is to be pushed."""
        async with self._database.write() as connection:
            for row in await wechat.carrying(connection, sender, key):
                await settling.given_back(connection, row)

    async def push(
        self, sender: str, pack: Pack, now: datetime, until: datetime
    ) -> tuple[Parcel | None, Sequence[Message]]:
        """Claim the next parcel until `until`; without an allowance everything waits for the citizen's next message.

        Returns the parcel, and the messages that have just begun to wait.
        """
        async with self._database.read() as connection:
            # Most looks find nothing: the passive reply was quicker. They cost no transaction that writes.
            known = await citizen_of(connection, CHANNEL, sender)
            if known is None or not await wechat.unsent(connection, known.id, now):
                return None, ()
        async with self._database.write() as connection:
            citizen = await lock_citizen(connection, CHANNEL, sender, now)
            due = await wechat.unsent(connection, citizen.id, now)
            if not due or await wechat.on_the_way(connection, citizen.id):
                return None, ()
            if (await wechat.quota(connection, sender, now)).left < 1:
                await wechat.hold(connection, citizen.id, now + HELD)
                return None, [one.message for one in due]
            parcel = pack(due)
            if parcel is None:
                return None, ()
            await wechat.spend(connection, sender, 1)
            await wechat.set_status(connection, parcel.ids, "sending", until)
            return parcel, ()

    async def sent(self, parcel: Parcel) -> None:
        """The platform has taken it."""
        sheet = self._journal.pushed(parcel)
        async with self._database.write() as connection:
            await settling.gone_out(connection, parcel)
        self._journal.settled(sheet)

    async def not_sent(
        self, sender: str, parcel: Parcel, now: datetime, again_at: datetime | None, trouble: str | None = None
    ) -> None:
        """The platform has surely not taken it: again at a time, or never (`failed`); a trouble closes the allowances.

        With a trouble of this citizen everything waits until they write.
        """
        async with self._database.write() as connection:
            citizen = await lock_citizen(connection, CHANNEL, sender, now)
            if again_at is None and trouble is None:
                await wechat.set_status(connection, parcel.ids, "failed")
                return
            await wechat.set_status(connection, parcel.ids, "pending", again_at)
            if trouble:
                await wechat.refused(connection, sender, trouble, now)
                await wechat.hold(connection, citizen.id, now + HELD)
            else:
                await wechat.spend(connection, sender, -1)

    async def unclear(self, parcel: Parcel) -> None:
        """It may have arrived: what must arrive goes out again, the rest is marked."""
        async with self._database.write() as connection:
            await settling.doubtful(connection, await wechat.by_ids(connection, parcel.ids))

    async def recover(self, now: datetime, starting: bool = False) -> int:
        """Settle what a dead process left half done; returns how many it is in doubt about.

        When the only process of a database is `starting`, nothing is on its way any more.
        """
        everything = starting and self._database.sqlite
        with self._journal.left() as left:
            async with self._database.read() as connection:
                cut = await wechat.cut_short(connection, None if everything else now)
                if not cut and not left.dead and not await wechat.not_fetched(connection, now):
                    return 0
            async with self._database.write() as connection:
                await settling.settle_noted(connection, left)
                return await settling.settle_doubtful(connection, None if everything else now, now)

    async def tidy(self, now: datetime) -> None:
        """Forget what no retry can ask for any more."""
        async with self._database.write() as connection:
            await wechat.forget(connection, now - KEPT)

    async def due(self, now: datetime) -> Sequence[str]:
        """Citizens to whom something may go out now."""
        async with self._database.read() as connection:
            return await wechat.due_senders(connection, now)

    async def left_over(self, now: datetime) -> Sequence[Arrival]:
        """Messages that the house has not got though their time is over; asked again later unless they join."""
        async with self._database.read() as connection:
            if not await wechat.left_over(connection, now):
                return []
        async with self._database.write() as connection:
            found = await wechat.left_over(connection, now)
            for one in found:
                await wechat.change_arrival(connection, one.sender, one.key, until=now + FETCHED_WITHIN)
        return found

    async def quota(self, sender: str, now: datetime) -> Quota:
        """What may be sent to the citizen now."""
        async with self._database.read() as connection:
            return await wechat.quota(connection, sender, now)

    async def gone(self, sender: str) -> None:
        """The citizen has left the account."""
        async with self._database.write() as connection:
            await wechat.unsubscribed(connection, sender)
