"""Spans of days that figures are told for: any first and last day, a bulletin month, and the steps of a time series.

A bulletin month may begin on any day up to the 28th (the district of workflows/formulas.py begins its months on the
19th) and is called after the month in which it ends: October from the 19th is 19 September to 18 October.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.settings import settings
from workflows.refusals import Refused
from workflows.words import _

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
LATEST_BEGINNING = 28
MOST_SLICES = 62
A_DAY, A_WEEK = timedelta(days=1), timedelta(weeks=1)
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


class Step(StrEnum):
    day = "day"
    week = "week"
    month = "month"


STEP_WORDS: dict[Step, str] = {Step.day: _("按天"), Step.week: _("按周"), Step.month: _("按月")}
SHOWN: dict[Step, int] = {Step.day: 30, Step.week: 12, Step.month: 12}
"""How many steps up to today, where no period was chosen."""


@dataclass(frozen=True, order=True)
class Period:
    """Whole days by the county's clock; `last` still belongs to it."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From the first moment to that at which it is over, both in UTC."""
        return begin_of(self.first), begin_of(self.last + A_DAY)


def begin_of(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(settings().time_zone)).astimezone(UTC)


def today_at(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings().time_zone)).date()


def bulletin_month(year: int, month: int, begins: int = 1) -> Period:
    """ValueError for a beginning that February does not have."""
    if not 1 <= begins <= LATEST_BEGINNING:
        raise ValueError(f"a month begins on one of the days 1 to {LATEST_BEGINNING}")
    if begins == 1:
        return Period(date(year, month, 1), _next_month(date(year, month, 1)) - A_DAY)
    before = date(year, month, 1) - A_DAY
    return Period(date(before.year, before.month, begins), date(year, month, begins) - A_DAY)


def month_of(day: date, begins: int = 1) -> Period:
    """The bulletin month that a day lies in."""
    named = day if begins == 1 or day.day < begins else _next_month(day.replace(day=1))
    return bulletin_month(named.year, named.month, begins)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


# As somebody asks for them


def day_said(words: str) -> date | None:
    """2026-10-19; nothing for nothing. Refused for what is no day."""
    if not words.strip():
        return None
    try:
        return min(max(date.fromisoformat(words.strip()), EARLIEST), LATEST)
    except ValueError:
        raise Refused(_("“{words}”不是日期，请写成 2026-10-19 这样。"), words=words) from None


def month_said(words: str, begins: int) -> Period | None:
    """2026-10; nothing for nothing. Refused for what is no month."""
    if not words.strip():
        return None
    found = MONTH.fullmatch(words.strip())
    if found is None:
        raise Refused(_("“{words}”不是月份，请写成 2026-10 这样。"), words=words)
    return bulletin_month(int(found[1]), int(found[2]), begins)


def beginning_said(words: str) -> int:
    """On which day months begin: unless told, as the county's bulletins do. Refused for what no month has."""
    if not words.strip():
        return settings().bulletin_day
    if not words.strip().isdecimal() or not 1 <= int(words) <= LATEST_BEGINNING:
        raise Refused(_("一个月从 1 日到 28 日里的哪一天起，请写一个数。"))
    return int(words)


def period_said(first: str, last: str, today: date) -> Period | None:
    """Open ends are the earliest day and today. Refused when the last day comes before the first."""
    begins, ends = day_said(first), day_said(last)
    if begins is None and ends is None:
        return None
    found = Period(begins or EARLIEST, ends or max(today, begins or today))
    if found.last < found.first:
        raise Refused(_("最后一天（{last}）在第一天（{first}）前面，请改一下。"), first=found.first, last=found.last)
    return found


# Steps of a time series


def recent(step: Step, today: date, begins: int = 1) -> Period:
    """So many whole steps as are shown by themselves; the last one is still running."""
    found = slice_of(today, step, begins)
    first = found.first
    for _step in range(SHOWN[step] - 1):
        first = slice_of(first - A_DAY, step, begins).first
    return Period(first, found.last)


def slice_of(day: date, step: Step, begins: int = 1) -> Period:
    """The day, the week from Monday on, or the bulletin month that the day lies in."""
    if step is Step.day:
        return Period(day, day)
    if step is Step.week:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + A_WEEK - A_DAY)
    return month_of(day, begins)


def slices_of(period: Period, step: Step, today: date, begins: int = 1) -> list[Period]:
    """Oldest first, cut off at the ends of the period, without the future; at most the latest MOST_SLICES."""
    found: list[Period] = []
    day = min(period.last, max(today, period.first))
    while day >= period.first and len(found) < MOST_SLICES:
        whole = slice_of(day, step, begins)
        found.append(Period(max(whole.first, period.first), min(whole.last, period.last)))
        day = whole.first - A_DAY
    return found[::-1]


def fitting_step(period: Period) -> Step:
    """Fine enough to see something, coarse enough to see it at once."""
    if period.days <= 31:
        return Step.day
    return Step.week if period.days <= 26 * 7 else Step.month
