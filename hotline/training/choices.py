"""What a label may say: intents, services, kinds of danger, with the names an admin reads."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from hotline.store.agents import Session
from hotline.training.door import Door

ACTS = {"report": "投诉举报", "consult": "咨询", "suggestion": "建议", "urge": "催办", "status": "查进度",
        "praise": "表扬"}
ALONE = ("urge", "status", "praise")  # acts that are understood without their matter
EMERGENCIES = {
    "none": "没有危险", "gas:leak": "燃气泄漏", "gas:carbon_monoxide": "一氧化碳", "gas:fire": "燃气着火爆炸",
    "life:fire": "着火", "life:illness": "急病受伤", "life:crime": "违法犯罪", "life:self_harm": "轻生",
}


class Choices:
    """`services` are the catalogue's names by code; `talk` the intents that are no act."""

    def __init__(self, services: Mapping[str, str], talk: Mapping[str, str]) -> None:
        self.services = dict(services)
        self.intents = {**ACTS, **talk}

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The address."""
        return [door.signed("GET", "/training/api/choices", self._all)]

    async def _all(self, request: web.Request, session: Session) -> web.Response:
        return web.json_response({
            "intents": [{"code": code, "name": name, "act": code in ACTS} for code, name in self.intents.items()],
            "services": [{"code": code, "name": name} for code, name in self.services.items()],
            "emergencies": [{"code": code, "name": name} for code, name in EMERGENCIES.items()]})
