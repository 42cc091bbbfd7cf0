"""The embedded backend on real HTTP, as any Open311 client sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hotline.cases.backend import EmbeddedBackend, move_stage
from hotline.cases.catalogue import load_catalogue
from hotline.errors import BadInput, NotFound
from hotline.settings import Settings
from hotline.store.database import Database

from .conftest import Serve

FORM = {"api_key": "k", "service_code": "sanitation", "description": "垃圾没人收\n[QD20260907000001]",
        "address_string": "李沧区振华路1号", "attribute[title]": "垃圾"}


@dataclass
class Api:
    """Speaks to the backend and keeps its clock."""

    url: str
    session: aiohttp.ClientSession
    now: datetime

    async def get(self, path: str, **query: str) -> tuple[int, Any]:
        async with self.session.get(f"{self.url}/{path}", params=query) as response:
            return response.status, await response.json()

    async def post(self, path: str = "requests.json", key: str | None = None, **fields: Any) -> tuple[int, Any]:
        headers = {"Idempotency-Key": key} if key else {}
        async with self.session.post(f"{self.url}/{path}", data={**FORM, **fields}, headers=headers) as response:
            return response.status, await response.json()


@pytest.fixture
async def api(database: Database, tmp_path: Path, serve: Serve) -> AsyncIterator[Api]:
    api = Api("", serve.session, datetime(2026, 9, 7, 2, tzinfo=UTC))
    embedded = EmbeddedBackend(
        database, load_catalogue(), Settings(var=tmp_path, open311_api_key="k"), clock=lambda: api.now)
    api.url = f"{await serve(embedded.routes())}/open311/v2"
    yield api


async def test_services_and_discovery_need_no_key(api: Api) -> None:
    status, services = await api.get("services.json")
    assert status == 200 and len(services) == 25
    assert services[0] == {"service_code": "gas_leak", "service_name": "燃气泄漏", "metadata": True, "type": "realtime",
                           "description": services[0]["description"], "keywords": "gas_safety", "group": "gas_safety"}
    status, definition = await api.get("services/facility_streetlight.json")
    assert definition["attributes"][0]["code"] == "pole" and not definition["attributes"][0]["required"]
    assert (await api.get("services/none.json"))[0] == 404
    status, discovery = await api.get("discovery.json")
    assert discovery["endpoints"][0]["url"] == api.url


async def test_a_request_and_how_it_reads(api: Api) -> None:
    status, [made] = await api.post(phone="13800138000", lat="36.1", long="120.4", media_url="http://x/a.jpg")
    assert status == 201 and made["agency_responsible"] == "李沧区城市管理局"
    status, [seen] = await api.get(f"requests/{made['service_request_id']}.json", api_key="k")
    assert (seen["status"], seen["status_notes"], seen["receipt"]) == ("open", "待受理", "QD20260907000001")
    assert seen["address"] == "李沧区振华路1号" and seen["lat"] == 36.1 and seen["media_url"] == "http://x/a.jpg"
    assert seen["requested_datetime"] == "2026-09-07T10:00:00+08:00"
    assert seen["expected_datetime"] == "2026-09-14T23:59:59+08:00"
    assert seen["extended_attributes"]["attributes"] == {"title": "垃圾"}
    assert seen["extended_attributes"]["contact"] == {"phone": "13800138000"}
    assert (await api.get(f"tokens/{made['service_request_id']}.json", api_key="k"))[1][0]["token"]


@pytest.mark.parametrize("path", ["requests.json", "requests/x.json", "requests/x/updates.json", "tokens/x.json"])
@pytest.mark.parametrize("key", [{}, {"api_key": "wrong"}, {"api_key": "密"}])
async def test_reads_need_a_key(api: Api, path: str, key: dict[str, str]) -> None:
    status, errors = await api.get(path, **key)
    assert status == 403 and errors == [{"code": 403, "description": "api_key is missing or wrong"}]


async def test_an_empty_key_in_the_settings_opens_nothing(database: Database, serve: Serve, tmp_path: Path) -> None:
    embedded = EmbeddedBackend(database, load_catalogue(), Settings(var=tmp_path))
    url = await serve(embedded.routes())
    async with serve.session.get(f"{url}/open311/v2/requests.json?api_key=") as response:
        assert response.status == 403


@pytest.mark.parametrize(("fields", "status"), [
    ({"api_key": ""}, 403), ({"service_code": ""}, 400), ({"service_code": "none"}, 404), ({"description": " "}, 400),
    ({"description": "字" * 4001}, 400), ({"address_string": ""}, 400), ({"address_string": "", "lat": "36"}, 400),
    ({"lat": "north"}, 400), ({"lat": "91"}, 400), ({"phone": "1" * 21}, 400), ({"lat": "nan"}, 400),
    ({f"attribute[a{n}]": "x" for n in range(70)}, 400)])
async def test_bad_requests_get_lists_of_errors(api: Api, fields: dict[str, str], status: int) -> None:
    got, errors = await api.post(**fields)
    assert got == status and errors[0]["code"] == status and errors[0]["description"]
    assert (await api.get("requests.json", api_key="k", receipt="QD20260907000001"))[1] == []


async def test_an_emergency_may_come_without_a_place(api: Api) -> None:
    status, [made] = await api.post(address_string="", **{"attribute[emergency]": "gas"})
    assert status == 201
    status, [seen] = await api.get(f"requests/{made['service_request_id']}.json", api_key="k")
    assert seen["address"] is None


async def test_control_characters_and_markup_are_only_text(api: Api) -> None:
    _, [made] = await api.post(description="a\x00b\x1b<script>😀</script>", address_string="x\x00")
    _, [seen] = await api.get(f"requests/{made['service_request_id']}.json", api_key="k")
    assert seen["description"] == "ab<script>😀</script>"


@pytest.mark.parametrize(("body", "content_type", "status"), [
    (b"{}", "application/json", 415), (b"x" * 300_000, "application/x-www-form-urlencoded", 413),
    (b"", "application/x-www-form-urlencoded", 403), (b"garbage", "multipart/form-data", 400),
    (b"%ff%fe=%zz", "application/x-www-form-urlencoded", 403)])
async def test_bodies_that_are_no_form(api: Api, body: bytes, content_type: str, status: int) -> None:
    async with api.session.post(f"{api.url}/requests.json", data=body, headers={"Content-Type": content_type}) as got:
        assert got.status == status
        assert (await got.json())[0]["code"] == status


async def test_one_key_one_request_even_at_the_same_moment(api: Api) -> None:
    answers = await asyncio.gather(*(api.post(key="t:0") for _ in range(8)))
    assert len({body[0]["service_request_id"] for _, body in answers}) == 1
    assert sorted(status for status, _ in answers) == [200] * 7 + [201]
    assert (await api.post(key="t:0", description="别的"))[0] == 422
    assert (await api.post(key="x" * 201))[0] == 400
    assert len((await api.get("requests.json", api_key="k"))[1]) == 1


async def test_lists_filter_and_end_at_ninety_days(api: Api) -> None:
    ids = {}
    for days in (120, 80, 1):
        api.now = datetime(2026, 9, 7, 2, tzinfo=UTC) - timedelta(days=days)
        _, [made] = await api.post(service_code="sanitation" if days > 1 else "other",
                                   description=f"事 [QD202609070000{days:02d}]"[:100])
        ids[made["service_request_id"]] = days
    api.now = datetime(2026, 9, 7, 2, tzinfo=UTC)

    async def days(**query: str) -> list[int]:
        status, found = await api.get("requests.json", api_key="k", **query)
        assert status == 200
        return [ids[item["service_request_id"]] for item in found]

    assert await days() == [1, 80]
    assert await days(service_code="other") == [1]
    assert await days(service_code="other,sanitation", status="open") == [1, 80]
    assert await days(status="closed") == []
    assert await days(start_date="2026-05-01T00:00:00+08:00") == [80, 120]
    assert await days(start_date="2026-05-01T00:00:00 08:00", end_date="2026-05-20T00:00:00Z") == [120]
    assert await days(end_date="2026-09-06T00:00:00") == [80]
    assert await days(service_request_id=",".join(ids)) == [1, 80, 120]
    assert await days(updated_after="2026-06-01T00:00:00Z") == [80, 1]
    assert await days(receipt="QD20260907000080") == [80]
    for bad in ({"status": "lost"}, {"start_date": "yesterday"}):
        assert (await api.get("requests.json", api_key="k", **bad))[0] == 400


async def test_updates_and_stages(api: Api, database: Database) -> None:
    _, [made] = await api.post()
    path = f"requests/{made['service_request_id']}/updates.json"
    for _ in range(2):
        status, [seen] = await api.post(path, key="u:1", kind="add", text="还有")
        assert status == 200 and seen["extended_attributes"]["stage"] == "pending"
    assert (await api.post(path, key="u:1", kind="urge", text="还有"))[0] == 422
    assert (await api.post(path, kind="dance"))[0] == 400
    assert (await api.post(path, kind="status", stage="nowhere"))[0] == 400
    assert (await api.post("requests/none/updates.json", kind="urge"))[0] == 404
    api.now += timedelta(minutes=1)
    _, [seen] = await api.post(path, kind="status", stage="processing", text="已派车", agency_responsible="某环卫公司")
    assert (seen["status"], seen["status_notes"]) == ("open", "办理中：已派车")
    assert seen["agency_responsible"] == "某环卫公司"
    assert seen["updated_datetime"] == "2026-09-07T10:01:00+08:00"
    await move_stage(database, "QD20260907000001", "closed", "已清运")
    _, [seen] = await api.get(f"requests/{made['service_request_id']}.json", api_key="k")
    assert (seen["status"], seen["status_notes"]) == ("closed", "已办结：已清运")
    await api.post(path, kind="withdraw")
    _, updates = await api.get(path, api_key="k")
    assert [(item["kind"], item["stage"], item["text"]) for item in updates] == [
        ("add", None, "还有"), ("status", "processing", "已派车"), ("status", "closed", "已清运"),
        ("withdraw", None, None)]


async def test_moving_what_is_not_there(database: Database) -> None:
    with pytest.raises(NotFound):
        await move_stage(database, "QD20260907999999", "closed")
    with pytest.raises(BadInput):
        await move_stage(database, "QD20260907999999", "dancing")


async def test_xml_and_unknown_addresses(api: Api) -> None:
    for path, status in (("requests.xml", 406), ("services.xml", 406), ("nothing", 404), ("", 404)):
        got, errors = await api.get(path, api_key="k")
        assert got == status and errors[0]["code"] == status
