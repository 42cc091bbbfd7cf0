"""How sends and replies end in the database, also those of a process that died; the caller has the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import Parcel
from hotline.store import wechat
from hotline.store.conversations import message_of
from hotline.store.wechat_journal import Handed, Left, Pushed, digest_of

# The platform asks four times in twenty seconds at most; after that nobody can fetch a stored reply.
FETCHED_WITHIN = timedelta(seconds=25)


async def gone_out(connection: AsyncConnection, parcel: Parcel) -> None:
    """The platform has it; of a message that it has in part the rest waits."""
    await wechat.set_status(connection, parcel.done, "sent")
    if parcel.begun:
        message_id, pieces = parcel.begun
        await wechat.pieces_done(connection, message_id, pieces)
        await wechat.set_status(connection, [message_id], "pending")


async def given_back(connection: AsyncConnection, row: Row[Any]) -> None:
    """What a reply carried that nobody has read goes out anew, whole."""
    await wechat.change_arrival(connection, row.sender, row.key, state="lost")
    await wechat.set_status(connection, row.carried, "pending")
    for message_id in row.carried:
        await wechat.pieces_done(connection, message_id, 0)


async def doubtful(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> None:
    """It may have arrived: what must arrive goes out again, the rest is marked."""
    again = [row.id for row in rows if message_of(row).must_arrive]
    await wechat.set_status(connection, again, "pending")
    await wechat.set_status(connection, [row.id for row in rows if row.id not in again], "unknown")


async def settle_noted(connection: AsyncConnection, left: Left) -> None:
    """What was noted as gone out is in no doubt; a note that the database had already changes nothing."""
    notes = left.notes()
    for note in notes:
        if isinstance(note, Pushed):
            await gone_out(connection, await wechat.still_sending(connection, note.parcel))
    handed = {note.digest: note.at for note in notes if isinstance(note, Handed)}
    for row in await wechat.not_fetched(connection, None) if handed else ():
        at = handed.get(digest_of(row.sender, row.key))
        # An earlier reply to the same message says nothing of one that was claimed later.
        if at and row.state == "passive" and at >= row.until - FETCHED_WITHIN:
            await wechat.change_arrival(connection, row.sender, row.key, state="handed")


async def settle_doubtful(connection: AsyncConnection, before: datetime | None, now: datetime) -> int:
    """What was cut short before a time (None: whenever) or never fetched; returns how many."""
    cut = await wechat.cut_short(connection, before)
    await doubtful(connection, cut)
    lost = await wechat.not_fetched(connection, now)
    for row in lost:
        if row.state == "unread":
            await given_back(connection, row)
            continue
        await wechat.change_arrival(connection, row.sender, row.key, state="lost")
        await doubtful(connection, await wechat.by_ids(connection, row.carried))
    return len(cut) + len(lost)
