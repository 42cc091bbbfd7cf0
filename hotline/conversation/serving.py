"""Follows the model that serves: the bot's address and what the detector hears with, changed while citizens write."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from hotline.background import in_background
from hotline.emergency import Detector
from hotline.emergency.model import Model
from hotline.emergency.thresholds import Thresholds
from hotline.emergency.training import load_or_train, model_path
from hotline.settings import Settings
from hotline.store import publications
from hotline.store.database import Database
from hotline.text.embedding import encoder

log = structlog.get_logger(__name__)
POLL_SECONDS = 1.0
AGAIN_SECONDS = 60.0  # after a detector that could not be loaded


class Serving:
    """Implements `bot_client.Address`; keeps the detector in step with the model behind that address."""

    def __init__(self, database: Database, detector: Detector, settings: Settings) -> None:
        self._database = database
        self._detector = detector
        self._settings = settings
        self._url = settings.bot_url
        self._model: str | None = None
        self._hears: tuple[str | None] | None = None  # the model that the detector has; None: patterns alone
        self._tasks: list[asyncio.Task[None]] = []
        self._changed = asyncio.Event()

    @property
    def url(self) -> str:
        """Where the serving bot is."""
        return self._url

    async def start(self) -> None:
        """The detector's model at once where it has been trained; else the patterns until it is."""
        await self.look()
        if self._model is not None or model_path(self._settings.embeddings).exists():
            await self._learn()
        else:
            log.warning("emergency_model_missing", meanwhile="patterns alone")
        self._tasks = [asyncio.create_task(self._watch(), name="serving-watch"),
                       asyncio.create_task(self._keep_learning(), name="serving-detector")]

    async def stop(self) -> None:
        """Stop following."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def look(self) -> None:
        """See what serves now; while the database does not answer, what served last."""
        try:
            async with self._database.read() as connection:
                row = await publications.serving(connection)
        except Exception as error:
            log.warning("serving_unknown", error=type(error).__name__)
            return
        self._url = (row.url if row else None) or self._settings.bot_url
        model = row.model_id if row else None
        if model != self._model:
            log.info("serving_model_changed", model=model or "checkout")
            self._model = model
            self._changed.set()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self.look()

    async def _keep_learning(self) -> None:
        while True:
            behind = self._hears != (self._model,) and not await self._learn()
            try:
                async with asyncio.timeout(AGAIN_SECONDS if behind else None):
                    await self._changed.wait()
            except TimeoutError:
                continue
            self._changed.clear()

    async def _learn(self) -> bool:
        """Hear with what belongs to the serving model. What cannot be read leaves the detector as it is."""
        model = self._model
        if await self._hear(model):
            self._hears = (model,)
            return True
        # Never deafer than need be: at a start there is no last good model to go on with.
        if self._detector.model is None and model is not None and model_path(self._settings.embeddings).exists():
            await self._hear(None)
        return False

    async def _hear(self, model: str | None) -> bool:
        try:
            ears = await in_background(_load, self._settings, model)
        except Exception as error:
            log.error("emergency_model_unusable", model=model or "checkout", error=type(error).__name__)
            return False
        self._detector.use(*ears)
        log.info("emergency_model_ready", model=model or "checkout")
        return True


def _load(settings: Settings, model: str | None) -> tuple[Model, Thresholds]:
    """A candidate's model and thresholds, or the checkout's own (trained, in a minute, when there is none yet)."""
    if model is None:
        return load_or_train(settings.embeddings), Thresholds()
    return read_emergency(settings.models / model, settings.embeddings)


def read_emergency(folder: Path, embeddings: str) -> tuple[Model, Thresholds]:
    """The emergency part of a candidate's folder. Raises BadInput, OSError, KeyError, ValueError for unusable files."""
    model = Model.load(folder / "emergency.npz", encoder(embeddings))
    model.chances("试")  # one that was trained with other embeddings fails here, and not at a citizen's message
    return model, Thresholds.read(folder / "thresholds.json")
