"""The desk's page: what is sent when it is built and when it is not."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hotline.desk.pages import Pages


async def client(dist: Path) -> TestClient[web.Request, web.Application]:
    app = web.Application()
    app.router.add_routes(Pages(dist).routes())
    running = TestClient(TestServer(app))
    await running.start_server()
    return running


async def test_the_built_page_comes_with_its_guards(tmp_path: Path) -> None:
    (tmp_path / "desk.html").write_text("<title>坐席台</title>", "utf-8")
    browser = await client(tmp_path)
    response = await browser.get("/desk/")
    assert response.status == 200 and "坐席台" in await response.text()
    assert response.content_type == "text/html" and response.headers["Cache-Control"] == "no-cache"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe-eval" not in policy
    short = await browser.get("/desk", allow_redirects=False)
    assert (short.status, short.headers["Location"]) == (302, "/desk/")
    await browser.close()


async def test_an_unbuilt_page_says_what_to_do(tmp_path: Path) -> None:
    browser = await client(tmp_path)
    response = await browser.get("/desk/")
    assert response.status == 503 and "make up" in await response.text()
    await browser.close()
