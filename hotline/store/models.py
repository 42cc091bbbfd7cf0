"""Candidates: what each was made of, by whom, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import NotFound
from hotline.records import JSON
from hotline.store.training_tables import models


@dataclass(frozen=True)
class TrainedModel:
    """One candidate; its files stand in var/training/models/<id>/."""

    id: str
    state: str
    data_hash: str | None
    thresholds: JSON
    figures: JSON | None
    comparison: JSON | None
    gate: JSON | None
    notes: str
    author_id: str
    created_at: datetime
    ended_at: datetime | None


async def add_model(connection: AsyncConnection, model: TrainedModel) -> None:
    """Keep a new one."""
    await connection.execute(insert(models).values(**vars(model)))


async def all_models(connection: AsyncConnection, limit: int | None = 100) -> list[TrainedModel]:
    """The newest first."""
    rows = await connection.execute(select(models).order_by(models.c.created_at.desc(), models.c.id).limit(limit))
    return [TrainedModel(**dict(row._mapping)) for row in rows]


async def get_model(connection: AsyncConnection, model_id: str) -> TrainedModel:
    """One model. Raises NotFound."""
    row = (await connection.execute(select(models).where(models.c.id == model_id))).first()
    if row is None:
        raise NotFound("没有这个模型")
    return TrainedModel(**dict(row._mapping))


async def change_model(connection: AsyncConnection, model_id: str, **values: Any) -> None:
    """Write some columns anew."""
    await connection.execute(update(models).where(models.c.id == model_id).values(**values))


async def drop_model(connection: AsyncConnection, model_id: str) -> None:
    """Forget one whose training never began."""
    await connection.execute(delete(models).where(models.c.id == model_id))
