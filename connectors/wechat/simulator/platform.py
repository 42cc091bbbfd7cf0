"""The whole simulated platform, wired: one aiohttp application with the API, the users and the chat page."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from connectors.wechat.simulator.acts import Acts
from connectors.wechat.simulator.api import Api
from connectors.wechat.simulator.control import Control
from connectors.wechat.simulator.courier import Courier
from connectors.wechat.simulator.faults import Faults
from connectors.wechat.simulator.media import Media
from connectors.wechat.simulator.model import Account, People, Rules
from connectors.wechat.simulator.notices import Notices
from connectors.wechat.simulator.oauth import OAuth
from connectors.wechat.simulator.sending import Sending
from connectors.wechat.simulator.tokens import Tokens

_LARGEST = 12_000_000


class Platform:
    """WeChat as one account sees it. Serve `app` on loopback; `people` and `acts` are the users' side."""

    def __init__(self, account: Account, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self.people = People(self.rules)
        self.tokens = Tokens(self.rules)
        self.media = Media(self.rules)
        self.faults = Faults()
        self.courier = Courier(account, self.rules, self.people)
        self.acts = Acts(self.people, self.courier, self.media)
        self.notices = Notices(self.people, self.acts)
        self.api = Api(account, self.tokens, self.people, self.media, self.faults,
                       Sending(self.people, self.media, self.rules), self.notices)
        self.app = web.Application(client_max_size=_LARGEST)
        self.app.cleanup_ctx.append(self._run)
        control = Control(self.people, self.acts, self.courier, self.api, self.faults, self.tokens, self.media)
        for routes in (self.api.routes(), OAuth(account, self.people, self.rules, self.faults).routes(),
                       control.routes()):
            self.app.router.add_routes(routes)

    async def _run(self, _: web.Application) -> AsyncIterator[None]:
        async for _running in self.courier.run():
            yield
