"""Trends over HTTP: what citizens wanted by day or week, district and channel, how sure the bot was, how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.background import in_background
from hotline.cases import periods
from hotline.cases.periods import Period
from hotline.conversation.turns import utc_now
from hotline.errors import BadInput
from hotline.records import JSON
from hotline.store import trends
from hotline.store.agents import Session
from hotline.store.database import Database
from hotline.store.trends import Count, Understood
from hotline.text.places import district_of
from hotline.training.door import Door
from hotline.training.series import Series, Steps, confidence_json, share

USUAL_DAYS = 30
UNKNOWN = "未说明"
DOMAINS = {"gas_safety": "燃气安全", "property_management": "物业管理", "signage": "招牌标识",
           "courtyard_order": "楼院市容", "public_facilities": "公共设施", "other": "其他"}
CHANNELS = {"web": "网页", "rest": "接口", "wechat": "微信", "voice": "电话", "sms": "短信"}
# What each number is, as the page says it under its charts.
MEANING = {
    "messages": "市民消息，由机器人回答的", "conversations": "有市民消息的会话，一天算一次",
    "answered": "知识库直接答复的消息", "asked": "知识库列出选项请市民选的消息", "not_found": "没有查到的消息",
    "handed_over": "进入人工排队的会话，一天算一次", "fallback": "机器人没有听懂的消息", "tickets": "登记的工单",
    "share_by_bot": "没有转人工的会话占会话的比例", "share_handed_over": "转人工的会话占会话的比例",
    "share_fallback": "没有听懂的消息占机器人消息的比例",
    "psi": "群体稳定性指数，与第一个满100条的段相比：小于0.1没有变化，0.1到0.25有变化，0.25以上明显变化；"
           "不足100条的段不算",
}


class Trends:
    """`intents`: names by code."""

    def __init__(self, database: Database, intents: Mapping[str, str]) -> None:
        self._database = database
        self._intents = {**intents, trends.UNSURE: "没有听懂"}

    def routes(self, door: Door) -> list[web.RouteDef]:
        """The address."""
        return [door.signed("GET", "/training/api/trends", self._read)]

    async def _read(self, request: web.Request, session: Session) -> web.Response:
        by = request.query.get("by", "day")
        if by not in ("day", "week"):
            raise BadInput("by 只能是 day 或 week", "by")
        asked = _asked(request)
        steps = Steps.of(asked.days(), by)
        async with self._database.read() as connection:
            turns = await trends.understood(connection, asked.start, asked.end)
            found = {**await self._matters(connection, asked, steps, turns),
                     **await _course(connection, asked, steps, turns)}
        return web.json_response({
            "from": asked.first.isoformat(), "to": asked.last.isoformat(), "by": by, "periods": steps.names,
            **found, "meaning": MEANING})

    async def _matters(
        self, connection: AsyncConnection, asked: Period, steps: Steps, turns: Sequence[Understood]
    ) -> JSON:
        """What it was about, where and by which channel."""
        start, end = asked.start, asked.end
        intents, domains = _by(turns, steps, "intent"), _by(turns, steps, "domain")
        channels = steps.series(await trends.by_channel(connection, start, end))
        places = await trends.by_place(connection, start, end)
        addresses = await trends.tickets_by_address(connection, start, end)
        # Addresses are read by the thousand: not while citizens wait for the loop.
        said, filed = await in_background(lambda: [steps.series(counts, district) for counts in (places, addresses)])
        return {
            "intents": intents.json(self._intents), "domains": domains.json(DOMAINS),
            "channels": channels.json(CHANNELS),
            "districts": {"messages": said.json({}), "tickets": filed.json({})},
            "drift": {"intents": intents.drift()}}


async def _course(connection: AsyncConnection, asked: Period, steps: Steps, turns: Sequence[Understood]) -> JSON:
    """How sure the bot was and how it went on."""
    start, end = asked.start, asked.end
    decisions, unsure = _by(turns, steps, "decision"), _by(turns, steps, "intent").of(trends.UNSURE)
    messages = steps.totals(trends.sums(turns))
    talks = steps.totals(trends.sums(await trends.talks(connection, start, end)))
    handed = steps.totals(trends.sums(await trends.handed_over(connection, start, end)))
    tickets = steps.totals(trends.sums(await trends.tickets_by_address(connection, start, end)))
    flow = {"messages": messages, "conversations": talks, "answered": decisions.of("answer"),
            "asked": decisions.of("ask"), "not_found": decisions.of("none"), "handed_over": handed,
            "fallback": unsure, "tickets": tickets}
    kept = [max(0, all_of_them - away) for all_of_them, away in zip(talks, handed, strict=True)]
    return {"confidence": confidence_json(turns, steps), "flow": flow, "shares": {
        "by_bot": share(kept, talks), "handed_over": share(handed, talks), "fallback": share(unsure, messages)}}


def _by(turns: Sequence[Understood], steps: Steps, part: str) -> Series:
    """The turns by one part of how they were taken; those without it are left out."""
    return steps.series([Count(one.day, getattr(one, part), one.number) for one in turns if getattr(one, part)])


def _asked(request: web.Request) -> Period:
    query, now = dict(request.query), utc_now()
    if not query.get("from"):
        last = periods.period({"from": query.get("to", ""), "to": query.get("to", "")}, now).last
        query["from"] = (last - timedelta(days=USUAL_DAYS - 1)).isoformat()
    return periods.period(query, now)


@lru_cache(maxsize=20_000)
def district(place: str) -> str:
    """The district that an address lies in, as far as it can be told."""
    return (district_of(place) if place else None) or UNKNOWN
