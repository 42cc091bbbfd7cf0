"""The command line: `python -m hotline up|serve|migrate|train|evaluate|kb|user|case|training|wechat|doctor|bench`."""

from __future__ import annotations

import argparse
import asyncio
import os
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

    print(train(Settings.from_env()))
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


def _bench_desk(arguments: argparse.Namespace) -> int:
    from hotline.care.bench import desk
    from hotline.desk.temporary import temporary_agents

    settings = Settings.from_env()
    url = arguments.url or f"http://127.0.0.1:{settings.port}"

    async def run() -> str:
        async with temporary_agents(settings, arguments.agents) as (names, password):
            return await desk.run(url, names, password, arguments.citizens, arguments.rounds)

    print(asyncio.run(run()))
    return 0


def _bench_training(arguments: argparse.Namespace) -> int:
    from hotline.care.bench import training

    settings = Settings.from_env()
    url = arguments.url or f"http://127.0.0.1:{settings.port}"
    print(asyncio.run(training.run(url, settings.service_token, arguments.seconds)))
    return 0


def _bench_lesson(arguments: argparse.Namespace) -> int:
    from hotline.care.bench import lesson
    from hotline.desk.temporary import temporary_agents

    settings = Settings.from_env()
    url = arguments.url or f"http://127.0.0.1:{settings.port}"

    async def run() -> str:
        async with temporary_agents(settings, 1, "admin") as (names, password):
            return await lesson.run(settings, url, (names[0], password), arguments.pace)

    print(asyncio.run(run()))
    return 0


def _bench_publish(arguments: argparse.Namespace) -> int:
    from hotline.care.bench import publish
    from hotline.desk.temporary import temporary_agents

    settings = Settings.from_env()
    url = arguments.url or f"http://127.0.0.1:{settings.port}"

    async def run() -> str:
        async with temporary_agents(settings, 1, "admin") as (names, password):
            return await publish.run(
                settings, url, (names[0], password), arguments.model, arguments.reason, arguments.pace)

    print(asyncio.run(run()))
    return 0


def _bench_wechat(arguments: argparse.Namespace) -> int:
    from hotline.care.bench import wechat, wechat_kills
    from hotline.desk.temporary import temporary_agents

    if arguments.kills:
        told, kept = asyncio.run(wechat_kills.run(
            temporary_agents, arguments.turns, arguments.citizens, arguments.longest, arguments.seed))
        print(told)
        return 0 if kept else 1
    print(asyncio.run(wechat.run(
        arguments.turns, arguments.citizens, arguments.longest, arguments.bot_timeout, arguments.seed,
        arguments.hangs_up)))
    return 0


def _wechat_demo(arguments: argparse.Namespace) -> int:
    from hotline.wechat_demo import demo

    return demo(arguments.port, arguments.mode)


def _wechat_menu_push(_: argparse.Namespace) -> int:
    import aiohttp

    from connectors.wechat.api import Api
    from connectors.wechat.menu import push
    from connectors.wechat.tokens import TokenKeeper
    from hotline.store.database import Database
    from hotline.store.migrate import migrate
    from hotline.store.wechat_shared import WechatShared

    settings = Settings.from_env()

    async def run() -> list[str]:
        database = Database(settings.database_url)
        try:
            await migrate(database)
            async with aiohttp.ClientSession() as session:
                keeper = TokenKeeper(session, settings, WechatShared(database))
                return await push(Api(session, settings, keeper), settings)
        finally:
            await database.close()

    print("菜单已推送: " + "、".join(asyncio.run(run())))
    print("手机上最多过五分钟才看到，重新进入公众号会快一些")
    return 0


def _parser() -> argparse.ArgumentParser:
    from hotline.care.evaluation import cli as evaluation_cli
    from hotline.cases import cli as case_cli
    from hotline.desk import cli as user_cli
    from hotline.knowledge import cli as knowledge_cli
    from hotline.training import cli as training_cli

    parser = argparse.ArgumentParser(prog="python -m hotline", description="青岛12345 前门")
    commands = parser.add_subparsers(required=True)
    for name, text, run in (
        ("up", "准备并启动全部进程 (make up)", _up), ("serve", "只启动前门进程", _serve),
        ("train", "训练机器人和紧急识别的模型", _train), ("doctor", "检查哪里不妥", _doctor),
    ):
        commands.add_parser(name, help=text).set_defaults(run=run)
    migrating = commands.add_parser("migrate", help="把数据库升到最新版本")
    migrating.add_argument("revision", nargs="?", default="head", help="版本号, 默认最新")
    migrating.set_defaults(run=_migrate)
    evaluation_cli.register(commands)
    knowledge_cli.register(commands)
    users = commands.add_parser("user", help="账号: 新建、重设密码、停用、列出")
    user_cli.add_arguments(users)
    users.set_defaults(run=lambda arguments: asyncio.run(user_cli.run(arguments, Settings.from_env())))
    case_cli.register(commands)
    training_cli.register(commands)
    _add_wechat(commands)
    _add_bench(commands)
    return parser


def _add_wechat(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    wechat = commands.add_parser("wechat", help="微信公众号: 菜单、演示").add_subparsers(required=True)
    menus = wechat.add_parser("menu", help="公众号菜单").add_subparsers(required=True)
    pushing = menus.add_parser("push", help="把菜单推送到公众号: 我要咨询、我要反映、查进度、转人工")
    pushing.set_defaults(run=_wechat_menu_push)
    demo = wechat.add_parser("demo", help="在模拟的微信上试用 (make demo-wechat)")
    demo.add_argument("--port", type=int, default=12388, help="模拟微信的端口")
    demo.add_argument("--mode", choices=("plain", "compatible", "safe"), default="safe", help="消息加解密方式")
    demo.set_defaults(run=_wechat_demo)


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
    desk = benches.add_parser("desk", help="许多市民和坐席同时: 答复多久到、丢没丢")
    desk.add_argument("--citizens", type=int, default=200)
    desk.add_argument("--agents", type=int, default=20)
    desk.add_argument("--rounds", type=int, default=3)
    desk.set_defaults(run=_bench_desk)
    training = benches.add_parser("training", help="训练时机器人慢多少")
    training.add_argument("--seconds", type=float, default=60, help="训练前、训练中各量多少秒")
    training.set_defaults(run=_bench_training)
    publish = benches.add_parser("publish", help="不停有消息时发布一个模型再退回: 有没有一条没答上")
    publish.add_argument("model", help="训练室里的模型编号")
    publish.add_argument("--reason", default="演练：量一次发布和退回", help="发布检查不通过时的理由")
    publish.add_argument("--pace", type=float, default=5.0, help="每秒几条消息")
    publish.set_defaults(run=_bench_publish)
    lesson = benches.add_parser("lesson", help="一类错误从标注到发布再退回的全程: 错改掉没有, 有没有一条没答上")
    lesson.add_argument("--pace", type=float, default=5.0, help="每秒几条消息")
    lesson.set_defaults(run=_bench_lesson)
    wechat = benches.add_parser("wechat", help="自己起一套前门和模拟微信: 机器人 0 到 12 秒才答, 每条消息答一次")
    wechat.add_argument("--turns", type=int, default=1000, help="几条消息")
    wechat.add_argument("--citizens", type=int, default=100, help="几位市民同时")
    wechat.add_argument("--longest", type=float, default=12.0, help="机器人最慢几秒")
    wechat.add_argument("--bot-timeout", type=float, default=15.0, help="前门等机器人几秒")
    wechat.add_argument("--hangs-up", type=float, default=5.0, help="平台等几秒就挂断重发; 小于 4 时每条慢的都会重发")
    wechat.add_argument("--kills", action="store_true", help="随时 kill -9 前门: 丢没丢, 重了几条; 没守住承诺退出码 1")
    wechat.add_argument("--seed", type=int, default=1)
    wechat.set_defaults(run=_bench_wechat)
    for bench in (dialogues, load, desk, training, publish, lesson):
        bench.add_argument("--url", default="", help="前门地址, 默认本机")


def main() -> int:
    """Run the command; a problem we know is one plain line."""
    # Before numpy is loaded: our matrices are small, and on a busy machine its threads wait for each other. An index of
    # the knowledge base took 10 seconds on one thread and 35 on two.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    arguments = _parser().parse_args()
    try:
        return int(arguments.run(arguments))
    except HotlineError as error:
        print(f"不行: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"读不到或连不上: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
