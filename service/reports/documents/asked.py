"""What a report is asked of: which place or unit, which period, at which moment, in which words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col

from service.directory.models import Area, Unit
from service.directory.reference import Reference
from service.local_words import LocalWords, Named
from service.reports.documents.periods import Cadence, NamedPeriod
from service.settings import settings
from service.tickets.models import Ticket
from service.tickets.scope import in_area
from service.web import translations
from workflows.explanations import MONTHS
from workflows.words import _


def county_words(language: str | None = None) -> LocalWords:
    """For what no request asks for: the county's own language and time."""
    return LocalWords(ZoneInfo(settings().time_zone), translations(language or settings().language))


@dataclass(frozen=True)
class Asked:
    """`unit` is set for reports that are made for one unit."""

    session: Session
    known: Reference
    place: Area
    period: NamedPeriod
    now: datetime
    words: LocalWords
    unit: Unit | None = None
    kept: dict[str, Any] = field(default_factory=dict)
    """What has been looked up for this report already."""

    def say(self, sentence: str, **values: object) -> str:
        return self.words._(sentence).format(**values)

    def said(self, table: Any, key: Any) -> str:
        """A word of one of the rules' tables of words; empty where there is nothing to say."""
        return self.words._(table[key]) if key is not None and key in table else ""

    def named(self, table: Mapping[str, Named], key: str) -> str:
        """What the county itself calls a row of its own book."""
        return self.words.named(table[key])

    @property
    def here(self) -> ColumnElement[bool]:
        return in_area(self.place.path)

    def within(self, moment: Any) -> ColumnElement[bool]:
        """A moment in the period."""
        return and_(moment >= self.period.since, moment < self.period.until)

    @property
    def days(self) -> tuple[date, date]:
        return self.period.first, self.period.last

    @property
    def collected(self) -> ColumnElement[bool]:
        return and_(self.here, self.within(col(Ticket.created_at)))

    def place_name(self, area_id: int) -> str:
        return self.known.place_name(area_id)

    def town_name(self, town_id: int | None) -> str:
        """What has no town was handed in for the county as a whole."""
        area = self.known.areas.get(town_id or 0)
        return area.name if area else self.say(_("县本级"))


PERIOD_WORDS: dict[Cadence, str] = {
    Cadence.daily: _("{year} 年 {month} {day} 日"),
    Cadence.weekly: _("{iso_year} 年第 {week} 周（{span}）"),
    Cadence.monthly: _("{year} 年 {month}"),
    Cadence.quarterly: _("{year} 年第 {quarter} 季度"),
    Cadence.yearly: _("{year} 年"),
}


def period_in_words(period: NamedPeriod, words: LocalWords) -> str:
    """A month that does not begin with the calendar's says from when to when."""
    last, week = period.last, period.first.isocalendar()
    said = words._(PERIOD_WORDS[period.cadence]).format(
        year=last.year,
        month=words._(MONTHS[last.month - 1]),
        day=last.day,
        quarter=(last.month + 2) // 3,
        iso_year=week.year,
        week=week.week,
        span=_span(period, words),
    )
    is_shifted = period.cadence is Cadence.monthly and period.first.day != 1
    return words._(_("{period}（{span}）")).format(period=said, span=_span(period, words)) if is_shifted else said


def _span(period: NamedPeriod, words: LocalWords) -> str:
    day = words._(_("{month} {day} 日"))
    first, last = (
        day.format(month=words._(MONTHS[each.month - 1]), day=each.day) for each in (period.first, period.last)
    )
    return words._(_("{first} 至 {last}")).format(first=first, last=last)
