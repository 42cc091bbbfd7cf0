"""`python -m hotline case ...`: move a ticket in the embedded backend, see what was refused, send it again."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from hotline.cases.backend import move_stage
from hotline.cases.stages import STAGE_NAMES, stage_of
from hotline.settings import Settings
from hotline.store import case_outbox
from hotline.store.database import Database

KINDS = {"file": "登记", "add": "补充", "urge": "催办", "withdraw": "撤回", "rate": "评价"}


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `case` with its own sub-commands; the chosen one is called as `arguments.run(arguments)`."""
    parts = commands.add_parser("case", help="工单: 改阶段、看被拒的、重发").add_subparsers(required=True)
    stage = parts.add_parser("stage", help="在内置案件系统里把工单移到某一步(承办单位的页面做好之前用)")
    stage.add_argument("receipt", help="工单编号 QD...")
    stage.add_argument("stage", help="、".join(f"{code} {name}" for code, name in STAGE_NAMES.items()))
    stage.add_argument("--note", help="给市民看的说明")
    stage.add_argument("--agency", help="改派到的承办单位")
    stage.set_defaults(run=_stage)
    parts.add_parser("flagged", help="列出案件系统拒收的").set_defaults(run=_flagged)
    retry = parts.add_parser("retry", help="原因处理好之后重发一张工单")
    retry.add_argument("receipt", help="工单编号 QD...")
    retry.set_defaults(run=_retry)


def _stage(arguments: argparse.Namespace) -> int:
    """Move a ticket; the front door sees it within seconds."""
    async def work(database: Database) -> int:
        names = {name: code for code, name in STAGE_NAMES.items()}
        moved = await move_stage(database, arguments.receipt.upper(), names.get(arguments.stage, arguments.stage),
                                 arguments.note, agency=arguments.agency)
        print(f"{moved.receipt} 现在是：{STAGE_NAMES[stage_of(moved.stage) or 'pending']}")
        return 0

    return _with_database(work)


def _flagged(_arguments: argparse.Namespace) -> int:
    """What a person must look at; 1 when there is any."""
    async def work(database: Database) -> int:
        async with database.read() as connection:
            rows = await case_outbox.flagged(connection)
        for row in rows:
            print(f"{row.receipt}\t{KINDS.get(row.kind, row.kind)}\t试过{row.attempts}次\t{row.last_error or ''}")
        print(f"共 {len(rows)} 条")
        return 1 if rows else 0

    return _with_database(work)


def _retry(arguments: argparse.Namespace) -> int:
    """Put the refused entries of a ticket back."""
    async def work(database: Database) -> int:
        async with database.write() as connection:
            count = await case_outbox.retry_flagged(connection, arguments.receipt.upper(), datetime.now(UTC))
        print(f"{count} 条将在几秒内重发" if count else "这张工单没有被拒的条目")
        return 0 if count else 1

    return _with_database(work)


def _with_database(work: Callable[[Database], Awaitable[int]]) -> int:
    async def run() -> int:
        database = Database(Settings.from_env().database_url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())
