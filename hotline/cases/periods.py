"""Days and months as the city counts them, from the address's parameters to moments in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from hotline.cases.calendar import CITY
from hotline.errors import BadInput

LONGEST_DAYS = 366


@dataclass(frozen=True)
class Period:
    """Whole days of the city, both ends included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The first moment."""
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment that is no longer in it."""
        return midnight(self.last + timedelta(days=1))

    def days(self) -> list[date]:
        """Each day, in order."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]


def midnight(day: date) -> datetime:
    """When a day of the city begins."""
    return datetime.combine(day, time(), CITY).astimezone(timezone.utc)


def today(now: datetime) -> date:
    """The city's date."""
    return now.astimezone(CITY).date()


def period(query: Mapping[str, str], now: datetime) -> Period:
    """`from` and `to` of a report; without them this month so far. Raises BadInput."""
    last = _day(query.get("to"), "to") or today(now)
    first = _day(query.get("from"), "from") or last.replace(day=1)
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise BadInput(f"起止日期要先后有序，最多 {LONGEST_DAYS} 天", "from")
    return Period(first, last)


def month(text: str) -> Period:
    """A whole month from '2026-11'. Raises BadInput."""
    first = _day(f"{text}-01", "month")
    if first is None or len(text) != 7:
        raise BadInput("月份写成 2026-11", "month")
    return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def _day(text: str | None, field: str) -> date | None:
    if not text:
        return None
    try:
        found = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise BadInput("日期写成 2026-11-26", field) from error
    if not 2000 <= found.year < 9000:
        raise BadInput("年份不对", field)
    return found
