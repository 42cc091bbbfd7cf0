"""Working days: the published calendar, the operator's file, weekdays beyond both."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hotline.cases.calendar import CITY, PUBLISHED_UNTIL, WorkCalendar, load_calendar
from hotline.errors import SettingsError


@pytest.mark.parametrize(("start", "end"), [
    # Monday to the next Monday; the National Day of 2026 (1 to 7 October, Saturday the 10th is worked).
    ("2026-09-07T10:00+08:00", "2026-09-14"), ("2026-09-29T10:00+08:00", "2026-10-12"),
    # Late in the evening in Qingdao is still that day, though in UTC too; after midnight it is the next.
    ("2026-09-07T15:59+00:00", "2026-09-14"), ("2026-09-07T16:01+00:00", "2026-09-15")])
def test_five_working_days(start: str, end: str) -> None:
    due = WorkCalendar().due(datetime.fromisoformat(start), 5)
    assert due.at.astimezone(CITY).isoformat() == f"{end}T23:59:59+08:00" and due.sure


def test_beyond_the_published_years_weekdays_count_and_it_is_said() -> None:
    year = PUBLISHED_UNTIL + 1
    due = WorkCalendar().due(datetime(year, 3, 1, tzinfo=UTC), 5)
    assert due.at.weekday() < 5 and not due.sure
    assert WorkCalendar([date(year, 1, 1)]).due(datetime(year, 3, 1, tzinfo=UTC), 5).sure
    assert WorkCalendar([date(year, 1, 1)]).sure_until == year


def test_the_operators_file_counts_most(tmp_path: Path) -> None:
    (tmp_path / "holidays.yml").write_text("holidays: [2026-09-08]\nworkdays: [2026-09-12]\n", encoding="utf-8")
    calendar = load_calendar(tmp_path)
    assert not calendar.is_workday(date(2026, 9, 8)) and calendar.is_workday(date(2026, 9, 12))
    assert load_calendar(tmp_path / "none").is_workday(date(2026, 9, 8))


@pytest.mark.parametrize("text", ["holidays: soon\n", "holidays: [soon]\n", "feasts: []\n", "holidays: [\n",
                                  "holidays: [2027-01-01]\nworkdays: [2027-01-01]\n"])
def test_a_bad_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "holidays.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"holidays\.yml"):
        load_calendar(tmp_path)
