"""`python -m hotline user add|passwd|disable|enable|list`: accounts from the command line."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterable

from hotline.desk.accounts import Accounts, check_username
from hotline.desk.passwords import check_strength, one_time
from hotline.desk.rights import ROLE_NAMES, ROLES
from hotline.errors import BadInput, Conflict, NotFound
from hotline.settings import Settings
from hotline.store import account_changes, agents
from hotline.store.database import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-commands of `user`."""
    commands = parser.add_subparsers(dest="user_command", required=True)
    add = commands.add_parser("add", help="新建账号")
    add.add_argument("username")
    add.add_argument("--name", default="", help="显示给市民和同事的称呼，默认同用户名")
    add.add_argument("--role", action="append", choices=sorted(ROLES), help="可多次；默认 agent")
    passwd = commands.add_parser("passwd", help="重设密码，并退出该账号的所有登录")
    passwd.add_argument("username")
    for command in (add, passwd):
        command.add_argument("--ask", action="store_true", help="从键盘或标准输入读密码；不加则生成一次性密码")
    for name, text in (("disable", "停用账号，立即退出登录"), ("enable", "恢复账号")):
        commands.add_parser(name, help=text).add_argument("username")
    commands.add_parser("list", help="列出账号")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Do what was asked; returns the exit status. The database must be migrated."""
    database = Database(settings.database_url)
    accounts = Accounts(database)
    try:
        await _dispatch(arguments, database, accounts)
    except (BadInput, Conflict, NotFound) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        accounts.close()
        await database.close()
    return 0


async def _dispatch(arguments: argparse.Namespace, database: Database, accounts: Accounts) -> None:
    match arguments.user_command:
        case "add":
            await _add(accounts, arguments)
        case "passwd":
            await _passwd(database, accounts, arguments)
        case "disable" | "enable":
            await _set_disabled(database, arguments.username, arguments.user_command == "disable")
        case _:
            await _list(database)


async def _add(accounts: Accounts, arguments: argparse.Namespace) -> None:
    check_username(arguments.username)
    roles = arguments.role or ["agent"]
    password = _password(arguments)
    await accounts.add(arguments.username, arguments.name or arguments.username, roles, password,
                       must_change=not arguments.ask)
    print(f"已建账号 {arguments.username}（{_roles(roles)}）{_shown(arguments, password)}")


async def _passwd(database: Database, accounts: Accounts, arguments: argparse.Namespace) -> None:
    account = await _account(database, arguments.username)
    password = _password(arguments)
    await accounts.reset(account.agent.id, password, must_change=not arguments.ask)
    print(f"已重设 {arguments.username} 的密码{_shown(arguments, password)}")


async def _set_disabled(database: Database, username: str, disabled: bool) -> None:
    account = await _account(database, username)
    async with database.write() as connection:
        await account_changes.set_disabled(connection, account.agent.id, disabled)
    print(f"已{'停用' if disabled else '恢复'} {username}")


async def _list(database: Database) -> None:
    async with database.read() as connection:
        rows = await agents.all_accounts(connection)
    for row in rows:
        marks = [word for word, on in (("已停用", row.disabled), ("须改密码", row.must_change)) if on]
        print("\t".join([row.agent.username, row.agent.name, _roles(row.agent.roles), " ".join(marks)]).rstrip())


async def _account(database: Database, username: str) -> agents.Account:
    async with database.read() as connection:
        account = await agents.find_account(connection, username)
    if account is None:
        raise NotFound(f"没有账号 {username}")
    return account


def _password(arguments: argparse.Namespace) -> str:
    if not arguments.ask:
        return one_time()
    typed = getpass.getpass("密码：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    check_strength(typed, arguments.username)
    return typed


def _shown(arguments: argparse.Namespace, password: str) -> str:
    return "" if arguments.ask else f"，一次性密码 {password}（首次登录后须修改）"


def _roles(roles: Iterable[str]) -> str:
    return "、".join(ROLE_NAMES.get(role, role) for role in roles)
