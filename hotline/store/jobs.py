"""Trainings and measurings: one row each, one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import Conflict, NotFound
from hotline.records import JSON
from hotline.store.conversations import new_id
from hotline.store.training_tables import jobs

OPEN = ("waiting", "running")


@dataclass(frozen=True)
class Job:
    """`subject` is a model's or a data set's id; `progress` is in percent."""

    id: str
    kind: str
    subject: str | None
    state: str
    stage: str | None
    progress: int
    result: JSON | None
    error: str | None
    author_id: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


async def add_job(connection: AsyncConnection, kind: str, subject: str | None, author_id: str, now: datetime) -> Job:
    """A new job. Raises Conflict while another one is open."""
    if await open_jobs(connection):
        raise Conflict("正在训练，请等它结束或先取消")
    job = Job(new_id(), kind, subject, "waiting", None, 0, None, None, author_id, now, None, None)
    await connection.execute(insert(jobs).values(**vars(job)))
    return job


async def open_jobs(connection: AsyncConnection) -> list[Job]:
    """What runs or is about to."""
    rows = await connection.execute(select(jobs).where(jobs.c.state.in_(OPEN)).order_by(jobs.c.created_at))
    return [Job(**dict(row._mapping)) for row in rows]


async def get_job(connection: AsyncConnection, job_id: str) -> Job:
    """One job. Raises NotFound."""
    row = (await connection.execute(select(jobs).where(jobs.c.id == job_id))).first()
    if row is None:
        raise NotFound("没有这个任务")
    return Job(**dict(row._mapping))


async def jobs_of(
    connection: AsyncConnection, *, kind: str = "", subject: str = "", limit: int | None = 50
) -> list[Job]:
    """The newest jobs first, of a kind or about a subject."""
    query = select(jobs)
    if kind:
        query = query.where(jobs.c.kind == kind)
    if subject:
        query = query.where(jobs.c.subject == subject)
    rows = await connection.execute(query.order_by(jobs.c.created_at.desc(), jobs.c.id).limit(limit))
    return [Job(**dict(row._mapping)) for row in rows]


async def rewrite_job(connection: AsyncConnection, job_id: str, result: JSON | None, error: str | None) -> None:
    """What an ended job left behind, written anew: an erasure takes words out of it."""
    await connection.execute(update(jobs).where(jobs.c.id == job_id).values(result=result, error=error))


async def change_job(connection: AsyncConnection, job_id: str, **values: Any) -> bool:
    """Note how far an open job is, or how it ended; false, and nothing changed, when it had ended already."""
    done = await connection.execute(update(jobs).where(
        jobs.c.id == job_id, jobs.c.state.in_(OPEN)).values(**values))
    return done.rowcount == 1
