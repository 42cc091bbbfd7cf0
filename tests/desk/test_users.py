"""Accounts over HTTP: made, changed, reset; the house keeps an admin and the admin keeps a watcher."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from hotline.store.desk_tables import audit
from tests.desk.conftest import PASSWORD, Browser, Office

USERS = "/desk/api/users"
WANG: dict[str, Any] = {"name": "王", "roles": ["agent"], "skills": ["gas"], "most_chats": 3, "disabled": False}


async def users(browser: Browser) -> dict[str, dict[str, Any]]:
    _, answer = await browser.get(USERS)
    return {user["username"]: user for user in answer["users"]}


async def change(browser: Browser, user_id: str, **values: Any) -> tuple[int, Any]:
    return await browser.call("PUT", f"{USERS}/{user_id}", WANG | values)


async def test_an_admin_makes_changes_and_resets_an_account(office: Office) -> None:
    admin, new = await office.signed_in("boss", "admin"), office.browser()
    status, made = await admin.post(USERS, {"username": "wang", "name": "王", "roles": ["agent", "editor"],
                                            "skills": ["gas"], "most_chats": 3})
    assert status == 200 and made["user"]["roles"] == ["agent", "editor"] and made["user"]["most_chats"] == 3
    _, answer = await new.login("wang", made["password"])
    assert answer["user"]["must_change"] and answer["user"]["skills"] == ["gas"]
    await new.post("/desk/api/password", {"old": made["password"], "new": PASSWORD})
    status, changed = await change(admin, made["user"]["id"], name="王五", skills=["general", "gas"], roles=[
        "agent", "editor"])
    assert status == 200 and changed["user"]["name"] == "王五" and changed["user"]["skills"] == ["general", "gas"]
    assert (await new.get("/desk/api/queue"))[0] == 200
    status, reset = await admin.post(f"{USERS}/{made['user']['id']}/reset")
    assert status == 200 and (await new.get("/desk/api/session"))[0] == 401
    assert (await new.login("wang", PASSWORD))[0] == 401
    assert (await new.login("wang", reset["password"]))[1]["user"]["must_change"] is True
    async with office.database.read() as connection:
        noted = list((await connection.execute(select(audit.c.action).where(
            audit.c.agent_id == admin.user["id"]).order_by(audit.c.seq))).scalars())
    assert noted[-3:] == ["account_made", "user_changed", "password_reset"]
    assert "password" not in str(await users(admin)) and "secret" not in str(await users(admin))


async def test_new_roles_count_at_once_and_end_open_sessions(office: Office) -> None:
    admin, wang = await office.signed_in("boss", "admin"), await office.signed_in("wang", "supervisor")
    assert (await wang.get("/desk/api/board"))[0] == 200
    assert (await change(admin, wang.user["id"]))[0] == 200
    assert (await wang.get("/desk/api/session"))[0] == 401
    await wang.login("wang")
    assert (await wang.get("/desk/api/board"))[0] == 403
    assert (await change(admin, wang.user["id"], disabled=True))[0] == 200
    assert (await wang.get("/desk/api/session"))[0] == 401 and (await wang.login("wang"))[0] == 401
    assert (await users(admin))["wang"]["disabled"] is True


async def test_the_last_admin_stays_one(office: Office) -> None:
    admin = await office.signed_in("boss", "admin")
    me = admin.user["id"]
    for values in ({"roles": ["agent"]}, {"roles": ["admin"], "disabled": True}):
        assert await change(admin, me, **values) == (409, {"error": "至少要留一个管理员"})
    assert (await change(admin, me, roles=["admin", "supervisor"]))[0] == 200
    assert (await admin.get(USERS))[0] == 200
    second = await office.signed_in("boss2", "admin")
    answers = await asyncio.gather(change(admin, second.user["id"]), change(second, me))
    assert sorted(status for status, _ in answers) in ([200, 401], [200, 403], [200, 409])
    assert len([user for user in (await users(admin)).values() if "admin" in user["roles"]]) == 1 or len(
        [user for user in (await users(second)).values() if "admin" in user["roles"]]) == 1


async def test_nobody_is_admin_and_auditor_or_makes_himself_auditor(office: Office) -> None:
    admin, second = await office.signed_in("boss", "admin"), await office.signed_in("boss2", "admin")
    assert (await change(admin, admin.user["id"], roles=["admin", "auditor"]))[0] == 400
    assert (await change(admin, admin.user["id"], roles=["auditor"]))[0] == 403
    assert (await change(admin, second.user["id"], roles=["auditor", "admin"]))[0] == 400
    assert (await admin.post(USERS, {"username": "x2", "roles": ["admin", "auditor"]}))[0] == 400
    assert (await change(admin, second.user["id"], roles=["auditor"]))[0] == 200


@pytest.mark.parametrize(("values", "field"), [
    ({"roles": []}, "roles"), ({"roles": "agent"}, "roles"), ({"roles": ["king"]}, "roles"), ({"roles": [1]}, "roles"),
    ({"skills": ["magic"]}, "skills"), ({"skills": None}, "skills"), ({"most_chats": 0}, "most_chats"),
    ({"most_chats": 51}, "most_chats"), ({"most_chats": "5"}, "most_chats"), ({"most_chats": True}, "most_chats"),
    ({"disabled": 1}, "disabled"), ({"name": ""}, "name"), ({"name": "长" * 61}, "name"),
])
async def test_bad_values_are_400_and_change_nothing(office: Office, values: dict[str, Any], field: str) -> None:
    admin, wang = await office.signed_in("boss", "admin"), await office.signed_in("wang", "supervisor")
    before = await users(admin)
    status, answer = await change(admin, wang.user["id"], **values)
    assert (status, answer["field"]) == (400, field)
    assert await users(admin) == before


async def test_usernames_are_checked_and_taken_once(office: Office) -> None:
    admin = await office.signed_in("boss", "admin")
    for username in ("a", "a b", "<x>", "x" * 61, ""):
        assert (await admin.post(USERS, {"username": username, "roles": ["agent"]}))[0] == 400
    answers = await asyncio.gather(*(admin.post(USERS, {"username": "wang", "roles": ["agent"]}) for _ in range(3)))
    assert sorted(status for status, _ in answers) == [200, 409, 409]
    assert (await change(admin, "nosuch"))[0] == 404 and (await admin.post(f"{USERS}/nosuch/reset"))[0] == 404


@pytest.mark.parametrize("role", ["agent", "supervisor", "auditor", "observer"])
async def test_nobody_else_manages_users(office: Office, role: str) -> None:
    browser = await office.signed_in("wang", role)
    assert (await browser.get(USERS))[0] == 403
    assert (await change(browser, browser.user["id"], roles=["admin"]))[0] == 403
    assert (await browser.post(USERS, {"username": "x2", "roles": ["admin"]}))[0] == 403
