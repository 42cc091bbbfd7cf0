"""The page of a ticket's progress at /t/{receipt}: shows nothing before last four digits or code are right."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aiohttp import web

from hotline.cases import page_html

if TYPE_CHECKING:
    from hotline.cases.service import Cases

RECEIPT = re.compile(r"QD\d{14}")
# A household or an office shares an address: more than a citizen in a conversation has, few enough against guessing.
TRIES_PER_ADDRESS = 20
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{page_html.STYLE_HASH}'; form-action 'self'; "
                               "base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex"}


class TicketPage:
    """`GET` asks for the secret, `POST` with the right one shows the ticket; no script, no cookie."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The public addresses."""
        return [web.get("/t/{receipt}", self.ask), web.post("/t/{receipt}", self.show)]

    async def ask(self, request: web.Request) -> web.Response:
        """The same page for every receipt, known or not."""
        return _page(page_html.form(request.match_info["receipt"][:20]))

    async def show(self, request: web.Request) -> web.Response:
        """The ticket, or the same words for unknown, foreign and wrong (403), or a pause (429)."""
        receipt = request.match_info["receipt"].upper()
        secret = await _secret(request)
        if not RECEIPT.fullmatch(receipt) or not secret:
            return _page(page_html.form(receipt[:20], page_html.NOT_FOUND), 403)
        found = await self._cases.lookup(_caller(request), receipt, secret, secret, tries=TRIES_PER_ADDRESS)
        if found.limited:
            return _page(page_html.form(receipt, page_html.LIMITED), 429)
        if not found.cases:
            return _page(page_html.form(receipt, page_html.NOT_FOUND), 403)
        case = found.cases[0]
        service = self._cases.catalogue.services.get(case.service_code)
        due = case.due_at if self._cases.city_limits else None
        return _page(page_html.ticket(case, service.name if service else "", due, await self._cases.history(receipt)))


async def _secret(request: web.Request) -> str:
    try:
        value = (await request.post()).get("secret", "")
    except (ValueError, LookupError, AssertionError):
        return ""
    return value.strip()[:20] if isinstance(value, str) else ""


def _caller(request: web.Request) -> str:
    """Who guesses, without keeping their address."""
    return "web-" + hashlib.sha256((request.remote or "").encode()).hexdigest()[:32]


def _page(html: str, status: int = 200) -> web.Response:
    return web.Response(text=html, status=status, content_type="text/html", charset="utf-8", headers=HEADERS)
