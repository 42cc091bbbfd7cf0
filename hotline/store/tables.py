"""The tables of conversations, cases and knowledge. Text columns never tell '' from NULL apart; times are UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive times: a silent eight-hour error would move every time limit."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime was about to be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        at: datetime = value
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
SEQ = BigInteger().with_variant(Integer, "sqlite")


def id_column() -> Column[str]:
    """The key of a table whose ids are of our own making."""
    return Column("id", String(40), primary_key=True)


citizens = Table(
    "citizens", metadata, id_column(),
    Column("channel", String(20), nullable=False),
    Column("sender", String(200), nullable=False),
    Column("conversation_id", String(40)),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("channel", "sender"),
)

conversations = Table(
    "conversations", metadata, id_column(),
    Column("citizen_id", String(40), ForeignKey("citizens.id"), nullable=False, index=True),
    Column("channel", String(20), nullable=False),
    Column("sender", String(200), nullable=False),
    Column("owner", String(10), nullable=False),
    Column("agent_id", String(40), index=True),
    Column("version", Integer, nullable=False),
    Column("state", JSON, nullable=False),
    Column("queued_at", Utc),
    Column("priority", Integer, nullable=False),
    Column("handover_reason", String(40)),
    Column("skill", String(20), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("closed_at", Utc),
    Column("told_position", Integer),  # the place in the queue that the citizen was last told
    Column("offered_at", Utc),         # when the citizen was offered a ticket or the bot instead of waiting
    Column("agent_seen", SEQ),         # messages.seq up to which the owner has read
    Index("ix_conversations_owner_queued", "owner", "priority", "queued_at"),
)

turns = Table(
    "turns", metadata, id_column(),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("citizen_id", String(40), nullable=False, index=True),
    Column("status", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("worker", String(40)),
    Column("lease_until", Utc),
    Column("not_before", Utc, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("parse", JSON),
    Column("model", String(200)),
    Column("outcome", String(40)),
    Column("created_at", Utc, nullable=False, index=True),
    Column("done_at", Utc),
    Index("ix_turns_status_not_before", "status", "not_before"),
)

messages = Table(
    "messages", metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("citizen_id", String(40), nullable=False),
    Column("turn_id", String(40), index=True),
    Column("direction", String(3), nullable=False),
    Column("author", String(10), nullable=False),
    Column("agent_id", String(40)),
    Column("external_id", String(200)),
    Column("text", Text),
    Column("body", JSON, nullable=False),
    Column("status", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Utc),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("citizen_id", "external_id"),
    Index("ix_messages_citizen_seq", "citizen_id", "seq"),
    Index("ix_messages_status", "status"),
)

# Pictures and voice notes. The bytes are files named by their digest; the id is the address, which nobody can guess.
attachments = Table(
    "attachments", metadata, id_column(),
    Column("digest", String(64), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("size", Integer, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("sender", String(200), nullable=False),
    Column("agent_id", String(40)),  # who sent it, when it was not the citizen
    # The conversation it belongs to; empty until the message that carries it has come.
    Column("conversation_id", String(40), ForeignKey("conversations.id"), index=True),
    Column("created_at", Utc, nullable=False, index=True),
)

emergencies = Table(
    "emergencies", metadata, id_column(),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("receipt", String(20)),
    Column("place_asked", Boolean, nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("confirmed_at", Utc),
    Column("confirmed_by", String(40)),
    Column("ended_at", Utc, index=True),
    Column("webhook_at", Utc),
)

cases = Table(
    "cases", metadata,
    Column("receipt", String(20), primary_key=True),
    Column("key", String(60), nullable=False, unique=True),
    Column("citizen_id", String(40), ForeignKey("citizens.id"), nullable=False, index=True),
    Column("conversation_id", String(40), nullable=False),
    Column("service_code", String(40), nullable=False),
    Column("act", String(20), nullable=False),
    Column("title", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("phone", String(20)),
    Column("name", String(60)),
    Column("confidential", Boolean, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("code", String(12)),
    Column("emergency", String(10)),
    Column("occurred", String(100)),
    Column("attributes", JSON, nullable=False),
    Column("attachments", JSON, nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("status", String(12), nullable=False),
    Column("status_notes", Text),
    Column("department", String(100)),
    Column("due_at", Utc),
    Column("backend_id", String(100), index=True),
    Column("created_at", Utc, nullable=False, index=True),
    Column("updated_at", Utc, nullable=False),
)

case_events = Table(
    "case_events", metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("receipt", String(20), ForeignKey("cases.receipt"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("status", String(12)),
    Column("text", Text),
    Column("at", Utc, nullable=False),
)

# What the case backend must still be told, in order within a receipt.
case_outbox = Table(
    "case_outbox", metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("key", String(60), nullable=False, unique=True),
    Column("receipt", String(20), ForeignKey("cases.receipt"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("body", JSON, nullable=False),
    Column("status", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Utc, nullable=False),
    Column("last_error", String(200)),
    Column("created_at", Utc, nullable=False),
    Column("done_at", Utc),
    Index("ix_case_outbox_status", "status", "not_before"),
)

lookups = Table(
    "lookups", metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("citizen_id", String(40), nullable=False),
    Column("receipt", String(40), nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_lookups_citizen_at", "citizen_id", "at"),
    Index("ix_lookups_receipt_at", "receipt", "at"),
)

articles = Table(
    "articles", metadata,
    Column("id", String(60), primary_key=True),
    Column("question", Text, nullable=False),
    Column("similar", JSON, nullable=False),
    Column("answer", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("domain", String(30), nullable=False),
    Column("review_date", String(10)),
    Column("as_of", String(20)),
    Column("verify", Boolean, nullable=False),
    Column("status", String(12), nullable=False),
    Column("file", String(200)),
    Column("file_hash", String(64)),
    Column("edited_online", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", Utc, nullable=False, index=True),
    Column("expires", String(10)),  # the last day on which it may be told; empty: no such day
)

article_feedback = Table(
    "article_feedback", metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("key", String(60), nullable=False, unique=True),
    Column("article_id", String(60), nullable=False, index=True),
    Column("conversation_id", String(40), nullable=False),
    Column("useful", Boolean, nullable=False),
    Column("at", Utc, nullable=False),
)

# Texts and switches an operator may edit while the house runs (emergency advice, ...).
house_texts = Table(
    "house_texts", metadata,
    Column("name", String(60), primary_key=True),
    Column("text", Text, nullable=False),
    Column("updated_at", Utc, nullable=False),
)

# The embedded case backend's own tables; nothing of the front door reads them.
backend_requests = Table(
    "backend_requests", metadata,
    Column("service_request_id", String(40), primary_key=True),
    Column("idempotency_key", String(200), unique=True),
    Column("receipt", String(20), index=True),
    Column("service_code", String(40), nullable=False, index=True),
    Column("description", Text, nullable=False),
    Column("address_string", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("status", String(10), nullable=False, index=True),
    Column("stage", String(12), nullable=False),
    Column("status_notes", Text),
    Column("agency", String(100)),
    Column("requested_at", Utc, nullable=False, index=True),
    Column("updated_at", Utc, nullable=False, index=True),
    Column("expected_at", Utc),
)

backend_updates = Table(
    "backend_updates", metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("idempotency_key", String(200), unique=True),
    Column("service_request_id", String(40), ForeignKey("backend_requests.service_request_id"),
           nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("stage", String(12)),
    Column("text", Text),
    Column("at", Utc, nullable=False),
)
