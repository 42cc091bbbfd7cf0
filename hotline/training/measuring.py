"""Measure an outside log and train a model of its labels: a job, its figures, its model to take away."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from hotline.background import in_background
from hotline.errors import BadInput, NotFound
from hotline.settings import ROOT
from hotline.store import datasets as store
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.training.dataset_files import write_project
from hotline.training.door import Door
from hotline.training.job_page import job_json
from hotline.training.jobs import Jobs, Plan

FOLDS = 5
CURVE = "0.1,0.25,0.5,1"


class Measuring:
    """`folder` is the data sets' own, `embeddings` the dotted path of the sentence encoder."""

    def __init__(self, database: Database, jobs: Jobs, folder: Path, embeddings: str) -> None:
        self._database = database
        self._jobs = jobs
        self._folder = folder
        self._embeddings = embeddings

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The addresses."""
        return [door.signed("POST", "/training/api/datasets/{id}/measure", self._measure),
                door.signed("GET", "/training/api/datasets/{id}/model", self._model)]

    async def _measure(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            dataset = await store.get_dataset(connection, request.match_info["id"])
            rare = [label for label, count in dataset.label_counts.items() if count < FOLDS]
            if rare:
                raise BadInput(f"每种标签至少要有 {FOLDS} 行才能测量；不够的：{'、'.join(rare[:10])}")
            rows = await store.rows_of(connection, dataset.id)
        folder = self._folder / dataset.id
        await in_background(write_project, folder, rows, self._embeddings)
        job = await self._jobs.start("measure", dataset.id, session.agent.id, Plan(
            (measure_command(folder, self._embeddings), model_command(folder)), folder / "result.json"))
        return web.json_response(job_json(job), status=202)

    async def _model(self, request: web.Request, session: Session) -> web.StreamResponse:
        async with self._database.read() as connection:
            dataset = await store.get_dataset(connection, request.match_info["id"])
        path = self._folder / dataset.id / "model.tar.gz"
        if not path.is_file():
            raise NotFound("还没有训练过这个数据集的模型")
        return web.FileResponse(path, headers={
            "Content-Type": "application/gzip", "X-Content-Type-Options": "nosniff",
            "Content-Disposition": f'attachment; filename="model-{dataset.id}.tar.gz"'})


def bot_python() -> str:
    """The interpreter of the bot's environment."""
    return str(ROOT / ".venv-bot" / "bin" / "python")


def measure_command(folder: Path, embeddings: str) -> list[str]:
    """Cross-validation and learning curve of the rows in a project."""
    return [bot_python(), "-m", "bot", "measure", "--data", str(folder / "rows.jsonl"), "--folds", str(FOLDS),
            "--curve", CURVE, "--embeddings", embeddings, "--out", str(folder / "result.json")]


def model_command(folder: Path) -> list[str]:
    """A Rasa model of a project."""
    return [bot_python(), "-m", "bot", "train", "--data", str(folder / "nlu"), "--domain", str(folder / "domain.yml"),
            "--config", str(folder / "config.yml"), "--out", str(folder), "--fixed-model-name", "model"]
