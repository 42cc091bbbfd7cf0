"""What other rooms and citizens see of tickets: the operations, the internal API, the ticket page."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.cases.catalogue import load_catalogue
from hotline.cases.service import Cases
from hotline.records import Case, CaseDraft
from hotline.settings import Settings
from hotline.store import cases as store
from hotline.store.database import Database

from .conftest import DRAFT, NOW, File, Serve


@pytest.fixture
def cases(database: Database, tmp_path: Path) -> Cases:
    return Cases(database, load_catalogue(), Settings(var=tmp_path), clock=lambda: NOW)


async def test_filing_sets_department_and_time_limit(cases: Cases, database: Database, file_case: File) -> None:
    other = await file_case()
    async with database.write() as connection:
        case = await cases.file(connection, CaseDraft(**DRAFT), key="x:0", citizen_id=other.citizen_id,
                                conversation_id=other.conversation_id, now=NOW)
        assert case.department == "市北区城市管理局"
        assert case.due_at == datetime.fromisoformat("2026-09-14T23:59:59+08:00")
        with pytest.raises(ValueError, match="service_code"):
            await cases.file(connection, CaseDraft(**{**DRAFT, "service_code": "none"}), key="x:1",
                             citizen_id=other.citizen_id, conversation_id=other.conversation_id, now=NOW)
        with pytest.raises(ValueError, match="score"):
            await cases.rate(connection, receipt=None, citizen_id=other.citizen_id, score=6, text="", key="r", now=NOW)
        # A refused change is no error for the turn that wanted it.
        await cases.update(connection, "urge", receipt="QD20260907000000", citizen_id="x", text="", key="u", now=NOW)


@pytest.mark.parametrize(("city_limits", "due"), [(False, None), (True, "2026-09-14")])
async def test_the_internal_lookup(
    database: Database, tmp_path: Path, file_case: File, serve: Serve, city_limits: bool, due: str | None
) -> None:
    case = await file_case()
    async with database.write() as connection:
        await store.set_backend(connection, case.receipt, "b1", "市北区城市管理局",
                                datetime.fromisoformat("2026-09-14T15:59:59+00:00"), NOW)
    cases = Cases(database, load_catalogue(), Settings(var=tmp_path, city_limits=city_limits), clock=lambda: NOW)
    url = await serve(cases.internal_routes())

    async def look(**body: Any) -> Any:
        async with serve.session.post(f"{url}/internal/cases/lookup", json=body) as response:
            assert response.status == 200
            return await response.json()

    own = await look(citizen_id=case.citizen_id)
    [seen] = own["cases"]
    assert (seen["receipt"], seen["status"], seen["status_text"]) == (case.receipt, "pending", "待受理")
    assert seen["service_name"] == "路灯" and "00138" not in seen["phone"] and seen["phone"].endswith("8000")
    assert (seen["due_at"] or "")[:10] == (due or "")
    assert (await look(citizen_id="x", receipt=case.receipt, last4="8000"))["cases"]
    foreign = await look(citizen_id="x", receipt=case.receipt)
    unknown = await look(citizen_id="x", receipt="QD20260907000000")
    assert foreign == unknown == {"cases": [], "limited": False}
    for _ in range(5):
        await look(citizen_id="y", receipt=case.receipt, last4="0000")
    assert await look(citizen_id="y", receipt=case.receipt, last4="8000") == {"cases": [], "limited": True}
    async with serve.session.get(f"{url}/internal/catalogue") as response:
        assert len((await response.json())["services"]) == 25


class Page:
    """The ticket page over HTTP."""

    def __init__(self, url: str, serve: Serve) -> None:
        self.url, self.session = url, serve.session

    async def get(self, receipt: str) -> tuple[int, str]:
        async with self.session.get(f"{self.url}/t/{receipt}") as response:
            assert response.headers["Cache-Control"] == "no-store"
            assert "script-src" not in response.headers["Content-Security-Policy"]
            return response.status, await response.text()

    async def post(self, receipt: str, secret: str) -> tuple[int, str]:
        async with self.session.post(f"{self.url}/t/{receipt}", data={"secret": secret}) as response:
            return response.status, await response.text()


@pytest.fixture
async def page(cases: Cases, serve: Serve) -> Page:
    return Page(await serve(cases.public_routes()), serve)


async def test_the_page_shows_nothing_before_the_secret(page: Page, file_case: File) -> None:
    case = await file_case(title="路灯不亮<script>")
    known, unknown = await page.get(case.receipt), await page.get("QD20260907000000")
    assert known[0] == unknown[0] == 200
    assert known[1].replace(case.receipt, "") == unknown[1].replace("QD20260907000000", "")
    assert "路灯" not in known[1]
    status, html = await page.post(case.receipt, "8000")
    assert status == 200 and "待受理" in html and "路灯不亮&lt;script&gt;" in html and "<script>" not in html
    for hidden in ("13800138000", "王先生", "延吉路100号"):
        assert hidden not in html


async def test_the_page_says_the_same_of_unknown_and_foreign(page: Page, file_case: File) -> None:
    case = await file_case()
    wrong, unknown = await page.post(case.receipt, "0000"), await page.post("QD20260907000000", "0000")
    assert wrong[0] == unknown[0] == 403
    assert wrong[1].replace(case.receipt, "") == unknown[1].replace("QD20260907000000", "")
    for number in range(4):
        await page.post(case.receipt, f"{number:04d}")
    status, html = await page.post(case.receipt, "8000")
    assert status == 429 and "一小时后" in html


@pytest.mark.parametrize("receipt", ["x", "QD1", "%3Cscript%3E", "QD2026090700000000000000", "QD%00"])
async def test_addresses_that_are_no_receipt(page: Page, receipt: str) -> None:
    status, html = await page.get(receipt)
    assert status == 200 and "<script>" not in html
    assert (await page.post(receipt, "1234"))[0] == 403


async def test_the_page_opens_with_a_code_and_tells_the_way(page: Page, file_case: File, database: Database) -> None:
    case: Case = await file_case(phone=None, anonymous=True)
    async with database.write() as connection:
        await store.set_status(connection, case.receipt, "processing", "已派人<b>", at=NOW + timedelta(hours=1),
                               now=NOW + timedelta(hours=1))
    status, html = await page.post(case.receipt, str(case.code).lower())
    assert status == 200 and "办理中：已派人&lt;b&gt;" in html and html.count('class="done') == 5
