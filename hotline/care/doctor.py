"""`python -m hotline doctor`: what is wrong or not yet set, in plain Chinese, with what to do."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

import aiohttp
from sqlalchemy import func, select, text

from hotline.emergency.training import model_path
from hotline.settings import ROOT, Settings
from hotline.store.database import Database
from hotline.store.desk_tables import agents
from hotline.store.migrate import revisions
from hotline.store.tables import articles, case_outbox, turns

Level = Literal["好", "注意", "不行"]


@dataclass(frozen=True)
class Finding:
    """One line of the examination."""

    level: Level
    what: str
    advice: str = ""


async def examine(settings: Settings, say: Callable[[str], None]) -> int:
    """Run all checks and print them; 1 when something does not work, else 0."""
    findings = [*_settings(settings), *_files(settings)]
    findings += await _database(settings)
    findings += await _running(settings)
    for finding in findings:
        say(f"[{finding.level}] {finding.what}" + (f"\n      → {finding.advice}" if finding.advice else ""))
    bad = sum(finding.level == "不行" for finding in findings)
    warned = sum(finding.level == "注意" for finding in findings)
    say(f"共 {len(findings)} 项: {bad} 项不行, {warned} 项要注意")
    return 1 if bad else 0


def _settings(settings: Settings) -> list[Finding]:
    return [
        Finding("好", "燃气公司抢修电话已设") if settings.gas_firms else
        Finding("注意", "燃气公司抢修电话没有设, 漏气时的提示里只有 119",
                "核实后设 HOTLINE_GAS_FIRMS, 例如 某某燃气 0532-XXXXXXXX"),
        Finding("好", "值班告警地址已设") if settings.duty_webhook else
        Finding("注意", "值班告警地址没有设, 紧急情况一分钟没人确认时不会通知值班人员", "设 HOTLINE_DUTY_WEBHOOK"),
        Finding("注意", "待核实的知识条目正在对外展示(答复里带“以责任单位确认为准”)",
                "不想展示就设 HOTLINE_KNOWLEDGE_UNVERIFIED=hide")
        if settings.knowledge_unverified == "show" else Finding("好", "待核实的知识条目没有对外展示"),
        Finding("好", "外接的案件系统: 已设") if settings.case_backend_url else
        Finding("注意", "用的是自带的案件后台", "正式使用时设 HOTLINE_CASE_BACKEND_URL 和 HOTLINE_CASE_BACKEND_KEY"),
        Finding("好", "市级办理时限已确认, 机器人会说日期") if settings.city_limits else
        Finding("注意", "办理时限还是通行做法, 机器人不对市民说日期", "核实本市时限后设 HOTLINE_CITY_LIMITS=1"),
    ]


def _files(settings: Settings) -> list[Finding]:
    found = [
        Finding("好", "机器人环境已装") if (ROOT / ".venv-bot" / "bin" / "python").exists() else
        Finding("不行", "机器人环境没有装", "运行 make envs"),
        Finding("好", "有训练好的模型") if list((ROOT / "bot" / "models").glob("*.tar.gz")) or settings.bot_model else
        Finding("不行", "没有训练好的模型", "运行 python -m hotline train"),
        Finding("好", "有紧急识别的模型") if model_path(settings.embeddings).exists() else
        Finding("不行", "没有紧急识别的模型, 只靠规则会漏掉很多", "运行 python -m hotline train"),
        Finding("好", "网页已构建") if (ROOT / "web" / "dist" / "citizen.html").exists() else
        Finding("不行", "网页没有构建", "运行 make frontends"),
    ]
    for name in ("service_token", "open311_api_key", "session_secret"):
        path = settings.var / name
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            found.append(Finding("不行", f"密钥文件 {name} 别人也能读", f"chmod 600 {path}"))
    free = shutil.disk_usage(settings.var if settings.var.exists() else ROOT).free
    if free < 1 << 30:
        found.append(Finding("不行", f"磁盘只剩 {free >> 20} MB", "清理磁盘, 否则消息存不下"))
    return found


async def _database(settings: Settings) -> list[Finding]:
    database = Database(settings.database_url)
    try:
        await database.ping()
        async with database.read() as connection:
            at = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
            if at != revisions()[-1]:
                return [Finding("不行", "数据库版本旧了", "运行 python -m hotline migrate")]
            stuck = (await connection.execute(select(func.count()).select_from(turns).where(
                turns.c.status == "open"))).scalar_one()
            flagged = (await connection.execute(select(func.count()).select_from(case_outbox).where(
                case_outbox.c.status == "flagged"))).scalar_one()
            waiting = (await connection.execute(select(func.count()).select_from(case_outbox).where(
                case_outbox.c.status == "pending"))).scalar_one()
            live = (await connection.execute(select(articles.c.verify, articles.c.review_date).where(
                articles.c.status == "live"))).all()
            people = (await connection.execute(select(func.count()).select_from(agents).where(
                agents.c.disabled.is_(False)))).scalar_one()
    except Exception as error:
        return [Finding("不行", f"数据库连不上或没有初始化 ({type(error).__name__})",
                        "检查 HOTLINE_DATABASE_URL, 然后运行 python -m hotline migrate")]
    finally:
        await database.close()
    overdue = sum(bool(row.review_date) and row.review_date < date.today().isoformat() for row in live)
    return [
        Finding("好", f"数据库正常, 版本 {at}"),
        Finding("好" if live else "不行", f"知识库 {len(live)} 条, 其中待核实 {sum(row.verify for row in live)} 条"),
        *([Finding("注意", f"{overdue} 条知识过了复核日期", "复核后改 review_date")] if overdue else []),
        Finding("好" if people else "注意", f"能登录的人员 {people} 个",
                "" if people else "python -m hotline user add"),
        *([Finding("不行", f"{flagged} 条工单被案件系统拒收, 要人看", "见 docs/cases.md")] if flagged else []),
        *([Finding("注意", f"{waiting} 条还没送到案件系统, 会自动重试")] if waiting else []),
        *([Finding("注意", f"{stuck} 条市民消息还在处理")] if stuck else []),
    ]


async def _running(settings: Settings) -> list[Finding]:
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session, session.get(
            f"http://127.0.0.1:{settings.port}/readyz"
        ) as response:
            state = await response.json()
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return [Finding("注意", f"前门没有在 {settings.port} 端口运行", "运行 make up")]
    names = {"database": "数据库", "bot": "机器人", "actions": "动作服务", "cases": "案件系统"}
    return [Finding("好" if state.get(key) == "ok" else "不行", f"{name}{'正常' if state.get(key) == 'ok' else '不通'}")
            for key, name in names.items()]
