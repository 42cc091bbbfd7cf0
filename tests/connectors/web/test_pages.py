"""The pages as a browser gets them (built by the front ends' build)."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from connectors.web.connector import WebConnector
from hotline.settings import ROOT, Settings
from tests.connectors.web.fake_house import FakeHouse, application

SETTINGS = Settings(session_secret="a secret of the tests")
# CI must not skip them: there the missing pages fail.
built = pytest.mark.skipif(not ((ROOT / "web/dist/citizen.html").exists() or os.environ.get("CI")),
                           reason="front ends are not built")


@pytest.fixture
async def client() -> AsyncIterator[TestClient[web.Request, web.Application]]:
    async with TestClient(TestServer(application(FakeHouse(), SETTINGS))) as it:
        yield it


@built
@pytest.mark.parametrize("path", ["/", "/privacy"])
async def test_pages_need_no_other_host(client: TestClient[web.Request, web.Application], path: str) -> None:
    answer = await client.get(path)
    page = await answer.text()
    assert answer.status == 200 and 'lang="zh-CN"' in page
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'; script-src 'self';" in policy and "unsafe-eval" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)", page), "inline script would be stopped by the policy"
    assert answer.headers["Cache-Control"] == "no-cache"
    for asset in re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css|svg))"', page):
        got = await client.get(asset)
        assert got.status == 200 and got.headers["X-Content-Type-Options"] == "nosniff"
        if asset.startswith("/assets/"):
            assert "immutable" in got.headers["Cache-Control"]


@built
async def test_the_widget_loads_on_other_sites(client: TestClient[web.Request, web.Application]) -> None:
    answer = await client.get("/widget.js")
    script = await answer.text()
    assert answer.status == 200 and answer.content_type in ("text/javascript", "application/javascript")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "hotline-chat" in script and "import(" not in script


@pytest.mark.parametrize("path", [
    "/assets/../citizen.html", "/assets/%2e%2e/package.json", "/assets/..%2f..%2fpackage.json", "/assets/.secret",
    "/assets/", "/assets/none.js",
])
async def test_nothing_else_is_served(client: TestClient[web.Request, web.Application], path: str) -> None:
    assert (await client.get(path)).status in (404, 503)


async def test_a_checkout_that_is_not_built_says_so(tmp_path: Path) -> None:
    connector = WebConnector(FakeHouse(), SETTINGS, dist=tmp_path)
    app = web.Application()
    connector.setup(app)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/")
        assert answer.status == 503 and "make frontends" in await answer.text()
