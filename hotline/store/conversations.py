"""Citizens, conversations and their messages. Every message of a citizen is written under the citizen's row lock."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import Conflict, NotFound
from hotline.records import JSON, Attachment, Conversation, Inbound, Message, Reply
from hotline.store.tables import citizens, conversations, messages
from hotline.store.wechat_tables import citizen_links

# What a message's status may have been before it was known to have arrived; `stored` ones are fetched, not sent.
BEFORE = {"delivered": ("pending", "sending", "sent"),
          "seen": ("pending", "sending", "sent", "delivered", "unknown", "failed")}
ARRIVED = tuple(BEFORE)


def new_id() -> str:
    """A fresh opaque id."""
    return secrets.token_hex(12)


async def lock_citizen(connection: AsyncConnection, channel: str, sender: str, now: datetime) -> Row[Any]:
    """The citizen's row, made if needed, locked for this transaction: orders all that happens to one citizen."""
    query = select(citizens).where(citizens.c.channel == channel, citizens.c.sender == sender).with_for_update()
    row = (await connection.execute(query)).first() or await _linked(connection, channel, sender, lock=True)
    if row is None:
        async with connection.begin_nested() as savepoint:
            try:
                await connection.execute(insert(citizens).values(
                    id=new_id(), channel=channel, sender=sender, created_at=now))
            except Exception:
                # Another process made the same citizen between our look and our insert: take theirs.
                await savepoint.rollback()
        row = (await connection.execute(query)).one()
    return row


async def lock_citizen_by_id(connection: AsyncConnection, citizen_id: str) -> Row[Any]:
    """The same lock for a citizen we know. Raises NotFound."""
    query = select(citizens).where(citizens.c.id == citizen_id).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        raise NotFound("no such citizen")
    return row


async def current_conversation(
    connection: AsyncConnection, citizen: Row[Any], now: datetime, speaks: tuple[str, str] | None = None
) -> Conversation:
    """The citizen's open conversation; a new one when there is none or the last one was closed.

    It is answered where the citizen `speaks` now, a channel and a sender of theirs.
    """
    channel, sender = speaks or (citizen.channel, citizen.sender)
    if citizen.conversation_id:
        conversation = await get_conversation(connection, citizen.conversation_id)
        if conversation.closed_at is None:
            if (conversation.channel, conversation.sender) == (channel, sender):
                return conversation
            return await update_conversation(connection, conversation, now, channel=channel, sender=sender)
    conversation_id = new_id()
    await connection.execute(insert(conversations).values(
        id=conversation_id, citizen_id=citizen.id, channel=channel, sender=sender, owner="bot",
        version=0, state={}, priority=0, skill="general", created_at=now, updated_at=now))
    await connection.execute(
        update(citizens).where(citizens.c.id == citizen.id).values(conversation_id=conversation_id))
    return Conversation(
        id=conversation_id, citizen_id=citizen.id, channel=channel, sender=sender, owner="bot",
        version=0, state={}, created_at=now, updated_at=now)


async def get_conversation(connection: AsyncConnection, conversation_id: str) -> Conversation:
    """One conversation. Raises NotFound."""
    row = (await connection.execute(select(conversations).where(conversations.c.id == conversation_id))).first()
    if row is None:
        raise NotFound("no such conversation")
    return _conversation(row)


async def citizen_conversation(connection: AsyncConnection, citizen_id: str, otherwise: str) -> Conversation:
    """The conversation to speak to a citizen in, their newest one, locked; `otherwise` is an older one of theirs."""
    citizen = await lock_citizen_by_id(connection, citizen_id)
    return await get_conversation(connection, citizen.conversation_id or otherwise)


async def update_conversation(
    connection: AsyncConnection, conversation: Conversation, now: datetime, **values: Any
) -> Conversation:
    """Compare-and-set on the version that the caller read; returns it as it is now. Raises Conflict."""
    result = await connection.execute(
        update(conversations)
        .where(conversations.c.id == conversation.id, conversations.c.version == conversation.version)
        .values(version=conversation.version + 1, updated_at=now, **values))
    if result.rowcount != 1:
        raise Conflict("the conversation has changed")
    return replace(conversation, version=conversation.version + 1, updated_at=now, **values)


async def queue_position(connection: AsyncConnection, conversation: Conversation) -> int:
    """1 for the head of the queue; 0 when the conversation does not wait."""
    if conversation.owner != "queue" or conversation.queued_at is None:
        return 0
    return await place_if_queued(connection, conversation.id, conversation.priority, conversation.queued_at)


async def place_if_queued(
    connection: AsyncConnection, conversation_id: str, priority: int, queued_at: datetime
) -> int:
    """The place that a conversation has, or would have, with this priority and this time of queueing."""
    ahead = select(func.count()).select_from(conversations).where(
        conversations.c.owner == "queue", conversations.c.id != conversation_id,
        or_(
            conversations.c.priority > priority,
            and_(conversations.c.priority == priority, conversations.c.queued_at < queued_at),
            and_(conversations.c.priority == priority, conversations.c.queued_at == queued_at,
                 conversations.c.id < conversation_id),
        ))
    return int((await connection.execute(ahead)).scalar_one()) + 1


async def add_inbound(
    connection: AsyncConnection, inbound: Inbound, conversation: Conversation, turn_id: str, now: datetime
) -> Message:
    """Store a citizen's message."""
    return await _add(connection, conversation, now, direction="in", author="citizen", turn_id=turn_id,
                      external_id=inbound.external_id, text=inbound.text or None,
                      body=_body(attachments=inbound.attachments), status="stored")


async def add_reply(
    connection: AsyncConnection, reply: Reply, conversation: Conversation, now: datetime, *,
    turn_id: str | None, pushed: bool, agent_id: str | None = None, external_id: str | None = None,
    not_before: datetime | None = None,
) -> Message:
    """Store an outgoing message; `pushed` puts it into the outbox of a channel that must be delivered to.

    Until `not_before` only the answer to the citizen's own request may carry it.
    """
    return await _add(connection, conversation, now, direction="out", author=reply.author, turn_id=turn_id,
                      agent_id=agent_id, external_id=external_id, text=reply.text or None,
                      body=_body(reply.buttons, reply.image, reply.custom, voice=reply.voice),
                      status="pending" if pushed else "stored", not_before=not_before if pushed else None)


async def find_duplicate(connection: AsyncConnection, citizen_id: str, external_id: str) -> Message | None:
    """The message that already came with this external id."""
    row = (await connection.execute(select(messages).where(
        messages.c.citizen_id == citizen_id, messages.c.external_id == external_id))).first()
    return message_of(row) if row else None


async def get_message(connection: AsyncConnection, message_id: str) -> Message:
    """One message. Raises NotFound."""
    row = (await connection.execute(select(messages).where(messages.c.id == message_id))).first()
    if row is None:
        raise NotFound("no such message")
    return message_of(row)


async def turn_messages(connection: AsyncConnection, turn_id: str, direction: str | None = None) -> list[Message]:
    """The messages of a turn in order."""
    query = select(messages).where(messages.c.turn_id == turn_id).order_by(messages.c.seq)
    if direction:
        query = query.where(messages.c.direction == direction)
    return [message_of(row) for row in await connection.execute(query)]


async def citizen_of(connection: AsyncConnection, channel: str, sender: str) -> Row[Any] | None:
    """The citizen's row without a lock."""
    own = (await connection.execute(
        select(citizens).where(citizens.c.channel == channel, citizens.c.sender == sender))).first()
    return own or await _linked(connection, channel, sender)


async def home_of(connection: AsyncConnection, citizen_id: str) -> tuple[str, str] | None:
    """The channel and the sender by which the citizen first came."""
    row = (await connection.execute(select(citizens.c.channel, citizens.c.sender).where(
        citizens.c.id == citizen_id))).first()
    return (row.channel, row.sender) if row else None


async def history(
    connection: AsyncConnection, citizen_id: str, *, after: str | None = None, limit: int = 200,
    direction: str | None = None,
) -> list[Message]:
    """A citizen's messages in order: those after message id `after`, else the newest `limit`.

    Raises NotFound when `after` is not a message of this citizen.
    """
    query = select(messages).where(messages.c.citizen_id == citizen_id)
    if direction:
        query = query.where(messages.c.direction == direction)
    if after is None:
        rows = (await connection.execute(query.order_by(messages.c.seq.desc()).limit(limit))).all()
        return [message_of(row) for row in reversed(rows)]
    seq = (await connection.execute(select(messages.c.seq).where(
        messages.c.citizen_id == citizen_id, messages.c.id == after))).scalar()
    if seq is None:
        raise NotFound("no such message")
    rows = (await connection.execute(query.where(messages.c.seq > seq).order_by(messages.c.seq).limit(limit))).all()
    return [message_of(row) for row in rows]


async def last_outgoing(connection: AsyncConnection, conversation_id: str) -> Message | None:
    """The newest message that went out in a conversation."""
    row = (await connection.execute(select(messages).where(
        messages.c.conversation_id == conversation_id, messages.c.direction == "out")
        .order_by(messages.c.seq.desc()).limit(1))).first()
    return message_of(row) if row else None


async def pending(connection: AsyncConnection, now: datetime, citizen_id: str | None = None) -> list[Message]:
    """Outgoing messages that a channel has not taken yet, in order."""
    query = select(messages).where(
        messages.c.status == "pending", or_(messages.c.not_before.is_(None), messages.c.not_before <= now))
    if citizen_id:
        query = query.where(messages.c.citizen_id == citizen_id)
    return [message_of(row) for row in await connection.execute(query.order_by(messages.c.seq).limit(500))]


async def mark(
    connection: AsyncConnection, ids: Sequence[str], status: str, not_before: datetime | None = None
) -> None:
    """Set the delivery status of messages, unless their arrival was told before the sending came to its end."""
    await connection.execute(update(messages).where(
        messages.c.id.in_(ids), messages.c.status.not_in(ARRIVED)).values(
        status=status, not_before=not_before, attempts=messages.c.attempts + 1))


async def mark_arrived(connection: AsyncConnection, citizen_id: str, message_id: str, status: str) -> bool:
    """The citizen's client has (`delivered`), or has shown (`seen`), all up to this message; False if it is no news."""
    seq = (await connection.execute(select(messages.c.seq).where(
        messages.c.citizen_id == citizen_id, messages.c.id == message_id))).scalar()
    if seq is None:
        return False
    result = await connection.execute(update(messages).where(
        messages.c.citizen_id == citizen_id, messages.c.direction == "out", messages.c.seq <= seq,
        messages.c.status.in_(BEFORE[status])).values(status=status))
    return bool(result.rowcount)


async def pictures(connection: AsyncConnection, conversation_id: str, most: int = 9) -> tuple[Attachment, ...]:
    """The newest pictures and locations that the citizen sent in a conversation, in order."""
    rows = await connection.execute(select(messages).where(
        messages.c.conversation_id == conversation_id, messages.c.direction == "in").order_by(messages.c.seq))
    found = [attachment for row in rows for attachment in message_of(row).attachments
             if attachment.kind in ("image", "location")]
    return tuple(found[-most:])


async def waiting_count(connection: AsyncConnection) -> int:
    """How many conversations wait for an agent."""
    return int((await connection.execute(
        select(func.count()).select_from(conversations).where(conversations.c.owner == "queue"))).scalar_one())


async def _linked(connection: AsyncConnection, channel: str, sender: str, lock: bool = False) -> Row[Any] | None:
    """The citizen who speaks from here as well; each look costs a query, and only strangers cause one."""
    query = select(citizens).join(citizen_links, citizen_links.c.citizen_id == citizens.c.id).where(
        citizen_links.c.channel == channel, citizen_links.c.sender == sender)
    return (await connection.execute(query.with_for_update(of=citizens) if lock else query)).first()


def _body(
    buttons: Sequence[JSON] = (), image: str | None = None, custom: JSON | None = None,
    attachments: Sequence[Attachment] = (), voice: str | None = None,
) -> JSON:
    body: JSON = {}
    if buttons:
        body["buttons"] = list(buttons)
    if image:
        body["image"] = image
    if voice:
        body["voice"] = voice
    if custom:
        body["custom"] = custom
    if attachments:
        body["attachments"] = [asdict(attachment) for attachment in attachments]
    return body


async def _add(connection: AsyncConnection, conversation: Conversation, now: datetime, **values: Any) -> Message:
    row = {"id": new_id(), "conversation_id": conversation.id, "citizen_id": conversation.citizen_id,
           "attempts": 0, "created_at": now, "agent_id": None, "external_id": None, **values}
    result = await connection.execute(insert(messages).values(**row))
    seq = result.inserted_primary_key
    return _record({**row, "seq": seq[0] if seq else 0})


def _conversation(row: Row[Any]) -> Conversation:
    return Conversation(**dict(row._mapping))


def message_of(row: Row[Any]) -> Message:
    """The message in a row of the table."""
    return _record(dict(row._mapping))


def _record(values: dict[str, Any]) -> Message:
    body = values["body"]
    return Message(
        seq=values["seq"], id=values["id"], conversation_id=values["conversation_id"],
        citizen_id=values["citizen_id"], direction=values["direction"], author=values["author"],
        text=values["text"] or None, created_at=values["created_at"], turn_id=values["turn_id"],
        external_id=values["external_id"], buttons=tuple(body.get("buttons", ())), image=body.get("image"),
        custom=body.get("custom"), voice=body.get("voice"), agent_id=values["agent_id"], status=values["status"],
        attachments=tuple(Attachment(**attachment) for attachment in body.get("attachments", ())))
