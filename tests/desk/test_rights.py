"""The table of rights against the routes that exist: a new route without a rule fails here."""

from __future__ import annotations

import pytest

from hotline.desk.rights import OPEN, ROLE_NAMES, ROLES, RULES, SIGNED_IN, check_roles, rights_of
from hotline.errors import BadInput
from tests.desk.conftest import Office

PAGES = {("GET", "/desk"), ("GET", "/desk/")}
# The socket has its own door, tested in test_live.py.
SOCKET = {(method, "/desk/socket.io/") for method in ("GET", "POST", "OPTIONS")}


def routes(office: Office) -> set[tuple[str, str]]:
    return {(route.method, route.resource.canonical) for route in office.app.router.routes()
            if route.resource is not None and route.method != "HEAD"}


def filled(path: str) -> str:
    return path.replace("{id}", "nosuch").replace("{receipt}", "QD20230101000001").replace("{month}", "2026-99")


async def test_every_route_has_a_rule_and_every_rule_a_route(office: Office) -> None:
    assert routes(office) - PAGES - SOCKET == set(RULES)


async def test_nothing_but_the_ways_in_is_open() -> None:
    assert {path for (_, path), rule in RULES.items() if rule == OPEN} == {
        "/desk/api/login", "/desk/api/oidc", "/desk/api/oidc/start", "/desk/api/oidc/callback"}


async def test_without_a_session_every_route_says_401(office: Office) -> None:
    browser = office.browser()
    for (method, path), rule in RULES.items():
        if rule == OPEN:
            continue
        status, answer = await browser.call(method, filled(path))
        assert (status, set(answer)) == (401, {"error"}), path


async def test_a_guessed_cookie_is_no_session(office: Office) -> None:
    for token in ("x", "A" * 43, "A" * 5000, "' or 1=1 --                "):
        async with office.browser().http.get(
                office.base + "/desk/api/queue", headers={"Cookie": f'hotline_desk="{token}"'}) as response:
            assert response.status == 401


@pytest.mark.parametrize("csrf", ["", "wrong", "错"])
async def test_every_change_needs_the_csrf_token(office: Office, csrf: str) -> None:
    browser = await office.signed_in("wang")
    other = await office.signed_in("li")
    for token in (csrf, other.csrf):
        for (method, path), rule in RULES.items():
            if method != "GET" and rule != OPEN:
                assert (await browser.call(method, filled(path), csrf=token))[0] == 403, path
    assert (await browser.get("/desk/api/session"))[0] == 200


@pytest.mark.parametrize("role", list(ROLES))
async def test_each_role_reaches_what_its_rights_say(office: Office, role: str) -> None:
    browser = await office.signed_in("wang", role)
    for (method, path), rule in RULES.items():
        if path in ("/desk/api/login", "/desk/api/logout"):
            continue
        status, _ = await browser.call(method, filled(path))
        allowed = rule in (OPEN, SIGNED_IN) or rule in rights_of([role])
        assert (status != 403) is allowed, (role, path, status)


def test_a_role_nobody_knows_has_no_rights_and_some_roles_exclude_each_other() -> None:
    assert rights_of(["nosuch"]) == frozenset()
    assert rights_of(["agent", "editor"]) == ROLES["agent"] | ROLES["editor"]
    for roles in ([], ["nosuch"], ["admin", "auditor"], ["auditor", "agent", "admin"]):
        with pytest.raises(BadInput):
            check_roles(roles)


def test_who_runs_the_house_does_not_read_the_log_and_who_reads_it_changes_nothing() -> None:
    assert "audit.read" not in ROLES["admin"]
    assert ROLES["auditor"] == {"audit.read", "report.read"}


def test_every_role_has_a_name() -> None:
    assert set(ROLES) == set(ROLE_NAMES)


async def test_a_route_without_a_rule_cannot_be_made(office: Office) -> None:
    async def handler(*_: object) -> None: ...

    with pytest.raises(ValueError):
        office.desk.gate.signed("GET", "/desk/api/new", handler)  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        office.desk.gate.open("GET", "/desk/api/queue", handler)  # type: ignore[arg-type]
