"""The official Chinese calendar of 2004 to 2026, as the service is seeded with it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from chinese_calendar.constants import Holiday, holidays, workdays

from workflows.terms import DayKind, SpecialDay
from workflows.workdays import WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
YEARS = frozenset(range(2004, 2027))
NAMES = {holiday.value: holiday.chinese for holiday in Holiday}


def official_days() -> dict[date, SpecialDay]:
    off = {day: SpecialDay(DayKind.off, NAMES[name]) for day, name in holidays.items()}
    made_up = {day: SpecialDay(DayKind.working, NAMES[name]) for day, name in workdays.items()}
    return off | made_up


CHINA = WorkCalendar(official_days(), YEARS)


def at(words: str) -> datetime:
    """A local moment, written as 2026-09-28 10:00."""
    return datetime.fromisoformat(words).replace(tzinfo=SHANGHAI)


def days_of(year: int) -> list[date]:
    every = (date(year, 1, 1) + timedelta(days=offset) for offset in range(366))
    return [day for day in every if day.year == year]
