"""The WeChat channel's rows inside the caller's transaction; the caller holds the citizen's lock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, case, delete, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.records import JSON, Arrival, Parcel, Quota, Unsent
from hotline.store.conversations import message_of
from hotline.store.tables import citizens, conversations, messages
from hotline.store.wechat_tables import wechat_citizens, wechat_inbound, wechat_pieces

CHANNEL = "wechat"
# What may not be sent now waits for the citizen's next message, which sets an earlier time.
HELD = timedelta(days=3650)
PAGE_FIRST = timedelta(seconds=5)


@dataclass(frozen=True)
class Allowance:
    """What one kind of deed allows: so many messages in so many seconds."""

    quota: int
    seconds: float


async def arrival(connection: AsyncConnection, sender: str, key: str) -> Arrival | None:
    """What is known of a message of the platform."""
    row = (await connection.execute(select(wechat_inbound).where(
        wechat_inbound.c.sender == sender, wechat_inbound.c.key == key))).first()
    return await arrival_of(connection, row) if row else None


async def arrival_of(connection: AsyncConnection, row: Row[Any]) -> Arrival:
    """The row as a record; whether a later fragment of its turn is there is looked up."""
    later = False
    if row.turn_id:
        later = bool((await connection.execute(select(exists().where(
            wechat_inbound.c.turn_id == row.turn_id, wechat_inbound.c.seq > row.seq)))).scalar())
    return Arrival(row.sender, row.key, row.kind, row.state, dict(row.payload or {}), False, row.turn_id,
                   row.reply or None, later)


async def signature_used(connection: AsyncConnection, signature: str, sender: str, key: str) -> bool:
    """Whether another message came with this signature."""
    return bool((await connection.execute(select(exists().where(
        wechat_inbound.c.signature == signature,
        or_(wechat_inbound.c.sender != sender, wechat_inbound.c.key != key))))).scalar())


async def add_arrival(
    connection: AsyncConnection, new: Arrival, signature: str, until: datetime, now: datetime
) -> None:
    """Note a message that came for the first time."""
    await connection.execute(insert(wechat_inbound).values(
        sender=new.sender, key=new.key, kind=new.kind, signature=signature, payload=new.payload, state=new.state,
        carried=[], until=until, received_at=now))


async def change_arrival(connection: AsyncConnection, sender: str, key: str, **values: Any) -> None:
    """Set columns of an arrival."""
    await connection.execute(update(wechat_inbound).where(
        wechat_inbound.c.sender == sender, wechat_inbound.c.key == key).values(**values))


async def left_over(connection: AsyncConnection, before: datetime, limit: int = 50) -> list[Arrival]:
    """Messages that the house never got because whoever worked on them is gone."""
    rows = await connection.execute(select(wechat_inbound).where(
        wechat_inbound.c.state == "new", wechat_inbound.c.until < before).order_by(wechat_inbound.c.seq).limit(limit))
    return [await arrival_of(connection, row) for row in rows.all()]


async def not_fetched(connection: AsyncConnection, before: datetime | None, limit: int = 50) -> list[Row[Any]]:
    """Passive replies that left, or may not have left, and were not fetched (columns of `wechat_inbound`).

    None: all of them, also those that may still be fetched.
    """
    query = select(wechat_inbound).where(wechat_inbound.c.state.in_(("passive", "unread")))
    if before is not None:
        query = query.where(wechat_inbound.c.until < before).limit(limit)
    return list((await connection.execute(query)).all())


async def carrying(connection: AsyncConnection, sender: str, key: str) -> list[Row[Any]]:
    """The message's stored reply that has not been handed over (columns of `wechat_inbound`)."""
    return list((await connection.execute(select(wechat_inbound).where(
        wechat_inbound.c.sender == sender, wechat_inbound.c.key == key,
        wechat_inbound.c.state.in_(("passive", "unread"))))).all())


async def forget(connection: AsyncConnection, before: datetime) -> None:
    """Drop what no retry can ask for any more."""
    await connection.execute(delete(wechat_inbound).where(
        wechat_inbound.c.received_at < before, wechat_inbound.c.state.not_in(("new", "passive", "unread"))))


# --- what may be sent ------------------------------------------------------------------------------------------


async def allow(
    connection: AsyncConnection, sender: str, kind: str, allowance: Allowance, now: datetime
) -> None:
    """The citizen did something: `kind` message or click opens its allowance anew; any deed ends a trouble."""
    await _citizen(connection, sender)
    until = now + timedelta(seconds=allowance.seconds)
    await connection.execute(update(wechat_citizens).where(wechat_citizens.c.sender == sender).values({
        f"{kind}_left": allowance.quota, f"{kind}_until": until, "subscribed": True, "trouble": None,
        "trouble_at": None}))


async def unsubscribed(connection: AsyncConnection, sender: str) -> None:
    """The citizen has left the account: nothing can be sent."""
    await _citizen(connection, sender)
    await connection.execute(update(wechat_citizens).where(wechat_citizens.c.sender == sender).values(
        subscribed=False, message_left=0, click_left=0))


async def quota(connection: AsyncConnection, sender: str, now: datetime) -> Quota:
    """What may be sent to this citizen now."""
    row = (await connection.execute(select(wechat_citizens).where(wechat_citizens.c.sender == sender))).first()
    if row is None:
        return Quota(0, None, 0)
    typed = row.message_left if row.message_until and row.message_until > now else 0
    clicked = row.click_left if row.click_until and row.click_until > now else 0
    until = row.message_until if typed else row.click_until if clicked else None
    left = max(typed, clicked) if row.subscribed else 0
    return Quota(left, until if left else None, typed if row.subscribed else 0, row.subscribed, row.trouble)


async def spend(connection: AsyncConnection, sender: str, number: int) -> None:
    """Count messages against every allowance (they do not add up); a negative number gives them back."""
    table = wechat_citizens
    await connection.execute(update(table).where(table.c.sender == sender).values(
        message_left=_at_least_nought(table.c.message_left - number),
        click_left=_at_least_nought(table.c.click_left - number)))


async def refused(connection: AsyncConnection, sender: str, trouble: str, now: datetime) -> None:
    """The platform sends nothing more to this citizen, whatever we counted."""
    await _citizen(connection, sender)
    await connection.execute(update(wechat_citizens).where(wechat_citizens.c.sender == sender).values(
        message_left=0, click_left=0, trouble=trouble, trouble_at=now))


def _at_least_nought(value: Any) -> Any:
    return case((value > 0, value), else_=0)


async def _citizen(connection: AsyncConnection, sender: str) -> None:
    known = (await connection.execute(select(wechat_citizens.c.sender).where(
        wechat_citizens.c.sender == sender))).first()
    if known is None:
        await connection.execute(insert(wechat_citizens).values(
            sender=sender, subscribed=True, message_left=0, click_left=0))


# --- what waits to go out --------------------------------------------------------------------------------------


async def unsent(connection: AsyncConnection, citizen_id: str, now: datetime | None) -> list[Unsent]:
    """The citizen's waiting messages in order, all of them; with `now` up to the first that is not due."""
    rows = (await connection.execute(select(messages, conversations.c.channel).join(
        conversations, conversations.c.id == messages.c.conversation_id).where(
        messages.c.citizen_id == citizen_id, messages.c.status == "pending").order_by(messages.c.seq).limit(100))).all()
    due = []
    for row in rows:
        if now is not None and not _due(row, now):
            break
        due.append(row)
    begun = {row.message_id: row.done for row in await connection.execute(select(wechat_pieces).where(
        wechat_pieces.c.message_id.in_([row.id for row in due])))}
    return [Unsent(message_of(row), begun.get(row.id, 0)) for row in due]


def _due(row: Row[Any], now: datetime) -> bool:
    """What was said on the page is first shown there."""
    page = row.channel != CHANNEL and row.created_at > now - PAGE_FIRST
    return not page and (row.not_before is None or bool(row.not_before <= now))


async def on_the_way(connection: AsyncConnection, citizen_id: str) -> bool:
    """Whether something is being sent to the citizen at this moment: what comes later must not overtake it."""
    return bool((await connection.execute(select(exists().where(
        messages.c.citizen_id == citizen_id, messages.c.status == "sending")))).scalar())


async def set_status(
    connection: AsyncConnection, ids: Collection[str], status: str, not_before: datetime | None = None
) -> None:
    """Set the status of messages, whatever it was."""
    await connection.execute(update(messages).where(messages.c.id.in_(list(ids))).values(
        status=status, not_before=not_before, attempts=messages.c.attempts + 1))


async def pieces_done(connection: AsyncConnection, message_id: str, done: int) -> None:
    """So many pieces of this message have gone out."""
    result = await connection.execute(update(wechat_pieces).where(
        wechat_pieces.c.message_id == message_id).values(done=done))
    if result.rowcount == 0:
        await connection.execute(insert(wechat_pieces).values(message_id=message_id, done=done))


async def hold(connection: AsyncConnection, citizen_id: str, until: datetime) -> None:
    """Everything that waits for this citizen waits until then."""
    await connection.execute(update(messages).where(
        messages.c.citizen_id == citizen_id, messages.c.status == "pending").values(not_before=until))


async def due_senders(connection: AsyncConnection, now: datetime, limit: int = 200) -> Sequence[str]:
    """Citizens of the channel with something that may go out now."""
    return (await connection.execute(select(citizens.c.sender).where(citizens.c.channel == CHANNEL, exists().where(
        messages.c.citizen_id == citizens.c.id, messages.c.status == "pending",
        or_(messages.c.not_before.is_(None), messages.c.not_before <= now))).limit(limit))).scalars().all()


async def cut_short(connection: AsyncConnection, before: datetime | None, limit: int = 200) -> list[Row[Any]]:
    """Messages whose sending never came to an end (columns of `messages`); None: whenever it began."""
    query = select(messages).where(messages.c.status == "sending")
    if before is not None:
        query = query.where(messages.c.not_before < before)
    return list((await connection.execute(query.order_by(messages.c.seq).limit(limit))).all())


async def still_sending(connection: AsyncConnection, parcel: Parcel) -> Parcel:
    """What of a parcel that has gone out is not noted as gone yet."""
    rows = await connection.execute(select(messages.c.id, wechat_pieces.c.done).outerjoin(
        wechat_pieces, wechat_pieces.c.message_id == messages.c.id).where(
        messages.c.id.in_(parcel.ids), messages.c.status == "sending"))
    pieces = {row.id: row.done or 0 for row in rows}
    begun = parcel.begun if parcel.begun and pieces.get(parcel.begun[0], parcel.begun[1]) < parcel.begun[1] else None
    return Parcel({}, tuple(one for one in parcel.done if one in pieces), begun)


async def by_ids(connection: AsyncConnection, ids: Sequence[str]) -> list[Row[Any]]:
    """These messages (columns of `messages`)."""
    return list((await connection.execute(select(messages).where(messages.c.id.in_(ids)))).all())


def clear(payload: JSON) -> JSON:
    """What stays of a payload when the house has it: nothing of the citizen's."""
    return {name: value for name, value in payload.items() if name == "click"}
