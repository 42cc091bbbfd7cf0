"""Reports over HTTP: by agent, day or skill, as JSON, xlsx and CSV; closed months are frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from itertools import groupby

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.background import in_background
from hotline.cases import periods
from hotline.cases.periods import Period
from hotline.desk import report_files
from hotline.desk.accounts import Clock, utc_now
from hotline.desk.gate import Gate
from hotline.desk.report_rows import Report, row, rows
from hotline.errors import BadInput
from hotline.records import JSON
from hotline.store import agents, figures, frozen
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.store.figures import Counts

BY = ("agent", "day", "skill")
SKILL_NAMES = {"gas": "燃气", "property": "物业", "signage": "标识广告", "general": "综合"}
NOBODY = "（无坐席）"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Reports:
    """Counts what is open, and reads what is frozen."""

    def __init__(self, database: Database, gate: Gate, clock: Clock = utc_now) -> None:
        self._database = database
        self._gate = gate
        self._now = clock

    def routes(self) -> list[web.RouteDef]:
        """The report in its three forms, and the months."""
        signed = self._gate.signed
        return [
            signed("GET", "/desk/api/reports", self._json),
            signed("GET", "/desk/api/reports.xlsx", self._xlsx),
            signed("GET", "/desk/api/reports.csv", self._csv),
            signed("GET", "/desk/api/months", self._months),
            signed("POST", "/desk/api/months/{month}/freeze", self._freeze),
        ]

    async def _json(self, request: web.Request, session: Session) -> web.Response:
        return web.json_response((await self._report(request)).json())

    async def _xlsx(self, request: web.Request, session: Session) -> web.Response:
        return await self._file(request, session, report_files.as_xlsx, "xlsx", XLSX)

    async def _csv(self, request: web.Request, session: Session) -> web.Response:
        return await self._file(request, session, report_files.as_csv, "csv", "text/csv; charset=utf-8")

    async def _file(
        self, request: web.Request, session: Session, write: Callable[[Report], bytes], ending: str, kind: str
    ) -> web.Response:
        report = await self._report(request)
        name = f"{report.first}_{report.last}_{report.by}.{ending}"
        async with self._database.write() as connection:
            await agents.add_audit(connection, session.agent.id, "report_file", name, self._now())
        return web.Response(body=await in_background(write, report), headers={
            "Content-Type": kind, "Content-Disposition": f'attachment; filename="report_{name}"',
            "X-Content-Type-Options": "nosniff"})

    async def _months(self, request: web.Request, session: Session) -> web.Response:
        async with self._database.read() as connection:
            months = await frozen.frozen_list(connection)
        return web.json_response({"frozen": [{"month": month, "at": at.isoformat()} for month, at in months]})

    async def _freeze(self, request: web.Request, session: Session) -> web.Response:
        month = request.match_info["month"]
        whole, now = periods.month(month), self._now()
        if whole.end > now:
            raise BadInput("这个月还没有结束", "month")
        async with self._database.read() as connection:
            body = await _to_freeze(connection, whole)
        async with self._database.write() as connection:
            await frozen.freeze(connection, month, body, session.agent.id, now)
            await agents.add_audit(connection, session.agent.id, "freeze", month, now)
        return web.json_response({"month": month, "at": now.isoformat()})

    async def _report(self, request: web.Request) -> Report:
        by = request.query.get("by", "agent")
        if by not in BY:
            raise BadInput("by must be agent, day or skill", "by")
        asked = periods.period(request.query, self._now())
        async with self._database.read() as connection:
            months = await frozen.frozen(connection, {_month(day) for day in asked.days()})
            counted = await (_by_day(connection, asked, months) if by == "day" else
                             _by_key(connection, asked, months, "skill" if by == "skill" else "agent"))
            names = await _names(connection, by, counted, months)
        return Report(by, asked.first.isoformat(), asked.last.isoformat(), tuple(sorted(months)),
                      rows(counted, names), row("total", "合计", figures.total(counted)))


async def _by_day(connection: AsyncConnection, asked: Period, months: Mapping[str, JSON]) -> dict[str, Counts]:
    found = {}
    for day in asked.days():
        counted = _stored(months, day, "agent") if _month(day) in months else await figures.counts(
            connection, Period(day, day).start, Period(day, day).end, "agent")
        found[day.isoformat()] = figures.total(counted)
    return found


async def _by_key(
    connection: AsyncConnection, asked: Period, months: Mapping[str, JSON], by: figures.Key
) -> dict[str, Counts]:
    """Stretches of open days are counted at once; frozen days are read."""
    parts: list[dict[str, Counts]] = []
    for is_frozen, group in groupby(asked.days(), lambda day: _month(day) in months):
        days = list(group)
        if is_frozen:
            parts += [_stored(months, day, by) for day in days]
        else:
            stretch = Period(days[0], days[-1])
            parts.append(await figures.counts(connection, stretch.start, stretch.end, by))
    return figures.add_up(parts)


async def _to_freeze(connection: AsyncConnection, whole: Period) -> JSON:
    """Each day by agent and by skill, so that any part of the month can be read later; names as they are now."""
    days: JSON = {}
    for day in whole.days():
        one = Period(day, day)
        days[day.isoformat()] = {"agent": await figures.counts(connection, one.start, one.end, "agent"),
                                 "skill": await figures.counts(connection, one.start, one.end, "skill")}
    ids = {key for day in days.values() for key in day["agent"] if key}
    return {"days": days, "names": await agents.agent_names(connection, ids)}


async def _names(
    connection: AsyncConnection, by: str, counted: Mapping[str, Counts], months: Mapping[str, JSON]
) -> dict[str, str]:
    if by == "skill":
        return SKILL_NAMES
    if by == "day":
        return {}
    names = await agents.agent_names(connection, {key for key in counted if key})
    for month in sorted(months):
        names |= months[month]["names"]
    return {**names, "": NOBODY}


def _stored(months: Mapping[str, JSON], day: date, by: figures.Key) -> dict[str, Counts]:
    found: dict[str, Counts] = months[_month(day)]["days"][day.isoformat()][by]
    return found


def _month(day: date) -> str:
    return day.strftime("%Y-%m")
