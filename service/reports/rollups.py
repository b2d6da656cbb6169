"""The counts of any area, by any days and kinds, summed from the rollups: at the same cost however many tickets.

found = rollups(session, now)                                        as last folded, at the latest a minute ago
found.as_of                                                          the moment of every figure
found.tally(place.path, Window.conclusion, (first, last))            the open ones, and what ended in these days
found.tallies(place.path, Window.creation, days, Dimension.category) {"3": Tally, "0": Tally}, by category id
found.by_area([1, 4], Window.standing)                               {area id: Tally}
found.by_day(place.path, Window.creation, days)                      {day: Tally}
found.answers(place.path, days, Dimension.unit)                      {"7": {days until the answer: how many}}

Days are the county's, the last one belongs to them, and no days are all days. Every count by conclusion holds what is
still open and was collected before these days were over; only `by_day` leaves it out. Units, categories and sources
are counted for the county and its towns, whole tallies for every area. `exactly` adds what happened since the fold.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.reports.attention import CONCERNS
from service.reports.differences import Counts, Differences, Dimension, areas_of
from service.reports.facts import NAMES
from service.reports.models import Rollup, RollupAnswer
from service.reports.pending import outstanding, state_of
from service.reports.rollup_rows import Days, Rows, answer_rows_of, rows_of, summed_by, with_first
from workflows.definitions import Window
from workflows.tallies import COUNTS, Tally

__all__ = ["Days", "Dimension", "Rollups", "exactly", "folded", "rollups"]

CONCERN_KEYS = tuple(concern.key for concern in CONCERNS)
NONE = Differences()
AS_OF = "rollups as of"


def rollups(session: Session, now: datetime) -> "Rollups":
    """As they were last folded; before the first fold everything is counted now."""
    return folded(session) or exactly(session, now)


def folded(session: Session) -> "Rollups | None":
    """As they were last folded; None before the first fold. Asked once in what is one snapshot anyway."""
    if AS_OF not in session.info:
        session.info[AS_OF] = state_of(session).as_of
    as_of: datetime | None = session.info[AS_OF]
    return None if as_of is None else Rollups(session, as_of, NONE)


def exactly(session: Session, now: datetime) -> "Rollups":
    """As of this very moment: with whatever has happened since the fold."""
    state = state_of(session)
    moment = max(now, state.as_of or now)
    return Rollups(session, moment, outstanding(session, state, moment), is_bare=state.as_of is None)


@dataclass(frozen=True)
class Rollups:
    """`differences` are added to what the database holds; `is_bare`: it holds nothing yet that could be used."""

    session: Session
    as_of: datetime
    differences: Differences
    is_bare: bool = False

    def tally(
        self,
        area_path: str,
        window: Window,
        days: Days | None = None,
        dimension: Dimension = Dimension.whole,
        member: str = "",
    ) -> Tally:
        rows = rows_of((_area(area_path),), window, days, dimension, member)
        return self._tallies(rows, lambda key: key.member).get(member, Tally())

    def tallies(
        self,
        area_path: str,
        window: Window,
        days: Days | None = None,
        dimension: Dimension = Dimension.whole,
        names: tuple[str, ...] = COUNTS,
    ) -> dict[str, Tally]:
        """By member, without those that hold no ticket."""
        rows = rows_of((_area(area_path),), window, days, dimension, None, names)
        return self._tallies(rows, lambda key: key.member)

    def by_area(
        self,
        areas: Iterable[int],
        window: Window,
        days: Days | None = None,
        dimension: Dimension = Dimension.whole,
        member: str = "",
        names: tuple[str, ...] = COUNTS,
    ) -> dict[int, Tally]:
        return self._tallies(rows_of(tuple(areas), window, days, dimension, member, names), lambda key: key.area_id)

    def by_day(
        self,
        area_path: str,
        window: Window,
        days: Days,
        dimension: Dimension = Dimension.whole,
        member: str | None = None,
        names: tuple[str, ...] = COUNTS,
    ) -> dict[date, Tally]:
        """Of days on which something was collected, or ended; of one member, or of all."""
        rows = Rows(window, (_area(area_path),), dimension, days, member, with_open=False, names=with_first(names))
        return self._tallies(rows, lambda key: key.day)

    def concerns(self, area_path: str, dimension: Dimension = Dimension.whole, member: str = "") -> dict[str, int]:
        """What needs a hand, by the key of its row."""
        rows = rows_of((_area(area_path),), Window.standing, None, dimension, member, CONCERN_KEYS)
        counts = self._counts(rows, lambda key: key.area_id)
        found = next(iter(counts.values()), [0] * len(rows.names))
        return dict(zip(rows.names[1:], found[1:], strict=True))

    def answers(
        self, area_path: str, days: Days | None = None, dimension: Dimension = Dimension.whole
    ) -> dict[str, dict[int, int]]:
        """By member, how many wishes collected in these days were answered after how many days."""
        return self._answers(answer_rows_of((_area(area_path),), days, dimension), lambda key: key.member)

    def answers_by_area(self, areas: Iterable[int], days: Days | None = None) -> dict[int, dict[int, int]]:
        return self._answers(answer_rows_of(tuple(areas), days, Dimension.whole), lambda key: key.area_id)

    def answers_by_day(
        self, area_path: str, days: Days, dimension: Dimension = Dimension.whole, member: str | None = None
    ) -> dict[date, dict[int, int]]:
        rows = answer_rows_of((_area(area_path),), days, dimension, member)
        return self._answers(rows, lambda key: key.day)

    def _tallies(self, rows: Rows, label: Callable[[Any], Any]) -> dict[Any, Tally]:
        found = self._counts(rows, label)
        return {key: Tally(**dict(zip(rows.names, counts, strict=True))) for key, counts in found.items() if counts[0]}

    def _counts(self, rows: Rows, label: Callable[[Any], Any]) -> dict[Any, Counts]:
        found: dict[Any, Counts] = {}
        for key, counts in (*self._kept(rows, label(Rollup)), *self._since(rows, label)):
            before = found.get(key)
            found[key] = [one + other for one, other in zip(before, counts, strict=True)] if before else list(counts)
        return found

    def _kept(self, rows: Rows, column: Any) -> list[tuple[Any, Sequence[int]]]:
        if self.is_bare:
            return []
        wanted = summed_by(column.key, rows.names)
        return [
            (row[0], row[1:]) for which in rows.conditions(Rollup) for row in self.session.execute(wanted.where(which))
        ]

    def _since(self, rows: Rows, label: Callable[[Any], Any]) -> list[tuple[Any, Counts]]:
        places = [NAMES.index(name) for name in rows.names]
        changed = ((key, counts) for key, counts in self.differences.rows() if key in rows)
        return [(label(key), [counts[place] for place in places]) for key, counts in changed]

    def _answers(self, rows: Rows, label: Callable[[Any], Any]) -> dict[Any, dict[int, int]]:
        found: dict[Any, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for of, days, many in self._kept_answers(rows, label(RollupAnswer)):
            found[of][days] += many
        for key, days, many in self.differences.answer_rows():
            if key in rows:
                found[label(key)][days] += many
        return {of: {days: many for days, many in sorted(each.items()) if many} for of, each in found.items()}

    def _kept_answers(self, rows: Rows, column: Any) -> list[tuple[Any, int, int]]:
        if self.is_bare:
            return []
        days = col(RollupAnswer.days)
        wanted = select(column, days, func.sum(col(RollupAnswer.answers))).group_by(column, days)
        return [
            (row[0], row[1], int(row[2]))
            for which in rows.conditions(RollupAnswer)
            for row in self.session.execute(wanted.where(which))
        ]


def _area(area_path: str) -> int:
    return areas_of(area_path)[-1]
