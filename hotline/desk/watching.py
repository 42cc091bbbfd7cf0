"""The operator's word list and the alerts of threats and crowds, over HTTP."""

from __future__ import annotations

from aiohttp import web

from hotline.conversation.events import Event
from hotline.conversation.watch import BUILT_IN
from hotline.desk import talk_views
from hotline.desk.accounts import Clock, utc_now
from hotline.desk.asks import id_of, note_audit
from hotline.desk.gate import Gate, body, text_of
from hotline.desk.house import DeskHouse
from hotline.desk.views import short_name
from hotline.errors import BadInput
from hotline.store import agents
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.store.words import KINDS, add_word, drop_word, open_alerts, see_alert, silenced, switch_word, words
from hotline.text.masking import mask_phones
from hotline.text.normalise import squeezed

LONGEST_SHOWN = 200


class Watching:
    """Words are the operator's, alerts the supervisors'."""

    def __init__(self, database: Database, house: DeskHouse, gate: Gate, clock: Clock = utc_now) -> None:
        self._database = database
        self._house = house
        self._gate = gate
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """Words and alerts."""
        signed = self._gate.signed
        return [
            signed("GET", "/desk/api/words", self._words), signed("POST", "/desk/api/words", self._add),
            signed("PUT", "/desk/api/words/built_in", self._switch),
            signed("DELETE", "/desk/api/words/{id}", self._drop),
            signed("GET", "/desk/api/alerts", self._alerts),
            signed("POST", "/desk/api/alerts/{id}/seen", self._see),
        ]

    async def _words(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            listed, off = await words(connection), await silenced(connection)
        return web.json_response({"words": [talk_views.word(row) for row in listed],
                                  "built_in": {kind: list(known) for kind, known in BUILT_IN.items()},
                                  "off": {kind: [word for word in known if (kind, word) in off]
                                          for kind, known in BUILT_IN.items()}})

    async def _add(self, request: web.Request, session: Session) -> web.Response:
        values = await body(request)
        kind, word = text_of(values, "kind", 10), text_of(values, "word", 60)
        if kind not in KINDS:
            raise BadInput(f"kind must be one of {', '.join(KINDS)}", "kind")
        if not squeezed(word):
            # It would be found in every text.
            raise BadInput("词里要有文字", "word")
        async with self._database.write() as connection:
            row = await add_word(connection, kind, word, self._now())
        await note_audit(self._database, session.agent, "word_added", row.id, self._now())
        self._house.watch.changed()
        return web.json_response({"word": talk_views.word(row)})

    async def _switch(self, request: web.Request, session: Session) -> web.Response:
        """A word of the house's own list off, or on again."""
        values = await body(request)
        kind, word, on = text_of(values, "kind", 10), text_of(values, "word", 60), values.get("on")
        if word not in BUILT_IN.get(kind, ()):
            raise BadInput("自带的词里没有这个词", "word")
        if not isinstance(on, bool):
            raise BadInput("on must be true or false", "on")
        async with self._database.write() as connection:
            if await switch_word(connection, kind, word, on, self._now()):
                await agents.add_audit(
                    connection, session.agent.id, "word_on" if on else "word_off", f"{kind}:{word}", self._now())
        self._house.watch.changed()
        return web.json_response({"ok": True})

    async def _drop(self, request: web.Request, session: Session) -> web.Response:
        word_id = id_of(request)
        async with self._database.write() as connection:
            await drop_word(connection, word_id)
        await note_audit(self._database, session.agent, "word_dropped", word_id, self._now())
        self._house.watch.changed()
        return web.json_response({"ok": True})

    async def _alerts(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            found = await open_alerts(connection)
        return web.json_response({"alerts": [
            talk_views.alert(row, {}) | {"citizen": short_name(citizen), "text": mask_phones(text[:LONGEST_SHOWN])}
            for row, citizen, text in found]})

    async def _see(self, request: web.Request, session: Session) -> web.Response:
        alert_id, now = id_of(request), self._now()
        async with self._database.write() as connection:
            conversation_id = await see_alert(connection, alert_id, session.agent.id, now)
            await agents.add_audit(connection, session.agent.id, "alert_seen", alert_id, now)
        self._house.hub.publish(Event("alert", conversation_id))
        return web.json_response({"ok": True})
