"""Erasure: a citizen's words leave rows, candidates' folders, comparisons and logs; verdicts and models stay."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from hotline.errors import Conflict
from hotline.records import Inbound
from hotline.store import conversations as talk_store
from hotline.store import jobs as job_store
from hotline.store import labels as label_store
from hotline.store import models as store
from hotline.store import turns
from hotline.store.models import TrainedModel
from hotline.store.tables import conversations, messages
from hotline.store.training_tables import jobs, label_changes, labels, models
from hotline.training import erasure
from hotline.training.doubts import result_path
from hotline.training.erased import GONE, Erased
from hotline.training.erasure import erase_citizen
from hotline.training.gate import judge
from hotline.training.jobs import Jobs
from tests.training.conftest import School
from tests.training.talks import parse, said, understands

NOW = datetime.now(timezone.utc)
WORDS, OTHER = "我家楼道里一股臭鸡蛋味，张大爷家的", "小区北门的井盖翘起来了"
PHONE = "13864201234"


@dataclass
class Kept:
    """What the room keeps of two citizens, one of whom wants to be forgotten."""

    citizen: str
    folder: Path
    archive: bytes


@pytest.fixture(autouse=True)
def understood(school: School) -> None:
    understands(school.house, lambda text: (parse("report", "gas_leak"), []))


async def two_citizens(school: School) -> tuple[str, str]:
    """Both have talked and both were labelled, one of them twice: by an answer to a doubt as well."""
    texts = [f"{WORDS}，电话{PHONE}", OTHER]
    ids = [await said(school.house, text, f"sender{at}") for at, text in enumerate(texts)]
    browser = await school.signed_in()
    _, answer = await browser.post("/training/api/labels", {
        "messages": ids, "action": "change", "intent": "report", "service": "gas_leak", "emergency": "gas:leak"})
    copied = next(label["text"] for label in answer["labels"] if WORDS in label["text"]) + "！"
    status, _ = await browser.post(
        "/training/api/labels", {"texts": [copied], "intent": "report", "service": "gas_leak"})
    assert status == 200
    async with school.database.read() as connection:
        row = (await connection.execute(select(messages.c.citizen_id, conversations.c.id).join(
            conversations, conversations.c.id == messages.c.conversation_id).where(messages.c.id == ids[0]))).one()
    return row.citizen_id, row.id


def compared(text: str, talk: str) -> dict[str, Any]:
    """As `comparing` writes it: a lost emergency, labels that are heard otherwise, a conversation."""
    rows = [{"text": text, "where": "标注", "line": f"「{text[:80]}」原来听成路灯", "effect": "变差"},
            {"text": OTHER, "where": "标注", "line": f"「{OTHER}」原来听成路灯", "effect": "变好"}]
    lost = [{"text": text, "where": "真实会话", "kind": "gas"}, {"text": OTHER, "where": "紧急例句", "kind": "gas"}]
    whole = {"size": 9, "before": 9, "after": 8}
    found = {"current": None, "changed": rows, "taught": {**whole, "wrong": rows[:1]}, "services": [],
             "emergency": {**whole, "lost": lost, "gained": lost}, "knowledge": whole, "outside": whole,
             "replay": {"conversations": 1, "turns": 1, "changed_count": 2, "changed": [
                 {"conversation": talk, "text": "别的话", "before": f"已登记：{WORDS}", "after": "好", "line": WORDS},
                 {"conversation": "c2", "text": OTHER, "before": "甲", "after": "乙", "line": OTHER}]}}
    return {**found, "gate": judge(found).to_json()}


async def kept(school: School) -> Kept:
    citizen, talk = await two_citizens(school)
    settings = school.house.settings
    folder = settings.models / "m1"
    async with school.database.read() as connection:
        known = await label_store.used(connection)
    masked = next(label.text for label in known if label.citizen_id == citizen)
    comparison = compared(masked, talk)
    write = await school.room.labels.writer()
    write(folder)
    for name in ("test.jsonl", "taught.jsonl"):  # chance says which part a label is in
        (folder / name).write_text("".join(json.dumps({"text": label.text, "intent": "report"}, ensure_ascii=False)
                                           + "\n" for label in known), encoding="utf-8")
    examples = "".join(f"    - {label.text}\n" for label in known)
    (folder / "data" / "nlu" / "overlay.yml").write_text(
        f'version: "3.1"\n\nnlu:\n- intent: report\n  metadata: {{service: gas_leak}}\n  examples: |\n{examples}'
        f"- intent: consult\n  examples: |\n    - {masked}\n", encoding="utf-8")
    (folder / "emergency").mkdir()
    (folder / "data" / "emergency" / "overlay.txt").replace(folder / "emergency" / "overlay.txt")
    (folder / "emergency" / "overlay.txt").write_text(f"# 头\ngas|leak|{masked}\ngas|leak|{OTHER}\n", encoding="utf-8")
    (folder / "comparison.json").write_text(json.dumps(comparison, ensure_ascii=False), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"model": "m1", "data_hash": "0" * 64}), encoding="utf-8")
    (folder / "bot.tar.gz").write_bytes(b"weights")
    logs = settings.var / "training" / "jobs"
    logs.mkdir(parents=True, exist_ok=True)
    (logs / "j1.log").write_text(
        f"@progress 3 训练\n重复的例句：{masked}\n原文 {WORDS}，电话{PHONE}\n好了\n", encoding="utf-8")
    result_path(settings.var).write_text(json.dumps({"rows": [{"text": masked}]}), encoding="utf-8")
    async with school.database.write() as connection:
        await store.add_model(connection, TrainedModel(
            "m1", "refused", "0" * 64, {}, {"seconds": {"bot": 1}}, comparison, comparison["gate"], "", "a", NOW, NOW))
        job = await job_store.add_job(connection, "candidate", "m1", "a", NOW)
        await job_store.change_job(connection, job.id, state="failed", error=f"以代码 1 结束：坏例句 {masked}")
    return Kept(citizen, folder, (folder / "bot.tar.gz").read_bytes())


async def everything(school: School) -> str:
    """All that the room keeps, in rows and in files, as one text."""
    async with school.database.read() as connection:
        rows = [dict(row._mapping) for table in (labels, label_changes, models, jobs)
                for row in await connection.execute(select(table))]
    room = school.house.settings.var / "training"
    files = [path.read_text(encoding="utf-8", errors="replace") for path in room.rglob("*") if path.is_file()]
    return json.dumps(rows, ensure_ascii=False, default=str) + "".join(files)


async def test_a_citizens_words_leave_all_that_keeps_them(school: School) -> None:
    there = await kept(school)
    assert (await everything(school)).count("臭鸡蛋味") > 20
    assert await erase_citizen(school.database, school.house.settings.var, there.citizen) == 2
    left = await everything(school)
    assert "臭鸡蛋味" not in left and PHONE not in left and left.count(OTHER) > 10
    assert await erase_citizen(school.database, school.house.settings.var, there.citizen) == 0
    assert await everything(school) == left  # once is enough


async def test_what_is_left_is_honest_and_still_serves(school: School) -> None:
    there = await kept(school)
    await erase_citizen(school.database, school.house.settings.var, there.citizen)
    async with school.database.read() as connection:
        model = await store.get_model(connection, "m1")
    assert model.comparison is not None and model.gate is not None
    assert [row["text"] for row in model.comparison["emergency"]["lost"]] == [GONE, OTHER]
    assert not judge(model.comparison).passed and GONE in model.gate["reasons"][0] and OTHER in model.gate["reasons"][0]
    assert [row["conversation"] for row in model.comparison["replay"]["changed"]] == [None, "c2"]
    assert model.comparison["erased"] == 2 and model.data_hash == "0" * 64 and model.figures is not None
    manifest = json.loads((there.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["erased"][0]["lines"] == model.figures["erased"] > 4 and "不再一致" in manifest["erased_note"]
    overlay = yaml.safe_load((there.folder / "data" / "nlu" / "overlay.yml").read_text(encoding="utf-8"))
    assert [block["intent"] for block in overlay["nlu"]] == ["report"] and OTHER in overlay["nlu"][0]["examples"]
    assert (there.folder / "emergency" / "overlay.txt").read_text(encoding="utf-8") == f"# 头\ngas|leak|{OTHER}\n"
    assert (there.folder / "bot.tar.gz").read_bytes() == there.archive
    log = Jobs(school.database, school.house.settings).log_of("j1")
    assert log == ["@progress 3 训练", GONE, GONE, "好了"]


async def test_an_erasure_that_broke_off_is_ended_by_the_next_call(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = await kept(school)
    var = school.house.settings.var
    with monkeypatch.context() as broken:
        broken.setattr(erasure, "write_overlay", lambda folder, labels: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await erase_citizen(school.database, var, there.citizen)
    assert await erase_citizen(school.database, var, there.citizen) == 0
    assert "臭鸡蛋味" not in await everything(school)


async def test_a_training_that_has_read_the_words_is_waited_for(school: School) -> None:
    there = await kept(school)
    async with school.database.write() as connection:
        job = await job_store.add_job(connection, "candidate", "m2", "a", NOW)
    before = await everything(school)
    with pytest.raises(Conflict, match="正在训练"):
        await erase_citizen(school.database, school.house.settings.var, there.citizen)
    assert await everything(school) == before
    async with school.database.write() as connection:
        await job_store.change_job(connection, job.id, state="cancelled")
    assert await erase_citizen(school.database, school.house.settings.var, there.citizen) == 2


async def test_words_that_no_label_keeps_are_found_by_the_citizens_messages(school: School) -> None:
    """Fragments are one turn; their label may have been withdrawn, and the comparison quotes the turn all the same."""
    async with school.database.write() as connection:
        citizen = await talk_store.lock_citizen(connection, "web", "fragments", NOW)
        talk = await talk_store.current_conversation(connection, citizen, NOW)
        turn = await turns.add_turn(connection, talk, "w", NOW, {}, NOW)
        for text in ("屋里有怪味", "像是臭鸡蛋味"):
            await talk_store.add_inbound(connection, Inbound("web", "fragments", text), talk, turn, NOW)
    async with school.database.write() as connection:
        await store.add_model(connection, TrainedModel("m1", "ready", "", {}, None, compared(
            "屋里有怪味\n像是臭鸡蛋味", "c9"), None, "", "a", NOW, NOW))
    await erase_citizen(school.database, school.house.settings.var, talk.citizen_id)
    async with school.database.read() as connection:
        model = await store.get_model(connection, "m1")
    assert model.comparison is not None and "像是" not in json.dumps(model.comparison, ensure_ascii=False)


def test_common_words_do_not_empty_other_peoples_texts() -> None:
    erased = Erased(["你好", "好"], set())
    rows = [{"text": "你好", "where": "测试集", "line": "「你好」"},
            {"text": "你好，我要投诉", "where": "标注", "line": "x"}]
    found = {"changed": rows}
    assert erased.comparison(found) == (found, set())
    assert erased.told("你好，训练开始") == "你好，训练开始"
    assert Erased(["屋里有怪味\n像臭鸡蛋"], set()).told("例句：屋里有怪味 像臭鸡蛋\n好") == f"{GONE}\n好"
    assert erased.overlay("nlu:\n- intent: greet\n  examples: |\n    - 你好\n")[0] == "nlu: []\n"
