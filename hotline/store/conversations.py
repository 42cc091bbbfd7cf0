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


def new_id() -> str:
    """A fresh opaque id."""
    return secrets.token_hex(12)


async def lock_citizen(connection: AsyncConnection, channel: str, sender: str, now: datetime) -> Row[Any]:
    """The citizen's row, made if needed, locked for this transaction: orders all that happens to one citizen."""
    query = select(citizens).where(citizens.c.channel == channel, citizens.c.sender == sender).with_for_update()
    row = (await connection.execute(query)).first()
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


async def current_conversation(connection: AsyncConnection, citizen: Row[Any], now: datetime) -> Conversation:
    """The citizen's open conversation; a new one when there is none or the last one was closed."""
    if citizen.conversation_id:
        conversation = await get_conversation(connection, citizen.conversation_id)
        if conversation.closed_at is None:
            return conversation
    conversation_id = new_id()
    await connection.execute(insert(conversations).values(
        id=conversation_id, citizen_id=citizen.id, channel=citizen.channel, sender=citizen.sender, owner="bot",
        version=0, state={}, priority=0, skill="general", created_at=now, updated_at=now))
    await connection.execute(
        update(citizens).where(citizens.c.id == citizen.id).values(conversation_id=conversation_id))
    return Conversation(
        id=conversation_id, citizen_id=citizen.id, channel=citizen.channel, sender=citizen.sender, owner="bot",
        version=0, state={}, created_at=now, updated_at=now)


async def get_conversation(connection: AsyncConnection, conversation_id: str) -> Conversation:
    """One conversation. Raises NotFound."""
    row = (await connection.execute(select(conversations).where(conversations.c.id == conversation_id))).first()
    if row is None:
        raise NotFound("no such conversation")
    return _conversation(row)


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
    ahead = select(func.count()).select_from(conversations).where(
        conversations.c.owner == "queue",
        or_(
            conversations.c.priority > conversation.priority,
            and_(conversations.c.priority == conversation.priority,
                 conversations.c.queued_at < conversation.queued_at),
            and_(conversations.c.priority == conversation.priority,
                 conversations.c.queued_at == conversation.queued_at,
                 conversations.c.id < conversation.id),
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
) -> Message:
    """Store an outgoing message; `pushed` puts it into the outbox of a channel that must be delivered to."""
    return await _add(connection, conversation, now, direction="out", author=reply.author, turn_id=turn_id,
                      agent_id=agent_id, external_id=external_id, text=reply.text or None,
                      body=_body(reply.buttons, reply.image, reply.custom),
                      status="pending" if pushed else "stored")


async def find_duplicate(connection: AsyncConnection, citizen_id: str, external_id: str) -> Message | None:
    """The message that already came with this external id."""
    row = (await connection.execute(select(messages).where(
        messages.c.citizen_id == citizen_id, messages.c.external_id == external_id))).first()
    return _message(row) if row else None


async def turn_messages(connection: AsyncConnection, turn_id: str, direction: str | None = None) -> list[Message]:
    """The messages of a turn in order."""
    query = select(messages).where(messages.c.turn_id == turn_id).order_by(messages.c.seq)
    if direction:
        query = query.where(messages.c.direction == direction)
    return [_message(row) for row in await connection.execute(query)]


async def citizen_of(connection: AsyncConnection, channel: str, sender: str) -> Row[Any] | None:
    """The citizen's row without a lock."""
    return (await connection.execute(
        select(citizens).where(citizens.c.channel == channel, citizens.c.sender == sender))).first()


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
        return [_message(row) for row in reversed(rows)]
    seq = (await connection.execute(select(messages.c.seq).where(
        messages.c.citizen_id == citizen_id, messages.c.id == after))).scalar()
    if seq is None:
        raise NotFound("no such message")
    rows = (await connection.execute(query.where(messages.c.seq > seq).order_by(messages.c.seq).limit(limit))).all()
    return [_message(row) for row in rows]


async def last_outgoing(connection: AsyncConnection, conversation_id: str) -> Message | None:
    """The newest message that went out in a conversation."""
    row = (await connection.execute(select(messages).where(
        messages.c.conversation_id == conversation_id, messages.c.direction == "out")
        .order_by(messages.c.seq.desc()).limit(1))).first()
    return _message(row) if row else None


async def pending(connection: AsyncConnection, now: datetime, citizen_id: str | None = None) -> list[Message]:
    """Outgoing messages that a channel has not taken yet, in order."""
    query = select(messages).where(
        messages.c.status == "pending", or_(messages.c.not_before.is_(None), messages.c.not_before <= now))
    if citizen_id:
        query = query.where(messages.c.citizen_id == citizen_id)
    return [_message(row) for row in await connection.execute(query.order_by(messages.c.seq).limit(500))]


async def mark(
    connection: AsyncConnection, ids: Sequence[str], status: str, not_before: datetime | None = None
) -> None:
    """Set the delivery status of messages."""
    await connection.execute(update(messages).where(messages.c.id.in_(ids)).values(
        status=status, not_before=not_before, attempts=messages.c.attempts + 1))


async def mark_delivered(connection: AsyncConnection, citizen_id: str, message_id: str) -> None:
    """The citizen's client has everything up to this message."""
    seq = (await connection.execute(select(messages.c.seq).where(
        messages.c.citizen_id == citizen_id, messages.c.id == message_id))).scalar()
    if seq is not None:
        await connection.execute(update(messages).where(
            messages.c.citizen_id == citizen_id, messages.c.direction == "out", messages.c.seq <= seq,
            messages.c.status.in_(("pending", "sent"))).values(status="delivered"))


async def waiting_count(connection: AsyncConnection) -> int:
    """How many conversations wait for an agent."""
    return int((await connection.execute(
        select(func.count()).select_from(conversations).where(conversations.c.owner == "queue"))).scalar_one())


def _body(
    buttons: Sequence[JSON] = (), image: str | None = None, custom: JSON | None = None,
    attachments: Sequence[Attachment] = (),
) -> JSON:
    body: JSON = {}
    if buttons:
        body["buttons"] = list(buttons)
    if image:
        body["image"] = image
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


def _message(row: Row[Any]) -> Message:
    return _record(dict(row._mapping))


def _record(values: dict[str, Any]) -> Message:
    body = values["body"]
    return Message(
        seq=values["seq"], id=values["id"], conversation_id=values["conversation_id"],
        citizen_id=values["citizen_id"], direction=values["direction"], author=values["author"],
        text=values["text"] or None, created_at=values["created_at"], turn_id=values["turn_id"],
        external_id=values["external_id"], buttons=tuple(body.get("buttons", ())), image=body.get("image"),
        custom=body.get("custom"), agent_id=values["agent_id"], status=values["status"],
        attachments=tuple(Attachment(**attachment) for attachment in body.get("attachments", ())))
