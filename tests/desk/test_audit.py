"""The audit log: who may read it, what is in it, and that the database keeps it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from hotline.desk.audit import SAME_LOOK
from hotline.store.agents import add_audit
from hotline.store.desk_tables import audit
from tests.desk.conftest import Browser, Office


async def log(browser: Browser, query: str = "") -> list[tuple[str, str, str]]:
    status, answer = await browser.get(f"/desk/api/audit?{query}")
    assert status == 200
    return [(row["agent_name"], row["action"], row["subject"]) for row in answer["rows"]]


async def test_the_auditor_reads_it_and_that_is_in_it(office: Office) -> None:
    auditor = await office.signed_in("shen", "auditor", "审")
    assert ("审", "audit", "all") not in await log(auditor)
    assert (await log(auditor))[0] == ("审", "audit", "all")
    assert await log(auditor, "action=audit") == [("审", "audit", "all")] * 2
    for role in ("admin", "supervisor", "agent", "observer"):
        browser = await office.signed_in(role, role)
        assert (await browser.get("/desk/api/audit"))[0] == 403


async def test_filters_and_pages(office: Office) -> None:
    auditor, agent = await office.signed_in("shen", "auditor"), await office.signed_in("wang", name="王")
    async with office.database.write() as connection:
        for number in range(105):
            await add_audit(connection, agent.user["id"], "take", f"c{number}", office.clock())
    mine = f"agent={agent.user['id']}&action=take"
    _, first = await auditor.get(f"/desk/api/audit?{mine}")
    assert first["more"] and len(first["rows"]) == 100 and first["rows"][0]["subject"] == "c104"
    _, rest = await auditor.get(f"/desk/api/audit?{mine}&before={first['rows'][-1]['seq']}")
    assert not rest["more"] and [row["subject"] for row in rest["rows"]] == [f"c{n}" for n in (4, 3, 2, 1, 0)]
    for query in ("before=x", "before=-1", "agent=a%00", "action=drop%20table", "agent=" + "x" * 41):
        assert (await auditor.get(f"/desk/api/audit?{query}"))[0] == 400


async def test_opening_a_conversation_is_noted_once_in_a_while(office: Office) -> None:
    agent, other = await office.signed_in("wang", name="王"), await office.signed_in("li", name="李")
    auditor = await office.signed_in("shen", "auditor")
    talk = await office.waiting()
    for _ in range(3):
        await agent.get(f"/desk/api/conversations/{talk}")
        await agent.get(f"/desk/api/conversations/{talk}/messages")
    await other.get(f"/desk/api/conversations/{talk}/messages")
    assert await log(auditor, "action=open") == [("李", "open", talk), ("王", "open", talk)]
    office.clock.ahead = SAME_LOOK + timedelta(seconds=1)
    await agent.get(f"/desk/api/conversations/{talk}")
    assert len(await log(auditor, "action=open")) == 3
    assert (await agent.get("/desk/api/conversations/nosuch"))[0] == 404
    assert len(await log(auditor, "action=open")) == 3


async def test_looking_at_a_full_number_is_in_it_without_the_number(office: Office) -> None:
    agent, auditor = await office.signed_in("wang", name="王"), await office.signed_in("shen", "auditor")
    await office.house.ask("登记路灯不亮")
    _, talk = await agent.get(f"/desk/api/conversations/{await office.waiting()}")
    receipt = talk["cases"][0]["receipt"]
    await agent.post(f"/desk/api/cases/{receipt}/phone")
    assert await log(auditor, "action=phone") == [("王", "phone", receipt)]
    assert "13800138000" not in str(await auditor.get("/desk/api/audit"))


@pytest.mark.parametrize("statement", [
    update(audit).values(subject="nothing"), delete(audit),
    update(audit).where(audit.c.action == "old").values(action="x"),
])
async def test_the_database_refuses_to_change_it(office: Office, statement: object) -> None:
    await office.signed_in("wang")
    async with office.database.write() as connection:
        await add_audit(connection, "a1", "old", "x", office.clock() - timedelta(days=400))
    with pytest.raises(DBAPIError, match="append-only"):
        async with office.database.write() as connection:
            await connection.execute(statement)  # type: ignore[call-overload]
    async with office.database.read() as connection:
        assert len(list(await connection.execute(select(audit)))) == 3


async def test_after_180_days_an_entry_may_go(office: Office) -> None:
    async with office.database.write() as connection:
        for days in (179, 181):
            await add_audit(connection, "a1", "old", f"{days}", office.clock() - timedelta(days=days))
    with pytest.raises(DBAPIError):
        async with office.database.write() as connection:
            await connection.execute(delete(audit).where(audit.c.subject == "179"))
    async with office.database.write() as connection:
        await connection.execute(delete(audit).where(audit.c.subject == "181"))


async def test_postgresql_does_not_empty_it_either(office: Office) -> None:
    if office.database.sqlite:
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DBAPIError, match="append-only"):
        async with office.database.write() as connection:
            await connection.execute(text("TRUNCATE audit"))
