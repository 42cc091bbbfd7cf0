"""The whole desk as one part that the composition root puts in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from aiohttp import web

from hotline.desk.accounts import Accounts
from hotline.desk.chats import Chats
from hotline.desk.gate import Gate
from hotline.desk.house import DeskHouse
from hotline.desk.live import DeskSocket
from hotline.desk.pages import Pages
from hotline.desk.sign_in import SignIn
from hotline.settings import ROOT, Settings
from hotline.store.database import Database


class Desk:
    """`services`: display names of the catalogue by code. `dist`: where the front ends were built."""

    def __init__(
        self, database: Database, settings: Settings, house: DeskHouse, services: Mapping[str, str],
        dist: Path = ROOT / "web" / "dist", accounts: Accounts | None = None,
    ) -> None:
        self.accounts = accounts or Accounts(database)
        self.socket = DeskSocket(self.accounts, house, settings)
        self.gate = Gate(self.accounts)
        self._rooms = (SignIn(self.accounts, self.gate, self.socket.drop_ended),
                       Chats(database, house, self.gate, services))
        self._pages = Pages(dist)

    def setup(self, app: web.Application) -> None:
        """Routes, socket and clean-up."""
        app.cleanup_ctx.append(self._life)
        for room in self._rooms:
            app.router.add_routes(room.routes())
        app.router.add_routes(self._pages.routes())
        self.socket.setup(app)

    async def _life(self, app: web.Application) -> AsyncIterator[None]:
        yield
        self.accounts.close()
