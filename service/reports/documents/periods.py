"""The spans that reports are about, by their names: 2026-10-12, 2026-W42, 2026-10, 2026-Q4, 2026."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from service.reports.periods import A_DAY, Period, Step, begin_of, bulletin_month, month_of, slice_of, today_at
from service.settings import settings
from workflows.refusals import Refused
from workflows.words import _

UNREADABLE = _("看不懂这个时段：{given}。请写成 2026-10、2026-W42、2026-Q4、2026 或者 2026-10-12。")
FIRST_YEAR, LAST_YEAR = 2000, 2099


class Cadence(StrEnum):
    """How often a report is made: 日跟进, 周研判, 月通报, 季拉练, a year; `standing` tells how things stand now."""

    standing = "standing"
    daily = "daily"
    weekly = "weekly"
    monthly = "monthly"
    quarterly = "quarterly"
    yearly = "yearly"


CADENCE_WORDS: dict[Cadence, str] = {
    Cadence.standing: _("随时"),
    Cadence.daily: _("每天"),
    Cadence.weekly: _("每周"),
    Cadence.monthly: _("每月"),
    Cadence.quarterly: _("每季度"),
    Cadence.yearly: _("每年"),
}

NAMES: dict[Cadence, re.Pattern[str]] = {
    Cadence.daily: re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII),
    Cadence.weekly: re.compile(r"(\d{4})-W(\d{2})", re.ASCII),
    Cadence.monthly: re.compile(r"(\d{4})-(\d{2})", re.ASCII),
    Cadence.quarterly: re.compile(r"(\d{4})-Q([1-4])", re.ASCII),
    Cadence.yearly: re.compile(r"(\d{4})", re.ASCII),
}


@dataclass(frozen=True)
class NamedPeriod:
    """Whole days of the county with the name that a report's address and its file bear."""

    cadence: Cadence
    name: str
    days: Period

    @property
    def first(self) -> date:
        return self.days.first

    @property
    def last(self) -> date:
        """It still belongs to it."""
        return self.days.last

    @property
    def since(self) -> datetime:
        return begin_of(self.first)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return begin_of(self.last + A_DAY)

    @property
    def before(self) -> "NamedPeriod":
        """The one of the same kind that ends where this one begins."""
        return containing(self.cadence, self.first - A_DAY)

    @property
    def after(self) -> "NamedPeriod":
        return containing(self.cadence, self.last + A_DAY)

    def is_over(self, now: datetime) -> bool:
        return self.until <= now


def named(name: str) -> NamedPeriod:
    """The period that is called so. Raises Refused, with the sentence, for a name that says nothing."""
    for cadence, pattern in NAMES.items():
        found = pattern.fullmatch(name.strip())
        if found:
            return _of_numbers(cadence, [int(part) for part in found.groups()], name)
    raise Refused(UNREADABLE, given=name[:40])


def current(cadence: Cadence, now: datetime) -> NamedPeriod:
    """The one that is running; what only tells how things stand is told of its day."""
    return containing(Cadence.daily if cadence is Cadence.standing else cadence, today_at(now))


def last_over(cadence: Cadence, now: datetime) -> NamedPeriod:
    """The latest one that is over."""
    return current(cadence, now).before


def containing(cadence: Cadence, day: date) -> NamedPeriod:
    if cadence is Cadence.weekly:
        year, week, _day = day.isocalendar()
        return NamedPeriod(cadence, f"{year}-W{week:02}", slice_of(day, Step.week))
    if cadence is Cadence.monthly:
        month = month_of(day, settings().bulletin_day)
        return NamedPeriod(cadence, f"{month.last:%Y-%m}", month)
    if cadence is Cadence.quarterly:
        return _quarter(day.year, (day.month + 2) // 3)
    if cadence is Cadence.yearly:
        return NamedPeriod(cadence, f"{day.year}", Period(date(day.year, 1, 1), date(day.year, 12, 31)))
    return NamedPeriod(Cadence.daily, day.isoformat(), Period(day, day))


def _of_numbers(cadence: Cadence, numbers: list[int], name: str) -> NamedPeriod:
    try:
        if not FIRST_YEAR <= numbers[0] <= LAST_YEAR:
            raise ValueError(name)
        if cadence is Cadence.daily:
            return containing(cadence, date(numbers[0], numbers[1], numbers[2]))
        if cadence is Cadence.weekly:
            return containing(cadence, date.fromisocalendar(numbers[0], numbers[1], 1))
        if cadence is Cadence.monthly:
            return NamedPeriod(cadence, name.strip(), bulletin_month(numbers[0], numbers[1], settings().bulletin_day))
        return (
            _quarter(numbers[0], numbers[1])
            if cadence is Cadence.quarterly
            else containing(cadence, date(numbers[0], 1, 1))
        )
    except ValueError:
        raise Refused(UNREADABLE, given=name[:40]) from None


def _quarter(year: int, quarter: int) -> NamedPeriod:
    last = date(year, 3 * quarter, monthrange(year, 3 * quarter)[1])
    return NamedPeriod(Cadence.quarterly, f"{year}-Q{quarter}", Period(date(year, 3 * quarter - 2, 1), last))
