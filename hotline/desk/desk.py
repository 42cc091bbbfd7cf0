"""The whole desk as one part that the composition root puts in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp
from aiohttp import web

from hotline.conversation.filing import Filing
from hotline.conversation.pages import StaffPage
from hotline.desk.accounts import Accounts
from hotline.desk.answering import Answering
from hotline.desk.audit import Audit
from hotline.desk.canned import CannedReplies
from hotline.desk.chats import Chats
from hotline.desk.context import Context
from hotline.desk.gate import Gate
from hotline.desk.hints import Hints, Search
from hotline.desk.house import DeskHouse
from hotline.desk.lead import Lead
from hotline.desk.live import DeskSocket
from hotline.desk.looking import Looking
from hotline.desk.oidc import Provider
from hotline.desk.oidc_sign_in import OidcSignIn
from hotline.desk.passing import Passing
from hotline.desk.presence import Presence
from hotline.desk.quality import Quality
from hotline.desk.queue import QueueRoom
from hotline.desk.reports import Reports
from hotline.desk.sealing import Sealer
from hotline.desk.second_factor import seal_all
from hotline.desk.sign_in import SignIn
from hotline.desk.tickets import Tickets
from hotline.desk.totp import Totp
from hotline.desk.uploads import Uploads
from hotline.desk.users import Users
from hotline.desk.watching import Watching
from hotline.settings import ROOT, Settings
from hotline.store.database import Database


class Desk:
    """`services`: display names of the catalogue by code. `search`: the knowledge base's.

    `dist`: where the front ends were built.
    """

    def __init__(
        self, database: Database, settings: Settings, house: DeskHouse, services: Mapping[str, str],
        http: aiohttp.ClientSession, filing: Filing, search: Search, dist: Path = ROOT / "web" / "dist",
        accounts: Accounts | None = None,
    ) -> None:
        self.accounts = accounts or Accounts(
            database, totp_roles=settings.totp_roles, sealer=Sealer(settings.totp_key))
        self._database = database
        clock = self.accounts.clock
        presence = Presence(database, clock)
        self.socket = DeskSocket(self.accounts, house, settings, presence)
        self.gate = Gate(self.accounts, presence)
        queue = QueueRoom(database, self.gate, presence, settings, clock)
        self._rooms = (
            SignIn(self.accounts, self.gate, self.socket.drop_ended), queue,
            Chats(database, house, self.gate, services, Context(house, self.socket.viewers), clock),
            Answering(database, house, self.gate), Uploads(database, house, self.gate, settings),
            Passing(database, house, self.gate),
            CannedReplies(database, self.gate),
            Hints(database, self.gate, search),
            Tickets(database, self.gate, filing, services),
            Looking(database, self.gate),
            Watching(database, house, self.gate),
            Lead(database, house.leading, self.gate, queue, clock),
            Quality(database, self.gate, clock), Reports(database, self.gate, clock),
            Audit(database, self.gate, clock),
            Users(database, self.accounts, self.gate, self.socket.drop_ended, clock),
            Totp(database, self.accounts, self.gate, settings.totp_roles, clock),
            OidcSignIn(database, self.accounts, self.gate, Provider(http, settings), settings, clock),
        )
        self._page = StaffPage("desk", "坐席台", dist)

    def setup(self, app: web.Application) -> None:
        """Routes, socket and clean-up."""
        app.cleanup_ctx.append(self._life)
        for room in self._rooms:
            app.router.add_routes(room.routes())
        app.router.add_routes(self._page.routes())
        self.socket.setup(app)

    async def _life(self, app: web.Application) -> AsyncIterator[None]:
        await seal_all(self._database, self.accounts.sealer)
        yield
        self.accounts.close()
