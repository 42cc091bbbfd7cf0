"""The supervisor's live work: the board, taking over, giving to somebody, whispering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from aiohttp import web

from hotline.cases import periods
from hotline.conversation.leading import Leading
from hotline.desk import queue_views, views
from hotline.desk.accounts import Clock, utc_now
from hotline.desk.asks import id_of
from hotline.desk.gate import Gate, body, text_of
from hotline.desk.queue import QueueRoom
from hotline.desk.report_rows import row
from hotline.desk.rights import rights_of
from hotline.errors import BadInput, Conflict
from hotline.records import JSON, Conversation
from hotline.store import agents, figures, presence
from hotline.store.agents import SKILLS, Account, Session
from hotline.store.database import Database
from hotline.store.figures import Counts
from hotline.store.presence import Present

LONGEST_WHISPER = 1000


class Lead:
    """HTTP around the board's figures and the house's `Leading`."""

    def __init__(
        self, database: Database, leading: Leading, gate: Gate, queue: QueueRoom, clock: Clock = utc_now
    ) -> None:
        self._database = database
        self._leading = leading
        self._queue = queue
        self._gate = gate
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """The board and what it leads to."""
        signed, one = self._gate.signed, "/desk/api/conversations/{id}"
        return [
            signed("GET", "/desk/api/board", self._board),
            signed("POST", one + "/take_over", self._take_over),
            signed("POST", one + "/reassign", self._reassign),
            signed("POST", one + "/whisper", self._whisper),
        ]

    async def _board(self, request: web.Request, session: Session) -> web.Response:
        now = self._now()
        async with self._database.read() as connection:
            lines = await self._queue.lines(connection, session)
            here = {one.agent.id: one for one in await presence.everybody(connection)}
            people = [one for one in await agents.all_accounts(connection) if _answers(one)]
            counted = await figures.counts(connection, periods.midnight(periods.today(now)), now, "agent")
        waiting = [line for line in lines if line["owner"] == "queue"]
        total = row("", "", figures.total(counted))
        return web.json_response({
            "now": now.isoformat(), "waiting": len(waiting), "longest_wait_seconds": _longest(waiting),
            "agents": [_agent(one, here.get(one.agent.id), counted, now) for one in people],
            **{name: total[name] for name in ("answered_in_3min", "abandoned", "satisfaction")},
            "by_skill": [_skill(skill, waiting, here, now) for skill in SKILLS],
            "overdue": sorted((line for line in lines if line["overdue"]), key=lambda line: str(line["due_at"]))})

    async def _take_over(self, request: web.Request, session: Session) -> web.Response:
        return await self._head(await self._leading.take_over(id_of(request), session.agent), session)

    async def _reassign(self, request: web.Request, session: Session) -> web.Response:
        values = await body(request)
        to = text_of(values, "agent", 40)
        async with self._database.read() as connection:
            account = await agents.get_account(connection, to)
        if account is None:
            raise BadInput("没有这个坐席", "agent")
        if not _answers(account):
            raise Conflict("这个账号不接会话")
        return await self._head(await self._leading.reassign(id_of(request), session.agent, to), session)

    async def _whisper(self, request: web.Request, session: Session) -> web.Response:
        text = text_of(await body(request), "text", LONGEST_WHISPER)
        note = await self._leading.whisper(id_of(request), session.agent, text)
        return web.json_response({"note": {"id": note.id, "agent_name": session.agent.name, "text": note.text,
                                           "at": note.at.isoformat(), "whisper": True}})

    async def _head(self, talk: Conversation, session: Session) -> web.Response:
        async with self._database.read() as connection:
            names = await agents.agent_names(connection, views.people([talk]))
        return web.json_response({"conversation": views.conversation(talk, session.agent, names, 0)})


def _answers(account: Account) -> bool:
    return not account.disabled and "chat.answer" in rights_of(account.agent.roles)


def _agent(account: Account, present: Present | None, counted: Mapping[str, Counts], now: datetime) -> JSON:
    agent = account.agent
    today = row(agent.id, agent.name, counted.get(agent.id, {}))
    offline = {"id": agent.id, "name": agent.name, "status": presence.OFFLINE, "since": None, "connected": False,
               "chats": 0, "most_chats": agent.most_chats, "skills": list(agent.skills)}
    return (queue_views.present(present, now) if present else offline) | {
        "answers": today["answers"], "first_answer_seconds": today["first_answer_seconds"]}


def _skill(skill: str, waiting: Sequence[JSON], here: Mapping[str, Present], now: datetime) -> JSON:
    mine = [line for line in waiting if line["skill"] == skill]
    online = [one for one in here.values() if skill in one.agent.skills and one.status(now) == presence.ONLINE]
    return {"skill": skill, "waiting": len(mine), "longest_wait_seconds": _longest(mine), "online": len(online)}


def _longest(waiting: Sequence[JSON]) -> int:
    return max((int(line["wait_seconds"]) for line in waiting), default=0)
