"""Outside labelled logs; their texts are masked before they come here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import Conflict, NotFound
from hotline.records import JSON
from hotline.store.training_tables import dataset_rows, datasets

CHUNK = 1000  # rows in one statement


@dataclass(frozen=True)
class Dataset:
    """One log: `columns` says which of the file's columns were text and which the label."""

    id: str
    name: str
    columns: JSON
    label_counts: dict[str, int]
    size: int
    hash: str
    author_id: str
    at: datetime


@dataclass(frozen=True)
class DatasetRow:
    """One labelled text and its line in the file that it came from."""

    line: int
    text: str
    label: str


async def add_dataset(connection: AsyncConnection, dataset: Dataset, rows: Sequence[DatasetRow]) -> None:
    """Keep a log with all its rows. Raises Conflict when the name is taken."""
    try:
        await connection.execute(insert(datasets).values(**vars(dataset)))
    except IntegrityError as error:
        raise Conflict("已有同名的数据集，请换一个名字") from error
    for at in range(0, len(rows), CHUNK):
        await connection.execute(insert(dataset_rows), [
            {"dataset_id": dataset.id, **vars(row)} for row in rows[at:at + CHUNK]])


async def all_datasets(connection: AsyncConnection) -> list[Dataset]:
    """The newest first."""
    rows = await connection.execute(select(datasets).order_by(datasets.c.at.desc(), datasets.c.id))
    return [Dataset(**dict(row._mapping)) for row in rows]


async def get_dataset(connection: AsyncConnection, dataset_id: str) -> Dataset:
    """One log. Raises NotFound."""
    row = (await connection.execute(select(datasets).where(datasets.c.id == dataset_id))).first()
    if row is None:
        raise NotFound("没有这个数据集")
    return Dataset(**dict(row._mapping))


async def rows_of(connection: AsyncConnection, dataset_id: str) -> list[DatasetRow]:
    """All rows of a log in the order of its file."""
    found = await connection.execute(select(dataset_rows.c.line, dataset_rows.c.text, dataset_rows.c.label).where(
        dataset_rows.c.dataset_id == dataset_id).order_by(dataset_rows.c.seq))
    return [DatasetRow(row.line, row.text, row.label) for row in found]


async def drop_dataset(connection: AsyncConnection, dataset_id: str) -> None:
    """Throw a log and its rows away."""
    await connection.execute(delete(dataset_rows).where(dataset_rows.c.dataset_id == dataset_id))
    await connection.execute(delete(datasets).where(datasets.c.id == dataset_id))
