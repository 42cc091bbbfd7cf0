"""A citizen's words leave everything in the training room that keeps them: rows, examples, comparisons, logs.

Models that were trained before stay in service: they hold weights of n-grams, no sentence.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import Conflict
from hotline.store import jobs, labels, models, replays
from hotline.store.database import Database
from hotline.store.labels import Label
from hotline.store.models import TrainedModel
from hotline.training.doubts import result_path
from hotline.training.erased import Erased, verdict
from hotline.training.erased_files import clean_doubts, clean_folder, clean_log
from hotline.training.overlay import live_folder, write_overlay

log = structlog.get_logger(__name__)
READERS = ("candidate", "doubts")  # jobs that have read labels or conversations and write of them when they end


async def erase_citizen(database: Database, var: Path, citizen_id: str) -> int:
    """Erase a citizen's words and say how many labels went. Call it before the citizen's messages go.

    It reads them to know what to look for. Raises Conflict while a training runs; it may be called again at will.
    """
    async with database.read() as connection:
        await _check_quiet(connection)
        words = await replays.words_of(connection, citizen_id)
        theirs = await labels.of_citizen(connection, citizen_id)
        copies = await labels.from_doubts(connection)
    erased = await asyncio.to_thread(Erased, {*words.texts, *_texts(theirs)}, words.conversations)
    theirs += [label for label in copies if erased.holds(label.text)]
    cleaned = await asyncio.to_thread(_clean_files, var, erased)
    async with database.write() as connection:
        await _check_quiet(connection)
        await _clean_models(connection, erased, cleaned)
        await _clean_jobs(connection, erased)
        await labels.erase(connection, [label.id for label in theirs])
    async with database.read() as connection:  # always: an erasure that broke off here is ended by the next call
        left = await labels.used(connection, "train")
    await asyncio.to_thread(write_overlay, live_folder(var), left)
    log.info("citizen_erased_from_training", labels=len(theirs))
    return len(theirs)


async def _check_quiet(connection: AsyncConnection) -> None:
    if any(job.kind in READERS for job in await jobs.open_jobs(connection)):
        raise Conflict("正在训练或检查数据，请等它结束或先取消，再删除个人数据")


def _texts(found: list[Label]) -> set[str]:
    """A label whose words were not kept says nothing of them."""
    return {label.text for label in found if label.state != "personal"}


def _clean_files(var: Path, erased: Erased) -> dict[str, int]:
    """Candidates out of whose folders examples were ever erased, with their number."""
    clean_doubts(result_path(var), erased)
    for path in (var / "training" / "jobs").glob("*.log"):
        clean_log(path, erased)
    folders = [path for path in (var / "training" / "models").glob("*") if path.is_dir()]
    return {folder.name: gone for folder in folders if (gone := clean_folder(folder, erased))}


async def _clean_models(connection: AsyncConnection, erased: Erased, cleaned: dict[str, int]) -> None:
    for model in await models.all_models(connection, None):
        comparison, quoted = erased.comparison(model.comparison) if model.comparison else (None, set())
        if quoted or cleaned.get(model.id, 0) != (model.figures or {}).get("erased", 0):
            await models.change_model(
                connection, model.id, comparison=comparison,
                gate=verdict(model.gate, quoted) if model.gate else None, figures=_figures(model, cleaned))


def _figures(model: TrainedModel, cleaned: dict[str, int]) -> dict[str, object] | None:
    """What the room shows of it: the data's hash no longer matches what stands in the folder."""
    return {**(model.figures or {}), "erased": cleaned[model.id]} if model.id in cleaned else model.figures


async def _clean_jobs(connection: AsyncConnection, erased: Erased) -> None:
    for kind in READERS:
        for job in await jobs.jobs_of(connection, kind=kind, limit=None):
            result, error = erased.told(job.result), erased.told(job.error)
            if (result, error) != (job.result, job.error):
                await jobs.rewrite_job(connection, job.id, result, error)
