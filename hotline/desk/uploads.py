"""Pictures and voice notes that agents send: kept first, then said as a message's `image` or `voice`."""

from __future__ import annotations

from aiohttp import web

from hotline.conversation.handing import owner_only
from hotline.conversation.http import read_bytes
from hotline.desk.asks import id_of, told
from hotline.desk.gate import Gate
from hotline.desk.house import DeskHouse
from hotline.errors import Conflict
from hotline.settings import Settings
from hotline.store import conversations
from hotline.store.agents import Session
from hotline.store.database import Database


class Uploads:
    """The file is the body as it is; what it is its content says."""

    def __init__(self, database: Database, house: DeskHouse, gate: Gate, settings: Settings) -> None:
        self._database = database
        self._house = house
        self._gate = gate
        self._limit = settings.max_attachment

    def routes(self) -> list[web.RouteDef]:
        """One address."""
        return [self._gate.signed("POST", "/desk/api/conversations/{id}/attachments", self._keep)]

    async def _keep(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            row = await conversations.get_conversation(connection, id_of(request))
        try:
            owner_only(row, session.agent)
        except Conflict as error:
            raise await told(self._database, row.id, session.agent, error) from error
        kept = await self._house.media.keep(
            await read_bytes(request, self._limit), row.channel, row.sender, agent_id=session.agent.id,
            conversation_id=row.id)
        return web.json_response({"kind": kept.kind, "url": kept.url})
