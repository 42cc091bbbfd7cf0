"""Keeps one bot serving: the published model at a start, another when one is wanted, the last good one when not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

import structlog

from hotline.background import in_background
from hotline.emergency.model import Model
from hotline.emergency.thresholds import Thresholds
from hotline.errors import BotUnavailable
from hotline.processes import free_port
from hotline.settings import Settings
from hotline.store import publications
from hotline.store.database import Database
from hotline.store.publications import KEEPER, Publication
from hotline.training.bot_process import BotLauncher, BotProcess

log = structlog.get_logger(__name__)
POLL_SECONDS, LONGEST_PAUSE = 1.0, 60.0
# Every front door looks each second which bot serves; the turns that are under way end within the bot's time-out.
DRAIN_SECONDS = 8.0


class Keeper:
    """Runs beside the supervisor in `up`. `checkout` is the model that the checkout was trained to."""

    def __init__(
        self, database: Database, settings: Settings, checkout: Path, launcher: BotLauncher,
        drain: float = DRAIN_SECONDS,
    ) -> None:
        self._database = database
        self._settings = settings
        self._checkout = checkout
        self._launcher = launcher
        self._drain = max(drain, settings.bot_timeout)
        self._bots: list[BotProcess] = []  # the serving one last; another before it while it drains

    async def run(self) -> None:
        """Serve until cancelled; `end` ends the bots."""
        step, pause = self._boot, POLL_SECONDS
        while True:
            try:
                if await step():
                    step, pause = self._look, POLL_SECONDS
                else:  # nothing starts: a machine that is short of memory needs it for something else
                    pause = min(LONGEST_PAUSE, 2 * pause)
            except Exception:
                # A database that is away for a while: what serves goes on.
                log.exception("keeper_stumbled")
            await asyncio.sleep(pause)

    async def end(self) -> None:
        """End the bots and take their addresses back."""
        await asyncio.gather(*(bot.end() for bot in self._bots))
        with suppress(Exception):  # the next start does it as well
            async with self._database.write() as connection:
                await publications.forget_addresses(connection, _now())

    async def _boot(self) -> bool:
        """Serve the newest good model that starts; whether one did."""
        async with self._database.write() as connection:
            await publications.forget_addresses(connection, _now())
            good = await publications.good(connection)
        serving = next((row for row in good if row.state == "serving"), None)
        for model in _distinct(good):
            bot = await self._started(model, self._settings.bot_port, serving, warm=False)
            if bot is not None:
                await self._serves(bot, model, serving)
                return True
        return False

    async def _started(
        self, model: str | None, port: int, row: Publication | None, *, warm: bool
    ) -> BotProcess | None:
        """A bot with this model that answers; None, with the reason at its row, when it does not."""
        try:
            bot = BotProcess(self._launcher, await in_background(self._file, model), port)
            self._bots.append(bot)
            try:
                await bot.start(warm)
            except BaseException:
                await self._gone(bot)
                raise
            return bot
        except Exception as error:
            # Half an archive, a missing file, a model of another version: the candidate's fault, told at its row.
            reason = error.reason if isinstance(error, BotUnavailable) else f"{type(error).__name__}: {error}"
            log.error("model_does_not_serve", model=model or "checkout", reason=reason)
            if row is not None and row.model_id == model:
                async with self._database.write() as connection:
                    await publications.fail(connection, row.seq, reason, _now())
            return None

    async def _serves(self, bot: BotProcess, model: str | None, row: Publication | None) -> None:
        """Tell the front doors; a model that stands in for another one gets a row of its own."""
        async with self._database.write() as connection:
            if row is not None and row.model_id == model:
                seq = row.seq
            else:
                kind, reason = ("publish", "") if row is None else ("fallback", "发布的模型没有启动成功")
                seq = await publications.add(connection, model, kind, KEEPER, _now(), reason=reason)
            if row is not None and row.seq == seq and row.state == "serving":
                await publications.moved(connection, seq, bot.url)
            else:
                await publications.serve(connection, seq, bot.url, _now())
        log.info("model_serves", model=model or "checkout", url=bot.url)

    async def _look(self) -> bool:
        """Do what is wanted, if anything; else see that what serves does not die again and again."""
        async with self._database.read() as connection:
            wanted = await publications.pending(connection)
        if wanted is not None:
            await self._swap(wanted)
        elif self._bots and (trouble := self._bots[-1].trouble) is not None:
            await self._fall_back(self._bots[-1], trouble)
        return True

    async def _fall_back(self, bad: BotProcess, trouble: str) -> None:
        """Another model in place of one that dies again and again; with none left that one is started on and on."""
        bad.forgive()  # when nothing else starts, this is tried again after as many deaths, ever more slowly
        async with self._database.read() as connection:
            serving, served = await publications.serving(connection), await publications.served(connection)
        if serving is None:
            return
        models = [row.model_id for row in served if row.state != "failed"]
        if None not in {row.model_id for row in served}:
            models.append(None)  # the checkout's has never served here: it is still worth a try
        for model in models:
            bot = await self._started(model, free_port(), None, warm=False) if model != serving.model_id else None
            if bot is not None:
                await self._stands_in(bot, bad, model, serving, trouble)
                return
        log.error("no_model_to_fall_back_to", model=serving.model_id or "checkout", reason=trouble)

    async def _stands_in(
        self, bot: BotProcess, bad: BotProcess, model: str | None, serving: Publication, trouble: str
    ) -> None:
        try:
            async with self._database.write() as connection:
                await publications.stand_in(connection, serving, model, bot.url, trouble, _now())
        except Exception:
            await self._gone(bot)
            raise
        log.error("model_taken_out", model=serving.model_id or "checkout", reason=trouble, now=model or "checkout")
        await asyncio.sleep(self._drain)
        await self._gone(bad)

    async def _swap(self, wanted: Publication) -> None:
        """A second bot beside the first, the traffic over to it, the first one's end."""
        async with self._database.write() as connection:
            await publications.starting(connection, wanted.seq)
        old = list(self._bots)
        bot = await self._started(wanted.model_id, free_port(), wanted, warm=True)
        if bot is None:
            return
        try:
            await self._serves(bot, wanted.model_id, wanted)
        except Exception:
            # Nobody was told of it; the row still waits, so it is tried again.
            await self._gone(bot)
            raise
        await asyncio.sleep(self._drain)
        for gone in old:
            await self._gone(gone)

    async def _gone(self, bot: BotProcess) -> None:
        await bot.end()
        self._bots.remove(bot)

    def _file(self, model: str | None) -> Path:
        """The model's file, under a name that tells it from others in each turn's record.

        Raises whatever is wrong with a part of the candidate.
        """
        if model is None:
            return self._checkout
        folder = self._settings.models / model
        Model.load(folder / "emergency.npz", None)
        Thresholds.read(folder / "thresholds.json")
        named = folder / f"{model}.tar.gz"
        if not named.exists():
            named.symlink_to("bot.tar.gz")
        named.stat()
        return named


def _distinct(good: list[Publication]) -> Iterator[str | None]:
    """Each good model once, newest first, and the checkout's in the end."""
    yield from dict.fromkeys([*(row.model_id for row in good), None])


def _now() -> datetime:
    return datetime.now(timezone.utc)
