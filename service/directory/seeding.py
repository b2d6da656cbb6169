"""What a new county starts with: the official working calendar of the known years, and the usual categories."""

from datetime import date, datetime

from chinese_calendar.constants import Holiday, holidays, workdays
from sqlmodel import Session, col, select

from service.directory.defaults import CATEGORIES
from service.directory.models import CalendarDay, CalendarYear, Category
from service.directory.reference import touch
from workflows.workdays import DayKind

SOURCE = "国务院办公厅节假日安排（chinesecalendar 1.11）"
FIRST_YEAR = 2015
"""Imported history may reach back so far; earlier years are rare and need no holidays."""


def seed(session: Session, now: datetime) -> bool:
    """Fill in what is missing, change nothing that is there. True when anything was added."""
    added = [_seed_year(session, year, now) for year in known_years() if session.get(CalendarYear, year) is None]
    added += [_seed_categories(session)] if not session.exec(select(col(Category.id)).limit(1)).first() else []
    if added:
        touch(session)
    return bool(added)


def known_years() -> range:
    return range(FIRST_YEAR, max(day.year for day in holidays) + 1)


def _seed_year(session: Session, year: int, now: datetime) -> int:
    session.add(CalendarYear(year=year, source=SOURCE, uploaded_at=now))
    taken = set(
        session.exec(
            select(col(CalendarDay.day)).where(col(CalendarDay.day).between(date(year, 1, 1), date(year, 12, 31)))
        )
    )
    rows = [row for row in special_days(year) if row.day not in taken]
    session.add_all(rows)
    return len(rows)


def special_days(year: int) -> list[CalendarDay]:
    """Holidays on weekdays and make-up days at weekends: the days that are not what their weekday says."""
    off = [(day, DayKind.off, name) for day, name in holidays.items() if day.year == year]
    made_up = [(day, DayKind.working, name) for day, name in workdays.items() if day.year == year]
    return [CalendarDay(day=day, kind=kind, name=Holiday(name).chinese) for day, kind, name in sorted(off + made_up)]


def _seed_categories(session: Session) -> int:
    session.add_all(Category(**category.columns, position=position) for position, category in enumerate(CATEGORIES))
    return len(CATEGORIES)
