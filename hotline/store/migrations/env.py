"""Alembic's environment: runs on a connection that `hotline.store.migrate` hands over."""

from alembic import context

from hotline.store.tables import Utc, metadata


def render(kind: str, item: object, _context: object) -> str | bool:
    """Revisions must not depend on our types, which may change after them."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Utc) else False


context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True,
    compare_type=True, render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
