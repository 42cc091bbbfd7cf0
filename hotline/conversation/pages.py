"""A front end's page as Vite built it, or a plain word about what is missing: the desk and the training room."""

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
NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title} · 青岛12345</title>
<body style="font:16px/1.7 sans-serif;margin:3rem"><h1>{title}的页面还没有构建</h1>
<p>请在项目目录运行 <code>make up</code>（会自动构建），或者 <code>cd web &amp;&amp; npm ci &amp;&amp;
npm run build</code>，再刷新本页。接口 <code>/{name}/api/</code> 不受影响。</p></body></html>"""


class StaffPage:
    """Serves /{name}/ from {name}.html in `dist`, the folder that the front ends are built into."""

    def __init__(self, name: str, title: str, dist: Path) -> None:
        self._address = f"/{name}/"
        self._file = dist / f"{name}.html"
        self._not_built = NOT_BUILT.format(name=name, title=title)

    def routes(self) -> list[web.RouteDef]:
        """The page and its short form."""
        return [web.get(self._address.rstrip("/"), self._short), web.get(self._address, self._page)]

    async def _short(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(self._address)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        if self._file.is_file():
            return web.FileResponse(self._file, headers=HEADERS)
        return web.Response(text=self._not_built, content_type="text/html", status=503, headers=HEADERS)
