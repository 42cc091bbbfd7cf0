"""A candidate against the model that serves: the fixed test set, dangers, questions, cross-validation, a replay."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline.background import in_background
from hotline.emergency import Detector
from hotline.errors import BadInput
from hotline.processes import bot_python
from hotline.records import JSON
from hotline.settings import ROOT, Settings
from hotline.store import publications, replays
from hotline.store.database import Database
from hotline.store.replays import Talk
from hotline.training import tallies
from hotline.training.bot_process import BotProcess
from hotline.training.bundle import Bundle, bundle_at, checkout
from hotline.training.exam import Exam, Question, read_exam
from hotline.training.gate import judge
from hotline.training.replaying import Answers, dangers, differences, replay, take
from hotline.training.shadow import Shadow, shadow_house

FOLDS, CROSS_SAMPLE = 5, 3000
Progress = Callable[[int, str], None]


@dataclass(frozen=True)
class Asked:
    """What one model said to everything."""

    messages: list[JSON]
    taught: list[JSON]
    questions: list[JSON]
    replay: Answers


async def serving_bundle(database: Database, settings: Settings) -> Bundle:
    """What serves now, or the checkout's model. Raises BadInput."""
    async with database.read() as connection:
        row = await publications.serving(connection)
    return bundle_at(settings.models / row.model_id) if row and row.model_id else checkout()


async def compare(
    candidate: Bundle, current: Bundle, settings: Settings, database: Database | None, names: tallies.Names,
    progress: Progress, conversations: int = 200,
) -> JSON:
    """The comparison as JSON, the gate's verdict in it. Raises BadInput, BotUnavailable, SettingsError."""
    progress(0, "读测试集")
    exam = read_exam(candidate.folder)
    talks, harmless = await _past(database, conversations)
    ears = [Detector(*await in_background(bundle.ears, settings.embeddings)) for bundle in (current, candidate)]
    progress(5, "比较紧急识别")
    emergency = await in_background(
        tallies.emergencies, [*exam.dangers, *dangers(talks, harmless)], ears[0], ears[1])
    progress(15, "启动比较用的临时系统")
    async with shadow_house(database) as shadow:
        before = await _ask(shadow, current, exam, talks, lambda part, what: progress(20 + part * 3 // 10, what))
        after = await _ask(shadow, candidate, exam, talks, lambda part, what: progress(50 + part * 3 // 10, what))
    progress(80, "五折交叉验证")
    crossed = await cross_validate(candidate.data) if (candidate.data / "nlu").is_dir() else None
    result: JSON = {
        "candidate": candidate.id, "current": current.id, "notes": list(exam.missing),
        **tallies.understanding(exam.messages, before.messages, after.messages, names), "emergency": emergency,
        "taught": await in_background(tallies.taught, exam.taught, before.taught, after.taught, ears, names),
        "knowledge": tallies.answers(exam.questions, before.questions, after.questions, facts=True),
        "outside": tallies.answers(exam.questions, before.questions, after.questions, facts=False),
        "crossvalidation": crossed, "replay": differences(talks, before.replay, after.replay)}
    progress(100, "比较完成")
    return {**result, "gate": judge(result, names).to_json()}


async def _past(database: Database | None, conversations: int) -> tuple[list[Talk], set[str]]:
    if database is None:
        return [], set()
    async with database.read() as connection:
        return await replays.last_talks(connection, conversations), await replays.known_harmless(connection)


async def _ask(
    shadow: Shadow, bundle: Bundle, exam: Exam, talks: Sequence[Talk], progress: Progress
) -> Asked:
    """Ask one model everything, one thing after the other: the citizens' bot needs the machine."""
    name = bundle.id or "现用模型"
    progress(0, f"启动 {name}")
    async with shadow.bot(bundle) as bot:
        progress(10, f"{name} 听测试集")
        heard = [await bot.call("parse", {"text": item.text}) for item in (*exam.messages, *exam.taught)]
        messages, taught = heard[:len(exam.messages)], heard[len(exam.messages):]
        progress(50, f"{name} 答知识问题")
        questions = [await _answer(bot, number, question) for number, question in enumerate(exam.questions)]
        progress(75, f"{name} 重放会话")
        return Asked(messages, taught, questions, await replay(bot, talks))


async def _answer(bot: BotProcess, number: int, question: Question) -> JSON:
    return await take(bot, f"question-{number}", question.text, {})


async def cross_validate(data: Path) -> JSON:
    """Five folds over a sample of the data with the n-gram machine alone. Raises BadInput when it fails."""
    with tempfile.TemporaryDirectory(prefix="hotline-folds-") as folder:
        out = Path(folder) / "out.json"
        child = await asyncio.create_subprocess_exec(
            bot_python(), "-m", "bot", "crossvalidate", "--data", str(data / "nlu"), "--folds", str(FOLDS),
            "--sample", str(CROSS_SAMPLE), "--out", str(out), cwd=ROOT, stdin=asyncio.subprocess.DEVNULL)
        try:
            if await child.wait() or not out.is_file():
                raise BadInput(f"交叉验证没有做成，退出码 {child.returncode}")
        finally:
            if child.returncode is None:
                child.kill()
        result: JSON = json.loads(out.read_text(encoding="utf-8"))
        return result
