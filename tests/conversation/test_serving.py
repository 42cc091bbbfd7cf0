"""The front door follows the model that serves: address and detector, and is never deafer than it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from hotline.conversation import serving as module
from hotline.conversation.serving import Serving
from hotline.emergency import Detector
from hotline.emergency.spelling import fold
from hotline.emergency.training import train
from hotline.settings import Settings
from hotline.store import publications
from hotline.store.database import Database
from tests.stage import settings, until

__all__ = ["settings"]
NOW = datetime.now(timezone.utc)
ODD = "锅炉房的小精灵在唱歌"  # no pattern knows this danger


@pytest.fixture
async def serving(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Serving, Detector]]:
    # The checkout's own model is trained elsewhere; here the patterns alone are what was there before.
    monkeypatch.setattr(module, "load_or_train", lambda embeddings: None)
    monkeypatch.setattr(module, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(module, "AGAIN_SECONDS", 0.2)
    detector = Detector()
    follows = Serving(database, detector, replace(settings, embeddings="none"))
    await follows.start()
    yield follows, detector
    await follows.stop()


def make(settings: Settings, name: str, thresholds: str = "{}") -> None:
    folder = settings.models / name
    folder.mkdir(parents=True)
    texts = [(fold(ODD), "gas:leak"), (fold("路灯坏了没人修"), "none"), (fold("他晕倒叫不应"), "life:illness")]
    train("none", texts * 3).save(folder / "emergency.npz")
    (folder / "thresholds.json").write_text(thresholds)


async def publish(database: Database, model: str | None, url: str) -> None:
    async with database.write() as connection:
        seq = await publications.add(connection, model, "publish", "a1", NOW)
        await publications.serve(connection, seq, url, NOW)


async def test_address_and_detector_follow_the_publication(
    serving: tuple[Serving, Detector], database: Database, settings: Settings
) -> None:
    follows, detector = serving
    assert follows.url == settings.bot_url and detector.detect(ODD) is None
    make(settings, "m1")
    await publish(database, "m1", "http://127.0.0.1:7001")

    async def heard() -> bool:
        return follows.url == "http://127.0.0.1:7001" and detector.detect(ODD) is not None

    await until(heard, 60)
    make(settings, "m2", '{"alarm": 1.0, "gas_alarm": 1.0}')
    await publish(database, "m2", "http://127.0.0.1:7002")

    async def deaf_by_its_thresholds() -> bool:
        return follows.url == "http://127.0.0.1:7002" and detector.detect(ODD) is None

    await until(deaf_by_its_thresholds, 60)


async def test_files_that_cannot_be_read_leave_the_detector_as_it_was(
    serving: tuple[Serving, Detector], database: Database, settings: Settings
) -> None:
    follows, detector = serving
    make(settings, "m1")
    await publish(database, "m1", "http://127.0.0.1:7001")

    async def heard() -> bool:
        return detector.detect(ODD) is not None

    await until(heard, 60)
    good = detector.model
    make(settings, "bad", "no json")
    await publish(database, "bad", "http://127.0.0.1:7002")

    async def moved() -> bool:
        return follows.url == "http://127.0.0.1:7002"

    await until(moved, 60)
    assert detector.model is good
    (settings.models / "bad" / "thresholds.json").write_text("{}")

    async def mended() -> bool:
        return detector.model is not good

    await until(mended, 60)
