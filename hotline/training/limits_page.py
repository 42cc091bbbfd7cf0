"""The thresholds over HTTP: what each is called and means, its factory number, and what the serving model has."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.errors import NotFound
from hotline.records import JSON
from hotline.store import models, publications
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.training.door import Door
from hotline.training.limits import FIELDS, Limits, number_of


class LimitsPage:
    """Reads only; a candidate is ordered with its thresholds at `Models`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The address."""
        return [door.signed("GET", "/training/api/limits", self._all)]

    async def _all(self, request: web.Request, session: Session) -> web.Response:
        usual = Limits.read({}).as_json()
        async with self._database.read() as connection:
            model, present = await _present(connection)
        rows = []
        for field in FIELDS:
            default, now = number_of(usual, field.name), number_of(present, field.name)
            rows.append({**asdict(field), "least": 0, "default": default, "present": default if now is None else now})
        return web.json_response({"model": model, "rows": rows, "more": None})


async def _present(connection: AsyncConnection) -> tuple[str | None, JSON]:
    """The model that serves and its thresholds; none of its own for the checkout's."""
    serving = await publications.serving(connection)
    if serving is None or serving.model_id is None:
        return None, {}
    try:
        return serving.model_id, (await models.get_model(connection, serving.model_id)).thresholds
    except NotFound:
        return serving.model_id, {}
