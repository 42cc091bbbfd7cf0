"""The desk's and the training room's page: what is sent when it is built and when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hotline.conversation.pages import StaffPage
from hotline.settings import ROOT

PAGES = [("desk", "坐席台"), ("training", "训练室")]


async def client(dist: Path) -> TestClient[web.Request, web.Application]:
    app = web.Application()
    for name, title in PAGES:
        app.router.add_routes(StaffPage(name, title, dist).routes())
    running = TestClient(TestServer(app))
    await running.start_server()
    return running


@pytest.mark.parametrize(("name", "title"), PAGES)
async def test_the_built_page_comes_with_its_guards(tmp_path: Path, name: str, title: str) -> None:
    (tmp_path / f"{name}.html").write_text(f"<title>{title}</title>", "utf-8")
    browser = await client(tmp_path)
    response = await browser.get(f"/{name}/")
    assert response.status == 200 and title in await response.text()
    assert response.content_type == "text/html" and response.headers["Cache-Control"] == "no-cache"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe-eval" not in policy
    short = await browser.get(f"/{name}", allow_redirects=False)
    assert (short.status, short.headers["Location"]) == (302, f"/{name}/")
    await browser.close()


@pytest.mark.parametrize(("name", "title"), PAGES)
async def test_an_unbuilt_page_says_what_to_do(tmp_path: Path, name: str, title: str) -> None:
    browser = await client(tmp_path)
    response = await browser.get(f"/{name}/")
    text = await response.text()
    assert response.status == 503 and "make up" in text and title in text and f"/{name}/api/" in text
    await browser.close()


def test_no_room_has_a_page_of_its_own_beside_it() -> None:
    assert not [room for room, _ in PAGES if (ROOT / "hotline" / room / "pages.py").exists()]
