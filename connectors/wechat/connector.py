"""The city's Official Account as a channel: its parts wired, and the contract towards the house."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone

import aiohttp
from aiohttp import web

from connectors.base import Connector, House, Limits
from connectors.wechat import texts
from connectors.wechat.api import Api
from connectors.wechat.events import Events
from connectors.wechat.intake import Intake
from connectors.wechat.memory import Memory, Shared
from connectors.wechat.notices import Notices
from connectors.wechat.outbox import TROUBLE, Outbox
from connectors.wechat.sending import Sending
from connectors.wechat.server import Server
from connectors.wechat.sign_in import SignIn
from connectors.wechat.tokens import TokenKeeper
from connectors.wechat.vendor import Vendor
from hotline.records import Message
from hotline.settings import Settings

PATH = "/webhooks/wechat"


class WechatConnector(Connector):
    """Citizens on WeChat. Off, without any address, while no token is set.

    `web_session` gives the page's sender and signed session for an openid, always the same.
    """

    name = "wechat"
    fragments = True
    pushes = True
    pushes_freely = False
    keeps_outbox = True

    def __init__(
        self, house: House, settings: Settings, session: aiohttp.ClientSession, memory: Memory, shared: Shared,
        web_session: Callable[[str], tuple[str, str]],
    ) -> None:
        self._memory = memory
        self._shared = shared
        self._on = bool(settings.wechat_token)
        self._can_push = self._on and bool(settings.wechat_app_secret or settings.wechat_token_url)
        api = Api(session, settings, TokenKeeper(session, settings, shared))
        self._sending = Sending(api, house, settings)
        notices = Notices(api, shared, settings)
        self._outbox = Outbox(memory, shared, self._sending.send, notices.held, settings.address, self._can_push)
        self._intake = Intake(self.name, house, memory, api)
        self._vendor = Vendor(session, settings)
        self._server = Server(house, settings, memory, self._intake, Events(memory, notices, settings), self._vendor,
                              self._sending if self._can_push else None)
        self._sign_in = SignIn(api, shared, settings, web_session)

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The server address, and the way into the page."""
        if not self._on:
            return []
        return [web.get(PATH, self._server.greet), web.post(PATH, self._server.hear), *self._sign_in.routes()]

    async def start(self) -> None:
        """Settle what the last process left, and begin to deliver what waits."""
        if self._on:
            self._outbox.start(self._intake.left_over)

    async def deliver(self, sender: str, messages: Sequence[Message]) -> bool:
        """Nothing leaves by this way: what is stored goes out through the outbox."""
        if messages:
            self.wake(sender)
        return False

    def wake(self, sender: str) -> None:
        """Something has been stored for this citizen."""
        if self._can_push:
            self._outbox.wake(sender)

    async def limits(self, sender: str) -> Limits:
        """What the platform still lets us send."""
        now = _now()
        account = await self._shared.get(TROUBLE, now) if self._can_push else "secret"
        return texts.limits(await self._memory.quota(sender, now), account)

    async def agent_typing(self, sender: str) -> None:
        """Show the citizen that an agent is typing."""
        if self._can_push and (await self._memory.quota(sender, _now())).left:
            await self._sending.typing(sender)

    async def close(self) -> None:
        """Stop in order; whatever is open stays in the database."""
        await self._server.stop()
        await self._vendor.stop()
        await self._intake.stop()
        await self._outbox.stop()


def _now() -> datetime:
    return datetime.now(timezone.utc)
