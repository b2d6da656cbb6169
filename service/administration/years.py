"""The working calendar by years: laid out by months, published from a sheet, and what that changes for open tickets."""

from calendar import monthcalendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import col, select

from service.accounts.visits import Visit
from service.administration.changes import write_down
from service.administration.commands import PublishYear
from service.administration.today import today_here
from service.administration.year_sheets import Rows
from service.directory import lifecycle
from service.directory.models import CalendarDay
from service.tickets.models import IS_OPEN, Assignment, Ticket
from workflows.calendar_years import parse_year
from workflows.changes import HoldRole
from workflows.workdays import SATURDAY, DayKind, WorkCalendar

HEADINGS = ("日期", "类型", "名称")
KIND_CELLS = {
    DayKind.working: "工作日",
    DayKind.morning: "上午",
    DayKind.afternoon: "下午",
    DayKind.off: "休息",
}


@dataclass(frozen=True)
class Cell:
    """A day of a month; `day` is None where the week belongs to another month."""

    day: int | None
    kind: str = ""
    is_special: bool = False
    name: str = ""
    is_today: bool = False


Months = Sequence[tuple[int, Sequence[Sequence[Cell]]]]


def months_of(calendar: WorkCalendar, year: int, today: date) -> Months:
    return [
        (month, [[_cell(calendar, year, month, day, today) for day in week] for week in monthcalendar(year, month)])
        for month in range(1, 13)
    ]


def _cell(calendar: WorkCalendar, year: int, month: int, number: int, today: date) -> Cell:
    """A day is special when it is off by name or is not what its weekday says."""
    if not number:
        return Cell(None)
    day = calendar.day(date(year, month, number))
    as_the_week_has_it = DayKind.off if day.date.weekday() >= SATURDAY else DayKind.working
    is_special = day.date in calendar.days and (day.kind is not as_the_week_has_it or day.kind is DayKind.off)
    return Cell(number, str(day.kind), is_special, day.name, day.date == today)


def years_shown(visit: Visit, chosen: int) -> Sequence[int]:
    """The last, this, the next, and any further one that was announced."""
    this_year = today_here(visit.now).year
    announced = {year for year in visit.known.calendar.official_years if year >= this_year - 2}
    return sorted(announced | {this_year, this_year + 1, chosen})


def days_of(visit: Visit, year: int) -> list[tuple[str, str, str]]:
    """What the announcement says of single days, in the form in which it is uploaded."""
    wanted = select(CalendarDay).where(col(CalendarDay.day).between(date(year, 1, 1), date(year, 12, 31)))
    days = visit.session.exec(wanted.order_by(col(CalendarDay.day)))
    return [(each.day.isoformat(), KIND_CELLS[each.kind], each.name) for each in days]


def publish(visit: Visit, asked: PublishYear, rows: Rows) -> tuple[int, int]:
    """How many working days the year has now, and how many tickets' deadlines become certain.

    Raises CalendarErrors with all that is wrong with the rows; then nothing is taken.
    """
    year = parse_year(asked.year, rows)
    lifecycle.publish_year(visit.session, year, asked.source, visit.person_id, visit.now)
    days = [day.isoformat() for day in year.days]
    write_down(visit, asked, str(asked.year), visit.known.county.path, days=len(days))
    known = visit.known.calendar
    kept = {day: special for day, special in known.days.items() if day.year != asked.year}
    calendar = replace(known, days={**kept, **year.days}, official_years=known.official_years | {asked.year})
    return calendar.working_days_of(asked.year), len(_made_certain(visit, calendar))


def _made_certain(visit: Visit, calendar: WorkCalendar) -> list[int]:
    """Open tickets with a provisional deadline, their own or their holder's, that the new calendar settles.

    They are counted again within the hour, as events of their own, by the job `recalculate_provisional`.
    """
    is_running = and_(col(Assignment.ended_at).is_(None), col(Assignment.role) == HoldRole.lead)
    wanted: tuple[Any, ...] = (
        *(Ticket.id, Ticket.round_started_at, Ticket.due_at, Ticket.due_is_provisional),
        *(Assignment.started_at, col(Assignment.due_at).label("term"), Assignment.is_provisional),
    )
    rows = visit.session.execute(
        select(*wanted)
        .join(Assignment, and_(col(Assignment.ticket_id) == col(Ticket.id), is_running))
        .where(IS_OPEN, or_(col(Ticket.due_is_provisional), col(Assignment.is_provisional)))
    )
    return [
        row.id
        for row in rows
        if (row.due_is_provisional and not calendar.is_provisional(row.round_started_at, row.due_at))
        or (row.is_provisional and not calendar.is_provisional(row.started_at, row.term))
    ]
