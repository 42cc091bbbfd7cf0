"""`python -m hotline kb ...`: import, list, search, check and tune the knowledge base, in plain Chinese."""

from __future__ import annotations

import argparse
import asyncio
from datetime import date
from pathlib import Path

from hotline.knowledge.files import FOLDER, load_folder, warnings
from hotline.knowledge.importer import import_articles
from hotline.knowledge.service import Knowledge
from hotline.settings import Settings
from hotline.store.articles import stored_articles
from hotline.store.database import Database
from hotline.store.migrate import migrate
from hotline.text.embedding import encoder

_DECISIONS = {"answer": "直接答复", "ask": "请市民选", "none": "没有查到"}


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `kb` with its own sub-commands; the chosen one is called as `arguments.run(arguments)`."""
    parts = commands.add_parser("kb", help="知识库: 导入、列出、检索、检查、定权重").add_subparsers(required=True)
    for name, text, run in (
        ("import", "把 knowledge/ 里改过的文件导入数据库", _import), ("list", "列出数据库里的文章", _list),
        ("search", "试一句问法", _search), ("check", "只检查文件, 不导入", _check),
        ("tune", "按现在的文章重新定权重和界线 (写进 weights.json)", _tune),
    ):
        part = parts.add_parser(name, help=text)
        part.set_defaults(run=run)
        if name in ("import", "check", "tune"):
            part.add_argument("--folder", type=Path, default=FOLDER, help="文章文件所在的目录")
        if name == "search":
            part.add_argument("text", help="市民的问法")


def _import(arguments: argparse.Namespace) -> int:
    """Import changed files; 1 when something could not be used."""
    async def run() -> int:
        database = Database(Settings.from_env().database_url)
        try:
            await migrate(database)
            report = await import_articles(database, arguments.folder)
        finally:
            await database.close()
        print(f"新增 {len(report.added)} 条, 更新 {len(report.updated)} 条, 下架 {len(report.withdrawn)} 条, "
              f"未变 {report.unchanged} 条, 因在线改过而保留 {len(report.kept_online)} 条")
        for problem in report.problems:
            print(f"不能用: {problem.file} / {problem.entry}: {problem.reason}")
        return 1 if report.problems else 0

    return asyncio.run(run())


def _list(_arguments: argparse.Namespace) -> int:
    """List what the database holds."""
    async def run() -> int:
        database = Database(Settings.from_env().database_url)
        try:
            async with database.read() as connection:
                stored = await stored_articles(connection)
        finally:
            await database.close()
        for old in stored.values():
            marks = [mark for mark, on in (
                ("已下架", old.article.status == "withdrawn"), ("待核实", old.article.verify),
                ("在线改过", old.edited_online),
            ) if on]
            print(f"{old.article.id}\t{old.article.question}\t{' '.join(marks)}")
        print(f"共 {len(stored)} 条")
        return 0

    return asyncio.run(run())


def _search(arguments: argparse.Namespace) -> int:
    """Show what a citizen's question would find."""
    async def run() -> int:
        settings = Settings.from_env()
        database = Database(settings.database_url)
        try:
            answer = await Knowledge(database, settings).search(arguments.text, limit=5)
        finally:
            await database.close()
        print(_DECISIONS[answer.decision])
        for hit in answer.hits:
            print(f"{hit.score:.2f}  {hit.article.id}  {hit.article.question}")
        if answer.decision == "answer":
            print(f"\n{answer.hits[0].article.answer}\n依据: {answer.hits[0].article.source}")
        return 0

    return asyncio.run(run())


def _check(arguments: argparse.Namespace) -> int:
    """Check the files only: errors count, advice does not."""
    files = load_folder(arguments.folder)
    problems = [problem for file in files for problem in file.problems]
    for problem in problems:
        print(f"错误: {problem.file} / {problem.entry}: {problem.reason}")
    for problem in warnings(files, date.today()):
        print(f"提醒: {problem.file} / {problem.entry}: {problem.reason}")
    print(f"{len(files)} 个文件, {sum(len(file.articles) for file in files)} 条可用, {len(problems)} 处错误")
    return 1 if problems or not files else 0


def _tune(arguments: argparse.Namespace) -> int:
    """Set the weights on the articles of a folder, with and without embeddings."""
    from hotline.knowledge.tuning import tune
    from hotline.knowledge.weights import write_weights

    articles = [article for file in load_folder(arguments.folder) for article in file.articles
                if article.status == "live"]
    loaded = encoder(Settings.from_env().embeddings)
    write_weights({given is not None: tune(articles, given) for given in (loaded, None)})
    return 0
