"""Candidates over HTTP: order one, read them, write notes."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from aiohttp import web

from hotline.background import in_background
from hotline.conversation.http import read_object
from hotline.errors import BadInput, HotlineError
from hotline.records import JSON
from hotline.store import models as store
from hotline.store.agents import Session, add_audit, agent_names
from hotline.store.conversations import new_id
from hotline.store.database import Database
from hotline.store.jobs import Job
from hotline.store.labels import count_since
from hotline.store.models import TrainedModel
from hotline.training.assembly import WriteLabels, assemble
from hotline.training.door import Door
from hotline.training.jobs import Jobs, Plan
from hotline.training.limits import Limits

LONGEST_NOTES = 4000
ENDED = {"done": "trained", "failed": "failed", "cancelled": "cancelled"}
LEARNT = ("training", "trained", "ready", "refused")  # states of a candidate that has, or will have, learnt its labels
# Reads the labels as they are now and returns what writes them into a candidate's folder.
Labels = Callable[[], Awaitable[WriteLabels]]
Judge = Callable[[JSON], JSON]  # a comparison -> {"passed", "reasons"}


async def no_labels() -> WriteLabels:
    """Where nobody has labelled anything."""
    return lambda folder: None


class Models:
    """`folder` keeps the candidates, a folder each; `labels` and `judge` are other parts of the room."""

    def __init__(
        self, database: Database, jobs: Jobs, folder: Path, labels: Labels = no_labels, judge: Judge | None = None
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._folder = folder
        self._labels = labels
        self._judge = judge
        jobs.endings["candidate"] = self._ended

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The addresses."""
        return [door.signed("POST", "/training/api/models", self._make),
                door.signed("GET", "/training/api/models", self._all),
                door.signed("GET", "/training/api/models/{id}", self._one),
                door.signed("PUT", "/training/api/models/{id}", self._note)]

    async def _make(self, request: web.Request, session: Session) -> web.Response:
        body = await read_object(request)
        notes, given = _notes(body), body.get("thresholds") or {}
        if not isinstance(given, dict):
            raise BadInput("thresholds must be an object", "thresholds")
        limits, now = Limits.read(given), datetime.now(timezone.utc)
        model = TrainedModel(new_id(), "training", None, limits.as_json(), None, None, None, notes,
                             session.agent.id, now, None)
        folder = self._folder / model.id
        digest = await in_background(assemble, folder, limits, await self._labels(), {
            "model": model.id, "author": session.agent.username, "at": now.isoformat(), "notes": notes})
        model = replace(model, data_hash=digest)
        try:
            job = await self._begin(model, folder)
        except HotlineError:
            await asyncio.to_thread(shutil.rmtree, folder, True)
            raise
        return web.json_response({"model": model_json(model), "job": job.id}, status=202)

    async def _begin(self, model: TrainedModel, folder: Path) -> Job:
        """The row comes first: a job that ends at once must find it. Raises Conflict while another job runs."""
        async with self._database.write() as connection:
            await store.add_model(connection, model)
            await add_audit(connection, model.author_id, "model_train", model.id, model.created_at)
        try:
            return await self._jobs.start("candidate", model.id, model.author_id, Plan(
                (candidate_command(folder),), folder / "figures.json", self._ended))
        except HotlineError:
            async with self._database.write() as connection:
                await store.drop_model(connection, model.id)
            raise

    async def _all(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            found = await store.all_models(connection)
            names = await agent_names(connection, {model.author_id for model in found})
            learnt = next((model.created_at for model in found if model.state in LEARNT), None)
            unlearnt = await count_since(connection, learnt)
        return web.json_response({"unlearnt": unlearnt, "rows": [
            {**model_json(model), "author_name": names.get(model.author_id)} for model in found], "more": None})

    async def _one(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            model = await store.get_model(connection, request.match_info["id"])
            names = await agent_names(connection, {model.author_id})
        return web.json_response({
            **model_json(model), "author_name": names.get(model.author_id), "comparison": model.comparison})

    async def _note(self, request: web.Request, session: Session) -> web.Response:
        notes = _notes(await read_object(request))
        async with self._database.write() as connection:
            model = await store.get_model(connection, request.match_info["id"])
            await store.change_model(connection, model.id, notes=notes)
            return web.json_response(model_json(await store.get_model(connection, model.id)))

    async def _ended(self, job: Job) -> None:
        """A candidate's job has ended: what came of it goes into its row."""
        if job.subject is None:
            return
        values: dict[str, Any] = {"state": ENDED[job.state], "ended_at": job.ended_at, "figures": job.result}
        path = self._folder / job.subject / "comparison.json"
        if job.state == "done" and path.is_file():
            values["comparison"] = json.loads(await asyncio.to_thread(path.read_text, "utf-8"))
            if self._judge is not None:
                values["gate"] = self._judge(values["comparison"])
                values["state"] = "ready" if values["gate"]["passed"] else "refused"
        async with self._database.write() as connection:
            await store.change_model(connection, job.subject, **values)


def candidate_command(folder: Path) -> list[str]:
    """What trains and compares an assembled candidate."""
    return [sys.executable, "-m", "hotline", "training", "candidate", str(folder)]


def model_json(model: TrainedModel) -> JSON:
    """As the API tells it in a list; one model alone has its comparison as well."""
    return {"id": model.id, "state": model.state, "data_hash": model.data_hash, "thresholds": model.thresholds,
            "figures": model.figures, "gate": model.gate, "notes": model.notes, "author": model.author_id,
            "created_at": model.created_at.isoformat(),
            "ended_at": model.ended_at.isoformat() if model.ended_at else None}


def _notes(body: JSON) -> str:
    notes = body.get("notes", "")
    if not isinstance(notes, str) or len(notes) > LONGEST_NOTES:
        raise BadInput(f"备注最多 {LONGEST_NOTES} 个字", "notes")
    return notes.strip()
