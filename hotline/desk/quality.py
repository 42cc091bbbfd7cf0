"""Quality checks over HTTP: a fair sample, score sheets, and what an agent may read about their own work."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from aiohttp import web

from hotline.cases import periods
from hotline.desk.accounts import Clock, utc_now
from hotline.desk.asks import id_of
from hotline.desk.gate import Gate, body, text_of
from hotline.desk.rights import rights_of
from hotline.errors import BadInput, Conflict, NotAllowed
from hotline.records import JSON
from hotline.store import agents, conversations, quality
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.store.quality import Closed, Sheet

# What is judged, with its weight in per cent.
ITEMS = {"polite": ("礼貌用语", 20), "correct": ("准确", 30), "prompt": ("及时", 20), "proper": ("规范", 20),
         "wrap_up": ("小结", 10)}
MOST = 100


class Quality:
    """HTTP around `store.quality`."""

    def __init__(self, database: Database, gate: Gate, clock: Clock = utc_now) -> None:
        self._database = database
        self._gate = gate
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """Sample, form, sheets."""
        signed = self._gate.signed
        return [
            signed("GET", "/desk/api/quality/sample", self._sample),
            signed("GET", "/desk/api/quality/form", self._form),
            signed("GET", "/desk/api/quality/sheets", self._sheets),
            signed("POST", "/desk/api/conversations/{id}/sheet", self._judge),
        ]

    async def _sample(self, request: web.Request, session: Session) -> web.Response:
        agent_id, month = _agent(request), _month(request, self._now)
        number = request.query.get("n", "10")
        if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= MOST:
            raise BadInput(f"n must be 1 to {MOST}", "n")
        whole = periods.month(month)
        async with self._database.read() as connection:
            found = await quality.closed_without_sheet(connection, whole.start, whole.end, agent_id)
            names = await agents.agent_names(connection, {one.agent_id for one in found})
        drawn = draw(found, f"{month}:{agent_id}")[:int(number)]
        return web.json_response({"month": month, "of": len(found), "sample": [
            {"id": one.conversation_id, "agent": one.agent_id, "agent_name": names.get(one.agent_id),
             "channel": one.channel, "closed_at": one.closed_at.isoformat()} for one in drawn]})

    async def _form(self, request: web.Request, session: Session) -> web.Response:
        return web.json_response({"items": [
            {"item": item, "name": name, "weight": weight} for item, (name, weight) in ITEMS.items()]})

    async def _sheets(self, request: web.Request, session: Session) -> web.Response:
        agent_id, me = _agent(request), session.agent
        if "quality.review" not in rights_of(me.roles):
            if agent_id not in ("", me.id):
                raise NotAllowed("只能看自己的质检结果")
            agent_id = me.id
        whole = periods.month(_month(request, self._now))
        async with self._database.read() as connection:
            found = await quality.sheets(connection, whole.start, whole.end, agent_id)
            names = await agents.agent_names(
                connection, {one for sheet in found for one in (sheet.agent_id, sheet.reviewer_id)})
        average = round(sum(sheet.total for sheet in found) / len(found), 1) if found else None
        return web.json_response({"sheets": [_shown(sheet, names) for sheet in found], "average": average})

    async def _judge(self, request: web.Request, session: Session) -> web.Response:
        conversation_id, values = id_of(request), await body(request)
        scores = _scores(values)
        text = text_of(values, "text", 2000, optional=True)
        async with self._database.write() as connection:
            talk = await conversations.get_conversation(connection, conversation_id)
            # The citizen's lock keeps two reviewers from judging at once.
            await conversations.lock_citizen_by_id(connection, talk.citizen_id)
            agent_id = await quality.closed_by(connection, conversation_id)
            if agent_id is None:
                raise Conflict("这个会话还没有由坐席结束")
            if agent_id == session.agent.id:
                raise NotAllowed("不能给自己的会话评分")
            if await quality.has_sheet(connection, conversation_id):
                raise Conflict("这个会话已经评过分")
            sheet = await quality.add_sheet(connection, conversation_id, agent_id, session.agent.id, scores,
                                            weighted(scores), text, self._now())
            await agents.add_audit(connection, session.agent.id, "sheet", conversation_id, self._now())
            names = await agents.agent_names(connection, {agent_id, session.agent.id})
        return web.json_response({"sheet": _shown(sheet, names)})


def draw(found: Sequence[Closed], seed: str) -> list[Closed]:
    """In an order that chance made, the same each time for one seed: nobody can draw until they like the result."""
    return sorted(found, key=lambda one: hashlib.sha256(f"{seed}:{one.conversation_id}".encode()).digest())


def weighted(scores: Mapping[str, int]) -> int:
    """The total of a sheet, 0 to 100."""
    return round(sum(scores[item] * weight for item, (_, weight) in ITEMS.items()) / 100)


def _scores(values: JSON) -> dict[str, int]:
    scores = values.get("scores")
    if not isinstance(scores, dict) or set(scores) != set(ITEMS):
        raise BadInput("scores must have each item of the form", "scores")
    for score in scores.values():
        if isinstance(score, bool) or not isinstance(score, int) or not 0 <= score <= 100:
            raise BadInput("a score is a whole number from 0 to 100", "scores")
    return dict(scores)


def _shown(sheet: Sheet, names: Mapping[str, str]) -> JSON:
    return {"id": sheet.id, "conversation": sheet.conversation_id, "agent": sheet.agent_id,
            "agent_name": names.get(sheet.agent_id), "reviewer_name": names.get(sheet.reviewer_id),
            "scores": sheet.scores, "total": sheet.total, "text": sheet.text, "at": sheet.at.isoformat()}


def _agent(request: web.Request) -> str:
    agent_id = request.query.get("agent", "")
    if agent_id and not (agent_id.isascii() and agent_id.isalnum() and len(agent_id) <= 40):
        raise BadInput("agent is not an id", "agent")
    return agent_id


def _month(request: web.Request, now: Clock) -> str:
    return request.query.get("month") or periods.today(now()).strftime("%Y-%m")
