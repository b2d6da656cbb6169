"""What a reader of the board looks at: a place, days, a theme, a source; kept in the address of every page and list."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import col

from service.accounts.visits import Visit
from service.directory.models import Area, Category, Unit
from service.errors import NotFound
from service.reports.periods import (
    Period,
    Step,
    beginning_said,
    fitting_step,
    month_said,
    period_said,
    recent,
    today_at,
)
from service.reports.sight import area_of
from service.tickets.models import Ticket
from service.tickets.scope import in_area
from workflows.definitions import Window
from workflows.statuses import Source

Condition = ColumnElement[bool]
NAMES = ("month", "begins", "from", "to", "category", "source", "unit", "here", "step")
UNSORTED = "none"
"""In place of a category's key: what nobody has put into one."""


@dataclass(frozen=True)
class Choice:
    """`asked` holds what stands in the address, in its order; nothing there means everything."""

    place: Area
    asked: Mapping[str, str]
    period: Period | None = None
    category: Category | None = None
    is_unsorted: bool = False
    source: Source | None = None
    unit: Unit | None = None
    is_here_only: bool = False
    step: Step = Step.week
    begins: int = 1

    @property
    def is_everything(self) -> bool:
        """Of the place: what the figures are kept ready for."""
        return self.period is None and self.is_any_kind

    @property
    def is_any_kind(self) -> bool:
        return not (self.category or self.is_unsorted or self.source or self.unit or self.is_here_only)

    @cached_property
    def condition(self) -> Condition:
        """Which tickets, whatever their time."""
        return and_(in_area(self.place.path), self.kind)

    @property
    def kind(self) -> Condition:
        found: list[Condition] = [true()]
        if self.category is not None or self.is_unsorted:
            key = self.category.id if self.category else None
            found.append(col(Ticket.category_id) == key if key else col(Ticket.category_id).is_(None))
        if self.source is not None:
            found.append(col(Ticket.source) == self.source)
        if self.unit is not None:
            found.append(col(Ticket.lead_unit_id) == self.unit.id)
        if self.is_here_only:
            found.append(col(Ticket.area_id) == self.place.id)
        return and_(*found)

    @property
    def suffix(self) -> str:
        """For the end of an address: the place, and all that was chosen besides."""
        return urlencode({"area": self.place.id, **self.asked})

    def at(self, place: Area) -> "Choice":
        return replace(self, place=place)

    def asking(self, **more: str | int | None) -> "Choice":
        """With something more or less in the address; this makes addresses and is not counted by."""
        asked = {**self.asked, **{name: str(value) for name, value in more.items() if value is not None}}
        return replace(self, asked={key: value for key, value in asked.items() if more.get(key, value) is not None})

    def within(self, days: Period) -> "Choice":
        """The same for other days."""
        by_days = self.asking(month=None, begins=None, **{"from": str(days.first), "to": str(days.last)})
        return replace(by_days, period=days)


def choice_in(request: Request, visit: Visit, area: int | None) -> Choice:
    """From the address. Refused for days that are none, NotFound for a theme, source or unit that there is not."""
    asked = {name: words.strip() for name, words in request.query_params.items() if words.strip() and name in NAMES}
    begins = beginning_said(asked.get("begins", ""))
    if begins == beginning_said(""):
        asked.pop("begins", None)
    period = month_said(asked.get("month", ""), begins) or period_said(
        asked.get("from", ""), asked.get("to", ""), today_at(visit.now)
    )
    return Choice(
        place=area_of(visit, area),
        asked=asked,
        period=period,
        category=_category(visit, asked.get("category", "")),
        is_unsorted=asked.get("category") == UNSORTED,
        source=_source(asked.get("source", "")),
        unit=_unit(visit, asked.get("unit", "")),
        is_here_only=asked.get("here") == "only",
        step=_step(asked.get("step", ""), period),
        begins=begins,
    )


def recent_days(choice: Choice, visit: Visit) -> Period:
    """What the series of the board tells: the days chosen, or the latest steps up to today."""
    return choice.period or recent(choice.step, today_at(visit.now), choice.begins)


def _category(visit: Visit, key: str) -> Category | None:
    if key in {"", UNSORTED}:
        return None
    if key not in visit.known.categories_by_key:
        raise NotFound()
    return visit.known.categories_by_key[key]


def _source(name: str) -> Source | None:
    if name and name not in set(Source):
        raise NotFound()
    return Source(name) if name else None


def _unit(visit: Visit, number: str) -> Unit | None:
    unit = visit.known.units.get(int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    if number and unit is None:
        raise NotFound()
    return unit


def _step(name: str, period: Period | None) -> Step:
    if name in set(Step):
        return Step(name)
    return fitting_step(period) if period else Step.week


# Which days a ticket belongs to


def in_window(window: Window, period: Period | None, is_open: Condition) -> Condition:
    """By the row of the catalogue. What is still open and was collected before these days were over belongs to every
    count by conclusion: a late one that is left open, and a complaint that is being seen to, hide from no month."""
    if period is None or window is Window.standing:
        return true()
    begin, end = period.moments
    if window is Window.creation:
        return and_(col(Ticket.created_at) >= begin, col(Ticket.created_at) < end)
    was_there = and_(is_open, col(Ticket.created_at) < end)
    return or_(was_there, and_(col(Ticket.closed_at) >= begin, col(Ticket.closed_at) < end))
