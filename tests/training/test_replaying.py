"""A replay in shadow: turn by turn from the database, against bots of which neither writes anything."""

from __future__ import annotations

import inspect
import os
import re
import sys
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy import func, insert, select

from hotline.conversation import commands
from hotline.settings import ROOT
from hotline.store import replays
from hotline.store.tables import messages
from hotline.store.training_tables import labels
from hotline.training.bot_process import BotLauncher, BotProcess
from hotline.training.replaying import DOING, dangers, differences, replay
from tests.ports import free_port
from tests.stage import Stage, house, settings

__all__ = ["house", "settings"]
LAUNCHER = BotLauncher(
    (sys.executable, "-m", "tests.processes.bot_process"), {**os.environ, "PYTHONPATH": str(ROOT)}, "token")


async def told(house: Stage) -> None:
    """Two conversations: one with the bot alone, one that also has an emergency."""
    for text in ("登记路灯坏了", "我的电话13800138000"):
        await house.ask(text, "first")
    await house.ask("你好", "second")
    await house.ask("家里一股煤气味", "second")


async def test_talks_come_newest_first_with_the_turns_in_order(house: Stage) -> None:
    await told(house)
    async with house.database.read() as connection:
        talks = await replays.last_talks(connection, 10)
        assert [[(said.text, said.outcome) for said in talk.turns] for talk in talks] == [
            [("你好", "bot"), ("家里一股煤气味", "emergency")],
            [("登记路灯坏了", "bot"), ("我的电话13800138000", "bot")]]
        assert len(await replays.last_talks(connection, 1)) == 1


async def test_what_would_change_is_told_and_nothing_is_written(house: Stage, tmp_path: Path) -> None:
    await told(house)
    async with house.database.read() as connection:
        talks = await replays.last_talks(connection, 10)
        count = (await connection.execute(select(func.count()).select_from(messages))).scalar_one()
    answers = []
    for name in ("old", "new"):
        (tmp_path / name).write_text("good")
        bot = BotProcess(LAUNCHER, tmp_path / name, free_port())
        await bot.start(warm=False)
        try:
            answers.append(await replay(bot, talks))
        finally:
            await bot.end()
    assert set(answers[0]) == {said.turn_id for talk in talks for said in talk.turns if said.outcome == "bot"}
    same = differences(talks, answers[0], answers[0])
    assert (same["conversations"], same["turns"], same["changed"]) == (2, 3, [])
    found = differences(talks, *answers)
    # Each bot answers with its own name: every conversation goes otherwise from its first turn on.
    assert [(row["text"], row["before"], row["after"]) for row in found["changed"]] == [
        ("你好", "old:你好", "new:你好"), ("登记路灯坏了", "old:登记路灯坏了", "new:登记路灯坏了")]
    async with house.database.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(messages))).scalar_one() == count


def test_what_would_be_done_is_said_in_chinese() -> None:
    source = inspect.getsource(commands)
    done = {kind for line in re.findall(r'case ("[\w" |]+):', source) for kind in re.findall(r'"(\w+)"', line)}
    assert done and done <= set(DOING)
    talk = replays.Talk("c1", [replays.Said("t1", "bot", "路灯坏了", [])])
    before = {"t1": {"messages": [{"text": "请问在哪里？"}], "commands": []}}
    after = {"t1": {"messages": [{"text": "已登记。"}], "commands": [{"kind": "file_case", "key": "t1:0"}]}}
    found = differences([talk], before, after)["changed"][0]
    assert found["line"] == "市民说「路灯坏了」，原来答「请问在哪里？」，会变成「已登记。（登记工单）」"


async def test_what_a_person_called_harmless_is_known_to_be(house: Stage) -> None:
    await told(house)
    async with house.database.read() as connection:
        talks = await replays.last_talks(connection, 10)
    turn = talks[0].turns[0].turn_id
    now = datetime.now(timezone.utc)
    async with house.database.write() as connection:
        await connection.execute(insert(labels).values(
            id="l1", message_id="m1", turn_id=turn, text="你好", emergency="none", state="accepted", part="train",
            source="inbox", author_id="a1", created_at=now, updated_at=now))
    async with house.database.read() as connection:
        harmless = await replays.known_harmless(connection)
    assert harmless == {turn}
    items = {item.text: item.emergency for item in dangers(talks, harmless)}
    assert items["你好"] is None and items["家里一股煤气味"] == "?"
