"""The room's table of rights against the routes that exist: a new route without a rule fails here."""

from __future__ import annotations

import re

import pytest
import yaml

from hotline.desk.rights import ROLES, rights_of
from hotline.settings import ROOT
from hotline.training.choices import ACTS
from hotline.training.room import TALK
from hotline.training.rules import RULES
from tests.training.conftest import School


def filled(path: str) -> str:
    return re.sub(r"\{\w+\}", "nosuch", path)


async def test_every_route_has_a_rule_and_every_rule_a_route(school: School) -> None:
    found = {(route.method, route.resource.canonical) for route in school.app.router.routes()
             if route.resource is not None and route.method != "HEAD"}
    assert {route for route in found if route[1].startswith("/training/")} - {("GET", "/training/")} == set(RULES)
    assert {right for right in RULES.values()} <= set().union(*ROLES.values())


async def test_without_a_session_every_route_says_401(school: School) -> None:
    browser = school.browser()
    for method, path in RULES:
        assert (await browser.call(method, filled(path)))[0] == 401, path


@pytest.mark.parametrize("role", ["agent", "supervisor", "editor", "auditor", "observer", "clerk"])
async def test_nobody_below_the_right_sees_the_rest(school: School, role: str) -> None:
    browser = await school.signed_in(role, role)
    for (method, path), right in RULES.items():
        status, _ = await browser.call(method, filled(path))
        assert (status == 403) == (right not in rights_of([role])), (path, status)


async def test_every_change_needs_the_csrf_token(school: School) -> None:
    browser = await school.signed_in()
    for method, path in RULES:
        if method != "GET":
            assert (await browser.call(method, filled(path), csrf="wrong"))[0] == 403, path


async def test_the_intents_that_a_label_may_have_are_the_bots(school: School) -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    names = {name if isinstance(name, str) else next(iter(name)) for name in domain["intents"]}
    assert names == {*ACTS, *TALK}
    browser = await school.signed_in()
    status, answer = await browser.get("/training/api/choices")
    assert status == 200 and {item["code"] for item in answer["intents"]} == names
    assert "gas_leak" in {item["code"] for item in answer["services"]}
