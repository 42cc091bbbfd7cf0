"""Tickets from the desk over HTTP, the service an agent says is right, and what there is to choose from."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aiohttp import web

from hotline.conversation.filing import Filing
from hotline.desk import prefill, views
from hotline.desk.accounts import Clock, utc_now
from hotline.desk.asks import id_in, id_of, note_audit, told
from hotline.desk.gate import Gate, body, text_of
from hotline.desk.talk_views import RESULT_NAMES
from hotline.errors import BadInput, Conflict
from hotline.records import JSON, CaseDraft
from hotline.store import conversations, desk
from hotline.store.agents import Session
from hotline.store.corrections import correct_service
from hotline.store.database import Database
from hotline.text.masking import mask_phone
from hotline.text.phones import parse_phone
from hotline.text.titles import make_title

ACTS = ("report", "consult", "suggestion", "praise")
_MASKED = re.compile(r"\d{0,3}\*{4}\d{2,4}")


class Tickets:
    """`services`: display names of the catalogue by code."""

    def __init__(
        self, database: Database, gate: Gate, filing: Filing, services: Mapping[str, str], clock: Clock = utc_now
    ) -> None:
        self._database = database
        self._gate = gate
        self._filing = filing
        self._services = services
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """File, correct, choices."""
        signed, one = self._gate.signed, "/desk/api/conversations/{id}"
        return [
            signed("POST", one + "/cases", self._file),
            signed("POST", one + "/correct", self._correct),
            signed("GET", "/desk/api/choices", self._choices),
        ]

    async def _file(self, request: web.Request, session: Session) -> web.Response:
        values, conversation_id = await body(request), id_of(request)
        draft, key = await self._draft(conversation_id, values), text_of(values, "key", 64)
        try:
            case = await self._filing.file(conversation_id, session.agent, draft, key)
        except Conflict as error:
            raise await told(self._database, conversation_id, session.agent, error) from error
        await note_audit(self._database, session.agent, "file_case", case.receipt, self._now())
        return web.json_response({"case": views.case(case, self._services)})

    async def _correct(self, request: web.Request, session: Session) -> web.Response:
        values = await body(request)
        turn, service = id_in(values, "turn"), text_of(values, "service", 40)
        if service not in self._services:
            raise BadInput("没有这个事项", "service")
        async with self._database.write() as connection:
            row = await conversations.get_conversation(connection, id_of(request))
            await correct_service(connection, row, turn, service, session.agent.id, self._now())
        return web.json_response({"ok": True, "service_name": self._services[service]})

    async def _choices(self, request: web.Request, session: Session) -> web.Response:
        return web.json_response({
            "services": [{"code": code, "name": name} for code, name in self._services.items()],
            "acts": [{"code": act, "name": views.ACTS[act]} for act in ACTS],
            "results": [{"code": code, "name": name} for code, name in RESULT_NAMES.items()]})

    async def _draft(self, conversation_id: str, values: JSON) -> CaseDraft:
        """The form, checked. Raises BadInput with the field."""
        service, act = text_of(values, "service_code", 40), text_of(values, "act", 20, optional=True) or "report"
        if service not in self._services:
            raise BadInput("没有这个事项", "service_code")
        if act not in ACTS:
            raise BadInput(f"act must be one of {', '.join(ACTS)}", "act")
        confidential = values.get("confidential", False)
        if not isinstance(confidential, bool):
            raise BadInput("confidential must be true or false", "confidential")
        description = text_of(values, "description", prefill.LONGEST_DESCRIPTION)
        return CaseDraft(
            service_code=service, act=act, description=description, confidential=confidential,
            title=text_of(values, "title", 200, optional=True) or make_title(description, 40),
            address=text_of(values, "address", 500, optional=True),
            name=text_of(values, "name", 60, optional=True) or None,
            phone=await self._phone(conversation_id, text_of(values, "phone", 40, optional=True)))

    async def _phone(self, conversation_id: str, given: str) -> str | None:
        """The number in digits; the masked one of the prefilled form stands for the one we know."""
        if not given:
            return None
        if _MASKED.fullmatch(given):
            async with self._database.read() as connection:
                row = await conversations.get_conversation(connection, conversation_id)
                known = prefill.known_phone(
                    row, await desk.conversation_messages(connection, row.id),
                    await desk.citizen_cases(connection, row.citizen_id))
            if known and mask_phone(known) == given:
                return known
        phone = parse_phone(given).phone
        if phone is None:
            raise BadInput("电话号码不对", "phone")
        return phone.digits
