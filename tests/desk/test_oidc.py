"""Signing in with an outside provider: the whole way against a real provider library, and each way it fails."""

from __future__ import annotations

import asyncio
import hashlib
import io
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import oidc_provider_mock
import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey
from oidc_provider_mock import User
from sqlalchemy import select
from werkzeug.serving import make_server
from yarl import URL

from hotline.desk.oidc import Journey, Provider
from hotline.errors import NotAllowed, SettingsError, SignInUnavailable
from hotline.settings import Settings
from hotline.store.desk_tables import agents, audit
from tests.desk.conftest import PASSWORD, Browser, Office
from tests.ports import free_port
from tests.stage import settings as plain_settings

__all__ = ["plain_settings"]
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")  # the provider library's own
PEOPLE = (
    User(sub="s-wang", claims={"preferred_username": "wang", "name": "王", "roles": ["agent", "editor", "guest"]}),
    User(sub="s-ban", claims={"preferred_username": "a b", "name": "班", "roles": "supervisor"}),
    User(sub="s-nobody", claims={"preferred_username": "nobody", "roles": ["guest"]}),
    User(sub="s-both", claims={"preferred_username": "both", "roles": ["admin", "auditor"]}),
)


@dataclass
class City:
    """The provider on loopback, with what it was asked."""

    url: str
    forms: list[dict[str, list[str]]] = field(default_factory=list)


@pytest.fixture(scope="module")
def provider() -> Iterator[City]:
    port = free_port()
    city = City(f"http://localhost:{port}")
    app = oidc_provider_mock.app(user_claims=PEOPLE, require_nonce=True)

    def listening(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"] == "/oauth2/token":


            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            city.forms.append(parse_qs(body.decode()))
            environ["wsgi.input"] = io.BytesIO(body)
        return app(environ, start)

    server = make_server("localhost", port, listening, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield city
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def settings(plain_settings: Settings, provider: City) -> Settings:
    return replace(plain_settings, oidc_issuer=provider.url, oidc_client_id="desk 12345", oidc_client_secret="s:e/c r")


async def go(browser: Browser, path: str, **form: str) -> tuple[int, str]:
    """One step of a browser that does not follow redirects by itself."""
    address = path if path.startswith("http") else browser.base + path
    async with browser.http.request("POST" if form else "GET", address, data=form or None,
                                    allow_redirects=False) as response:
        return response.status, response.headers.get("Location", "")


async def there_and_back(browser: Browser, subject: str) -> str:
    """From the desk to the provider, through its form, and where it sends us back to."""
    status, away = await go(browser, "/desk/api/oidc/start")
    assert status == 302, away
    status, back = await go(browser, away, sub=subject)
    assert status == 302, back
    return back


async def signed_in(office: Office, subject: str) -> tuple[Browser, str]:
    browser = office.browser()
    _, there = await go(browser, await there_and_back(browser, subject))
    status, answer = await browser.get("/desk/api/session")
    if status == 200:
        browser.csrf, browser.user = answer["csrf"], answer["user"]
    return browser, there


async def test_the_whole_way(office: Office, provider: City) -> None:
    assert (await office.browser().get("/desk/api/oidc")) == (200, {"enabled": True})
    browser, there = await signed_in(office, "s-wang")
    assert there == "/desk/"
    assert browser.user["username"] == "wang" and browser.user["name"] == "王"
    assert browser.user["roles"] == ["agent", "editor"] and browser.user["must_change"] is False
    assert (await browser.get("/desk/api/queue"))[0] == 200
    again, _ = await signed_in(office, "s-wang")
    assert again.user["id"] == browser.user["id"]
    async with office.database.read() as connection:
        assert (await connection.execute(select(agents.c.oidc_subject))).scalar_one() == "s-wang"
        actions = list((await connection.execute(select(audit.c.action).order_by(audit.c.seq))).scalars())
    assert actions == ["account_made", "login_oidc", "login_oidc"]
    assert (await office.browser().login("wang", PASSWORD))[0] == 401


async def test_what_is_sent_out_and_what_proves_it(office: Office, provider: City) -> None:
    browser = office.browser()
    _, away = await go(browser, "/desk/api/oidc/start")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(away).query).items()}
    assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{office.base}/desk/api/oidc/callback" and "openid" in asked["scope"].split()
    assert len(asked["state"]) >= 40 and len(asked["nonce"]) >= 40 and asked["state"] != asked["nonce"]
    _, back = await go(browser, away, sub="s-wang")
    await go(browser, back)
    verifier = provider.forms[-1]["code_verifier"][0]
    digest = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert digest == asked["code_challenge"] and verifier not in away
    assert "client_secret" not in provider.forms[-1]
    _, second = await go(browser, "/desk/api/oidc/start")
    assert parse_qs(urlsplit(second).query)["state"] != [asked["state"]]


async def test_the_journeys_cookie_is_guarded(office: Office) -> None:
    async with office.browser().http.get(office.base + "/desk/api/oidc/start", allow_redirects=False) as response:
        cookie = response.cookies["hotline_desk_oidc"]
        assert response.headers["Cache-Control"] == "no-store"
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/desk/api/oidc/callback"


async def test_a_return_that_is_not_ours_is_refused(office: Office) -> None:
    browser, other = office.browser(), office.browser()
    back = await there_and_back(browser, "s-wang")
    refused = (302, "/desk/?sign_in=refused")
    # A link sent to somebody else: their browser has no journey, or another one.
    assert await go(other, back) == refused
    await go(other, "/desk/api/oidc/start")
    assert await go(other, back) == refused
    state = parse_qs(urlsplit(back).query)["state"][0]
    for query in ("", f"?state={state}", "?code=x", f"?code=made-up&state={state}", "?code=x&state=%E9%94%99",
                  f"?error=access_denied&state={state}"):
        assert await go(browser, f"/desk/api/oidc/callback{query}") == refused
    assert (await browser.get("/desk/api/session"))[0] == 401


async def test_a_code_is_good_once(office: Office) -> None:
    browser = office.browser()
    back = await there_and_back(browser, "s-wang")
    cookies = browser.http.cookie_jar.filter_cookies(URL(office.base + "/desk/api/oidc/callback"))
    assert (await go(browser, back))[1] == "/desk/"
    again = office.browser()
    again.http.cookie_jar.update_cookies(cookies)
    assert await go(again, back) == (302, "/desk/?sign_in=refused")


async def test_the_state_must_be_the_journeys(office: Office) -> None:
    browser = office.browser()
    back = await there_and_back(browser, "s-wang")
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert await go(browser, back.replace(state, state[::-1])) == (302, "/desk/?sign_in=refused")
    assert (await go(browser, back))[1] == "/desk/"


async def test_a_journey_ends_after_ten_minutes(office: Office) -> None:
    browser = office.browser()
    back = await there_and_back(browser, "s-wang")
    office.clock.ahead += timedelta(minutes=10, seconds=2)
    assert await go(browser, back) == (302, "/desk/?sign_in=refused")


@pytest.mark.parametrize("subject", ["s-nobody", "s-both", "unknown@example.cn"])
async def test_without_a_role_of_ours_nobody_comes_in(office: Office, subject: str) -> None:
    _, there = await signed_in(office, subject)
    assert there == "/desk/?sign_in=not_allowed"
    async with office.database.read() as connection:
        assert not list(await connection.execute(select(agents.c.id)))


async def test_a_local_account_is_not_given_to_who_has_its_name(office: Office) -> None:
    local = await office.signed_in("wang", "admin")
    browser, _ = await signed_in(office, "s-wang")
    assert browser.user["id"] != local.user["id"] and browser.user["username"].startswith("oidc-")
    odd, _ = await signed_in(office, "s-ban")
    assert odd.user["username"].startswith("oidc-") and odd.user["roles"] == ["supervisor"]
    assert (await local.post(f"/desk/api/users/{browser.user['id']}/reset"))[0] == 409
    assert (await browser.post("/desk/api/totp/begin"))[0] == 409


async def test_the_provider_says_the_roles_each_time_and_the_house_closes_accounts(office: Office) -> None:
    admin = await office.signed_in("boss", "admin")
    browser, _ = await signed_in(office, "s-wang")
    change = {"name": "王", "roles": ["supervisor"], "skills": [], "most_chats": 5, "disabled": False}
    path = f"/desk/api/users/{browser.user['id']}"
    assert (await admin.call("PUT", path, change))[0] == 200
    assert (await signed_in(office, "s-wang"))[0].user["roles"] == ["agent", "editor"]
    assert (await admin.call("PUT", path, change | {"disabled": True}))[0] == 200
    assert (await signed_in(office, "s-wang"))[1] == "/desk/?sign_in=not_allowed"


# --- a provider that does what it should not: our own, with joserfc's keys ----------------------------------------

@dataclass
class Odd:
    """What the odd provider says."""

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    claims: dict[str, Any] = field(default_factory=dict)
    description: dict[str, Any] = field(default_factory=dict)
    token: str | None = None
    algorithm: str = "RS256"
    keys: Any = None
    wait: float = 0
    status: int = 200
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def now(self, journey: Journey) -> None:
        at = int(time.time())
        self.claims = {"iss": self.url, "aud": "desk", "sub": "s1", "iat": at, "exp": at + 60, "nonce": journey.nonce}


@pytest.fixture
async def odd(plain_settings: Settings) -> Any:
    told = Odd()

    async def answer(request: web.Request) -> web.Response:
        told.asked.append(request.path)
        await asyncio.sleep(told.wait)
        if told.status != 200:
            return web.Response(status=told.status, text="<html>")
        if request.path == "/token":
            token = told.token or jwt.encode({"alg": told.algorithm, "kid": told.key.kid}, told.claims, told.key)
            return web.json_response({"access_token": "x", "id_token": token})
        if request.path == "/keys":
            return web.json_response(told.keys or {"keys": [told.key.as_dict(private=False)]})
        return web.json_response({"issuer": told.url, "authorization_endpoint": f"{told.url}/authorize",
                                  "token_endpoint": f"{told.url}/token", "jwks_uri": f"{told.url}/keys",
                                  **told.description})

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    told.url = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as http:
        settings = replace(plain_settings, oidc_issuer=told.url, oidc_client_id="desk", oidc_timeout=0.3)
        yield told, Provider(http, settings)
    await runner.cleanup()


async def enter(provider: Provider, journey: Journey) -> Any:
    return await provider.claims("code", journey, "http://desk/back")


async def test_a_right_token_is_taken_and_a_new_key_is_fetched(odd: tuple[Odd, Provider]) -> None:
    told, provider = odd
    journey = Journey.new()
    told.now(journey)
    assert (await enter(provider, journey))["sub"] == "s1"
    told.key = RSAKey.generate_key(2048, {"kid": "two"})
    assert (await enter(provider, journey))["sub"] == "s1"
    assert told.asked.count("/keys") == 2 and told.asked.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize("wrong", [
    {"iss": "https://other.example"}, {"aud": "other"}, {"aud": ["other"]}, {"nonce": "other"}, {"nonce": None},
    {"exp": 1000}, {"iat": None}, {"sub": None}, {"exp": None}, {"azp": "other"}, {"exp": "soon"},
])
async def test_a_token_with_a_wrong_claim_is_refused(odd: tuple[Odd, Provider], wrong: dict[str, Any]) -> None:
    told, provider = odd
    journey = Journey.new()
    told.now(journey)
    told.claims = {name: value for name, value in (told.claims | wrong).items() if value is not None}
    with pytest.raises(NotAllowed):
        await enter(provider, journey)


async def test_a_token_signed_by_another_or_by_nobody_is_refused(odd: tuple[Odd, Provider]) -> None:
    told, provider = odd
    journey = Journey.new()
    told.now(journey)
    foreign = RSAKey.generate_key(2048, {"kid": told.key.kid})
    good = jwt.encode({"alg": "RS256", "kid": told.key.kid}, told.claims, told.key)
    unsigned = ".".join([urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode(), good.split(".")[1], ""])
    for token in (jwt.encode({"alg": "RS256", "kid": "one"}, told.claims, foreign), unsigned, "x", "a.b.c",
                  good[:-4] + "AAAA"):
        told.token = token
        with pytest.raises(NotAllowed):
            await enter(provider, journey)


async def test_a_provider_that_is_late_down_or_broken_is_unavailable(odd: tuple[Odd, Provider]) -> None:
    told, provider = odd
    journey = Journey.new()
    told.wait = 1
    with pytest.raises(SignInUnavailable):
        await provider.address(journey, "http://desk/back")
    told.wait, told.status = 0, 500
    with pytest.raises(SignInUnavailable):
        await provider.address(journey, "http://desk/back")
    told.status = 200
    assert (await provider.address(journey, "http://desk/back")).startswith(told.url)
    told.keys = {"keys": "none"}
    told.now(journey)
    with pytest.raises(SignInUnavailable):
        await enter(provider, journey)
    told.keys, told.wait = None, 1
    with pytest.raises(SignInUnavailable):
        await enter(provider, journey)
    told.wait, told.status = 0, 400
    with pytest.raises(NotAllowed):
        await enter(provider, journey)


@pytest.mark.parametrize("description", [
    {"issuer": "https://other.example"}, {"token_endpoint": "http://other.example/token"}, {"jwks_uri": None},
    {"authorization_endpoint": "javascript:alert(1)"},
])
async def test_a_description_that_leads_elsewhere_is_not_followed(
    odd: tuple[Odd, Provider], description: dict[str, Any]
) -> None:
    told, provider = odd
    told.description = description
    with pytest.raises(SignInUnavailable):
        await provider.address(Journey.new(), "http://desk/back")


@pytest.mark.parametrize("values", [
    {"oidc_issuer": "http://sso.example.cn", "oidc_client_id": "desk"}, {"oidc_issuer": "https://sso.example.cn"},
])
async def test_settings_that_make_no_sense_stop_the_start(plain_settings: Settings, values: dict[str, str]) -> None:
    async with aiohttp.ClientSession() as http:
        with pytest.raises(SettingsError):
            Provider(http, replace(plain_settings, **values))  # type: ignore[arg-type]
