"""Working time: which hours are worked, when a term ends, and why it ends then.

Rules, with their sources:

* The day on which a term begins does not count, the next one does (Civil Code art. 201). So a wish that arrives in the
  evening or on a Sunday loses nothing and gains nothing: its first day is the next working day.
* Terms in working days leave out rest days and holidays (as in the Administrative Licensing Law, art. 82) and end when
  business closes on the last of them (Civil Code art. 203: 有业务时间的，停止业务活动的时间为截止时间).
* A half-day is a working day: the office is open, and a term that ends on it ends when the office closes, at 12:00 on a
  morning that is worked. Villagers wait no longer, and the hours of the unit are not counted twice.
* Working hours are walked one by one through the opening hours. Natural minutes, hours and days are exact to the second
  and stop for nothing, because a burst pipe does not wait for Monday.
* Counted backwards the same holds in the mirror: the day of the deadline does not count, and "1 working day before" is
  the *opening* of the working day before it. Whoever is warned then has at least that many whole working days.
* Which days are worked is announced each autumn for the next year. A year without an announcement is *provisional*:
  Monday to Friday, until it is uploaded. The announcement for a year can still change the last days of December before
  it (2018-12-29, 2006-12-30, 2011-12-31 were make-up days for the New Year), so from 25 December on a term needs the
  next year's announcement too.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from workflows.explanations import Day, Explanation, skipped_spans
from workflows.terms import DayKind, SpecialDay, Term, TermUnit
from workflows.work_years import NOTHING, Hours, WorkYear, lay_out

__all__ = ["DayKind", "SpecialDay", "Term", "TermUnit", "WorkCalendar", "WorkingHours"]

YEARS_KNOWN = range(1900, 2201)
YEARS_SEARCHED = 10
YEAR_END = (12, 25)
"""Month and day from which the next year's announcement may still change this year."""

SATURDAY = 5
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingHours:
    """When the office is open, in local time, with a break between the two halves of the day."""

    morning: tuple[time, time] = (time(9), time(12))
    afternoon: tuple[time, time] = (time(14), time(18))

    def __post_init__(self) -> None:
        if not self.morning[0] < self.morning[1] <= self.afternoon[0] < self.afternoon[1]:
            raise ValueError("working hours must run from morning to afternoon without overlapping")

    def on(self, kind: DayKind) -> Hours:
        if kind is DayKind.working:
            return (self.morning, self.afternoon)
        return {DayKind.morning: (self.morning,), DayKind.afternoon: (self.afternoon,)}.get(kind, ())


OFFICE_HOURS = WorkingHours()
CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, eq=False)
class WorkCalendar:
    """Every method takes aware datetimes of any zone and answers in aware UTC; naive ones are a ValueError.

    `days` holds what the official arrangements say of single days; all others follow the week. Years are laid out when
    they are first asked for and kept, so make one calendar and keep it: `add` is then a binary search.
    """

    days: Mapping[date, SpecialDay] = field(default_factory=dict)
    official_years: frozenset[int] = frozenset()
    hours: WorkingHours = OFFICE_HOURS
    zone: tzinfo = CHINA
    _years: dict[int, WorkYear] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        copied = {day: SpecialDay(DayKind(kind), name) for day, (kind, name) in self.days.items()}
        object.__setattr__(self, "days", copied)

    def add(self, start: datetime, term: Term) -> datetime:
        """When a term that begins at `start` ends: one of 0 at once. ValueError if 10 years hold too little time."""
        start = _in_utc(start)
        if term.is_natural or not term.amount:
            return start + term.length if term.amount else start
        if term.unit is TermUnit.working_hours:
            return self._hours_after(start, term.length)
        return self._close_after(start, term.amount)

    def subtract(self, due: datetime, term: Term) -> datetime:
        """The latest moment that leaves the whole term before `due`; working days begin at the opening of their day."""
        due = _in_utc(due)
        if term.is_natural or not term.amount:
            return due - term.length if term.amount else due
        if term.unit is TermUnit.working_hours:
            return self._hours_before(due, term.length)
        return self._opening_before(due, term.amount)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two moments; negative when the end comes first."""
        if end < start:
            return -self.worked(end, start)
        start, end = _in_utc(start), _in_utc(end)
        first, last = self._local(start).year, self._local(end).year
        whole_years = sum((self._year(year).total for year in range(first, last)), NOTHING)
        return whole_years + self._year(last).worked_until(end) - self._year(first).worked_until(start)

    def after(self, start: datetime, wanted: timedelta) -> datetime:
        """When so much working time has passed since `start`."""
        return self._hours_after(_in_utc(start), wanted)

    def is_working(self, moment: datetime) -> bool:
        """The office is open; at the very second of closing it is not."""
        moment = _in_utc(moment)
        return self._year(self._local(moment).year).is_working(moment)

    def next_opening(self, moment: datetime) -> datetime:
        """When work can begin: the moment itself while the office is open, else its next opening."""
        moment = _in_utc(moment)
        if self.is_working(moment):
            return moment
        for year in self._years_from(moment):
            if opening := year.opening_from(moment):
                return opening
        raise _no_working_time(moment)

    def is_provisional(self, start: datetime, end: datetime) -> bool:
        """The days between depend on an announcement that is not there yet. Ask it of working terms only."""
        return self.unannounced_year(start, end) is not None

    def unannounced_year(self, start: datetime, end: datetime) -> int | None:
        """The first year whose announcement could still change the days between."""
        last = self._local(_in_utc(end))
        reach = last.year + ((last.month, last.day) >= YEAR_END)
        years = range(self._local(_in_utc(start)).year, reach + 1)
        return next((year for year in years if year not in self.official_years), None)

    def explain(self, start: datetime, term: Term) -> Explanation:
        """`add`, with the days that made it so; `explanations.in_words` turns it into a sentence."""
        due = self.add(start, term)
        days = [] if term.is_natural or not term.amount else self._days_of_term(start, due, term.unit)
        counted = tuple(day for day in days if day.kind is not DayKind.off)
        return Explanation(
            start=_in_utc(start),
            due=due,
            term=term,
            zone=self.zone,
            counted=tuple(day.date for day in counted),
            skipped=skipped_spans(days),
            made_up=tuple(day.date for day in counted if day.date.weekday() >= SATURDAY),
            half_days=tuple(day.date for day in counted if day.kind is not DayKind.working),
            unannounced_year=None if term.is_natural else self.unannounced_year(start, due),
        )

    def kind_of(self, day: date) -> DayKind:
        if special := self.days.get(day):
            return special.kind
        return DayKind.off if day.weekday() >= SATURDAY else DayKind.working

    def day(self, day: date) -> Day:
        special = self.days.get(day)
        return Day(day, self.kind_of(day), special.name if special else "")

    def working_days_of(self, year: int) -> int:
        """How many days of a year are worked, half-days included: the number that the announcement is checked by."""
        return len(self._year(year).days)

    def _close_after(self, start: datetime, amount: int) -> datetime:
        wanted = bisect_right(self._year(self._local(start).year).days, self._local(start).date()) + amount
        for year in self._years_from(start):
            if wanted <= len(year.days):
                return year.day_closes[wanted - 1]
            wanted -= len(year.days)
        raise _no_working_time(start)

    def _opening_before(self, due: datetime, amount: int) -> datetime:
        year = self._year(self._local(due).year)
        left = bisect_left(year.days, self._local(due).date()) - amount
        if left >= 0:
            return year.day_opens[left]
        for year in self._years_before(due):
            left += len(year.days)
            if left >= 0:
                return year.day_opens[left]
        raise _no_working_time(due)

    def _hours_after(self, start: datetime, wanted: timedelta) -> datetime:
        wanted += self._year(self._local(start).year).worked_until(start)
        for year in self._years_from(start):
            if wanted <= year.total:
                return year.first_with(wanted)
            wanted -= year.total
        raise _no_working_time(start)

    def _hours_before(self, due: datetime, wanted: timedelta) -> datetime:
        year = self._year(self._local(due).year)
        left = year.worked_until(due) - wanted
        if left >= NOTHING:
            return year.last_with(left)
        for year in self._years_before(due):
            left += year.total
            if left >= NOTHING:
                return year.last_with(left)
        raise _no_working_time(due)

    def _days_of_term(self, start: datetime, due: datetime, unit: TermUnit) -> list[Day]:
        """The days from the first that can count, or lies off work, to the last: the first is not one that is over."""
        first, last = self._local(start).date(), self._local(due).date()
        is_over = unit is TermUnit.working_days or self._local(self.next_opening(start)).date() > first
        return [self.day(first + offset * ONE_DAY) for offset in range(is_over, (last - first).days + 1)]

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def _years_from(self, moment: datetime) -> Iterator[WorkYear]:
        here = self._local(moment).year
        return (self._year(here + ahead) for ahead in range(YEARS_SEARCHED + 1))

    def _years_before(self, moment: datetime) -> Iterator[WorkYear]:
        here = self._local(moment).year
        return (self._year(here - back) for back in range(1, YEARS_SEARCHED + 1))

    def _year(self, year: int) -> WorkYear:
        if year not in self._years:
            self._years[year] = self._laid_out(year)
        return self._years[year]

    def _laid_out(self, year: int) -> WorkYear:
        _refuse_unknown(year)
        dates = (date(year, 1, 1) + offset * ONE_DAY for offset in range(366))
        kinds = ((day, self.kind_of(day)) for day in dates if day.year == year)
        return lay_out(((day, self.hours.on(kind)) for day, kind in kinds if kind is not DayKind.off), self.zone)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone has no place in the working calendar")
    _refuse_unknown(moment.year)
    return moment.astimezone(UTC)


def _refuse_unknown(year: int) -> None:
    if year not in YEARS_KNOWN:
        raise ValueError(f"the working calendar knows the years {YEARS_KNOWN[0]} to {YEARS_KNOWN[-1]}, not {year}")


def _no_working_time(moment: datetime) -> ValueError:
    day = moment.date()
    return ValueError(f"too little working time within {YEARS_SEARCHED} years of {day}: check the working calendar")
