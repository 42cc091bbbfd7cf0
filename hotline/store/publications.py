"""Which model serves: every change of it, asked for by people or made by the keeper when one did not start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import Conflict, NotFound
from hotline.records import JSON
from hotline.store.training_tables import models, publications

Rows = Select[tuple[object, ...]]
KEEPER = "keeper"  # the author of what nobody asked for
OPEN = ("wanted", "starting")


@dataclass(frozen=True)
class Publication:
    """One row; `model_id` None is the model that the checkout was trained to."""

    seq: int
    model_id: str | None
    kind: str
    state: str
    url: str | None
    author_id: str
    reason: str
    error: str | None
    at: datetime
    served_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Candidate:
    """What publishing must know of a model."""

    id: str
    state: str
    comparison: JSON | None


async def candidate(connection: AsyncConnection, model_id: str) -> Candidate:
    """One model. Raises NotFound."""
    row = (await connection.execute(select(models.c.id, models.c.state, models.c.comparison).where(
        models.c.id == model_id))).first()
    if row is None:
        raise NotFound("没有这个模型")
    return Candidate(row.id, row.state, row.comparison)


async def serving(connection: AsyncConnection) -> Publication | None:
    """What serves now."""
    found = await _some(connection, select(publications).where(publications.c.state == "serving"), 1)
    return found[0] if found else None


async def pending(connection: AsyncConnection) -> Publication | None:
    """What is to serve soon."""
    found = await _some(connection, select(publications).where(publications.c.state.in_(OPEN)), 1)
    return found[0] if found else None


async def served(connection: AsyncConnection) -> list[Publication]:
    """The last time that each model served, newest first; `failed`: it was taken out of service."""
    last = select(func.max(publications.c.seq)).where(
        publications.c.served_at.is_not(None)).group_by(publications.c.model_id)
    return await _some(connection, select(publications).where(publications.c.seq.in_(last)), 100)


async def good(connection: AsyncConnection) -> list[Publication]:
    """What serves or has served and was not taken out of service, newest first, each model once."""
    return [row for row in await served(connection) if row.state != "failed"]


async def history(connection: AsyncConnection, limit: int = 50) -> list[Publication]:
    """All there was, newest first."""
    return await _some(connection, select(publications), limit)


async def ask(
    connection: AsyncConnection, model_id: str | None, kind: str, author_id: str, reason: str, now: datetime
) -> int:
    """Ask the keeper for a change; returns its number. Raises Conflict while another one is under way."""
    if connection.dialect.name == "postgresql":
        # Two admins at once: the second must see the first's row.
        await connection.execute(text("LOCK TABLE publications IN SHARE ROW EXCLUSIVE MODE"))
    if await pending(connection) is not None:
        raise Conflict("正在切换模型，请等它结束")
    return await add(connection, model_id, kind, author_id, now, reason=reason)


async def add(
    connection: AsyncConnection, model_id: str | None, kind: str, author_id: str, now: datetime, *, reason: str = "",
    state: str = "wanted",
) -> int:
    """Write a change down; returns its number."""
    done = await connection.execute(insert(publications).values(
        model_id=model_id, kind=kind, state=state, author_id=author_id, reason=reason, at=now))
    key = done.inserted_primary_key
    if key is None:
        raise RuntimeError("the database gave no number")
    return int(key[0])


async def starting(connection: AsyncConnection, seq: int) -> None:
    """The keeper has begun."""
    await connection.execute(update(publications).where(publications.c.seq == seq).values(state="starting"))


async def serve(connection: AsyncConnection, seq: int, url: str, now: datetime) -> None:
    """From now on this one serves, at this address; whatever did is past."""
    await connection.execute(update(publications).where(
        publications.c.state == "serving", publications.c.seq != seq).values(state="past", url=None, ended_at=now))
    await connection.execute(update(publications).where(publications.c.seq == seq).values(
        state="serving", url=url, served_at=now))


async def stand_in(
    connection: AsyncConnection, bad: Publication, model_id: str | None, url: str, trouble: str, now: datetime
) -> None:
    """Take what serves out of service because of its `trouble`, and let another model serve in its place."""
    await fail(connection, bad.seq, f"{trouble}，已自动停用", now)
    name = f"模型 {bad.model_id[:8]} " if bad.model_id else "出厂模型"
    seq = await add(connection, model_id, "fallback", KEEPER, now, reason=f"{name}{trouble}")
    await serve(connection, seq, url, now)


async def moved(connection: AsyncConnection, seq: int, url: str) -> None:
    """The same model, started again at another address."""
    await connection.execute(update(publications).where(publications.c.seq == seq).values(url=url))


async def fail(connection: AsyncConnection, seq: int, error: str, now: datetime) -> None:
    """It did not start, or it is taken out of service."""
    await connection.execute(update(publications).where(publications.c.seq == seq).values(
        state="failed", url=None, error=error[:2000], ended_at=now))


async def forget_addresses(connection: AsyncConnection, now: datetime) -> None:
    """No bot of an earlier run is alive: its address is nobody's, and what it had begun is broken off."""
    await connection.execute(update(publications).where(publications.c.url.is_not(None)).values(url=None))
    await connection.execute(update(publications).where(publications.c.state == "starting").values(
        state="failed", error="中断：启动时程序退出了", ended_at=now))


async def _some(connection: AsyncConnection, query: Rows, limit: int) -> list[Publication]:
    rows: Sequence[object] = (await connection.execute(
        query.order_by(publications.c.seq.desc()).limit(limit))).mappings().all()
    return [Publication(**dict(row)) for row in rows]  # type: ignore[call-overload]
