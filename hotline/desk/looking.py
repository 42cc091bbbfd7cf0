"""Search over everything and the transcript of a conversation, over HTTP; both leave an audit entry."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from hotline.desk import talk_views, transcript
from hotline.desk.accounts import Clock, utc_now
from hotline.desk.asks import id_of, words_of
from hotline.desk.gate import Gate
from hotline.desk.rights import rights_of
from hotline.errors import BadInput
from hotline.store import agents, conversations, desk
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.store.search import search

LONGEST_TRANSCRIPT = 20_000


class Looking:
    """What is found and written out is masked; what was asked for stands in no log."""

    def __init__(self, database: Database, gate: Gate, clock: Clock = utc_now) -> None:
        self._database = database
        self._gate = gate
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """Search and transcript."""
        signed = self._gate.signed
        return [signed("GET", "/desk/api/search", self._search),
                signed("GET", "/desk/api/conversations/{id}/transcript", self._transcript)]

    async def _search(self, request: web.Request, session: Session) -> web.Response:
        asked, before = words_of(request, "q", 100), _before(request)
        async with self._database.write() as connection:
            await agents.add_audit(connection, session.agent.id, "search", "desk", self._now())
        async with self._database.read() as connection:
            hits, more = await search(connection, asked, session.agent.id, before,
                                      all_whispers="chat.lead" in rights_of(session.agent.roles))
        return web.json_response({"hits": [talk_views.found(hit, asked) for hit in hits], "more": more})

    async def _transcript(self, request: web.Request, session: Session) -> web.Response:
        form = request.query.get("format", "txt")
        if form not in ("txt", "html"):
            raise BadInput("format must be txt or html", "format")
        async with self._database.write() as connection:
            row = await conversations.get_conversation(connection, id_of(request))
            await agents.add_audit(connection, session.agent.id, "transcript", row.id, self._now())
        async with self._database.read() as connection:
            said = await desk.conversation_messages(connection, row.id, LONGEST_TRANSCRIPT)
            names = await agents.agent_names(connection, {one.agent_id for one in said if one.agent_id})
        write = transcript.as_html if form == "html" else transcript.as_text
        return web.Response(
            text=write(row, said, names), content_type="text/html" if form == "html" else "text/plain",
            charset="utf-8", headers={
                "Content-Disposition": f'attachment; filename="conversation-{row.id}.{form}"',
                "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
                "X-Content-Type-Options": "nosniff"})


def _before(request: web.Request) -> datetime | None:
    """The time of the last hit that was shown. Raises BadInput."""
    given = request.query.get("before")
    if not given:
        return None
    try:
        at = datetime.fromisoformat(given)
    except ValueError as error:
        raise BadInput("before must be a time", "before") from error
    if at.tzinfo is None:
        raise BadInput("before must have a time zone", "before")
    return at
