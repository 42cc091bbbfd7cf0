"""Nothing of a citizen's stands in the log: no openid, no words, no place; nor a token or a secret."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from connectors.wechat.simulator.faults import Fault
from tests.connectors.wechat.front import REPLY_SECONDS, SECRET, Front


async def test_trouble_is_logged_without_whose_it_is(wechat: Front) -> None:
    with capture_logs() as logs:
        wechat.bot.delay = REPLY_SECONDS + 0.2
        wechat.platform.faults.add("custom/send", Fault(code=45047))
        wechat.platform.faults.add("media/get", Fault(code=40007))
        await wechat.say("我家在延吉路117号，电话13800138000")
        await wechat.settled(wechat.platform.acts.image(wechat.citizen, b"no picture"))
        await wechat.settled(wechat.platform.acts.location(wechat.citizen, 36.0935, 120.378, "延吉路117号"))
        wechat.platform.tokens.revoke()
        await wechat.settled(wechat.platform.acts.follow(wechat.citizen))
        await asyncio.sleep(2)
    said = str(logs)
    assert "wechat_push_failed" in said and "wechat_media_failed" in said
    for secret in (wechat.citizen.openid, "延吉路", "13800138000", "36.09", SECRET):
        assert secret not in said
