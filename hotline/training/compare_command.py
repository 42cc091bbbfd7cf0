"""`python -m hotline training compare CANDIDATE [CURRENT] --out FILE`."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
from pathlib import Path

from hotline.cases.catalogue import load_catalogue
from hotline.settings import Settings
from hotline.store.database import Database
from hotline.training.bundle import bundle_at, checkout
from hotline.training.choices import ACTS
from hotline.training.comparing import compare, serving_bundle
from hotline.training.room import TALK

CHECKOUT = "checkout"


def add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `compare`; it is called as `arguments.run(arguments)`."""
    parser = commands.add_parser("compare", help="候选模型和现用模型对比, 结果写成 JSON")
    parser.add_argument("candidate", type=Path, help="候选模型的目录")
    parser.add_argument("current", nargs="?", help=f"现用模型的目录, 或 {CHECKOUT} (默认: 正在服务的)")
    parser.add_argument("--conversations", type=int, default=200, help="重放最近多少个会话")
    parser.add_argument("--out", type=Path, required=True)
    parser.set_defaults(run=_compare)


def _compare(arguments: argparse.Namespace) -> int:
    try:
        return asyncio.run(_run(arguments))
    except asyncio.CancelledError:
        return 128 + signal.SIGTERM


async def _run(arguments: argparse.Namespace) -> int:
    task = asyncio.current_task()
    assert task is not None
    # A cancelled job must leave no bot and no folder behind.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    settings = Settings.from_env()
    database = Database(settings.database_url)
    services = {service.code: service.name for service in load_catalogue(var=settings.var).all()}
    try:
        current = (await serving_bundle(database, settings) if arguments.current is None
                   else checkout() if arguments.current == CHECKOUT else bundle_at(Path(arguments.current)))
        result = await compare(bundle_at(arguments.candidate), current, settings, database,
                               {**services, **ACTS, **TALK, "nlu_fallback": "没听懂"}, _progress,
                               arguments.conversations)
    finally:
        await database.close()
    draft = arguments.out.with_name(f".{arguments.out.name}.draft")
    draft.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(arguments.out)
    return 0


def _progress(percent: int, stage: str) -> None:
    print(f"@progress {percent} {stage}", flush=True)
