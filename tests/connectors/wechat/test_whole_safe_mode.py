"""A client on wechatpy alone holds a whole conversation with the real front door in safe mode, the bot scripted."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image
from sqlalchemy import select

from hotline.app import build
from hotline.desk.temporary import temporary_agents
from hotline.records import JSON
from hotline.settings import Settings
from hotline.store.database import Database
from hotline.store.migrate import migrate
from hotline.store.tables import cases
from tests.connectors.wechat.foreign import ForeignPlatform, foreign_platform
from tests.ports import free_port
from tests.processes.bot_server import BotServer


class ReportBot(BotServer):
    """Answers one question and takes one report: matter, place, picture, then a yes."""

    async def turn(self, request: web.Request) -> web.Response:
        body = await request.json()
        text, state = body["message"]["text"], dict(body["state"] or {})
        attachments = [item for item in body["message"]["attachments"] if item]
        reply, commands = self._say(text, attachments, state)
        return web.json_response({"messages": [reply], "commands": commands, "parse": {"intent": "scripted"},
                                  "state": state, "model": "scripted"})

    def _say(self, text: str, attachments: list[JSON], state: JSON) -> tuple[JSON, list[JSON]]:
        for item in attachments:
            if item["kind"] == "location":
                state["place"] = item
                return {"text": "位置记下了。请发一张照片。"}, []
            if item["kind"] == "image":
                state["image"] = item["url"]
                return {"text": "照片收到了。现在登记吗？", "buttons": [{"title": "登记", "payload": "登记"}]}, []
        if "软管" in text:
            return {"text": "燃气软管要定期换。依据《青岛市燃气管理条例》。"}, []
        if "转人工" in text:
            return ({"text": "排第{position}位", "custom": {"type": "handover"}},
                    [{"kind": "hand_over", "reason": "asked"}])
        if text == "登记":
            place = state["place"]
            return {"text": "已登记，编号 {receipt}", "custom": {"type": "ticket"}}, [{
                "kind": "file_case", "service_code": "facility_streetlight", "description": "路灯不亮",
                "address": place["address"] or place["title"], "attributes": {
                    "images": [state["image"]], "latitude": place["latitude"], "longitude": place["longitude"]}}]
        return {"text": "您反映的是路灯不亮。请发位置。"}, []


@dataclass
class House:
    """The running front door, its settings and an agent's session at its desk."""

    url: str
    settings: Settings
    database: Database
    desk: aiohttp.ClientSession
    csrf: str = ""

    async def call(self, method: str, path: str, **values: Any) -> tuple[int, Any]:
        async with self.desk.request(method, f"{self.url}/desk/api{path}", json=values or None,
                                     headers={"X-CSRF-Token": self.csrf}) as response:
            return response.status, await response.json()


@asynccontextmanager
async def _house(folder: Path, wechat: dict[str, str]) -> AsyncIterator[House]:
    async with TestServer(ReportBot().app()) as bot:
        settings = Settings.from_env({
            "HOTLINE_VAR": str(folder), "HOTLINE_PORT": str(free_port()), "HOTLINE_HOST": "127.0.0.1",
            "HOTLINE_INTERNAL_PORT": str(free_port()), "HOTLINE_BOT_PORT": str(bot.port),
            "HOTLINE_FRAGMENT_SECONDS": "0.2", **wechat})
        database = Database(settings.database_url)
        await migrate(database)
        async with build(settings) as house:
            runner = web.AppRunner(house.public, access_log=None, shutdown_timeout=1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", settings.port).start()
            jar = aiohttp.CookieJar(unsafe=True)
            async with aiohttp.ClientSession(cookie_jar=jar) as desk:
                yield House(f"http://127.0.0.1:{settings.port}", settings, database, desk)
            await runner.cleanup()
        await database.close()


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[tuple[ForeignPlatform, House]]:
    async with foreign_platform() as (citizen, wechat), _house(tmp_path / "var", wechat) as house:
        citizen.url = house.url
        yield citizen, house


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(out, "JPEG")
    return out.getvalue()


async def test_question_report_receipt_hand_over_and_the_agents_answer(
    meeting: tuple[ForeignPlatform, House],
) -> None:
    citizen, house = meeting
    await citizen.say("燃气软管多久换一次？")
    assert "依据《青岛市燃气管理条例》" in await citizen.wait("软管")
    await citizen.say("门口的路灯不亮了")
    await citizen.wait("请发位置")
    await citizen.place(36.093500, 120.378000, "市北区延吉路117号")
    await citizen.wait("请发一张照片")
    await citizen.picture("foreign-media-1", _photo())
    await citizen.wait("现在登记吗")
    assert citizen.asked_for == ["foreign-media-1"], "the picture was fetched at once, and once"
    await citizen.say("登记")
    receipt = (await citizen.wait("已登记")).split("编号")[1].split()[0].strip("。")
    await _the_ticket_has_place_and_picture(house, receipt)
    await _an_agent_answers(citizen, house)
    said = [heard for heard in citizen.heard if receipt in heard]
    assert len(said) == 1, "the receipt came once"


async def _the_ticket_has_place_and_picture(house: House, receipt: str) -> None:
    async with house.database.read() as connection:
        row = (await connection.execute(select(cases).where(cases.c.receipt == receipt))).one()
    assert "延吉路117号" in row.address
    # GCJ-02 turned into WGS-84: in Qingdao some 500 m apart.
    assert row.latitude == pytest.approx(36.0931, abs=0.0015) and row.longitude == pytest.approx(120.3728, abs=0.0015)
    (picture,) = row.attachments
    async with house.desk.get(f"{house.url}{picture['url']}") as response:
        assert response.status == 200 and response.content_type == "image/jpeg"
        assert Image.open(io.BytesIO(await response.read())).size == (60, 40)


async def _an_agent_answers(citizen: ForeignPlatform, house: House) -> None:
    async with temporary_agents(house.settings, 1) as (names, password):
        status, signed = await house.call("POST", "/login", username=names[0], password=password)
        assert status == 200
        house.csrf = signed["csrf"]
        await citizen.say("转人工")
        await citizen.wait("排第1位")
        waiting = (await house.call("GET", "/queue"))[1]["waiting"]
        assert [row["channel_name"] for row in waiting] == ["微信"]
        talk = waiting[0]["id"]
        assert (await house.call("POST", f"/conversations/{talk}/take"))[0] == 200
        await citizen.wait("为您服务")
        assert (await house.call("POST", f"/conversations/{talk}/messages", text="师傅下午去修，请放心。"))[0] == 200
        await citizen.wait("师傅下午去修")
        assert citizen.ways[-1] == "push"
        await citizen.say("谢谢，几点来？")
        for _ in range(50):
            _, seen = await house.call("GET", f"/conversations/{talk}")
            if "几点来" in str(seen):
                break
        assert "几点来" in str(seen)
        assert (await house.call("POST", f"/conversations/{talk}/messages", text="三点左右。"))[0] == 200
        await citizen.wait("三点左右")
        assert sum("师傅下午去修" in heard for heard in citizen.heard) == 1


async def test_a_forged_and_an_old_request_are_refused(meeting: tuple[ForeignPlatform, House]) -> None:
    citizen, house = meeting
    assert citizen.session is not None
    for query in ({}, {"signature": "0" * 40, "timestamp": "1409735669", "nonce": "1"}):
        async with citizen.session.post(f"{house.url}/webhooks/wechat", params=query, data=b"<xml></xml>") as response:
            assert response.status == 403
