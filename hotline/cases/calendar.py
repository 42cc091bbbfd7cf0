"""Working days in China: the published holidays, the operator's own list, and plain weekdays beyond both."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import chinese_calendar

from hotline.cases.yaml_lines import LINE, read_yaml
from hotline.errors import SettingsError

CITY = ZoneInfo("Asia/Shanghai")
FILE = "holidays.yml"
PUBLISHED_UNTIL = max(chinese_calendar.constants.holidays).year


@dataclass(frozen=True)
class Due:
    """A time limit; `sure` is False when it reaches into a year whose holidays are not published yet."""

    at: datetime
    sure: bool


class WorkCalendar:
    """Counts working days in Qingdao's time zone."""

    def __init__(self, holidays: Collection[date] = (), workdays: Collection[date] = ()) -> None:
        self._holidays = frozenset(holidays)
        self._workdays = frozenset(workdays)
        self._own_years = {day.year for day in self._holidays | self._workdays}

    @property
    def sure_until(self) -> int:
        """The last year up to which every year's holidays are known."""
        year: int = PUBLISHED_UNTIL
        while year + 1 in self._own_years:
            year += 1
        return year

    def is_workday(self, day: date) -> bool:
        """The operator's word counts most, then the published calendar, then Monday to Friday."""
        if day in self._workdays:
            return True
        if day in self._holidays:
            return False
        if day.year > PUBLISHED_UNTIL or day.year < 2004:
            return day.weekday() < 5
        return bool(chinese_calendar.is_workday(day))

    def kind(self, day: date) -> Literal["workday", "weekend", "holiday"]:
        """What sort of day it is; a holiday is one that the operator or the published calendar names."""
        if self.is_workday(day):
            return "workday"
        if day in self._holidays:
            return "holiday"
        published = 2004 <= day.year <= PUBLISHED_UNTIL
        named = published and chinese_calendar.get_holiday_detail(day)[1] is not None
        return "holiday" if named else "weekend"

    def due(self, start: datetime, working_days: int) -> Due:
        """The end (23:59:59) of the n-th working day after the day of `start`, which does not count itself."""
        day, left = start.astimezone(CITY).date(), working_days
        while left > 0:
            day += timedelta(days=1)
            left -= self.is_workday(day)
        return Due(datetime.combine(day, time(23, 59, 59), CITY), day.year <= self.sure_until)


def load_calendar(var: Path | None) -> WorkCalendar:
    """The calendar with var/holidays.yml (`holidays:` and `workdays:`, lists of days) if there is one.

    Raises SettingsError naming the line or entry.
    """
    path = var / FILE if var else None
    if path is None or not path.exists():
        return WorkCalendar()
    data = read_yaml(path)
    unknown = set(data) - {"holidays", "workdays", LINE}
    if unknown:
        raise SettingsError(f"var/{FILE}: 不认识“{sorted(unknown)[0]}”")
    holidays, workdays = _days(data, "holidays"), _days(data, "workdays")
    both = sorted(set(holidays) & set(workdays))
    if both:
        raise SettingsError(f"var/{FILE}: {both[0]} 既是假日又是工作日")
    return WorkCalendar(holidays, workdays)


def _days(data: dict[str, Any], name: str) -> list[date]:
    days = data.get(name) or []
    if not isinstance(days, list):
        raise SettingsError(f"var/{FILE}: {name} 应是日期的列表")
    for number, day in enumerate(days, 1):
        if not isinstance(day, date) or isinstance(day, datetime):
            raise SettingsError(f"var/{FILE}: {name} 第{number}项不是日期（写法：2027-01-01）")
    return days
