"""Tables of the desk: agents and their sessions, what they did and wrote, the words that are watched."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from hotline.store.tables import SEQ, Utc, id_column, metadata

agents = Table(
    "agents", metadata, id_column(),
    Column("username", String(60), nullable=False, unique=True),
    Column("name", String(60), nullable=False),
    Column("roles", JSON, nullable=False),
    Column("skills", JSON, nullable=False),
    Column("most_chats", Integer, nullable=False),
    Column("oidc_subject", String(200), unique=True),
    Column("totp_secret", String(64)),  # sealed: hotline/desk/sealing.py
    Column("totp_step", BigInteger),  # the last step whose code was used: a code is good once
    Column("totp_confirmed", Boolean, nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Utc),
    Column("created_at", Utc, nullable=False),
)

agent_sessions = Table(
    "agent_sessions", metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("agent_id", String(40), ForeignKey("agents.id"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False, index=True),
)

audit = Table(
    "audit", metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("agent_id", String(40), nullable=False, index=True),
    Column("action", String(40), nullable=False),
    Column("subject", String(60), nullable=False),
    Column("at", Utc, nullable=False, index=True),
)

# Where an agent is: written by their pages, read by whoever assigns.
presence = Table(
    "presence", metadata,
    Column("agent_id", String(40), ForeignKey("agents.id"), primary_key=True),
    Column("status", String(10), nullable=False),  # online, busy, away: what the agent chose
    Column("since", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),        # a page of theirs was connected then
)

# What happened to a conversation at the desk: the reports and the three-minute rule are counted from it.
desk_events = Table(
    "desk_events", metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("agent_id", String(40), index=True),
    Column("body", JSON, nullable=False),
    Column("at", Utc, nullable=False, index=True),
)

# Notes that citizens never see; `to_agent` makes one a supervisor's whisper.
notes = Table(
    "notes", metadata, id_column(),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False),
    Column("citizen_id", String(40), nullable=False, index=True),
    Column("agent_id", String(40), nullable=False),
    Column("to_agent", String(40)),
    Column("text", Text, nullable=False),
    Column("at", Utc, nullable=False),
)

canned = Table(
    "canned", metadata, id_column(),
    Column("owner_id", String(40), index=True),  # empty: everybody's
    Column("skill", String(20)),
    Column("title", String(60), nullable=False),
    Column("text", Text, nullable=False),
    Column("updated_at", Utc, nullable=False),
)

wrap_ups = Table(
    "wrap_ups", metadata, id_column(),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("agent_id", String(40), nullable=False, index=True),
    Column("result", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("score", Integer),       # what the citizen answered to the satisfaction request, 1 to 5
    Column("at", Utc, nullable=False, index=True),
)

# The operator's words: what may not go out, and what a supervisor must see.
watch_words = Table(
    "watch_words", metadata, id_column(),
    Column("kind", String(10), nullable=False),  # forbidden, threat, crowd
    Column("word", String(60), nullable=False),
    Column("at", Utc, nullable=False),
    UniqueConstraint("kind", "word"),
)

# Words of the house's own list that the operator has switched off.
silenced_words = Table(
    "silenced_words", metadata,
    Column("kind", String(10), primary_key=True),
    Column("word", String(60), primary_key=True),
    Column("at", Utc, nullable=False),
)

alerts = Table(
    "alerts", metadata, id_column(),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("message_id", String(40), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("at", Utc, nullable=False),
    Column("seen_by", String(40)),
    Column("seen_at", Utc),
    UniqueConstraint("message_id", "kind"),
)

score_sheets = Table(
    "score_sheets", metadata, id_column(),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("agent_id", String(40), nullable=False, index=True),
    Column("reviewer_id", String(40), nullable=False),
    Column("scores", JSON, nullable=False),
    Column("total", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Utc, nullable=False),
)

frozen_months = Table(
    "frozen_months", metadata,
    Column("month", String(7), primary_key=True),  # 2026-11
    Column("body", JSON, nullable=False),
    Column("agent_id", String(40), nullable=False),
    Column("at", Utc, nullable=False),
)

# What agents corrected in the bot's understanding: suggestions for the training room.
corrections = Table(
    "corrections", metadata, id_column(),
    Column("turn_id", String(40), nullable=False, index=True),
    Column("conversation_id", String(40), nullable=False),
    Column("citizen_id", String(40), nullable=False, index=True),
    Column("field", String(20), nullable=False),
    Column("heard", String(60)),
    Column("right", String(60), nullable=False),
    Column("agent_id", String(40), nullable=False),
    Column("at", Utc, nullable=False),
    UniqueConstraint("turn_id", "field"),
)
