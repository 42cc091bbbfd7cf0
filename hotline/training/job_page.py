"""Jobs over HTTP: what runs, how far it is, what it said, and an end to it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

from aiohttp import web

from hotline.records import JSON
from hotline.store import jobs as store
from hotline.store.agents import Session, add_audit
from hotline.store.database import Database
from hotline.store.jobs import Job
from hotline.training.door import Door
from hotline.training.jobs import Jobs


class JobPage:
    """HTTP around `Jobs`."""

    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The addresses."""
        return [door.signed("GET", "/training/api/jobs", self._all),
                door.signed("GET", "/training/api/jobs/{id}", self._one),
                door.signed("POST", "/training/api/jobs/{id}/cancel", self._cancel)]

    async def _all(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            found = await store.jobs_of(connection)
        return web.json_response({"rows": [job_json(job) for job in found], "more": None})

    async def _one(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            job = await store.get_job(connection, request.match_info["id"])
        return web.json_response({**job_json(job), "log": await asyncio.to_thread(self._jobs.log_of, job.id)})

    async def _cancel(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.write() as connection:
            job = await store.get_job(connection, request.match_info["id"])
            await add_audit(connection, session.agent.id, "job_cancel", job.id, datetime.now(timezone.utc))
        await self._jobs.cancel(job.id)
        async with self._database.read() as connection:
            return web.json_response(job_json(await store.get_job(connection, job.id)))


def job_json(job: Job) -> JSON:
    """As the API tells it, without the log."""
    times = {name: at.isoformat() if (at := getattr(job, name)) else None
             for name in ("created_at", "started_at", "ended_at")}
    return {"id": job.id, "kind": job.kind, "subject": job.subject, "state": job.state, "stage": job.stage,
            "progress": job.progress, "result": job.result, "error": job.error, "author": job.author_id, **times}
