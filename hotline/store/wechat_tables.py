"""The WeChat channel's tables: what came in and how it was answered, what may still be sent, who is who."""

from __future__ import annotations

from sqlalchemy import JSON as Json
from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from hotline.store.tables import SEQ, Utc, metadata

# One row a message or event of the platform: a retry finds it, on any process, and gets the identical answer.
wechat_inbound = Table(
    "wechat_inbound", metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("sender", String(200), nullable=False),
    Column("key", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("signature", String(64), nullable=False, index=True),  # a signature is good for one message
    Column("payload", Json, nullable=False),       # what the house has not got yet; emptied when it has
    Column("turn_id", String(40), index=True),
    Column("state", String(10), nullable=False),   # new, open, passive, unread, handed, lost
    Column("reply", Text),                         # the stored passive reply in the clear
    Column("carried", Json, nullable=False),       # ids of the messages in it
    Column("until", Utc, nullable=False),          # until then somebody may still fetch, or work on, it
    Column("received_at", Utc, nullable=False, index=True),
    UniqueConstraint("sender", "key"),
    Index("ix_wechat_inbound_state", "state", "until"),
)

# What the platform lets us send to a citizen, by what they did; each sending counts against every open allowance.
wechat_citizens = Table(
    "wechat_citizens", metadata,
    Column("sender", String(200), primary_key=True),
    Column("subscribed", Boolean, nullable=False),
    Column("message_left", Integer, nullable=False),
    Column("message_until", Utc),
    Column("click_left", Integer, nullable=False),
    Column("click_until", Utc),
    Column("trouble", String(20)),                 # the platform's last refusal to send to this citizen
    Column("trouble_at", Utc),
)

# How many pieces of a message have gone out; only messages that do not fit into one have a row.
wechat_pieces = Table(
    "wechat_pieces", metadata,
    Column("message_id", String(40), primary_key=True),
    Column("done", Integer, nullable=False),
)

# Which notices a citizen has agreed to get, and how many of each.
wechat_grants = Table(
    "wechat_grants", metadata,
    Column("sender", String(200), primary_key=True),
    Column("template", String(100), primary_key=True),
    Column("left", Integer, nullable=False),
)

# What all processes share: the sealed access token with its refresh, and troubles of the whole account.
wechat_shared = Table(
    "wechat_shared", metadata,
    Column("name", String(60), primary_key=True),
    Column("value", Text, nullable=False),
    Column("until", Utc, nullable=False),
    Column("holder", String(40)),
    Column("held_until", Utc),
)

# Other addresses of a citizen: whoever speaks from one of them is this citizen.
citizen_links = Table(
    "citizen_links", metadata,
    Column("channel", String(20), primary_key=True),
    Column("sender", String(200), primary_key=True),
    Column("citizen_id", String(40), nullable=False, index=True),
    Column("created_at", Utc, nullable=False),
)
