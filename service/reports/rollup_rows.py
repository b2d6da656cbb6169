"""Which rows of the rollups a figure is summed from, and the sums themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlmodel import col

from service.reports.differences import EVER, STILL_OPEN, Dimension, Key
from service.reports.facts import NAMES
from service.reports.models import Rollup
from workflows.definitions import Window
from workflows.tallies import COUNTS

Days = tuple[date, date]
"""The first and the last day; both belong to it."""


@dataclass(frozen=True)
class Rows:
    """Which rows of the rollups are meant."""

    window: Window
    areas: tuple[int, ...]
    dimension: Dimension
    days: Days | None = None
    member: str | None = None
    with_open: bool = True
    names: tuple[str, ...] = NAMES
    """Which counts are wanted; all others stay 0."""

    @property
    def parts(self) -> tuple[tuple[str, date, date], ...]:
        """By which name the rows are kept, from which day to which."""
        if self.days is None or self.window is Window.standing:
            return ((Window.standing, EVER, EVER),)
        first, last = self.days
        if self.with_open and self.window is Window.conclusion:
            return ((Window.conclusion, first, last), (STILL_OPEN, EVER, last))
        return ((self.window, first, last),)

    def conditions(self, table: Any) -> Iterator[ColumnElement[bool]]:
        for window, first, last in self.parts:
            yield and_(
                table.window == window,
                table.area_id.in_(self.areas),
                table.dimension == self.dimension,
                table.day.between(first, last),
                true() if self.member is None else table.member == self.member,
            )

    def __contains__(self, key: Key) -> bool:
        is_there = key.area_id in self.areas and key.dimension == self.dimension and self.member in {None, key.member}
        return is_there and any(key.window == name and first <= key.day <= last for name, first, last in self.parts)


def rows_of(
    areas: tuple[int, ...],
    window: Window,
    days: Days | None = None,
    dimension: Dimension = Dimension.whole,
    member: str | None = None,
    names: tuple[str, ...] = COUNTS,
) -> Rows:
    """Of all days the standing rows say the same in one row."""
    return Rows(window if days else Window.standing, areas, dimension, days, member, names=with_first(names))


def with_first(names: tuple[str, ...]) -> tuple[str, ...]:
    """By the count that comes first is told whether there is anything at all."""
    return (NAMES[0], *(name for name in names if name != NAMES[0]))


@cache
def summed_by(column: str, names: tuple[str, ...]) -> Select[Any]:
    key = col(getattr(Rollup, column))
    return select(key, *(func.sum(col(getattr(Rollup, name))) for name in names)).group_by(key)


def answer_rows_of(areas: tuple[int, ...], days: Days | None, dimension: Dimension, member: str | None = None) -> Rows:
    return Rows(Window.creation if days else Window.standing, areas, dimension, days, member)
