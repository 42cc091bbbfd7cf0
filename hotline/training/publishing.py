"""Publish, roll back, and which model serves; the keeper does the work, the gate has its say before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.conversation.http import read_object
from hotline.errors import BadInput, Conflict
from hotline.records import JSON
from hotline.store import agents, publications
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.store.publications import Candidate, Publication
from hotline.training.door import Door
from hotline.training.gate import judge

LONGEST_REASON = 500
UNFIT = {"training": "还在训练", "failed": "没有训练成功", "cancelled": "训练时被取消了"}
Clock = Callable[[], datetime]


class Publishing:
    """`services`: display names by code."""

    def __init__(
        self, database: Database, services: Mapping[str, str], clock: Clock = lambda: datetime.now(timezone.utc)
    ) -> None:
        self._database = database
        self._services = services
        self._now = clock

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The addresses."""
        return [door.signed("GET", "/training/api/serving", self._serving),
                door.signed("POST", "/training/api/models/{id}/publish", self._publish),
                door.signed("POST", "/training/api/rollback", self._roll_back)]

    async def _serving(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            return web.json_response(await self._shown(connection))

    async def _publish(self, request: web.Request, session: Session) -> web.Response:
        """409 with the gate's reasons; a reason of one's own overrides them and stays with the publication."""
        reason = _reason(await read_object(request))
        now = self._now()
        async with self._database.write() as connection:
            model = await publications.candidate(connection, request.match_info["id"])
            serving = await _kept(connection)
            if model.state in UNFIT:
                raise Conflict(f"这个模型{UNFIT[model.state]}，不能发布")
            if serving.model_id == model.id:
                raise Conflict("这个模型正在使用")
            against = [*self._against(model, serving), *await _died(connection, model.id)]
            if against and not reason:
                return web.json_response({"error": "没有通过发布检查", "reasons": against}, status=409)
            await publications.ask(
                connection, model.id, "publish", session.agent.id, reason if against else "", now)
            action = "model_override" if against else "model_publish"
            await agents.add_audit(connection, session.agent.id, action, model.id, now)
            return web.json_response(await self._shown(connection), status=202)

    async def _roll_back(self, request: web.Request, session: Session) -> web.Response:
        """To the model before this one, or to any that has served; null is the one the checkout was trained to."""
        body = await read_object(request)
        now = self._now()
        async with self._database.write() as connection:
            serving = await _kept(connection)
            others = [row for row in await publications.served(connection) if row.model_id != serving.model_id]
            if "model" in body and body["model"] not in [row.model_id for row in others]:
                raise Conflict("这个模型没有服务过，或者正在使用")
            good = [row.model_id for row in others if row.state != "failed"]
            if "model" not in body and not good:
                raise Conflict("没有可以退回的模型")
            model = body["model"] if "model" in body else good[0]
            await publications.ask(connection, model, "rollback", session.agent.id, _reason(body), now)
            await agents.add_audit(connection, session.agent.id, "model_rollback", model or "checkout", now)
            return web.json_response(await self._shown(connection), status=202)

    def _against(self, model: Candidate, serving: Publication) -> Iterator[str]:
        """What speaks against the model now."""
        if model.comparison is None:
            yield "还没有和正在使用的模型比较"
            return
        if model.comparison.get("current") != serving.model_id:
            yield "比较之后换过模型：它没有和正在使用的模型比较过"
        yield from judge(model.comparison, self._services).reasons

    async def _shown(self, connection: AsyncConnection) -> JSON:
        serving, pending = await publications.serving(connection), await publications.pending(connection)
        rows = await publications.history(connection)
        names = await agents.agent_names(connection, {row.author_id for row in rows})
        return {
            "model": serving.model_id if serving else None,
            "since": _iso(serving.served_at) if serving else None,
            "state": pending.state if pending else "serving" if serving and serving.url else "none",
            "history": [_row(row, names) for row in rows]}


async def _kept(connection: AsyncConnection) -> Publication:
    """What serves now. Raises Conflict where no keeper runs that could change it."""
    serving = await publications.serving(connection)
    if serving is None or not serving.url:
        raise Conflict("现在没有模型在服务，或者不是用 make up 启动的：不能切换")
    return serving


async def _died(connection: AsyncConnection, model_id: str) -> list[str]:
    """That it was taken out of service the last time."""
    return [f"上一次服务时出了问题：{row.error}" for row in await publications.served(connection)
            if row.model_id == model_id and row.state == "failed"]


def _reason(body: JSON) -> str:
    value = body.get("reason") or ""
    if not isinstance(value, str) or len(value.strip()) > LONGEST_REASON:
        raise BadInput(f"理由最多 {LONGEST_REASON} 个字", "reason")
    return value.strip()


def _row(row: Publication, names: Mapping[str, str]) -> JSON:
    return {"id": str(row.seq), "model": row.model_id, "kind": row.kind, "state": row.state,
            "author": row.author_id, "author_name": names.get(row.author_id), "reason": row.reason,
            "error": row.error, "at": _iso(row.at), "served_at": _iso(row.served_at), "ended_at": _iso(row.ended_at)}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
