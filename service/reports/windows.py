"""Counts for what a reader has chosen: each row of the catalogue over the tickets that its window lets in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from service.directory.models import Area
from service.reports.choices import Choice, Condition, in_window
from service.reports.counting import conditions_at
from service.reports.figures import figures_of
from service.reports.kept import as_of, kept
from service.reports.way import days_until_answer, is_answered
from service.tickets.models import Ticket
from workflows.answer_days import Days
from workflows.definitions import Window
from workflows.tallies import COUNTS, Tally

Windows = Mapping[Window, Tally]
"""What a row of the catalogue counts, by its window."""

NOTHING: Windows = dict.fromkeys(Window, Tally())


@dataclass(frozen=True)
class Seen:
    """The figures of a choice. `towns`: those of the county, in the order of the directory; none of any other place."""

    as_of: datetime
    place: Area
    windows: Windows
    days: Days
    towns: tuple[tuple[Area, Windows], ...] = ()
    days_by_town: Mapping[int, Days] | None = None

    def days_in(self, town: Area) -> Days:
        return (self.days_by_town or {}).get(town.id or 0, {})


def everywhere(tally: Tally) -> Windows:
    """Where no days were chosen every window holds everything."""
    return dict.fromkeys(Window, tally)


def seen(session: Session, choice: Choice, towns: Iterable[Area], now: datetime) -> Seen:
    """As they were last folded; counted on the spot where they never were."""
    if choice.is_everything:
        found = figures_of(session, choice.place, now)
        rows = tuple((town, everywhere(tally)) for town, tally in found.towns)
        return Seen(found.as_of, found.place, everywhere(found.tally), found.days_in(found.place), rows, found.days)
    counted, days = windows_by(session, choice, now, col(Ticket.town_id)), days_by(session, choice, col(Ticket.town_id))
    rows = tuple((town, counted.get(town.id, NOTHING)) for town in towns)
    return Seen(
        as_of(session, choice, now), choice.place, summed(counted.values()), summed_days(days.values()), rows, days
    )


def summed(parts: Iterable[Windows]) -> Windows:
    found = list(parts)
    return {window: sum((each[window] for each in found), Tally()) for window in Window}


def summed_days(parts: Iterable[Days]) -> Days:
    found: dict[int, int] = defaultdict(int)
    for days in parts:
        for day, count in days.items():
            found[day] += count
    return dict(found)


def windows_by(
    session: Session, choice: Choice, now: datetime, key: Any, names: Iterable[str] = COUNTS
) -> dict[Any, Windows]:
    """By a column of the ticket; `names` are the counts that are wanted, and all others stay 0."""
    windows = tuple(Window) if choice.period else (Window.standing,)
    counted = {window: tallies_by(session, choice, window, now, key, tuple(names)) for window in windows}
    keys = {each for tallies in counted.values() for each in tallies}
    return {
        each: {window: counted.get(window, counted[Window.standing]).get(each, Tally()) for window in Window}
        for each in keys
    }


def tallies_by(
    session: Session, choice: Choice, window: Window, now: datetime, key: Any, names: tuple[str, ...] = COUNTS
) -> dict[Any, Tally]:
    """By an area, those right below the place stand for all that lies in them."""
    there = kept(session, choice)
    return there.tallies(window, key.key, names) if there else counted_by(session, choice, window, now, key, names)


def counted_by(
    session: Session, choice: Choice, window: Window, now: datetime, key: Any, names: tuple[str, ...] = COUNTS
) -> dict[Any, Tally]:
    """The same, on the spot."""
    conditions = conditions_of(now)
    sums = [func.sum(case((conditions[name], 1), else_=0)).label(name) for name in names]
    wanted = select(key.label("key"), *sums).where(
        choice.condition, in_window(window, choice.period, conditions["open"])
    )
    return {
        row.key: Tally(**{name: int(getattr(row, name) or 0) for name in names})
        for row in session.execute(wanted.group_by(key))
    }


@lru_cache(maxsize=2)
def conditions_of(now: datetime) -> dict[str, Condition]:
    """Written once for all that is counted at one moment."""
    return conditions_at(now)


def days_by(session: Session, choice: Choice, key: Any) -> Mapping[Any, Days]:
    """How many wishes were answered after how many days, of those collected in the days chosen."""
    there = kept(session, choice)
    return there.answers(key.key) if there else days_counted_by(session, choice, key)


def days_counted_by(session: Session, choice: Choice, key: Any) -> dict[Any, dict[int, int]]:
    days = days_until_answer()
    is_inside = in_window(Window.creation, choice.period, is_answered())
    wanted = select(key.label("key"), days.label("days"), func.count().label("many")).where(
        choice.condition, is_answered(), is_inside
    )
    found: dict[Any, dict[int, int]] = defaultdict(dict)
    for row in session.execute(wanted.group_by(key, days)):
        found[row.key][int(row.days)] = int(row.many)
    return dict(found)
