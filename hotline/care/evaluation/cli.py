"""`python -m hotline evaluate`: measure the understanding on labelled messages and questions."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from hotline.care.evaluation import report
from hotline.care.evaluation.client import InternalClient
from hotline.care.evaluation.house import private_house
from hotline.care.evaluation.measure import measure_messages, measure_questions
from hotline.care.evaluation.tables import read_messages, read_questions
from hotline.errors import BadInput
from hotline.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `evaluate`; it is called as `arguments.run(arguments)`."""
    parser = commands.add_parser("evaluate", help="用标注过的消息和问题量理解力, 出报告")
    parser.add_argument("--messages", type=Path, help="CSV: 正文列和 domain act service emergency place phone 里有的")
    parser.add_argument("--questions", type=Path, help="CSV: question 和 facts (空着表示库里没有答案)")
    parser.add_argument("--column", help="消息表里的正文列 (不写就在 text message chat_no_cue details 里找)")
    parser.add_argument("--model", type=Path, help="要量的模型文件 (默认最新的)")
    parser.add_argument("--url", help="量一个正在运行的系统: 它的内部地址, 例如 http://127.0.0.1:12346")
    parser.add_argument("--out", type=Path, default=Path("var/evaluation"), help="报告放在哪里")
    parser.set_defaults(run=lambda arguments: asyncio.run(evaluate(arguments)))


async def evaluate(arguments: argparse.Namespace) -> int:
    """Measure what was asked for, print the figures, write the report. Raises BadInput, BotUnavailable."""
    if arguments.messages is None and arguments.questions is None:
        raise BadInput("要有 --messages 或 --questions")
    examples = read_messages(arguments.messages, arguments.column) if arguments.messages else None
    asked = read_questions(arguments.questions) if arguments.questions else None
    async with aiohttp.ClientSession() as session, _client(session, arguments, examples is not None) as client:
        messages = await measure_messages(client, examples) if examples else None
        questions = await measure_questions(client, asked) if asked else None
    print("\n".join(report.lines(messages, questions)))
    about = report.about_now(消息表=arguments.messages or "-", 正文列=arguments.column or "-",
                             问题表=arguments.questions or "-", 模型=arguments.model or arguments.url or "最新的")
    report.write(arguments.out, messages, questions, {name: str(value) for name, value in about.items()})
    print(f"报告: {arguments.out / 'report.html'}")
    return 0


@asynccontextmanager
async def _client(
    session: aiohttp.ClientSession, arguments: argparse.Namespace, with_bot: bool
) -> AsyncIterator[InternalClient]:
    if arguments.url:
        yield InternalClient(session, arguments.url, Settings.from_env().service_token)
    else:
        async with private_house(session, arguments.model, with_bot) as client:
            yield client
