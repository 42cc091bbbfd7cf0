"""The citizen's pages and the widget's script, as built by `npm run build` into web/dist."""

from __future__ import annotations

import re
from pathlib import Path

from aiohttp import web

_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,255}")
_FOREVER = "public, max-age=31536000, immutable"


class Pages:
    """Serves the built front ends; every page works without any other host."""

    def __init__(self, dist: Path) -> None:
        self._dist = dist

    def routes(self) -> list[web.RouteDef]:
        """The public addresses."""
        return [
            web.get("/", self._citizen),
            web.get("/privacy", self._privacy),
            web.get("/widget.js", self._widget),
            web.get("/favicon.svg", self._favicon),
            web.get("/favicon.ico", self._favicon),
            web.get(r"/assets/{name:[A-Za-z0-9_\-][A-Za-z0-9._\-]*}", self._asset),
        ]

    async def _citizen(self, request: web.Request) -> web.StreamResponse:
        return self._page(request, "citizen.html")

    async def _privacy(self, request: web.Request) -> web.StreamResponse:
        return self._page(request, "privacy.html")

    async def _widget(self, _request: web.Request) -> web.StreamResponse:
        # Other sites load it; short enough for a new release to reach them the same day.
        return self._file("widget.js", {
            "Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin"})

    async def _favicon(self, _request: web.Request) -> web.StreamResponse:
        return self._file("favicon.svg", {"Cache-Control": "public, max-age=86400"})

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        return self._file("assets/" + request.match_info["name"], {"Cache-Control": _FOREVER})

    def _page(self, request: web.Request, name: str) -> web.StreamResponse:
        return self._file(name, {"Cache-Control": "no-cache", **page_headers(request)})

    def _file(self, name: str, headers: dict[str, str]) -> web.StreamResponse:
        path = self._dist / name
        if path.is_file():
            return web.FileResponse(path, headers={"X-Content-Type-Options": "nosniff", **headers})
        if (self._dist / "citizen.html").is_file():
            raise web.HTTPNotFound()
        raise web.HTTPServiceUnavailable(text="网页还没有生成，请先运行 make frontends。")


def page_headers(request: web.Request) -> dict[str, str]:
    """Security headers of a citizen's page; the socket's own address is named for browsers whose 'self' omits it."""
    host = request.host if _HOST.fullmatch(request.host) else ""
    sockets = f" ws://{host} wss://{host}" if host else ""
    return {
        "Content-Security-Policy": (
            "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; "
            f"connect-src 'self'{sockets}; object-src 'none'; base-uri 'none'; form-action 'self'; "
            "frame-ancestors 'self'"),
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
        "X-Content-Type-Options": "nosniff",
    }
