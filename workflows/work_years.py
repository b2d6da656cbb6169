"""One year of working time laid out in order, so that any question about it is one binary search."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import accumulate

NOTHING = timedelta(0)

Hours = tuple[tuple[time, time], ...]
"""Opening and closing times of one day, local and in order."""


@dataclass(frozen=True, slots=True)
class WorkYear:
    """The lists are parallel: `days`, `day_opens`, `day_closes` one entry a working day; the others one a span of work.

    `worked` is the working time of the year up to the close of each span. All moments are aware UTC.
    """

    days: list[date]
    day_opens: list[datetime]
    day_closes: list[datetime]
    opens: list[datetime]
    closes: list[datetime]
    worked: list[timedelta]

    @property
    def total(self) -> timedelta:
        return self.worked[-1] if self.worked else NOTHING

    def worked_until(self, moment: datetime) -> timedelta:
        begun = bisect_right(self.opens, moment)
        if not begun:
            return NOTHING
        return self.worked[begun - 1] - max(self.closes[begun - 1] - moment, NOTHING)

    def first_with(self, worked: timedelta) -> datetime:
        """The first moment at which so much was worked: at the latest a close. 0 < worked <= total."""
        return self._moment(bisect_left(self.worked, worked), worked)

    def last_with(self, worked: timedelta) -> datetime:
        """The last moment at which no more was worked: at the earliest an opening. 0 <= worked < total."""
        return self._moment(bisect_right(self.worked, worked), worked)

    def _moment(self, span: int, worked: timedelta) -> datetime:
        return self.closes[span] - (self.worked[span] - worked)

    def is_working(self, moment: datetime) -> bool:
        begun = bisect_right(self.opens, moment)
        return begun > 0 and moment < self.closes[begun - 1]

    def opening_from(self, moment: datetime) -> datetime | None:
        """The first opening at or after the moment, None when the year has no more."""
        index = bisect_left(self.opens, moment)
        return self.opens[index] if index < len(self.opens) else None


def lay_out(days: Iterable[tuple[date, Hours]], zone: tzinfo) -> WorkYear:
    """`days` are the working days of one year in order, each with its hours."""
    dates: list[date] = []
    day_opens: list[datetime] = []
    day_closes: list[datetime] = []
    spans: list[tuple[datetime, datetime]] = []
    for day, hours in days:
        spans += [(_utc(day, opens, zone), _utc(day, closes, zone)) for opens, closes in hours]
        dates.append(day)
        day_opens.append(spans[-len(hours)][0])
        day_closes.append(spans[-1][1])
    worked = list(accumulate(closes - opens for opens, closes in spans))
    return WorkYear(
        dates, day_opens, day_closes, [opens for opens, _ in spans], [closes for _, closes in spans], worked
    )


def _utc(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
