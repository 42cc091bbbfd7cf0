"""One city for these modules, its staff, and everybody's browsers in a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests import city as cities
from tests.browser.desk_whole.people import PATIENCE, Agent, Office, Shift
from tests.city import City
from tests.patience import patient


@pytest.fixture(scope="package")
def town() -> Iterator[City]:
    """The product with automatic assignment and one minute in place of three, so that it can be waited for."""
    with cities.running(HOTLINE_ASSIGN="auto", HOTLINE_ANSWER_SECONDS="60", HOTLINE_FRAGMENT_SECONDS="0.3") as town:
        Office(town).hire(town)
        yield town


@pytest.fixture(scope="module")
def shift(town: City, browser: Browser) -> Iterator[Shift]:
    """At the end of the module nothing may have gone wrong in any page."""
    shift = Shift(town, browser, Office(town))
    patient(PATIENCE)
    yield shift
    patient()
    for context in shift.guests:
        context.close()
    assert shift.problems == []


@pytest.fixture(autouse=True)
def tidy(shift: Shift) -> Iterator[None]:
    """Nobody waits from one test to the next but those who are meant to."""
    yield
    shift.tidy()


@pytest.fixture(scope="module")
def wang(shift: Shift) -> Agent:
    return shift.agent("wang")


@pytest.fixture(scope="module")
def li(shift: Shift) -> Agent:
    return shift.agent("li")


@pytest.fixture(scope="module")
def zhao(shift: Shift) -> Agent:
    return shift.agent("zhao")
