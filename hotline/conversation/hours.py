"""When agents are at the desk: hours by kind of day, holidays by the city's calendar. Emergencies ignore all this."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.cases.calendar import CITY, WorkCalendar
from hotline.errors import BadInput
from hotline.records import JSON
from hotline.store import house_texts

NAME = "hours"
DAYS = {"workday": "工作日", "weekend": "周末", "holiday": "节假日"}
Span = tuple[str, str]


def _usual() -> dict[str, Span | None]:
    return {"workday": ("08:30", "17:30"), "weekend": None, "holiday": None}


@dataclass(frozen=True)
class Hours:
    """From and until (HH:MM, the city's time) by kind of day, None for closed; `always` is 7x24."""

    days: Mapping[str, Span | None] = field(default_factory=_usual)
    always: bool = True

    def open_at(self, now: datetime, calendar: WorkCalendar) -> bool:
        """Whether a person is there to answer."""
        if self.always:
            return True
        local = now.astimezone(CITY)
        span = self.days[calendar.kind(local.date())]
        return span is not None and span[0] <= local.strftime("%H:%M") < span[1]

    def in_words(self) -> str:
        """The hours as citizens read them."""
        spans = [f"{DAYS[day]}{span[0]}到{span[1]}" for day in DAYS if (span := self.days[day])]
        return "全天" if self.always else "，".join(spans) or "暂停"

    def as_json(self) -> JSON:
        """What is stored and what the desk's API says."""
        return {"days": {day: list(span) if span else None for day, span in self.days.items()}, "always": self.always}


def read_hours(values: JSON) -> Hours:
    """Checked hours. Raises BadInput with the field's name."""
    days, always = values.get("days"), values.get("always")
    if not isinstance(always, bool):
        raise BadInput("always must be true or false", "always")
    if not isinstance(days, dict) or set(days) != set(DAYS):
        raise BadInput("days must have workday, weekend and holiday", "days")
    return Hours({day: _span(day, days[day]) for day in DAYS}, always)


async def load_hours(connection: AsyncConnection) -> Hours:
    """The operator's hours; always open until he sets some."""
    text = await house_texts.get(connection, NAME)
    return read_hours(json.loads(text)) if text else Hours()


async def save_hours(connection: AsyncConnection, hours: Hours, now: datetime) -> None:
    """Keep the operator's hours."""
    await house_texts.put(connection, NAME, json.dumps(hours.as_json()), now)


def _span(day: str, value: object) -> Span | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise BadInput(f"{DAYS[day]}要写成 [开始, 结束]，不上班写 null", f"days.{day}")
    start, end = (_clock(day, part) for part in value)
    if start >= end:
        raise BadInput(f"{DAYS[day]}的结束时间要晚于开始时间", f"days.{day}")
    return start, end


def _clock(day: str, value: object) -> str:
    """A time of day as HH:MM; 24:00 is the end of the day."""
    try:
        if value == "24:00":
            return "24:00"
        if not isinstance(value, str) or len(value) != 5:
            raise ValueError(value)
        return time.fromisoformat(value).strftime("%H:%M")
    except ValueError as error:
        raise BadInput(f"{DAYS[day]}的时间要写成 08:30 这样", f"days.{day}") from error
