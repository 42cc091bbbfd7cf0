"""Over HTTP: who got a version of an article, and the correction to them, seen first and then sent."""

from __future__ import annotations

from aiohttp import web

from hotline.conversation.http import read_object
from hotline.conversation.voice import Voice
from hotline.errors import BadInput
from hotline.records import JSON
from hotline.store import recipients
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.store.recipients import Recipient
from hotline.text.masking import mask_text
from hotline.training.amends import Amends, Tally, correction
from hotline.training.asks import flag_of, number_in, number_of, words_of
from hotline.training.door import Door

PAGE = 100
LONGEST_TEXT, LONGEST_QUESTION = 500, 300


class Corrections:
    """Citizens' words are masked; who was told stays in `correction_offers`."""

    def __init__(self, database: Database, voice: Voice) -> None:
        self._database = database
        self._voice = voice
        self._amends = Amends(database, voice)

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The addresses."""
        return [door.signed("GET", "/training/api/articles/{id}/recipients", self._recipients),
                door.signed("POST", "/training/api/articles/{id}/correction", self._correction)]

    async def _recipients(self, request: web.Request, session: Session) -> web.Response:
        number = number_in(request, "version")
        if number is None:
            raise BadInput("请指明是第几版", "version")
        version = await self._amends.version(request.match_info["id"], number)
        tally, _ = await self._amends.tally(version)
        async with self._database.read() as connection:
            found = await recipients.recipients(
                connection, version, before=number_in(request, "before"), limit=PAGE + 1)
            said = await recipients.asked_in(connection, [one.turn_id for one in found if one.turn_id])
        return web.json_response({
            "rows": [self._row(one, said) for one in found[:PAGE]],
            "more": str(found[PAGE - 1].seq) if len(found) > PAGE else None, **_counts(tally)})

    async def _correction(self, request: web.Request, session: Session) -> web.Response:
        body = await read_object(request)
        number = number_of(body, "version")
        if number is None:
            raise BadInput("请指明是第几版", "version")
        version = await self._amends.version(request.match_info["id"], number)
        text = words_of(body, "text", LONGEST_TEXT)
        await self._amends.check(version, text)
        sent = 0 if flag_of(body, "preview") else await self._amends.tell(version, text, session.agent)
        tally, _ = await self._amends.tally(version)
        return web.json_response({"text": correction(version, text).text, "sent": sent, **_counts(tally)})

    def _row(self, one: Recipient, said: dict[str, str]) -> JSON:
        return {"conversation": one.conversation_id, "channel": one.channel, "at": one.at.isoformat(),
                "question": mask_text(said.get(one.turn_id or "", "")[:LONGEST_QUESTION]),
                "reachable": self._voice.reaches(one.channel),
                "offered_at": one.offered_at.isoformat() if one.offered_at else None}


def _counts(tally: Tally) -> JSON:
    return {"recipients": tally.recipients, "offered": tally.offered, "unreachable": tally.unreachable,
            "left": tally.left}
