"""What every case backend promises: one class of tests over each adapter, Open311 against the real embedded backend."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from hotline.cases.backend import EmbeddedBackend
from hotline.cases.catalogue import load_catalogue
from hotline.cases.memory import MemoryBackend
from hotline.cases.open311 import Open311Backend
from hotline.cases.port import CaseBackend
from hotline.errors import CaseBackendError, CaseRejected
from hotline.records import Attachment, Case
from hotline.settings import Settings
from hotline.store.database import Database

from .conftest import Serve

CASE = Case(
    receipt="QD20260907123456", citizen_id="citizen-1", conversation_id="v1", service_code="facility_streetlight",
    act="report", title="路灯不亮", description="延吉路的路灯三天不亮了", address="青岛市市北区延吉路100号",
    status="pending", created_at=datetime.now(UTC), updated_at=datetime.now(UTC), phone="13800138000", name="王先生",
    department="市北区城市管理局", attributes={"pole": "7"}, attachments=(Attachment("image", url="http://x/a.jpg"),))


@pytest.fixture(params=["memory", "open311"])
async def backend(request: pytest.FixtureRequest, database: Database, tmp_path: Path, serve: Serve) -> CaseBackend:
    if request.param == "memory":
        return MemoryBackend()
    embedded = EmbeddedBackend(database, load_catalogue(), Settings(var=tmp_path, open311_api_key="k"))
    url = await serve(embedded.routes())
    return Open311Backend(serve.session, Settings(
        var=tmp_path, case_backend_url=f"{url}/open311/v2", case_backend_key="k"))


class TestContract:
    """Filing, updating, asking and following."""

    async def test_filing_gives_a_number_and_the_department(self, backend: CaseBackend) -> None:
        taken = await backend.file(CASE, "t:0")
        assert taken.backend_id and taken.department == "市北区城市管理局"
        assert (await backend.status(taken.backend_id)).stage == "pending"

    async def test_the_same_key_is_the_same_ticket(self, backend: CaseBackend) -> None:
        first = await backend.file(CASE, "t:0")
        assert (await backend.file(CASE, "t:0")).backend_id == first.backend_id
        other = await backend.file(replace(CASE, receipt="QD20260907654321"), "t:1")
        assert other.backend_id != first.backend_id

    async def test_the_same_key_with_another_body_is_refused(self, backend: CaseBackend) -> None:
        await backend.file(CASE, "t:0")
        with pytest.raises(CaseRejected):
            await backend.file(replace(CASE, description="别的事"), "t:0")

    async def test_a_ticket_is_found_by_receipt(self, backend: CaseBackend) -> None:
        recent = replace(CASE, receipt=f"QD{datetime.now(UTC) + timedelta(hours=8):%Y%m%d}000001")
        taken = await backend.file(recent, "t:0")
        assert await backend.find(recent.receipt) == taken.backend_id
        assert await backend.find(recent.receipt[:-1] + "2") is None

    async def test_updates_count_once_and_withdrawing_ends_it(self, backend: CaseBackend) -> None:
        case = replace(CASE, backend_id=(await backend.file(CASE, "t:0")).backend_id)
        for _ in range(2):
            await backend.update(case, "add", "还有一盏", "t:1")
            await backend.update(case, "urge", "", "t:2")
            await backend.update(case, "rate", "5 好", "t:3")
        assert (await backend.status(str(case.backend_id))).stage == "pending"
        await backend.update(case, "withdraw", "修好了", "t:4")
        assert (await backend.status(str(case.backend_id))).stage == "withdrawn"

    async def test_an_unknown_number_is_refused(self, backend: CaseBackend) -> None:
        with pytest.raises(CaseRejected):
            await backend.status("no-such-number")
        with pytest.raises(CaseRejected):
            await backend.update(replace(CASE, backend_id="no-such-number"), "urge", "", "t:9")

    async def test_changes_come_oldest_first_and_from_a_time_on(self, backend: CaseBackend) -> None:
        start = datetime.now(UTC) - timedelta(seconds=1)
        ids = [(await backend.file(replace(CASE, receipt=f"QD2026090700000{n}"), f"t:{n}")).backend_id
               for n in range(3)]
        assert [change.backend_id for change in await backend.changes(start)] == ids
        await backend.update(replace(CASE, backend_id=ids[0]), "withdraw", "", "t:9")
        changes = await backend.changes(start)
        assert [change.backend_id for change in changes] == [ids[1], ids[2], ids[0]]
        assert changes[-1].status.stage == "withdrawn"
        assert [c.backend_id for c in await backend.changes(changes[-1].updated_at)] == [ids[0]]
        assert await backend.changes(datetime.now(UTC) + timedelta(minutes=1)) == []

    async def test_it_is_healthy(self, backend: CaseBackend) -> None:
        assert await backend.healthy() is True

    async def test_a_confidential_ticket_leaves_without_the_person(self, backend: CaseBackend) -> None:
        secret = replace(
            CASE, confidential=True, name="王小明", title="王小明举报", latitude=36.123456, longitude=120.123456,
            description="我是王小明，住延吉路100号3号楼2单元501室，电话138-0013-8000，楼下饭店油烟大",
            address="青岛市市北区延吉路100号3号楼2单元501室", attributes={"note": "找王小明13800138000"})
        taken = await backend.file(secret, "t:0")
        await backend.update(replace(secret, backend_id=taken.backend_id), "add", "王小明补充：13800138000", "t:1")
        seen = await everything(backend, taken.backend_id)
        for word in ("王小明", "13800138000", "0013-8000", "36.123456", "a.jpg"):
            assert word not in seen
        # The flat alone: a made-up number may contain its three digits between others.
        assert not re.search("(?<![0-9a-f])501(?![0-9a-f])", seen)
        assert "油烟" in seen and "延吉路100号" in seen

    async def test_an_anonymous_ticket_leaves_without_a_phone(self, backend: CaseBackend) -> None:
        taken = await backend.file(replace(CASE, anonymous=True, code="ABCD2345"), "t:0")
        seen = await everything(backend, taken.backend_id)
        assert "13800138000" not in seen and "ABCD2345" not in seen and "路灯" in seen

    async def test_an_open_ticket_leaves_with_what_the_department_needs(self, backend: CaseBackend) -> None:
        taken = await backend.file(CASE, "t:0")
        seen = await everything(backend, taken.backend_id)
        for word in ("13800138000", "王先生", "延吉路100号", "a.jpg", "pole", "路灯不亮"):
            assert word in seen
        assert CASE.citizen_id not in seen

    async def test_a_long_letter_arrives_whole(self, backend: CaseBackend) -> None:
        letter = "".join(f"{number:05d} \n" for number in range(2850))
        taken = await backend.file(replace(CASE, description=letter), "t:0")
        if isinstance(backend, MemoryBackend):
            assert backend.cases[taken.backend_id].case.description == letter
            return
        assert isinstance(backend, Open311Backend)
        [seen] = await backend._get(f"/requests/{taken.backend_id}.json", {})
        head, _, receipt = seen["description"].rpartition("\n")
        attributes = seen["extended_attributes"]["attributes"]
        parts = [attributes[name] for name in sorted(attributes) if name.startswith("description_")]
        assert len(seen["description"]) == 4000 and len(parts) == 4
        assert head + "".join(parts) == letter and receipt == f"[{CASE.receipt}]"


async def everything(backend: CaseBackend, backend_id: str) -> str:
    """All that a backend holds of a ticket, as text."""
    if isinstance(backend, MemoryBackend):
        return repr(backend.cases[backend_id])
    assert isinstance(backend, Open311Backend)
    one = await backend._get(f"/requests/{backend_id}.json", {})
    return repr((one, await backend._get(f"/requests/{backend_id}/updates.json", {})))


@pytest.fixture
async def answering(serve: Serve, tmp_path: Path) -> AsyncIterator[Any]:
    """A backend that answers everything with what the test says."""

    async def build(status: int = 200, body: str = "[]", delay: float = 0) -> Open311Backend:
        async def answer(_request: web.Request) -> web.Response:
            release = request_held
            if delay:
                await release.wait()
            return web.Response(status=status, text=body, content_type="application/json")

        url = await serve([web.route("*", "/{rest:.*}", answer)])
        return Open311Backend(serve.session, Settings(
            var=tmp_path, case_backend_url=url, case_backend_key="k", case_timeout=0.2))

    import asyncio

    request_held = asyncio.Event()
    yield build
    request_held.set()


@pytest.mark.parametrize(("status", "body", "unclear"), [
    (500, "oops", True), (502, "<html>", True), (503, "[]", True), (429, "[]", False),
    (401, '[{"code":401,"description":"x"}]', False), (403, "[]", False), (404, "<html>not found</html>", False),
    (200, "<html>", True), (200, "", True), (200, "{}", True), (200, "[]", True), (200, "[1]", True),
    (200, '[{"service_notice":"x"}]', True), (302, "", False)])
async def test_answers_that_may_pass_are_tried_again(answering: Any, status: int, body: str, unclear: bool) -> None:
    backend = await answering(status, body)
    with pytest.raises(CaseBackendError) as caught:
        await backend.file(CASE, "t:0")
    assert not isinstance(caught.value, CaseRejected)
    assert caught.value.unclear is unclear


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_refusals_in_open311s_words_are_for_good(answering: Any, status: int) -> None:
    backend = await answering(status, f'[{{"code": {status}, "description": "no"}}]')
    with pytest.raises(CaseRejected):
        await backend.file(CASE, "t:0")


@pytest.mark.parametrize(("status", "body", "well"), [
    (200, "[]", True), (200, "{}", False), (200, "<html>", False), (403, "[]", False), (500, "", False)])
async def test_healthy_means_that_it_speaks_open311(answering: Any, status: int, body: str, well: bool) -> None:
    assert await (await answering(status, body)).healthy() is well


async def test_a_slow_backend_is_unclear_for_writes_only(answering: Any) -> None:
    backend = await answering(delay=1)
    with pytest.raises(CaseBackendError) as caught:
        await backend.file(CASE, "t:0")
    assert caught.value.unclear
    with pytest.raises(CaseBackendError) as caught:
        await backend.changes(datetime.now(UTC))
    assert not caught.value.unclear
    assert await backend.healthy() is False


async def test_nobody_listens(serve: Serve, tmp_path: Path) -> None:
    backend = Open311Backend(serve.session, Settings(
        var=tmp_path, case_backend_url="http://127.0.0.1:9", case_backend_key="k"))
    with pytest.raises(CaseBackendError) as caught:
        await backend.file(CASE, "t:0")
    assert not caught.value.unclear


async def test_errors_show_neither_key_nor_words(answering: Any) -> None:
    backend = await answering(500, "13800138000")
    with pytest.raises(CaseBackendError) as caught:
        await backend.file(CASE, "t:0")
    assert "13800138000" not in str(caught.value) and "api_key" not in str(caught.value)


async def test_a_token_is_followed_to_its_number(serve: Serve, tmp_path: Path) -> None:
    async def post(_request: web.Request) -> web.Response:
        return web.json_response([{"token": "tk"}])

    async def token(request: web.Request) -> web.Response:
        return web.json_response([{"service_request_id": "77", "token": request.match_info["id"]}])

    url = await serve([web.post("/requests.json", post), web.get("/tokens/{id}.json", token)])
    backend = Open311Backend(serve.session, Settings(var=tmp_path, case_backend_url=url, case_backend_key="k"))
    assert (await backend.file(CASE, "t:0")).backend_id == "77"


async def test_a_backend_without_our_extensions(serve: Serve, tmp_path: Path) -> None:
    """Stage from notes or open/closed; a receipt found in descriptions by halving lists that are full."""
    start = datetime.now(UTC) - timedelta(minutes=1500)
    kept = [{"service_request_id": str(n), "description": f"事 [QD20260101{n:06d}]", "status": "open",
             "status_notes": "办理中：已派人" if n % 2 else None,
             "requested_datetime": (start + timedelta(minutes=n)).isoformat()} for n in range(1500)]

    async def listed(request: web.Request) -> web.Response:
        after = request.query.get("start_date", "0")
        before = request.query.get("end_date", "9")
        found = [item for item in kept
                 if datetime.fromisoformat(after) <= datetime.fromisoformat(str(item["requested_datetime"]))
                 <= datetime.fromisoformat(before)] if after != "0" else kept
        return web.json_response(found[::-1][:1000])

    url = await serve([web.get("/requests.json", listed)])
    backend = Open311Backend(serve.session, Settings(var=tmp_path, case_backend_url=url, case_backend_key="k"))
    assert await backend.find("QD20260101000003") == "3"
    assert await backend.find("QD20260101999999") is None
    changes = await backend.changes(start + timedelta(minutes=1490))
    assert [(change.backend_id, change.status.stage, change.status.notes) for change in changes[:2]] == [
        ("1490", "accepted", None), ("1491", "processing", "已派人")]


async def test_a_backend_whose_lists_cannot_tell(serve: Serve, tmp_path: Path) -> None:
    async def listed(_request: web.Request) -> web.Response:
        return web.json_response([{"service_request_id": "1", "description": "x"}] * 1000)

    url = await serve([web.get("/requests.json", listed)])
    backend = Open311Backend(serve.session, Settings(var=tmp_path, case_backend_url=url, case_backend_key="k"))
    with pytest.raises(CaseRejected):
        await backend.find(f"QD{datetime.now(UTC):%Y%m%d}000001")


