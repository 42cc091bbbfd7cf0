"""Search over everything, and the transcript."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import insert, select

from hotline.store.conversations import get_conversation, new_id
from hotline.store.desk_tables import audit
from hotline.store.notes import add_note
from hotline.store.tables import messages
from tests.desk.conftest import Browser, Office
from tests.desk.test_answering import taken
from tests.desk.test_chats import one


async def hits(browser: Browser, words: str, before: str = "") -> tuple[list[dict[str, str]], bool]:
    status, answer = await browser.get(f"/desk/api/search?q={quote(words)}" + (
        f"&before={quote(before)}" if before else ""))
    assert status == 200
    return answer["hits"], answer["more"]


async def test_words_are_found_wherever_they_stand(office: Office) -> None:
    agent = await office.signed_in("wang")
    await office.house.ask("登记路灯不亮，电话13800138000")
    conversation = await taken(office, agent, text="路灯的事，转人工")
    await agent.post(one(conversation, "/notes"), {"text": "路灯管理所说今晚修"})
    await agent.post(one(conversation, "/release"), {"to": "closed", "result": "solved", "summary": "路灯今晚修好"})
    found, more = await hits(agent, "路灯")
    assert {hit["kind"] for hit in found} == {"message", "case", "note", "wrap_up"} and not more
    assert [hit["at"] for hit in found] == sorted((hit["at"] for hit in found), reverse=True)
    assert {hit["conversation"] for hit in found} == {conversation}
    assert all("路灯" in hit["text"] for hit in found) and "13800138000" not in str(found)
    receipt = next(hit["id"] for hit in found if hit["kind"] == "case")
    assert receipt in [hit["id"] for hit in (await hits(agent, receipt.lower()))[0]]
    assert {hit["kind"] for hit in (await hits(agent, "延吉路"))[0]} == {"case"}
    assert await hits(agent, "没人说过的话") == ([], False)
    assert await hits(agent, "%") == ([], False) and await hits(agent, "_") == ([], False)
    number, _ = await hits(agent, "13800138000")
    assert number and "138****8000" in number[0]["text"]
    async with office.database.read() as connection:
        subjects = set((await connection.execute(select(audit.c.subject).where(audit.c.action == "search"))).scalars())
    assert subjects == {"desk"}


async def test_a_whisper_is_found_by_those_it_concerns(office: Office) -> None:
    wang, li, lead = (await office.signed_in("wang"), await office.signed_in("li"),
                      await office.signed_in("zhang", "supervisor"))
    conversation = await taken(office, wang)
    async with office.database.write() as connection:
        row = await get_conversation(connection, conversation)
        await add_note(connection, row, lead.user["id"], "语气软一点", row.created_at, to_agent=wang.user["id"])
    for browser, expected in ((wang, 1), (lead, 1), (li, 0)):
        assert len((await hits(browser, "语气"))[0]) == expected
        assert len((await browser.get(one(conversation)))[1]["notes"]) == expected


async def test_pages_lose_nothing(office: Office) -> None:
    agent = await office.signed_in("wang")
    conversation = await office.waiting()
    async with office.database.write() as connection:
        row = await get_conversation(connection, conversation)
        # Three at a time: a border between pages falls into the middle of a moment.
        await connection.execute(insert(messages), [
            {"id": new_id(), "conversation_id": row.id, "citizen_id": row.citizen_id, "direction": "in",
             "author": "citizen", "text": f"灯箱{number}", "body": {}, "status": "stored", "attempts": 0,
             "created_at": row.created_at + timedelta(seconds=number // 3)} for number in range(120)])
    found, more = await hits(agent, "灯箱")
    assert more
    while more:
        older, more = await hits(agent, "灯箱", found[-1]["at"])
        found += older
    assert len({hit["id"] for hit in found}) == len(found) == 120


@pytest.mark.parametrize("query", ["", "?q=", "?q=%00", "?q=x&before=yesterday", "?q=x&before=2026-01-01T00:00:00"])
async def test_a_search_that_makes_no_sense(office: Office, query: str) -> None:
    agent = await office.signed_in("wang")
    assert (await agent.get("/desk/api/search" + query))[0] == 400


async def test_the_transcript_is_masked_and_written_down(office: Office) -> None:
    agent = await office.signed_in("wang", name="王")
    conversation = await taken(office, agent, text="<b>路灯</b>不亮，电话13800138000，转人工")
    await agent.post(one(conversation, "/notes"), {"text": "内部备注"})
    await agent.post(one(conversation, "/messages"), {"text": "马上报修"})
    for form, kind in (("txt", "text/plain"), ("html", "text/html")):
        async with agent.http.get(office.base + one(conversation, f"/transcript?format={form}")) as response:
            text = await response.text()
            assert response.status == 200 and response.content_type == kind
            assert f'filename="conversation-{conversation}.{form}"' in response.headers["Content-Disposition"]
        assert "138****8000" in text and "13800138000" not in text and "内部备注" not in text
        assert "坐席王" in text and "马上报修" in text and "市民" in text
        assert ("<b>路灯</b>" in text) is (form == "txt")
    assert (await agent.get(one(conversation, "/transcript?format=pdf")))[0] == 400
    assert (await agent.get(one("nosuch", "/transcript")))[0] == 404
    async with office.database.read() as connection:
        rows = (await connection.execute(select(audit.c.subject).where(audit.c.action == "transcript"))).scalars().all()
    assert rows == [conversation, conversation]
