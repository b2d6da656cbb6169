"""The open stock of each day, written down at its end: what was open, whose it was, how old, and how much overdue.

What happens later changes no day that is written down. Who has a day counted again says why, and both counts stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, func, insert, select
from sqlmodel import Session, col

from service.inserts import insert_into
from service.jobs import Surroundings, Tally
from service.reports.counting import conditions_at
from service.reports.models import OpenStock, StockTaken
from service.reports.periods import today_at
from service.tickets.models import Ticket
from workflows.refusals import Refused
from workflows.words import _

AGES: tuple[tuple[str, int | None, str], ...] = (
    # key, younger than so many days, words
    ("5", 5, _("不到 5 天")),
    ("15", 15, _("5 到 15 天")),
    ("30", 30, _("15 到 30 天")),
    ("90", 90, _("30 到 90 天")),
    ("older", None, _("90 天以上")),
)
NO_UNIT = NO_TOWN = 0


@dataclass(frozen=True)
class Stock:
    """A day's open stock as it was written down; `rows` hold .town_id .unit_id .age .open .overdue."""

    day: date
    as_of: datetime
    note: str
    rows: Sequence[OpenStock]


def write_down_stock(around: Surroundings) -> Tally:
    """Job, early in the morning: the stock of the day that has ended, once, whoever does it first."""
    day = today_at(around.now) - timedelta(days=1)
    with around.database.writing() as session:
        return Tally(done=_take(session, day, 0, around.now, ""))


def take_again(session: Session, day: date, now: datetime, note: str) -> int:
    """Count a day's stock anew, beside what is written down of it. Refused without a word on why."""
    if not note.strip():
        raise Refused(_("请写明为什么要重新统计。"), field="note")
    last = session.execute(select(func.max(StockTaken.revision)).where(col(StockTaken.day) == day)).scalar()
    return _take(session, day, 0 if last is None else last + 1, now, note.strip())


def stock_of(session: Session, day: date, town_id: int | None = None) -> Stock | None:
    """As it was last written down; None for a day of which nothing is."""
    taken = select(StockTaken).where(col(StockTaken.day) == day).order_by(col(StockTaken.revision).desc())
    found = session.execute(taken.limit(1)).scalars().first()
    if found is None:
        return None
    wanted = select(OpenStock).where(col(OpenStock.day) == day, col(OpenStock.revision) == found.revision)
    here = wanted if town_id is None else wanted.where(col(OpenStock.town_id) == town_id)
    return Stock(day, found.as_of, found.note, session.execute(here).scalars().all())


def _take(session: Session, day: date, revision: int, now: datetime, note: str) -> int:
    """How many rows were written; none if somebody else was quicker."""
    head = insert_into(session, StockTaken).values(day=day, revision=revision, as_of=now, note=note)
    if session.execute(head.on_conflict_do_nothing().returning(col(StockTaken.day))).first() is None:
        return 0
    rows = [{"day": day, "revision": revision, **row._mapping} for row in session.execute(_counted(now))]
    if rows:
        session.execute(insert(OpenStock), rows)
    return len(rows)


def _counted(now: datetime) -> Any:
    """What was merged into another one has no unit of its own."""
    conditions = conditions_at(now)
    town = func.coalesce(col(Ticket.town_id), NO_TOWN)
    unit = case((conditions["open_merged"], NO_UNIT), else_=func.coalesce(col(Ticket.unit_id), NO_UNIT))
    bands = ((col(Ticket.created_at) > now - timedelta(days=most), key) for key, most, _words in AGES if most)
    age = case(*bands, else_=AGES[-1][0])
    labelled = (town.label("town_id"), unit.label("unit_id"), age.label("age"))
    overdue = func.sum(case((conditions["open_overdue"], 1), else_=0)).label("overdue")
    return select(*labelled, func.count().label("open"), overdue).where(conditions["open"]).group_by(town, unit, age)
