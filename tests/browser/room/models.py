"""What the month's work came to, as rows of a running house: trainings, their comparison, a measured set, doubts."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import create_engine, insert, update

from hotline.store.tables import articles
from hotline.store.training_tables import article_versions, dataset_rows, datasets, jobs, models
from tests.browser.room.month import FOLDER
from tests.city import City

Row = dict[str, Any]
GOOD, OLD = "5b1c07d2e8a94f3687aa10c4", "91de44b07c2b4a559f2c6e1d"
SET = "0f3a8c5512de4b70a1c9e6f2"
KNOWN: Row = json.loads((FOLDER / "models.json").read_text(encoding="utf-8"))


def write_models(city: City) -> None:
    """Once a house, after the month: its staff did this."""
    now = datetime.now(timezone.utc)
    engine = create_engine(f"sqlite:///{city.var / 'hotline.sqlite'}", connect_args={"timeout": 30})
    with engine.begin() as connection:
        for table, rows in ((models, _models(now)), (jobs, _jobs(now)), (datasets, [_dataset(now)]),
                            (dataset_rows, KNOWN["rows"]), (article_versions, [_draft(now)])):
            for row in rows:
                connection.execute(insert(table).values(**row))
        connection.execute(update(articles).where(articles.c.id == KNOWN["due"]).values(review_date="2026-05-31"))
    engine.dispose()
    (city.var / "training").mkdir(exist_ok=True)
    (city.var / "training" / "doubts.json").write_text(json.dumps(
        {"at": now.isoformat(), "examples": 28114, "rows": KNOWN["doubts"]}, ensure_ascii=False), encoding="utf-8")


def _models(now: datetime) -> list[Row]:
    """The last one passed; the one before it would have lost an emergency."""
    good, old = KNOWN["models"]
    lost = {**good["comparison"]["emergency"], **old.pop("emergency")}
    common = {"data_hash": "7e" * 32, "thresholds": {"sure_enough": 0.4, "service_floor": 0.35},
              "figures": KNOWN["figures"], "author_id": "room-zhao"}
    return [
        {"id": OLD, "state": "refused", **old, "comparison": {**good["comparison"], "emergency": lost},
         "created_at": now - timedelta(days=3, minutes=20), "ended_at": now - timedelta(days=3), **common},
        {"id": GOOD, "state": "ready", **good, "created_at": now - timedelta(hours=5, minutes=19),
         "ended_at": now - timedelta(hours=5), **common}]


def _jobs(now: datetime) -> list[Row]:
    def job(kind: str, subject: str | None, hours: float, minutes: float, state: str = "done", **more: Any) -> Row:
        begun = now - timedelta(hours=hours)
        return {"id": f"job{kind}{hours:.0f}", "kind": kind, "subject": subject, "state": state, "progress": 100,
                "author_id": "room-zhao", "created_at": begun, "started_at": begun,
                "ended_at": begun + timedelta(minutes=minutes), **more}

    return [job("candidate", GOOD, 5.3, 18.2, result=KNOWN["figures"]), job("doubts", None, 30, 2.1),
            job("measure", SET, 50, 1.6, result=KNOWN["measured"]),
            job("candidate", OLD, 72.3, 17.9, result=KNOWN["figures"]),
            job("candidate", None, 99, 6.4, "failed", error="用了 4120 MB 内存，上限是 4096 MB，已结束")]


def _dataset(now: datetime) -> Row:
    return {"id": SET, **KNOWN["dataset"], "hash": "0" * 64, "author_id": "room-zhao",
            "at": now - timedelta(hours=51)}


def _draft(now: datetime) -> Row:
    """What the questions about tanks that found nothing led to."""
    return {**KNOWN["draft"], "version": 1, "state": "draft", "wrong": False, "author_id": "room-li",
            "created_at": now - timedelta(hours=3)}
