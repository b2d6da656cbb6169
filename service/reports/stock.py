"""The open stock of each day, written down as it was at its end: what was open, whose, how old, how much overdue.

What happens later changes no day that is written down. Who has a day counted again says why, and both counts stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from service.inserts import insert_into
from service.jobs import Surroundings, Tally
from service.reports.models import OpenStock, StockTaken
from service.reports.past_stock import stock_at
from service.reports.periods import A_DAY, begin_of, today_at
from service.tickets.models import Ticket
from workflows.refusals import Refused
from workflows.words import _

LOOKED_BACK = timedelta(days=62)
"""Days on which the machine was off are written down when it is on again: so far back."""


@dataclass(frozen=True)
class Stock:
    """A day's open stock as it was written down; `rows` hold .town_id .unit_id .age .open .overdue."""

    taken: StockTaken
    rows: Sequence[OpenStock]


def write_down_stock(around: Surroundings) -> Tally:
    """Job, early in the morning: the stock of each day that is over and not written down yet, whoever does it first."""
    done = 0
    with around.database.reading() as session:
        days = _missing(session, today_at(around.now))
    for day in days:
        if not around.goes_on():
            break
        with around.database.reading() as session:
            rows = stock_at(session, _end_of(day))
        with around.database.writing() as session:
            done += _write(session, StockTaken(day=day, revision=0, as_of=_end_of(day), taken_at=around.now), rows)
    return Tally(done=done)


def _missing(session: Session, today: date) -> list[date]:
    """The latest first: it is what most people look at. Nothing before the first wish."""
    first = session.execute(select(func.min(col(Ticket.created_at)))).scalar()
    if first is None:
        return []
    since = max(today_at(first), today - LOOKED_BACK)
    taken = set(session.execute(select(col(StockTaken.day)).where(col(StockTaken.day) >= since)).scalars())
    days = (today - A_DAY * number for number in range(1, (today - since).days + 1))
    return [day for day in days if day not in taken]


def take_again(session: Session, day: date, now: datetime, note: str, person_id: int | None = None) -> int:
    """Count a day's stock anew, as of its end, beside what is written down of it; the number of the new count. Refused
    without a word on why, and of a day that is not over."""
    if not note.strip():
        raise Refused(_("请写明为什么要重新统计。"), field="note")
    if day >= today_at(now):
        raise Refused(_("这一天还没有过完，过完了才有这一天的存量。"), field="day")
    last = session.execute(select(func.max(StockTaken.revision)).where(col(StockTaken.day) == day)).scalar()
    revision = 0 if last is None else last + 1
    end = _end_of(day)
    taken = StockTaken(day=day, revision=revision, as_of=end, note=note.strip(), taken_at=now, taken_by_id=person_id)
    _write(session, taken, stock_at(session, end))
    return revision


def _end_of(day: date) -> datetime:
    return begin_of(day + A_DAY)


def _write(session: Session, taken: StockTaken, rows: Sequence[dict[str, Any]]) -> int:
    """1, or 0 if somebody else was quicker."""
    head = insert_into(session, StockTaken).values(**taken.model_dump())
    if session.execute(head.on_conflict_do_nothing().returning(col(StockTaken.day))).first() is None:
        return 0
    if rows:
        session.execute(insert(OpenStock), [{"day": taken.day, "revision": taken.revision, **row} for row in rows])
    return 1


# Reads


def stock_of(session: Session, day: date, revision: int | None = None, town_id: int | None = None) -> Stock | None:
    """As it was last written down, or that time; None for a day of which nothing is."""
    found = next((each for each in taken_of(session, day) if revision in {None, each.revision}), None)
    if found is None:
        return None
    wanted = select(OpenStock).where(col(OpenStock.day) == day, col(OpenStock.revision) == found.revision)
    here = wanted if town_id is None else wanted.where(col(OpenStock.town_id) == town_id)
    return Stock(found, session.execute(here).scalars().all())


def taken_of(session: Session, day: date) -> Sequence[StockTaken]:
    """Every count of a day, the last one first."""
    wanted = select(StockTaken).where(col(StockTaken.day) == day).order_by(col(StockTaken.revision).desc())
    return session.execute(wanted).scalars().all()


@dataclass(frozen=True)
class DayStock:
    day: date
    revision: int
    open: int
    overdue: int


def days_of(
    session: Session, first: date, last: date, town_id: int | None = None, unit_id: int | None = None
) -> list[DayStock]:
    """Of each day that is written down its last count; of one town or unit, or of all."""
    latest = select(col(StockTaken.day), func.max(col(StockTaken.revision)).label("revision"))
    latest = latest.where(col(StockTaken.day).between(first, last)).group_by(col(StockTaken.day))
    known = {row[0]: row[1] for row in session.execute(latest)}
    sums = select(
        col(OpenStock.day), col(OpenStock.revision), func.sum(col(OpenStock.open)), func.sum(col(OpenStock.overdue))
    ).where(col(OpenStock.day).between(first, last))
    for column, value in ((col(OpenStock.town_id), town_id), (col(OpenStock.unit_id), unit_id)):
        sums = sums if value is None else sums.where(column == value)
    rows = session.execute(sums.group_by(col(OpenStock.day), col(OpenStock.revision)))
    found = {(row[0], row[1]): (int(row[2]), int(row[3])) for row in rows}
    return [DayStock(day, revision, *found.get((day, revision), (0, 0))) for day, revision in sorted(known.items())]
