"""The desk's page as built by Vite, or a plain word about what is missing."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>坐席台 · 青岛12345</title>
<body style="font:16px/1.7 sans-serif;margin:3rem"><h1>坐席台的页面还没有构建</h1>
<p>请在项目目录运行 <code>make up</code>（会自动构建），或者 <code>cd web &amp;&amp; npm ci &amp;&amp;
npm run build</code>，再刷新本页。接口 <code>/desk/api/</code> 不受影响。</p></body></html>"""


class Pages:
    """Serves /desk/ from `dist`, the folder that the front ends are built into."""

    def __init__(self, dist: Path) -> None:
        self._page = dist / "desk.html"

    def routes(self) -> list[web.RouteDef]:
        """The page and its short form."""
        return [web.get("/desk", self._short), web.get("/desk/", self._desk)]

    async def _short(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/desk/")

    async def _desk(self, request: web.Request) -> web.StreamResponse:
        if self._page.is_file():
            return web.FileResponse(self._page, headers=HEADERS)
        return web.Response(text=NOT_BUILT, content_type="text/html", status=503, headers=HEADERS)
