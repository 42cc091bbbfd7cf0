"""The command line: `python -m hotline up|serve|migrate|train|kb|user|case|doctor|bench`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from hotline.care.logs import configure
from hotline.errors import HotlineError
from hotline.settings import Settings


def _up(_: argparse.Namespace) -> int:
    from hotline.up import up

    return up()


def _serve(_: argparse.Namespace) -> int:
    from hotline.app import serve

    settings = Settings.from_env()
    configure(settings.log_level)
    asyncio.run(serve(settings))
    return 0


def _migrate(arguments: argparse.Namespace) -> int:
    from hotline.store.database import Database
    from hotline.store.migrate import migrate

    async def run() -> None:
        database = Database(Settings.from_env().database_url)
        try:
            await migrate(database, arguments.revision)
        finally:
            await database.close()

    asyncio.run(run())
    print("数据库已是所要的版本")
    return 0


def _train(_: argparse.Namespace) -> int:
    from hotline.up import train

    print(train())
    return 0


def _doctor(_: argparse.Namespace) -> int:
    from hotline.care.doctor import examine

    return asyncio.run(examine(Settings.from_env(), print))


def _bench_dialogues(arguments: argparse.Namespace) -> int:
    import aiohttp

    from hotline.care.bench import dialogues

    settings = Settings.from_env()
    url = arguments.url or f"http://127.0.0.1:{settings.port}"

    async def run() -> None:
        outcomes = await dialogues.run(
            url, settings.service_token, arguments.file, arguments.column, arguments.seed, arguments.concurrent)
        print(dialogues.report(outcomes))
        receipts = [receipt for outcome in outcomes for receipt in set(outcome.receipts)]
        async with aiohttp.ClientSession() as session:
            backend = settings.case_backend_url or f"{url}/open311/v2"
            lost, doubled = await dialogues.in_backend(session, backend, settings.case_backend_key, receipts)
        print(f"case backend       {len(receipts)} receipts, {lost} lost, {doubled} doubled")

    asyncio.run(run())
    return 0


def _bench_load(arguments: argparse.Namespace) -> int:
    from hotline.care.bench import load

    settings = Settings.from_env()
    url = arguments.url or f"http://127.0.0.1:{settings.port}"
    print(asyncio.run(load.run(
        url, settings.internal_url, settings.service_token, arguments.seconds, arguments.citizens)))
    return 0


def _parser() -> argparse.ArgumentParser:
    from hotline.cases import cli as case_cli
    from hotline.desk import cli as user_cli
    from hotline.knowledge import cli as knowledge_cli

    parser = argparse.ArgumentParser(prog="python -m hotline", description="青岛12345 前门")
    commands = parser.add_subparsers(required=True)
    for name, text, run in (
        ("up", "准备并启动全部进程 (make up)", _up), ("serve", "只启动前门进程", _serve),
        ("train", "训练机器人模型", _train), ("doctor", "检查哪里不妥", _doctor),
    ):
        commands.add_parser(name, help=text).set_defaults(run=run)
    migrating = commands.add_parser("migrate", help="把数据库升到最新版本")
    migrating.add_argument("revision", nargs="?", default="head", help="版本号, 默认最新")
    migrating.set_defaults(run=_migrate)
    knowledge_cli.register(commands)
    users = commands.add_parser("user", help="账号: 新建、重设密码、停用、列出")
    user_cli.add_arguments(users)
    users.set_defaults(run=lambda arguments: asyncio.run(user_cli.run(arguments, Settings.from_env())))
    case_cli.register(commands)
    _add_bench(commands)
    return parser


def _add_bench(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    benches = commands.add_parser("bench", help="对着运行中的系统量").add_subparsers(required=True)
    dialogues = benches.add_parser("dialogues", help="模拟市民带着来信走完登记")
    dialogues.add_argument("file", type=Path, help="CSV, 有 act 列和正文列")
    dialogues.add_argument("--column", default="details", help="正文列")
    dialogues.add_argument("--seed", type=int, default=1)
    dialogues.add_argument("--concurrent", type=int, default=4)
    dialogues.set_defaults(run=_bench_dialogues)
    load = benches.add_parser("load", help="登记一件诉求的各轮: 时延与每秒轮数")
    load.add_argument("--seconds", type=float, default=20)
    load.add_argument("--citizens", type=int, nargs="+", default=[1, 8])
    load.set_defaults(run=_bench_load)
    for bench in (dialogues, load):
        bench.add_argument("--url", default="", help="前门地址, 默认本机")


def main() -> int:
    """Run the command; a problem we know is one plain line."""
    arguments = _parser().parse_args()
    try:
        return int(arguments.run(arguments))
    except HotlineError as error:
        print(f"不行: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
