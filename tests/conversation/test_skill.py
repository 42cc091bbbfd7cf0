"""Which skill a conversation asks for when it is handed over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline.records import JSON, BotResult, Conversation, Turn
from tests.waiting_desk import Desk, now


def understood(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, domains: dict[str, str | None], parse: JSON | None = None,
    **state: object,
) -> None:
    """Let the bot understand these texts as being of these domains, or every text as `parse`."""
    turn = desk.house.bot.turn

    async def taught(one: Turn, conversation: Conversation) -> BotResult:
        result = await turn(one, conversation)
        return replace(result, parse=parse or {"domain": domains.get(one.text)}, state=result.state | state)

    monkeypatch.setattr(desk.house.bot, "turn", taught)


@pytest.mark.parametrize(("domain", "skill"), [
    ("gas_safety", "gas"), ("property_management", "property"), ("signage", "signage"),
    ("public_facilities", "general"), ("other", "general"), (None, "general")])
async def test_the_skill_is_what_the_bot_understood(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, domain: str | None, skill: str
) -> None:
    understood(desk, monkeypatch, {"转人工": domain})
    talk = await desk.waiting()
    assert (await desk.row(talk)).skill == skill
    assert (await desk.events(talk))[0].body["skill"] == skill


@pytest.mark.parametrize(("service", "confidence", "skill"), [
    ("signage_hazard", 0.99, "signage"), ("property_elevator", 0.58, "property"), ("property_elevator", 0.3, "general"),
    ("other", 0.97, "general"), ("no_such_service", 0.9, "general")])
async def test_a_matter_named_beside_the_wish_for_a_person_tells_the_skill(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, service: str, confidence: float, skill: str
) -> None:
    parse = {"intent": "human", "domain": None, "service_ranking": [{"name": service, "confidence": confidence}]}
    understood(desk, monkeypatch, {}, parse)
    assert (await desk.row(await desk.waiting())).skill == skill


async def test_who_only_asks_for_a_person_goes_by_what_was_said_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    understood(desk, monkeypatch, {"物业不管": "property_management", "转人工": "other"})
    await desk.house.ask("物业不管")
    assert (await desk.row(await desk.waiting())).skill == "property"


async def test_the_report_under_way_tells_the_skill(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    understood(desk, monkeypatch, {}, slots={"draft": {"service": "gas_outage", "phone": "13900139000"}})
    await desk.house.ask("没气了")
    assert (await desk.row(await desk.waiting())).skill == "gas"
    await desk.keeper.once(now(181))
    assert ((await desk.house.ask("留个回电工单"))[0].custom or {})["phone"] == "13900139000"
