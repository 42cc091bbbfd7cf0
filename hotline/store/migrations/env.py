"""Alembic's environment: runs on a connection that `hotline.store.migrate` hands over."""

from typing import Any, Literal

from alembic import context

from hotline.store import desk_tables, training_tables, wechat_tables
from hotline.store.tables import Utc, metadata


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Revisions must not depend on our types, which may change after them."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Utc) else False


# All tables are known.
assert {table.metadata for table in (
    desk_tables.agents, training_tables.labels, wechat_tables.wechat_inbound)} == {metadata}
context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True,
    compare_type=True, render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
