"""Labels over HTTP: what is said of messages, its history, its part, and the overlay that follows each change."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from hotline.records import Inbound
from hotline.store.tables import citizens, messages
from hotline.store.training_tables import label_changes, labels
from hotline.training.doubts import result_path
from hotline.training.erasure import erase_citizen
from hotline.training.labels import HIDDEN
from hotline.training.overlay import EMERGENCY, NLU, live_folder
from hotline.training.parts import drawn
from tests.desk.conftest import Browser
from tests.training.conftest import School
from tests.training.talks import FALLBACK, parse, said, understands

LABELS = "/training/api/labels"


@pytest.fixture(autouse=True)
def understood(school: School) -> None:
    understands(school.house, lambda text: (
        FALLBACK if "嗯哪" in text else parse("report", "facility_streetlight"), []))


async def told(browser: Browser, messages: list[str], action: str, **more: Any) -> list[dict[str, Any]]:
    status, answer = await browser.post(LABELS, {"messages": messages, "action": action, **more})
    assert status == 200, answer
    found: list[dict[str, Any]] = answer["labels"]
    return found


def overlay(school: School) -> str:
    return (live_folder(school.house.settings.var) / NLU).read_text(encoding="utf-8")


async def trained(school: School, text: str, sender: str) -> str:
    """A message whose label trains: chance puts some into the test set, so others are said until one does not."""
    for number in range(100):
        words = f"{text} {'甲乙丙丁戊己庚辛壬癸'[number % 10] * (number + 1)}"
        message = await said(school.house, words, f"{sender}{number}")
        if drawn(message, school.house.settings.test_share) == "train":
            return message
    raise AssertionError("nothing would train")


async def test_accept_takes_what_the_bot_understood(school: School) -> None:
    browser = await school.signed_in()
    message = await said(school.house, "我叫王建国，路灯不亮，13864201234")
    [label] = await told(browser, [message], "accept")
    assert (label["intent"], label["service"], label["state"]) == ("report", "facility_streetlight", "accepted")
    assert label["message"] == message and label["author"] == "chen" and label["source"] == "inbox"
    assert "13864201234" not in label["text"] and "王建国" not in label["text"] and "路灯不亮" in label["text"]
    lost = await said(school.house, "嗯哪", "b")
    status, answer = await browser.post(LABELS, {"messages": [lost], "action": "accept"})
    assert status == 400 and "没有听懂" in answer["error"]


@pytest.mark.parametrize(("values", "field"), [
    ({"action": "change"}, "intent"), ({"action": "change", "intent": "nosuch"}, "intent"),
    ({"action": "change", "intent": "report"}, "service"),
    ({"action": "change", "intent": "greet", "service": "gas_leak"}, "service"),
    ({"action": "change", "intent": "report", "service": "nosuch"}, "service"),
    ({"action": "change", "intent": "report", "service": "gas_leak", "emergency": "flood"}, "emergency"),
    ({"action": "keep"}, "action"), ({}, "action"), ({"action": "accept", "messages": []}, "messages"),
    ({"action": "accept", "messages": "x"}, "messages"), ({"action": "accept", "messages": [1]}, "messages"),
])
async def test_what_a_label_may_not_say(school: School, values: dict[str, Any], field: str) -> None:
    browser = await school.signed_in()
    message = await said(school.house, "路灯不亮")
    status, answer = await browser.post(LABELS, {"messages": [message], **values})
    assert (status, answer["field"]) == (400, field)
    assert (await browser.get(LABELS))[1]["rows"] == []


async def test_one_unknown_message_and_nothing_is_said_of_any(school: School) -> None:
    browser = await school.signed_in()
    message = await said(school.house, "路灯不亮")
    assert (await browser.post(LABELS, {"messages": [message, "nosuch"], "action": "accept"}))[0] == 404
    assert (await browser.get(LABELS))[1]["rows"] == []


async def test_a_change_keeps_what_was_said_before(school: School) -> None:
    browser = await school.signed_in()
    message = await said(school.house, "路灯杆歪了要倒")
    [label] = await told(browser, [message], "accept")
    other = await school.signed_in("li", "editor")
    [again] = await told(other, [message], "change", intent="report", service="facility_manhole")
    assert again["id"] == label["id"] and again["part"] == label["part"] and again["author"] == "chen"
    status, answer = await browser.call("PUT", f"{LABELS}/{label['id']}", {
        "intent": "report", "service": "facility_manhole", "emergency": "none"})
    assert status == 200 and answer["label"]["emergency"] == "none"
    assert (await browser.call("DELETE", f"{LABELS}/{label['id']}"))[1]["label"]["state"] == "withdrawn"
    _, one = await browser.get(f"{LABELS}/{label['id']}")
    assert [(change["author"], change["after"]["service"], change["after"]["state"]) for change in one["changes"]] == [
        ("li", "facility_manhole", "accepted"), ("chen", "facility_manhole", "accepted"),
        ("chen", "facility_manhole", "withdrawn")]
    assert one["changes"][0]["before"]["service"] == "facility_streetlight"
    assert (await browser.get(f"{LABELS}/nosuch"))[0] == 404
    assert (await browser.call("PUT", f"{LABELS}/nosuch", {"intent": "greet"}))[0] == 404


async def test_a_whole_cluster_at_once_and_skip_and_out_of_scope(school: School) -> None:
    browser = await school.signed_in()
    many = [await said(school.house, f"嗯哪 {word}", f"m{number}") for number, word in enumerate("山海天地")]
    found = await told(browser, many, "change", intent="report", service="gas_leak", source="cluster")
    assert len(found) == 4 and {label["source"] for label in found} == {"cluster"}
    skipped, outside = [await said(school.house, text, text) for text in ("嗯哪这个先放放", "嗯哪给我讲个笑话听听吧")]
    assert [(await told(browser, [skipped], "skip"))[0][name] for name in ("state", "intent")] == ["skipped", None]
    assert [(await told(browser, [outside], "out_of_scope"))[0][name] for name in ("state", "intent")] == [
        "out_of_scope", "chitchat"]
    _, page = await browser.get(f"{LABELS}?source=cluster")
    assert len(page["rows"]) == 4 and page["more"] is None
    assert len((await browser.get(f"{LABELS}?state=skipped"))[1]["rows"]) == 1
    assert len((await browser.get(f"{LABELS}?q=笑话"))[1]["rows"]) == 1
    assert (await browser.get("/training/api/inbox?unlabelled=1"))[1]["rows"] == []


async def test_personal_data_leaves_no_words(school: School) -> None:
    browser = await school.signed_in()
    message = await said(school.house, "路灯下面住的老李家三儿子欠我钱")
    await told(browser, [message], "accept")
    [label] = await told(browser, [message], "personal")
    assert label["text"] == HIDDEN and label["state"] == "personal" and label["intent"] is None
    async with school.database.read() as connection:
        kept = str((await connection.execute(select(labels))).all()) + str(
            (await connection.execute(select(label_changes))).all())
    assert "老李" not in kept and "老李" not in overlay(school)
    status, _ = await browser.call("PUT", f"{LABELS}/{label['id']}", {"intent": "greet"})
    assert status == 400


async def test_the_overlay_follows_each_change(school: School) -> None:
    browser = await school.signed_in()
    message = await trained(school, "嗯哪 路灯杆歪了", "a")
    [label] = await told(browser, [message], "change", intent="report", service="gas_leak", emergency="gas:leak")
    [block] = yaml.safe_load(overlay(school))["nlu"]
    assert block == {"intent": "report", "metadata": {"service": "gas_leak", "weight": 3},
                     "examples": f"- {label['text']}\n"}
    danger = (live_folder(school.house.settings.var) / EMERGENCY).read_text(encoding="utf-8")
    assert danger.splitlines()[1:] == [f"gas|leak|{label['text']}"]
    await browser.call("PUT", f"{LABELS}/{label['id']}", {"emergency": "none"})
    assert yaml.safe_load(overlay(school))["nlu"] == []
    await browser.call("DELETE", f"{LABELS}/{label['id']}")
    assert label["text"] not in overlay(school)


async def test_a_test_label_never_trains(school: School) -> None:
    browser = await school.signed_in()
    words = [f"路灯 {chr(0x4e00 + 37 * at)}{chr(0x5e00 + 53 * at)}{chr(0x6e00 + 71 * at)}" for at in range(40)]
    many = [await said(school.house, text, text) for text in words]
    found = await told(browser, many, "accept")
    tested = [label for label in found if label["part"] == "test"]
    assert tested and len(tested) < 30
    assert [label["text"] for label in found if label["text"] in overlay(school)] == [
        label["text"] for label in found if label["part"] == "train"]
    # Withdrawn and labelled anew it stays where it was.
    await browser.call("DELETE", f"{LABELS}/{tested[0]['id']}")
    [again] = await told(browser, [tested[0]["message"]], "change", intent="greet")
    assert again["part"] == "test" and again["text"] not in overlay(school)


async def test_a_candidates_folder_gets_every_kind_of_label(school: School, tmp_path: Path) -> None:
    browser = await school.signed_in()
    message = await trained(school, "路灯杆歪了", "a")
    [label] = await told(browser, [message], "accept")
    (await school.room.labels.writer())(tmp_path)
    assert label["text"] in (tmp_path / "data" / NLU).read_text(encoding="utf-8")
    taught, held = ((tmp_path / name).read_text(encoding="utf-8") for name in ("taught.jsonl", "test.jsonl"))
    assert json.loads(taught)["text"] == label["text"] and held == ""


async def test_near_duplicates_share_a_part(school: School) -> None:
    browser = await school.signed_in()
    for number in range(12):
        text = f"小区{chr(0x4e00 + 97 * number)}门口那盏路灯已经有{number}个星期没亮过了，晚上黑得很"
        first, second = [await said(school.house, text + end, f"{number}{end}") for end in ("", "！")]
        [one], [two] = await told(browser, [first], "accept"), await told(browser, [second], "accept")
        assert one["part"] == two["part"]


async def test_erasing_a_citizen_takes_labels_and_history(school: School) -> None:
    browser = await school.signed_in()
    message = await trained(school, "路灯杆歪了", "gone")
    [label] = await told(browser, [message], "accept")
    await browser.call("PUT", f"{LABELS}/{label['id']}", {"intent": "greet"})
    stays = await trained(school, "路灯整夜不灭", "stays")
    [other] = await told(browser, [stays], "accept")
    assert label["text"] in overlay(school)
    var = school.house.settings.var
    result_path(var).write_text(json.dumps({"rows": [{"text": label["text"]}]}), encoding="utf-8")
    async with school.database.read() as connection:
        citizen = (await connection.execute(select(labels.c.citizen_id).where(labels.c.id == label["id"]))).scalar_one()
        assert (await connection.execute(select(citizens.c.id).where(citizens.c.id == citizen))).scalar() == citizen
    assert await erase_citizen(school.database, var, citizen) == 1
    assert await erase_citizen(school.database, var, "nosuch") == 0
    assert not result_path(var).exists()
    assert label["text"] not in overlay(school) and other["text"] in overlay(school)
    async with school.database.read() as connection:
        assert (await connection.execute(select(label_changes))).first() is None
    assert (await browser.get(f"{LABELS}/{label['id']}"))[0] == 404


async def test_examples_by_hand_answer_a_doubt(school: School) -> None:
    browser = await school.signed_in()
    status, answer = await browser.post(LABELS, {
        "texts": ["闻着像煤气，电话13864201234"], "intent": "report", "service": "gas_leak"})
    assert status == 200
    [label] = answer["labels"]
    assert label["source"] == "doubt" and label["message"] is None and "13864201234" not in label["text"]


async def test_pages_of_labels(school: School) -> None:
    browser = await school.signed_in()
    texts = [f"第{number}条例句" for number in range(60)]
    for start in (0, 30):
        await browser.post(LABELS, {"texts": texts[start:start + 30], "intent": "greet"})
    _, first = await browser.get(LABELS)
    _, second = await browser.get(f"{LABELS}?before={first['more']}")
    assert sorted(row["text"] for answer in (first, second) for row in answer["rows"]) == sorted(texts)
    assert second["more"] is None
    for wrong in ("before=x", "state=x", "part=x", "source=x"):
        assert (await browser.get(f"{LABELS}?{wrong}"))[0] == 400


async def test_fragments_are_one_text_with_one_label(school: School) -> None:
    browser = await school.signed_in()
    door = school.house.door
    turns = [await door.receive(Inbound("web", "fragments", text)) for text in ("路灯", "坏了三天了")]
    assert turns[0] == turns[1]
    await door.replies(turns[0], timeout=8)
    _, inbox = await browser.get("/training/api/inbox")
    [row] = inbox["rows"]
    assert row["text"] == "路灯\n坏了三天了"
    async with school.database.read() as connection:
        parts = list((await connection.execute(select(messages.c.id).where(
            messages.c.turn_id == turns[0], messages.c.direction == "in").order_by(messages.c.seq))).scalars())
    assert row["message"] == parts[0]
    [label] = await told(browser, [parts[1]], "accept")
    assert label["message"] == parts[0] and label["text"] == row["text"]


async def test_two_admins_at_once_leave_one_label(school: School) -> None:
    one, two = await school.signed_in(), await school.signed_in("li", "editor")
    message = await said(school.house, "路灯不亮")
    found = await asyncio.gather(told(one, [message], "accept"), told(two, [message], "change", intent="greet"))
    assert found[0][0]["id"] == found[1][0]["id"]
    _, page = await one.get(LABELS)
    assert len(page["rows"]) == 1


async def test_a_lost_overlay_is_there_again_after_a_start(school: School) -> None:
    browser = await school.signed_in()
    message = await trained(school, "路灯杆歪了", "a")
    [label] = await told(browser, [message], "accept")
    (live_folder(school.house.settings.var) / NLU).unlink()
    await school.room.labels.rewrite()
    assert label["text"] in overlay(school)
