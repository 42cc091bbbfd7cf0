"""The second factor: bound by its first code, each code good once, roles that must have it."""

from __future__ import annotations

import asyncio
import base64
import stat
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyotp
import pytest

from hotline.desk.accounts import FAILURES, LOCK
from hotline.desk.sealing import Sealer, is_sealed
from hotline.desk.second_factor import matching_step, seal_all
from hotline.errors import SettingsError
from hotline.settings import Settings
from hotline.store.account_changes import replace_totp_secret, totp_secrets
from tests.desk.conftest import PASSWORD, Browser, Office
from tests.desk.test_live import Listener, refused, token
from tests.stage import settings as plain_settings

STEP = timedelta(seconds=30)


@pytest.fixture
def settings(plain_settings: Settings) -> Settings:
    """A house where admins must have a second factor."""
    return replace(plain_settings, totp_roles=("admin", "auditor"))


__all__ = ["plain_settings"]


def code(office: Office, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(office.clock() + steps * STEP)


async def bound(office: Office, browser: Browser) -> str:
    """Bind a second factor; returns its secret, the clock one code further."""
    status, begun = await browser.post("/desk/api/totp/begin")
    assert status == 200
    assert (await browser.post("/desk/api/totp/confirm", {"code": code(office, begun["secret"])}))[0] == 200
    office.clock.ahead += 2 * STEP
    return str(begun["secret"])


async def test_signing_in_takes_password_and_code(office: Office) -> None:
    agent = await office.signed_in("wang")
    secret = await bound(office, agent)
    other = office.browser()
    status, answer = await other.login("wang")
    assert (status, answer["code"]) == (401, "totp") and "csrf" not in answer
    assert (await other.get("/desk/api/session"))[0] == 401
    status, answer = await other.login("wang", code="000000")
    assert (status, answer["code"]) == (401, "totp")
    status, answer = await other.login("wang", "wrong", code(office, secret))
    assert status == 401 and "code" not in answer
    assert (await other.login("wang", code=code(office, secret)))[0] == 200


async def test_a_code_is_good_once(office: Office) -> None:
    agent = await office.signed_in("wang")
    secret = await bound(office, agent)
    now = code(office, secret)
    answers = await asyncio.gather(*(office.browser().login("wang", code=now) for _ in range(3)))
    assert sorted(status for status, _ in answers) == [200, 401, 401]
    assert (await office.browser().login("wang", code=now))[0] == 401
    assert (await office.browser().login("wang", code=code(office, secret, -1)))[0] == 401
    office.clock.ahead += 2 * STEP
    assert (await office.browser().login("wang", code=code(office, secret)))[0] == 200


async def test_codes_cannot_be_guessed_at_leisure(office: Office) -> None:
    agent = await office.signed_in("wang")
    secret = await bound(office, agent)
    tries = [await office.browser().login("wang", code=f"{number:06}") for number in range(FAILURES)]
    assert {status for status, _ in tries} == {401}
    assert (await office.browser().login("wang", code=code(office, secret)))[0] == 403
    office.clock.ahead += LOCK + STEP
    assert (await office.browser().login("wang", code=code(office, secret)))[0] == 200


async def test_nothing_is_bound_before_the_first_code(office: Office) -> None:
    agent = await office.signed_in("wang")
    assert (await agent.post("/desk/api/totp/confirm", {"code": "123456"}))[0] == 409
    _, first = await agent.post("/desk/api/totp/begin")
    assert first["uri"].startswith("otpauth://totp/") and first["secret"] in first["uri"]
    _, second = await agent.post("/desk/api/totp/begin")
    assert first["secret"] != second["secret"]
    for wrong in ({}, {"code": ""}, {"code": code(office, first["secret"])}, {"code": "x" * 21}, {"code": "动态口令"}):
        assert (await agent.post("/desk/api/totp/confirm", wrong))[0] == 400
    assert (await office.browser().login("wang"))[0] == 200
    assert (await agent.post("/desk/api/totp/confirm", {"code": code(office, second["secret"])}))[0] == 200
    assert (await agent.post("/desk/api/totp/begin"))[0] == 409


async def test_dropping_it_takes_the_password(office: Office) -> None:
    agent = await office.signed_in("wang")
    await bound(office, agent)
    assert (await agent.call("DELETE", "/desk/api/totp", {"password": "wrong"}))[0] == 400
    assert (await office.browser().login("wang"))[0] == 401
    assert (await agent.call("DELETE", "/desk/api/totp", {"password": PASSWORD}))[0] == 200
    assert (await office.browser().login("wang"))[0] == 200


async def test_some_roles_can_do_nothing_without_it(office: Office) -> None:
    admin = await office.signed_in("boss", "admin")
    assert (await admin.get("/desk/api/session"))[1]["user"]["must_enrol"] is True
    for path in ("/desk/api/users", "/desk/api/queue", "/desk/api/board"):
        assert await admin.get(path) == (403, {"error": "请先绑定动态口令"})
    assert await refused(Listener(office, token(admin)))
    await bound(office, admin)
    assert (await admin.get("/desk/api/users"))[0] == 200
    assert (await admin.get("/desk/api/session"))[1]["user"]["must_enrol"] is False
    assert (await admin.call("DELETE", "/desk/api/totp", {"password": PASSWORD}))[0] == 403
    agent = await office.signed_in("wang")
    assert (await agent.get("/desk/api/queue"))[0] == 200


async def test_a_reset_forgets_it_for_who_lost_their_telephone(office: Office) -> None:
    admin, agent = await office.signed_in("boss", "admin"), await office.signed_in("wang")
    await bound(office, admin)
    await bound(office, agent)
    _, reset = await admin.post(f"/desk/api/users/{agent.user['id']}/reset")
    assert (await office.browser().login("wang", reset["password"]))[0] == 200


def test_clocks_may_differ_by_one_step() -> None:
    secret, now = pyotp.random_base32(), datetime(2026, 11, 26, 12, 0, 15, tzinfo=timezone.utc)
    totp = pyotp.TOTP(secret)
    found = [matching_step(secret, totp.at(now + steps * STEP), now) for steps in (-2, -1, 0, 1, 2)]
    step = int(now.timestamp()) // 30
    assert found == [None, step - 1, step, step + 1, None]
    spaced = totp.at(now)
    assert matching_step(secret, f"{spaced[:3]} {spaced[3:]}", now) == step


async def kept_secrets(office: Office) -> list[str]:
    async with office.database.read() as connection:
        return [secret for _, secret in await totp_secrets(connection)]


async def test_the_database_alone_does_not_give_the_secret_away(office: Office) -> None:
    agent = await office.signed_in("wang")
    secret = await bound(office, agent)
    [kept] = await kept_secrets(office)
    assert secret not in kept and is_sealed(kept) and not is_sealed(secret)
    raw = base64.b32decode(secret)
    assert raw not in base64.urlsafe_b64decode(kept)
    again = Sealer("another key")
    assert again.open(kept, agent.user["id"]) is None
    assert office.accounts.sealer.open(kept, "somebody else") is None
    assert office.accounts.sealer.open(kept, agent.user["id"]) == secret


async def test_a_secret_from_before_is_sealed_at_the_start_and_goes_on_working(office: Office) -> None:
    agent = await office.signed_in("wang")
    secret = await bound(office, agent)
    [kept] = await kept_secrets(office)
    async with office.database.write() as connection:
        await replace_totp_secret(connection, agent.user["id"], kept, secret)
    assert (await office.browser().login("wang", code=code(office, secret)))[0] == 200
    assert await seal_all(office.database, office.accounts.sealer) == 1
    assert await seal_all(office.database, office.accounts.sealer) == 0
    assert secret not in await kept_secrets(office)
    office.clock.ahead += 2 * STEP
    assert (await office.browser().login("wang", code=code(office, secret)))[0] == 200


async def test_without_the_key_nobody_gets_in_and_the_admin_can_reset(office: Office) -> None:
    admin, agent = await office.signed_in("boss", "supervisor admin"), await office.signed_in("wang")
    secret = await bound(office, agent)
    office.accounts.sealer = Sealer("the key is lost")
    status, answer = await office.browser().login("wang", code=code(office, secret))
    assert status == 403 and "重设" in answer["error"]
    await bound(office, admin)
    _, reset = await admin.post(f"/desk/api/users/{agent.user['id']}/reset")
    assert (await office.browser().login("wang", reset["password"]))[0] == 200


def test_the_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first, second = [Settings.from_env({"HOTLINE_VAR": str(tmp_path)}).totp_key for _ in range(2)]
    assert first == second and len(first) > 30
    assert stat.S_IMODE((tmp_path / "totp_key").stat().st_mode) == 0o600
    with pytest.raises(SettingsError):
        Sealer("")
