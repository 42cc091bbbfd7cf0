"""Living beside others: one token for all processes, the vendor, notices, and the page in WeChat's browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from wechatpy.utils import check_signature

from connectors.wechat.notices import parse
from connectors.wechat.simulator.faults import Fault
from connectors.wechat.tokens import NAME, TokenKeeper
from hotline.errors import ChannelError, SettingsError
from hotline.records import Agent, Inbound, Reply
from hotline.settings import Settings
from hotline.store.database import Database
from tests.connectors.wechat.front import REPLY_SECONDS, Front, front, now
from tests.stage import until

PROGRESS = "progress-template receipt=character_string1 status=phrase2 time=time3"


# --- tokens -----------------------------------------------------------------------------------------------------


def keepers(wechat: Front, number: int, **changes: object) -> list[TokenKeeper]:
    """As many processes as that."""
    settings = replace(wechat.settings, **changes)  # type: ignore[arg-type]
    return [TokenKeeper(wechat.session, settings, wechat.shared) for _ in range(number)]


async def test_many_processes_fetch_one_token_and_renew_it_once(wechat: Front) -> None:
    all_of_them = keepers(wechat, 6)
    tokens = await asyncio.gather(*(keeper.get() for keeper in all_of_them))
    assert len(set(tokens)) == 1 and wechat.platform.tokens.asked["stable"] == 1
    wechat.platform.tokens.revoke()
    fresh = await asyncio.gather(*(keeper.renew(tokens[0]) for keeper in all_of_them))
    assert len(set(fresh)) == 1 and fresh[0] != tokens[0]
    assert wechat.platform.tokens.asked["stable"] == 2


async def test_the_token_is_sealed_where_it_is_kept(wechat: Front) -> None:
    token = await keepers(wechat, 1)[0].get()
    kept = await wechat.shared.get(NAME, now())
    assert kept and token not in kept
    other = keepers(wechat, 1, wechat_app_secret="another")[0]
    with pytest.raises(ChannelError):
        await other.get()


async def test_a_token_that_the_platform_keeps_giving_though_it_refuses_it_is_forced(wechat: Front) -> None:
    keeper = keepers(wechat, 1)[0]
    token = await keeper.get()
    assert await keeper.renew(token) != token


async def test_the_ordinary_token_and_the_citys_server_are_asked_when_set(wechat: Front) -> None:
    assert (await keepers(wechat, 1, wechat_stable_token=False)[0].get()).startswith("o_")
    asked: list[str] = []

    async def give(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization", ""))
        return web.json_response({"access_token": "from-the-city", "expires_in": 600})

    app = web.Application()
    app.router.add_get("/token", give)
    async with TestServer(app) as city:
        await wechat.shared.put(NAME, "", now())
        keeper = keepers(wechat, 1, wechat_token_url=str(city.make_url("/token")), wechat_token_key="k")[0]
        assert await keeper.get() == "from-the-city" and asked == ["Bearer k"]


async def test_a_token_interface_that_is_away_is_said_and_the_hold_is_let_go(wechat: Front) -> None:
    wechat.platform.faults.add("stable_token", Fault(breaks="before"))
    keeper = keepers(wechat, 1)[0]
    with pytest.raises(ChannelError):
        await keeper.get()
    assert await keeper.get()


async def test_a_push_with_a_void_token_is_sent_once_with_a_new_one(wechat: Front) -> None:
    wechat.bot.delay = REPLY_SECONDS + 0.2
    await wechat.say("甲")
    await wechat.hears("1:甲")
    wechat.platform.tokens.revoke()
    await wechat.say("乙")
    await wechat.hears("2:乙")
    assert wechat.heard("push") == ["1:甲", "2:乙"]


# --- the vendor -------------------------------------------------------------------------------------------------


@dataclass
class VendorServer:
    got: list[str] = field(default_factory=list)
    broken: int = 0
    delay: float = 0.0

    async def hear(self, request: web.Request) -> web.Response:
        query = request.query
        check_signature("vendor-token", query["signature"], query["timestamp"], query["nonce"])
        body = await request.text()
        if self.broken:
            self.broken -= 1
            return web.Response(status=500)
        self.got.append(body)
        await asyncio.sleep(self.delay)
        sender = query["openid"]
        return web.Response(text=(
            f"<xml><ToUserName>{sender}</ToUserName><FromUserName>gh_5a1e77d0c0de</FromUserName>"
            "<CreateTime>1</CreateTime><MsgType>text</MsgType><Content>服务商的回复</Content></xml>"))


@asynccontextmanager
async def beside_a_vendor(
    database: Database, settings: Settings
) -> AsyncIterator[tuple[Front, VendorServer]]:
    vendor, app = VendorServer(), web.Application()
    app.router.add_post("/wx", vendor.hear)
    async with TestServer(app) as server, front(
        database, settings, wechat_vendor_url=str(server.make_url("/wx")), wechat_vendor_token="vendor-token",
        wechat_vendor_keys=("V_", "缴费"), wechat_vendor_timeout=0.5,
    ) as wechat:
        yield wechat, vendor


async def test_what_is_the_vendors_goes_there_signed_and_its_reply_comes_back(
    database: Database, settings: Settings
) -> None:
    async with beside_a_vendor(database, settings) as (wechat, vendor):
        await wechat.settled(wechat.platform.acts.menu(wechat.citizen, "V_PAY"))
        await wechat.say("缴费查询")
        assert wechat.heard("passive") == ["服务商的回复"] * 2
        await wechat.say("路灯坏了")
        assert wechat.bot.calls == ["路灯坏了"] and len(vendor.got) == 2


async def test_a_vendor_that_fails_is_asked_again_and_a_slow_one_does_not_hold_the_platform_up(
    database: Database, settings: Settings
) -> None:
    async with beside_a_vendor(database, settings) as (wechat, vendor):
        vendor.broken = 1
        posting = await wechat.say("缴费")
        assert posting.outcome == "success"

        async def there() -> bool:
            return len(vendor.got) == 1

        await until(there)
        vendor.delay = 2
        posting = await wechat.say("缴费")
        assert posting.outcome == "success" and posting.attempts[0].seconds < 1.0


# --- notices ----------------------------------------------------------------------------------------------------


async def test_a_ticket_that_must_wait_is_told_by_a_notice_that_was_agreed_to(
    database: Database, settings: Settings
) -> None:
    async with front(database, settings, wechat_progress_template=PROGRESS, wechat_message_quota=0) as wechat:
        wechat.bot.delay = REPLY_SECONDS + 0.2
        wechat.bot.script = lambda text, state: ([Reply(text="收据", custom={
            "type": "ticket", "receipt": "QD20260101000001", "status": "processing"})], [], state)
        await wechat.settled(wechat.platform.acts.subscribe(wechat.citizen, "progress-template"))
        await wechat.say("甲")

        async def noticed() -> bool:
            return any(one.way == "notice" for one in wechat.citizen.heard)

        await until(noticed)
        said = str([one.content for one in wechat.citizen.heard if one.way == "notice"])
        assert "QD20260101000001" in said and "办理中" in said
        await wechat.say("乙")
        await asyncio.sleep(1.5)
        assert sum(one.way == "notice" for one in wechat.citizen.heard) == 1, "one agreement is one notice"


@pytest.mark.parametrize("text", ["id", "id receipt", "id price=thing1", "template:id"])
def test_a_template_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        parse(text, "HOTLINE_WECHAT_PROGRESS_TEMPLATE")


# --- the page ---------------------------------------------------------------------------------------------------


async def test_the_page_is_the_same_person_as_the_chat(wechat: Front, agent: Agent) -> None:
    await wechat.say("甲")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(f"{wechat.url}/wechat/chat", allow_redirects=False) as response:
            assert response.status == 302 and "snsapi_base" in response.headers["Location"]
            target = response.headers["Location"].split("#")[0]
        async with browser.get(f"{target}&openid={wechat.citizen.openid}", allow_redirects=False) as response:
            back = response.headers["Location"]
        async with browser.get(back) as response:
            page = await response.text()
            assert response.status == 200 and 'data-session="signed"' in page
            assert "sha256-" in response.headers["Content-Security-Policy"]
        async with browser.get(back) as response:
            assert response.status == 403, "a state is good once"
    sender = f"p-{wechat.citizen.openid}"
    assert [one.text for one in await wechat.door.history("web", sender)] == ["甲", "1:甲"]
    turn = await wechat.door.receive(Inbound("web", sender, "乙"))
    assert [one.text for one in await wechat.door.replies(turn, 5)] == ["2:乙"]
    assert [one.text for one in await wechat.history()] == ["甲", "1:甲", "乙", "2:乙"]
    await wechat.hears("2:乙", 10)
    assert wechat.heard("push") == ["2:乙"], "the page was closed: the chat is told"
    await wechat.say("丙")
    assert wechat.heard("passive")[-1] == "3:丙"


async def test_a_sign_in_begun_elsewhere_is_refused_and_a_failed_one_leads_to_the_page(wechat: Front) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(f"{wechat.url}/wechat/sign-in?code=x&state=y") as response:
            assert response.status == 403
        async with browser.get(f"{wechat.url}/wechat/chat", allow_redirects=False) as response:
            state = response.headers["Location"].split("state=")[1].split("#")[0]
        async with browser.get(f"{wechat.url}/wechat/sign-in?code=wrong&state={state}",
                               allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (302, "/")
