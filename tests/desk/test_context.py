"""What stands beside a conversation: who looks on, what the channel allows."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from connectors.base import Limits
from hotline.desk import views
from hotline.errors import ChannelError
from hotline.store.desk import Understood
from tests.desk.conftest import Office
from tests.desk.test_chats import one
from tests.desk.test_live import Listener, token


async def test_who_else_has_it_open(office: Office) -> None:
    wang, li = await office.signed_in("wang", name="王"), await office.signed_in("li", name="李")
    conversation = await office.waiting()
    who = {"id": li.user["id"], "name": "李"}
    async with Listener(office, token(wang)) as page:
        async with Listener(office, token(li)) as other:
            await other.client.emit("viewing", {"conversation": conversation})
            await page.wait_for("viewing", conversation_id=conversation, viewers=[who])
            assert (await wang.get(one(conversation)))[1]["viewers"] == [who]
            assert (await li.get(one(conversation)))[1]["viewers"] == []
            for nonsense in ({"conversation": "../x"}, {"conversation": 5}, [], None, {"conversation": "x" * 99}):
                await other.client.emit("viewing", nonsense)
            await other.client.emit("viewing", {"conversation": conversation})
            page.heard.clear()
        await page.wait_for("viewing", conversation_id=conversation, viewers=[])
    assert (await wang.get(one(conversation)))[1]["viewers"] == []


async def test_a_channel_without_limits_says_so(office: Office) -> None:
    agent = await office.signed_in("wang")
    _, talk = await agent.get(one(await office.waiting()))
    assert talk["limits"] == {"can_send": True, "left": None, "until": None, "why": ""}


@pytest.mark.parametrize("trouble", [None, ChannelError("down"), TimeoutError()])
async def test_what_the_channel_still_takes(
    office: Office, monkeypatch: pytest.MonkeyPatch, trouble: Exception | None
) -> None:
    agent = await office.signed_in("wang")
    until = datetime(2026, 7, 1, 8, 0, tzinfo=timezone.utc)

    async def limits(sender: str) -> Limits:
        if trouble:
            raise trouble
        return Limits(can_send=False, left=0, until=until, why="48 小时内没有来信")

    conversation = await office.waiting()
    monkeypatch.setattr(office.house.door._connectors["rest"], "limits", limits)
    status, talk = await agent.get(one(conversation))
    assert status == 200
    if trouble is None:
        assert talk["limits"] == {
            "can_send": False, "left": 0, "until": until.isoformat(), "why": "48 小时内没有来信"}
    else:
        assert talk["limits"]["can_send"] and "查不到" in talk["limits"]["why"]


@pytest.mark.parametrize(("chosen", "others"), [("gas_leak", ["gas_outage", "property_fee"]), (None, [])])
def test_what_the_bot_thought_of_next_is_offered_for_a_correction(chosen: str | None, others: list[str]) -> None:
    codes = ("gas_leak", "other", "gas_outage", "no_longer_there", "property_fee", "property_repair")
    parse = {"service_code": chosen, "service_ranking": [{"name": code, "confidence": 0.1} for code in codes]}
    names = {code: code.upper() for code in codes if code != "no_longer_there"}
    shown = views.understood(Understood("t", "没气了", parse, None, None, datetime.now(timezone.utc)), names)
    assert shown["others"] == [{"code": code, "name": code.upper()} for code in others]
