"""The addresses for binding and dropping one's own second factor."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from hotline.desk import second_factor
from hotline.desk.accounts import Accounts, Clock, utc_now
from hotline.desk.gate import Gate, body, text_of
from hotline.desk.passwords import LONGEST
from hotline.errors import NotAllowed
from hotline.store.agents import Session
from hotline.store.database import Database


class Totp:
    """HTTP around `second_factor`; `needed` are the roles that may not go without one."""

    def __init__(
        self, database: Database, accounts: Accounts, gate: Gate, needed: Sequence[str], clock: Clock = utc_now
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._gate = gate
        self._needed = frozenset(needed)
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """Begin, confirm, drop."""
        signed = self._gate.signed
        return [
            signed("POST", "/desk/api/totp/begin", self._begin),
            signed("POST", "/desk/api/totp/confirm", self._confirm),
            signed("DELETE", "/desk/api/totp", self._drop),
        ]

    async def _begin(self, request: web.Request, session: Session) -> web.Response:
        secret, uri = await second_factor.begin(self._database, self._accounts.sealer, session)
        return web.json_response({"secret": secret, "uri": uri})

    async def _confirm(self, request: web.Request, session: Session) -> web.Response:
        code = text_of(await body(request), "code", 20)
        await second_factor.confirm(self._database, self._accounts.sealer, session, code, self._now())
        return web.json_response({"ok": True})

    async def _drop(self, request: web.Request, session: Session) -> web.Response:
        password = text_of(await body(request), "password", LONGEST)
        if not self._needed.isdisjoint(session.agent.roles):
            raise NotAllowed("您的角色必须有动态口令，不能解绑")
        await self._accounts.check_own(session, password, "password")
        await second_factor.drop(self._database, session, self._now())
        return web.json_response({"ok": True})
