"""Signing in and out: cookies, CSRF, lock-out, expiry, one-time passwords."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from sqlalchemy import select

from hotline.desk import passwords
from hotline.desk.accounts import FAILURES, LOCK, SESSION
from hotline.desk.first_users import ensure_first_users
from hotline.desk.gate import COOKIE
from hotline.errors import BadInput, TooManyRequests
from hotline.store.desk_tables import agent_sessions, agents, audit
from tests.desk.conftest import PASSWORD, Office


async def test_login_gives_user_csrf_and_a_guarded_cookie(office: Office) -> None:
    await office.accounts.add("wang", "王", ["agent"], PASSWORD, must_change=False)
    browser = office.browser()
    async with browser.http.post(browser.base + "/desk/api/login",
                                 json={"username": "wang", "password": PASSWORD}) as response:
        answer = await response.json()
        cookie = response.cookies[COOKIE]
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-store"
    assert answer["user"]["username"] == "wang" and answer["user"]["must_change"] is False
    assert "password_hash" not in str(answer)
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and not cookie["secure"]
    assert int(cookie["max-age"]) == SESSION.total_seconds()
    status, session = await browser.get("/desk/api/session")
    assert status == 200 and session["csrf"] == answer["csrf"]
    async with office.database.read() as connection:
        kept = (await connection.execute(select(agent_sessions.c.token_hash))).scalar_one()
    assert cookie.value not in kept and len(kept) == 64


async def test_the_cookie_is_secure_when_the_browser_came_by_https(office: Office) -> None:
    await office.accounts.add("wang", "王", ["agent"], PASSWORD, must_change=False)
    browser = office.browser()
    async with browser.http.post(browser.base + "/desk/api/login", headers={"X-Forwarded-Proto": "https"},
                                 json={"username": "wang", "password": PASSWORD}) as response:
        assert response.cookies[COOKIE]["secure"]


@pytest.mark.parametrize("values", [
    None, [], {}, {"username": "wang"}, {"username": 1, "password": "x"}, {"username": "wang", "password": None},
    {"username": "", "password": "x"}, {"username": "wang", "password": "x" * 201}, {"username": "wang\x00",
                                                                                   "password": "x"},
])
async def test_bad_input_is_400(office: Office, values: object) -> None:
    async with office.browser().http.post(office.base + "/desk/api/login", json=values) as response:
        assert response.status == 400
        assert (await response.json())["error"]


async def test_a_form_post_of_another_site_is_400(office: Office) -> None:
    http = office.browser().http
    async with http.post(office.base + "/desk/api/login", data={"username": "wang", "password": "x"}) as response:
        assert response.status == 400
    async with http.post(office.base + "/desk/api/login", data=b"{", headers={"Content-Type": "application/json"}
                         ) as response:
        assert response.status == 400


async def test_wrong_password_and_unknown_name_get_the_same_words(office: Office) -> None:
    await office.accounts.add("wang", "王", ["agent"], PASSWORD, must_change=False)
    browser = office.browser()
    wrong, unknown = await browser.login("wang", "wrong"), await browser.login("nobody", "wrong")
    assert wrong[0] == unknown[0] == 401
    assert wrong[1] == unknown[1]


@pytest.mark.parametrize("username", ["wang", "nobody"])
async def test_lock_out_after_failures_ends_by_itself(office: Office, username: str) -> None:
    await office.accounts.add("wang", "王", ["agent"], PASSWORD, must_change=False)
    browser = office.browser()
    assert [(await browser.login(username, "wrong"))[0] for _ in range(FAILURES)] == [401] * FAILURES
    assert (await browser.login(username))[0] == 403
    office.clock.ahead = LOCK + timedelta(seconds=1)
    assert (await browser.login(username))[0] == (200 if username == "wang" else 401)


async def test_parallel_guesses_do_not_outrun_the_lock(office: Office) -> None:
    await office.accounts.add("wang", "王", ["agent"], PASSWORD, must_change=False)
    answers = await asyncio.gather(*(office.browser().login("wang", f"guess {n}") for n in range(12)))
    statuses = sorted(status for status, _ in answers)
    assert statuses == [401] * FAILURES + [403] * (12 - FAILURES)


async def test_a_good_login_clears_the_count(office: Office) -> None:
    browser = await office.signed_in("wang")
    for _ in range(FAILURES - 1):
        await browser.login("wang", "wrong")
    assert (await browser.login("wang"))[0] == 200
    assert (await browser.login("wang", "wrong"))[0] == 401
    assert (await browser.login("wang"))[0] == 200


async def test_logout_ends_the_session_on_the_server(office: Office) -> None:
    browser = await office.signed_in("wang")
    token = next(iter(browser.http.cookie_jar)).value
    assert (await browser.post("/desk/api/logout"))[0] == 200
    async with office.browser().http.get(office.base + "/desk/api/session",
                                         headers={"Cookie": f"{COOKIE}={token}"}) as response:
        assert response.status == 401


async def test_a_session_expires(office: Office) -> None:
    browser = await office.signed_in("wang")
    assert (await browser.get("/desk/api/queue"))[0] == 200
    office.clock.ahead = SESSION + timedelta(seconds=1)
    assert (await browser.get("/desk/api/queue"))[0] == 401


async def test_a_disabled_account_is_out_at_once(office: Office) -> None:
    browser = await office.signed_in("wang")
    async with office.database.write() as connection:
        await connection.execute(agents.update().values(disabled=True))
    assert (await browser.get("/desk/api/queue"))[0] == 401
    assert (await browser.login("wang"))[0] == 401


async def test_a_one_time_password_opens_nothing_but_its_change(office: Office) -> None:
    await office.accounts.add("wang", "王", ["agent"], PASSWORD, must_change=True)
    browser, other = office.browser(), office.browser()
    _, answer = await browser.login("wang")
    await other.login("wang")
    assert answer["user"]["must_change"] is True
    assert (await browser.get("/desk/api/queue"))[0] == 403
    change = "/desk/api/password"
    assert (await browser.post(change, {"old": "wrong", "new": "a new pass-word"}))[0] == 400
    assert (await browser.post(change, {"old": PASSWORD, "new": "short"}))[0] == 400
    assert (await browser.post(change, {"old": PASSWORD, "new": "my name is wang 99"}))[0] == 400
    assert (await browser.post(change, {"old": PASSWORD, "new": PASSWORD}))[0] == 400
    assert (await browser.post(change, {"old": PASSWORD, "new": "a new pass-word"}))[0] == 200
    assert (await browser.get("/desk/api/queue"))[0] == 200
    assert (await other.get("/desk/api/session"))[0] == 401
    assert (await browser.login("wang"))[0] == 401
    assert (await browser.login("wang", "a new pass-word"))[0] == 200


async def test_sign_ins_are_in_the_audit_log(office: Office) -> None:
    browser = await office.signed_in("wang")
    await browser.post("/desk/api/logout")
    async with office.database.read() as connection:
        actions = list((await connection.execute(select(audit.c.action).order_by(audit.c.seq))).scalars())
    assert actions == ["account_made", "login", "logout"]


async def test_hashes_are_argon2id_with_the_stated_cost() -> None:
    works = passwords.Passwords()
    hashed = await works.hash(PASSWORD)
    parameters = extract_parameters(hashed)
    assert parameters.type is Type.ID
    assert (parameters.time_cost, parameters.memory_cost, parameters.parallelism) == (3, 65_536, 1)
    assert parameters.salt_len >= 16 and hashed != await works.hash(PASSWORD)
    assert await works.check(hashed, PASSWORD) and not await works.check(hashed, PASSWORD + " ")
    assert not await works.check(None, PASSWORD)
    works.close()


async def test_the_line_for_hashing_is_bounded_and_off_the_loop() -> None:
    works = passwords.Passwords(waiting=2)
    running = [asyncio.create_task(works.hash(PASSWORD)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyRequests):
        await works.hash(PASSWORD)
    turns = 0
    while not all(task.done() for task in running):
        turns += 1
        await asyncio.sleep(0.001)
    assert turns > 5
    works.close()


async def test_the_first_users_get_one_time_passwords_once(office: Office) -> None:
    settings = replace(office.house.settings, admin_password="")
    made = await ensure_first_users(office.database, settings)
    assert [one.username for one in made] == ["admin", "agent"]
    assert await ensure_first_users(office.database, settings) == []
    browser = office.browser()
    for one in made:
        passwords.check_strength(one.password, one.username)
        status, answer = await browser.login(one.username, one.password)
        assert status == 200 and answer["user"]["must_change"] is True


async def test_the_admins_password_may_come_from_the_settings(office: Office) -> None:
    unset, given = (replace(office.house.settings, admin_password=word) for word in ("", "from the environment"))
    assert [one.username for one in await ensure_first_users(office.database, given)] == ["agent"]
    browser = office.browser()
    status, answer = await browser.login("admin", "from the environment")
    assert status == 200 and answer["user"]["must_change"] is False
    assert "chat.answer" in answer["user"]["rights"]
    assert await ensure_first_users(office.database, unset) == []


async def test_a_later_setting_replaces_an_unused_one_time_password_only(office: Office) -> None:
    settings = office.house.settings
    made = await ensure_first_users(office.database, replace(settings, admin_password=""))
    assert await ensure_first_users(office.database, replace(settings, admin_password="from the environment")) == []
    browser = office.browser()
    assert (await browser.login("admin", made[0].password))[0] == 401
    assert (await browser.login("admin", "from the environment"))[0] == 200
    assert await ensure_first_users(office.database, replace(settings, admin_password="another word")) == []
    assert (await browser.login("admin", "from the environment"))[0] == 200


@pytest.mark.parametrize("word", ["short", "x" * 201, "aaaaaaaaaaaa", "xx-Wang-2026-xx"])
def test_weak_passwords_are_refused(word: str) -> None:
    with pytest.raises(BadInput):
        passwords.check_strength(word, "wang")
