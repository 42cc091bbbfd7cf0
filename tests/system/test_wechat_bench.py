"""The WeChat benches, small: every message is answered once; with kills nothing that matters is lost."""

from __future__ import annotations

import re

from hotline.care.bench import wechat, wechat_kills
from hotline.desk.temporary import temporary_agents


async def test_every_message_is_answered_once_however_slow_the_bot_is() -> None:
    told = await wechat.run(turns=24, citizens=8, longest=8.0, bot_timeout=12.0, seed=3, hangs_up=5.0)
    assert "messages       24 in" in told
    found = re.search(r"answers +(\d+) lost, (\d+) doubled; (\d+) passive, (\d+) pushed", told)
    assert found and found.group(1, 2) == ("0", "0"), told
    # Both ways were used: the bot was quicker than four seconds for some, slower for others.
    assert int(found[3]) > 0 and int(found[4]) > 0, told


async def test_kills_lose_no_advice_no_receipt_and_no_agents_answer() -> None:
    told, _ = await wechat_kills.run(temporary_agents, turns=8, citizens=4, longest=6.0, seed=5)
    assert int(re.findall(r"kills +(\d+) with", told)[0]) > 0, told
    lost = dict(re.findall(r"(receipt|advice|agent) +\d+ wanted, (\d+) lost", told))
    assert lost == {"receipt": "0", "advice": "0", "agent": "0"}, told
    # So short a run may have few kills inside a send; that a double lies in one is asserted, their number measured.
    doubled, explained = re.findall(r"doubles +(\d+), (\d+) of them", told)[0]
    assert explained == doubled, told
