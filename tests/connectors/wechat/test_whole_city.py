"""The same client and the whole product with Rasa: question, report with place and picture, receipt, a person."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

from tests.city import City, running, wait_for
from tests.connectors.wechat.foreign import ForeignPlatform, foreign_platform


async def test_a_whole_conversation_with_rasa_in_safe_mode(tmp_path: Path) -> None:
    async with foreign_platform() as (citizen, wechat):
        starting = running(**wechat)
        city = await asyncio.to_thread(starting.__enter__)
        try:
            citizen.url = city.url
            await _question(citizen)
            receipt = await _report(citizen)
            await _in_the_backend(city, receipt)
            await _agent(citizen, city)
        finally:
            await asyncio.to_thread(starting.__exit__, None, None, None)


async def _question(citizen: ForeignPlatform) -> None:
    await citizen.say("燃气软管有什么规定？")
    assert "依据" in await citizen.wait("软管")


async def _report(citizen: ForeignPlatform) -> str:
    """Matter, place from the map, picture, phone, yes; the receipt."""
    await _step(citizen, citizen.say("我们小区门口的路灯不亮了，晚上黑得看不见"))
    await _step(citizen, citizen.place(36.0935, 120.378, "山东省青岛市市北区延吉路117号"))
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(out, "JPEG")
    await _step(citizen, citizen.picture("city-media-1", out.getvalue()))
    await _step(citizen, citizen.say("13800138000"))
    await _step(citizen, citizen.say("是"))
    found = re.search(r"QD\d{14}", await citizen.wait("QD"))
    assert found
    return found[0]


async def _step(citizen: ForeignPlatform, doing: Any) -> None:
    """Do something and wait for the answer to it."""
    before = len(citizen.heard)
    await doing
    await citizen.wait("", after=before, seconds=20)


async def _in_the_backend(city: City, receipt: str) -> None:
    def there() -> list[dict[str, Any]]:
        return [item for item in city.requests() if item.get("receipt") == receipt]

    (found,) = await asyncio.to_thread(wait_for, there)
    assert found["service_code"] == "facility_streetlight" and "延吉路117号" in found["address"]
    assert abs(float(found["lat"]) - 36.0931) < 0.0015 and abs(float(found["long"]) - 120.3728) < 0.0015
    assert "/media/" in str(found.get("media_url"))


async def _agent(citizen: ForeignPlatform, city: City) -> None:
    await citizen.say("转人工")
    await citizen.wait("您排在第 1 位")
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as desk:
        async with desk.post(f"{city.url}/desk/api/login", json={
            "username": "admin", "password": city.password}) as response:
            csrf = {"X-CSRF-Token": (await response.json())["csrf"]}
        async with desk.get(f"{city.url}/desk/api/queue") as response:
            talk = (await response.json())["waiting"][0]["id"]
        async with desk.post(f"{city.url}/desk/api/conversations/{talk}/take", headers=csrf) as response:
            assert response.status == 200
        async with desk.post(f"{city.url}/desk/api/conversations/{talk}/messages", headers=csrf,
                             json={"text": "已经派人去修路灯了。"}) as response:
            assert response.status == 200
    await citizen.wait("已经派人去修路灯了")
    assert citizen.ways[-1] == "push"
