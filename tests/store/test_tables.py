"""Each room's tables stand in a module of their own, all in one metadata."""

from __future__ import annotations

from hotline.store import desk_tables, tables, training_tables

DESK = {"agents", "agent_sessions", "audit", "presence", "desk_events", "notes", "canned", "wrap_ups", "watch_words",
        "silenced_words", "alerts", "score_sheets", "frozen_months", "corrections"}


def test_the_desks_tables_stand_apart_and_in_the_same_metadata() -> None:
    assert desk_tables.metadata is tables.metadata is training_tables.metadata
    assert {name for name in DESK if getattr(desk_tables, name).metadata is tables.metadata} == DESK
    assert not DESK & set(vars(tables))
    assert set(tables.metadata.tables) >= DESK | {"conversations", "labels"}
