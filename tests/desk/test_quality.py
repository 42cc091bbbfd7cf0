"""Quality checks: a fair sample, one sheet a conversation, agents read their own."""

from __future__ import annotations

import asyncio

import pytest

from hotline.desk.quality import ITEMS, weighted
from hotline.store.desk_events import add_event
from tests.desk.conftest import Browser, Office

FULL = {item: 100 for item in ITEMS}


async def closed(office: Office, agent: Browser, number: int) -> list[str]:
    """Conversations that this agent closed this month."""
    found = []
    for n in range(number):
        found.append(await office.waiting(f"{agent.user['username']}{n}"))
        async with office.database.write() as connection:
            await add_event(connection, found[-1], "closed", office.clock(), agent.user["id"])
    return found


async def sample(browser: Browser, query: str = "") -> list[str]:
    status, answer = await browser.get(f"/desk/api/quality/sample?{query}")
    assert status == 200
    return [one["id"] for one in answer["sample"]]


async def test_the_sample_is_random_but_cannot_be_drawn_again(office: Office) -> None:
    agent, lead = await office.signed_in("wang", name="王"), await office.signed_in("ban", "supervisor")
    talks = await closed(office, agent, 6)
    await closed(office, lead, 1)
    mine = f"agent={agent.user['id']}"
    first = await sample(lead, f"{mine}&n=3")
    assert len(first) == 3 and set(first) <= set(talks) and first == await sample(lead, f"{mine}&n=3")
    assert set(await sample(lead, mine)) == set(talks) and len(await sample(lead)) == 7
    await lead.post(f"/desk/api/conversations/{first[0]}/sheet", {"scores": FULL})
    after = await sample(lead, f"{mine}&n=3")
    assert after[:2] == first[1:] and first[0] not in after
    assert await sample(lead, "month=2026-01") == []


async def test_a_sheet_is_weighted_and_written_once(office: Office) -> None:
    agent = await office.signed_in("wang", name="王")
    leads = [await office.signed_in(name, "supervisor", name) for name in ("ban", "zhang")]
    talk, = await closed(office, agent, 1)
    scores = FULL | {"correct": 50, "wrap_up": 0}
    path = f"/desk/api/conversations/{talk}/sheet"
    answers = await asyncio.gather(*(lead.post(path, {"scores": scores, "text": "答得准"}) for lead in leads))
    assert sorted(status for status, _ in answers) == [200, 409]
    sheet = next(answer["sheet"] for status, answer in answers if status == 200)
    assert sheet["total"] == 75 and sheet["agent_name"] == "王" and sheet["scores"] == scores
    _, form = await leads[0].get("/desk/api/quality/form")
    assert sum(item["weight"] for item in form["items"]) == 100


def test_weights() -> None:
    assert weighted(FULL) == 100 and weighted({item: 0 for item in ITEMS}) == 0
    assert weighted({item: 0 for item in ITEMS} | {"correct": 100}) == 30


async def test_agents_read_their_own_sheets_only(office: Office) -> None:
    wang, li = await office.signed_in("wang"), await office.signed_in("li")
    lead = await office.signed_in("ban", "supervisor")
    for agent in (wang, li):
        talk, = await closed(office, agent, 1)
        assert (await lead.post(f"/desk/api/conversations/{talk}/sheet", {"scores": FULL}))[0] == 200
    status, answer = await wang.get("/desk/api/quality/sheets")
    assert status == 200 and [sheet["agent"] for sheet in answer["sheets"]] == [wang.user["id"]]
    assert answer["average"] == 100
    assert (await wang.get(f"/desk/api/quality/sheets?agent={li.user['id']}"))[0] == 403
    assert len((await lead.get("/desk/api/quality/sheets"))[1]["sheets"]) == 2
    assert len((await lead.get(f"/desk/api/quality/sheets?agent={li.user['id']}"))[1]["sheets"]) == 1
    assert (await lead.get("/desk/api/quality/sheets?month=2026-01"))[1] == {"sheets": [], "average": None}
    assert (await wang.get("/desk/api/quality/sample"))[0] == 403


async def test_nobody_judges_their_own_work_or_what_is_not_over(office: Office) -> None:
    lead = await office.signed_in("ban", "supervisor")
    mine, = await closed(office, lead, 1)
    assert (await lead.post(f"/desk/api/conversations/{mine}/sheet", {"scores": FULL}))[0] == 403
    running = await office.waiting("other")
    assert (await lead.post(f"/desk/api/conversations/{running}/sheet", {"scores": FULL}))[0] == 409
    assert (await lead.post("/desk/api/conversations/nosuch/sheet", {"scores": FULL}))[0] == 404


@pytest.mark.parametrize("scores", [
    None, {}, {"polite": 100}, FULL | {"more": 1}, FULL | {"polite": 101}, FULL | {"polite": -1},
    FULL | {"polite": True}, FULL | {"polite": "100"}, FULL | {"polite": 99.5},
])
async def test_bad_scores_are_400(office: Office, scores: object) -> None:
    agent, lead = await office.signed_in("wang"), await office.signed_in("ban", "supervisor")
    talk, = await closed(office, agent, 1)
    assert (await lead.post(f"/desk/api/conversations/{talk}/sheet", {"scores": scores}))[0] == 400


@pytest.mark.parametrize("query", ["n=0", "n=101", "n=x", "month=2026-13", "agent=a%20b", "agent=%00", "n=٣"])
async def test_bad_samples_are_400(office: Office, query: str) -> None:
    lead = await office.signed_in("ban", "supervisor")
    assert (await lead.get(f"/desk/api/quality/sample?{query}"))[0] == 400
