"""Outside labelled logs over HTTP: upload, name the columns, look, take out, throw away."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from aiohttp import web

from hotline.background import in_background
from hotline.conversation.http import read_object
from hotline.errors import BadInput, Conflict
from hotline.records import JSON
from hotline.store import datasets as store
from hotline.store import jobs as job_store
from hotline.store.agents import Session, add_audit
from hotline.store.conversations import new_id
from hotline.store.database import Database
from hotline.store.datasets import Dataset, DatasetRow
from hotline.text.masking import mask_text
from hotline.training.dataset_files import FORMATS, digest, written
from hotline.training.door import Door
from hotline.training.job_page import job_json
from hotline.training.sheets import labelled, read_sheet
from hotline.training.uploads import Uploads

PREVIEW, PREVIEW_TEXT = 5, 300
MOST_PROBLEMS = 2000  # in one answer; their number is told in any case


class Datasets:
    """`folder` holds what belongs to a log's measuring and model, a folder each."""

    def __init__(self, database: Database, uploads: Uploads, folder: Path) -> None:
        self._database = database
        self._uploads = uploads
        self._folder = folder

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The addresses."""
        return [
            door.signed("POST", "/training/api/uploads", self._upload),
            door.signed("POST", "/training/api/datasets", self._make),
            door.signed("GET", "/training/api/datasets", self._all),
            door.signed("GET", "/training/api/datasets/{id}", self._one),
            door.signed("DELETE", "/training/api/datasets/{id}", self._drop),
            door.signed("GET", "/training/api/datasets/{id}/export", self._export)]

    async def _upload(self, request: web.Request, session: Session) -> web.Response:
        upload = await self._uploads.keep(request)
        try:
            return web.json_response({"upload": upload, **await in_background(self._preview, upload)})
        except BadInput:
            self._uploads.drop(upload)
            raise

    def _preview(self, upload: str) -> JSON:
        sheet = read_sheet(self._uploads.read(upload))
        rows = [{name: mask_text(value[:PREVIEW_TEXT]) for name, value in row.items()}
                for _, row in sheet.rows[:PREVIEW]]
        return {"columns": sheet.columns, "rows": rows, "count": len(sheet.rows), "encoding": sheet.encoding,
                "problems": sheet.problems[:MOST_PROBLEMS]}

    async def _make(self, request: web.Request, session: Session) -> web.Response:
        body = await read_object(request)
        upload, name = _text(body, "upload", 40), _text(body, "name", 80)
        label, skip = _text(body, "label", 200), body.get("skip_unlabelled", False) is True
        text = body.get("text")
        if not isinstance(text, list) or not text or not all(isinstance(column, str) for column in text):
            raise BadInput("请选择正文列", "text")
        rows, problems = await in_background(self._read, upload, text, label, skip)
        if problems:
            return web.json_response({
                "error": f"有 {len(problems)} 行不能导入，一行也没有导入", "count": len(problems),
                "problems": problems[:MOST_PROBLEMS]}, status=400)
        counts = dict(sorted(Counter(row.label for row in rows).items(), key=lambda item: (-item[1], item[0])))
        dataset = Dataset(new_id(), name, {"text": text, "label": label}, counts, len(rows),
                          await in_background(digest, rows), session.agent.id, datetime.now(timezone.utc))
        async with self._database.write() as connection:
            await store.add_dataset(connection, dataset, rows)
            await add_audit(connection, session.agent.id, "dataset_import", dataset.id, dataset.at)
        self._uploads.drop(upload)
        return web.json_response(dataset_json(dataset), status=201)

    def _read(self, upload: str, text: Sequence[str], label: str, skip: bool) -> tuple[list[DatasetRow], list[JSON]]:
        """Masked rows and the problems by line. Masking takes about a millisecond a letter."""
        sheet = read_sheet(self._uploads.read(upload))
        rows = labelled(sheet, text, label, skip)
        if sheet.problems:
            return [], sorted(sheet.problems, key=lambda problem: int(problem["line"]))
        return [DatasetRow(row.line, mask_text(row.text), row.label) for row in rows], []

    async def _all(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            found = await store.all_datasets(connection)
        return web.json_response({"rows": [dataset_json(dataset) for dataset in found], "more": None})

    async def _one(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            dataset = await store.get_dataset(connection, request.match_info["id"])
            jobs = await job_store.jobs_of(connection, kind="measure", subject=dataset.id)
        return web.json_response({
            **dataset_json(dataset), "measurements": [job_json(job) for job in jobs],
            "model": (self._folder / dataset.id / "model.tar.gz").is_file()})

    async def _drop(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.write() as connection:
            dataset = await store.get_dataset(connection, request.match_info["id"])
            if any(job.subject == dataset.id for job in await job_store.open_jobs(connection)):
                raise Conflict("这个数据集正在测量，请等它结束或先取消")
            await store.drop_dataset(connection, dataset.id)
            await add_audit(connection, session.agent.id, "dataset_drop", dataset.id, datetime.now(timezone.utc))
        await asyncio.to_thread(shutil.rmtree, self._folder / dataset.id, True)
        return web.json_response({"ok": True})

    async def _export(self, request: web.Request, session: Session) -> web.Response:
        kind = request.query.get("format", "csv")
        if kind not in FORMATS:
            raise BadInput("格式要是 csv、jsonl 或 yml", "format")
        async with self._database.read() as connection:
            dataset = await store.get_dataset(connection, request.match_info["id"])
            rows = await store.rows_of(connection, dataset.id)
        async with self._database.write() as connection:
            await add_audit(connection, session.agent.id, "dataset_export", dataset.id, datetime.now(timezone.utc))
        content = await in_background(written, rows, kind)
        return web.Response(body=content.encode(), content_type=FORMATS[kind], charset="utf-8", headers={
            "Content-Disposition": f'attachment; filename="dataset-{dataset.id}.{kind}"',
            "X-Content-Type-Options": "nosniff"})


def dataset_json(dataset: Dataset) -> JSON:
    """As the API tells it."""
    return {"id": dataset.id, "name": dataset.name, "columns": dataset.columns, "size": dataset.size,
            "labels": [{"label": label, "count": count} for label, count in dataset.label_counts.items()],
            "hash": dataset.hash, "author": dataset.author_id, "at": dataset.at.isoformat()}


def _text(body: JSON, name: str, longest: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= longest:
        raise BadInput(f"{name} 要有 1 到 {longest} 个字", name)
    return value.strip()
