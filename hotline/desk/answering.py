"""Answering over HTTP: what the owner says, what they have read, giving back and closing with a wrap-up."""

from __future__ import annotations

from typing import Literal

from aiohttp import web

from hotline.conversation.forbidden import check_words
from hotline.desk import views
from hotline.desk.accounts import Clock, utc_now
from hotline.desk.asks import id_in, id_of, note_audit, told
from hotline.desk.chats import head
from hotline.desk.gate import Gate, body, text_of
from hotline.desk.house import DeskHouse
from hotline.errors import Answered, BadInput, Conflict
from hotline.records import JSON, MEDIA, Agent
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.store.wrap_ups import RESULTS

LONGEST_ANSWER = 2000
LONGEST_SUMMARY = 2000
LONGEST_ADDRESS = 2000
RELEASES: dict[str, Literal["bot", "closed"]] = {"bot": "bot", "closed": "closed"}


class Answering:
    """Everything here reaches the citizen, so the operator's word list is asked first."""

    def __init__(self, database: Database, house: DeskHouse, gate: Gate, clock: Clock = utc_now) -> None:
        self._database = database
        self._house = house
        self._gate = gate
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """Say, read, release."""
        signed, one = self._gate.signed, "/desk/api/conversations/{id}"
        return [
            signed("POST", one + "/messages", self._say),
            signed("POST", one + "/seen", self._seen),
            signed("POST", one + "/release", self._release),
        ]

    async def _say(self, request: web.Request, session: Session) -> web.Response:
        values = await body(request)
        image, voice = _address(values, "image"), _address(values, "voice")
        text = text_of(values, "text", LONGEST_ANSWER, optional=bool(image or voice))
        key = text_of(values, "key", 64, optional=True)
        after = id_in(values, "after", optional=True)
        await check_words(self._database, text)
        try:
            # The key is the agent's own: nobody can guess another's and get that answer back.
            message = await self._house.say(
                id_of(request), session.agent, text, _key(session.agent, key), after=after or None,
                image=image or None, voice=voice or None)
        except Answered:
            raise
        except Conflict as error:
            raise await told(self._database, id_of(request), session.agent, error) from error
        return web.json_response({"message": views.message(message, {session.agent.id: session.agent.name})})

    async def _seen(self, request: web.Request, session: Session) -> web.Response:
        conversation_id, message = id_of(request), id_in(await body(request), "message")
        await self._house.read(conversation_id, session.agent, message)
        return web.json_response({"ok": True})

    async def _release(self, request: web.Request, session: Session) -> web.Response:
        values = await body(request)
        to = values.get("to")
        if not isinstance(to, str) or to not in RELEASES:
            raise BadInput("to must be bot or closed", "to")
        text = text_of(values, "text", LONGEST_ANSWER, optional=True)
        result = text_of(values, "result", 20, optional=True)
        if result and result not in RESULTS:
            raise BadInput(f"result must be one of {', '.join(RESULTS)}", "result")
        summary = text_of(values, "summary", LONGEST_SUMMARY, optional=True)
        await check_words(self._database, text)
        try:
            row = await self._house.release(
                id_of(request), session.agent, RELEASES[to], text or None, result=result, summary=summary)
        except Conflict as error:
            raise await told(self._database, id_of(request), session.agent, error) from error
        await note_audit(self._database, session.agent, f"release_{to}", row.id, self._now())
        async with self._database.read() as connection:
            return web.json_response({"conversation": await head(connection, row, session.agent)})


def _address(values: JSON, name: str) -> str:
    """The address of a picture or voice note. Raises BadInput for what a citizen's browser must not follow."""
    url = text_of(values, name, LONGEST_ADDRESS, optional=True)
    if url and not url.startswith(("https://", "http://", MEDIA)):
        raise BadInput(f"{name} must be an http address or one of a kept file", name)
    return url


def _key(agent: Agent, key: str) -> str | None:
    return f"{agent.id}:{key}" if key else None
