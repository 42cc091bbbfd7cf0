"""Tables of the training room: labels, outside data sets, models and their publishing, versions of articles."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from hotline.store.tables import SEQ, Utc, metadata

# What a person said a message is. `text` is masked; `message_id` lets an erasure find it.
labels = Table(
    "labels", metadata,
    Column("id", String(40), primary_key=True),
    Column("message_id", String(40), unique=True),  # empty: imported, of no message of ours
    Column("turn_id", String(40), index=True),
    Column("citizen_id", String(40), index=True),
    Column("text", Text, nullable=False),
    Column("intent", String(40)),
    Column("service", String(40)),
    Column("emergency", String(30)),  # none, gas:leak, life:fire, ...; empty: not said
    Column("state", String(16), nullable=False, index=True),  # accepted, out_of_scope, personal, skipped, withdrawn
    Column("part", String(8), nullable=False),  # train or test; a test label never trains
    Column("source", String(16), nullable=False),  # inbox, cluster, correction, doubt, import
    Column("author_id", String(40), nullable=False),
    Column("created_at", Utc, nullable=False, index=True),
    Column("updated_at", Utc, nullable=False),
)

label_changes = Table(
    "label_changes", metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("label_id", String(40), nullable=False, index=True),
    Column("author_id", String(40), nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("at", Utc, nullable=False),
)

# Outside labelled logs with label sets of their own.
datasets = Table(
    "datasets", metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("columns", JSON, nullable=False),  # {"text": [names], "label": name}
    Column("label_counts", JSON, nullable=False),
    Column("size", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("author_id", String(40), nullable=False),
    Column("at", Utc, nullable=False),
)

dataset_rows = Table(
    "dataset_rows", metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("dataset_id", String(40), nullable=False, index=True),
    Column("line", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("label", String(80), nullable=False),
)

# A training or a measuring that runs in a process of its own; one at a time.
jobs = Table(
    "jobs", metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(16), nullable=False),  # candidate, measure, doubts
    Column("subject", String(40)),  # of the kind: a model's or a data set's id
    Column("state", String(12), nullable=False, index=True),  # waiting, running, done, failed, cancelled
    Column("stage", String(40)),
    Column("progress", Integer, nullable=False),  # percent
    Column("result", JSON),
    Column("error", Text),
    Column("author_id", String(40), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("started_at", Utc),
    Column("ended_at", Utc),
)

# Each model with what it was made of; files in var/training/models/<id>/.
models = Table(
    "models", metadata,
    Column("id", String(40), primary_key=True),
    Column("state", String(12), nullable=False, index=True),  # training, trained, refused, ready, failed, cancelled
    Column("data_hash", String(64)),
    Column("thresholds", JSON, nullable=False),
    Column("figures", JSON),
    Column("comparison", JSON),
    Column("gate", JSON),
    Column("notes", Text, nullable=False),
    Column("author_id", String(40), nullable=False),
    Column("created_at", Utc, nullable=False, index=True),
    Column("ended_at", Utc),
)

# Every change of the serving model. The newest row in state `serving` serves; `wanted` waits for the keeper.
publications = Table(
    "publications", metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("model_id", String(40)),  # empty: the model that the checkout was trained to
    Column("kind", String(10), nullable=False),  # publish, rollback, fallback
    Column("state", String(10), nullable=False, index=True),  # wanted, starting, serving, past, failed
    Column("url", String(80)),
    Column("author_id", String(40), nullable=False),
    Column("reason", Text, nullable=False),  # why the gate was overridden
    Column("error", Text),
    Column("at", Utc, nullable=False),
    Column("served_at", Utc),
    Column("ended_at", Utc),
)

# Every version of an article that was ever written, with what became of it.
article_versions = Table(
    "article_versions", metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("article_id", String(60), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("state", String(10), nullable=False, index=True),  # draft, reviewed, live, past, withdrawn, expired
    Column("wrong", Boolean, nullable=False),  # it told something false: who got it may be offered a correction
    Column("author_id", String(40), nullable=False),
    Column("reviewer_id", String(40)),
    Column("note", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("live_from", Utc),
    Column("live_until", Utc),
    UniqueConstraint("article_id", "version"),
    Index("ix_article_versions_article", "article_id", "version"),
)

correction_offers = Table(
    "correction_offers", metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=True),
    Column("article_id", String(60), nullable=False),
    Column("version", Integer, nullable=False),
    Column("conversation_id", String(40), nullable=False),
    Column("author_id", String(40), nullable=False),
    Column("at", Utc, nullable=False),
    UniqueConstraint("article_id", "version", "conversation_id"),
)
