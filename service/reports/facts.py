"""Each ticket as a row of facts: which counts it stands in, where it belongs, and until when that is so."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, case, func, literal_column, select
from sqlmodel import Session, col

from service.reports.attention import CONCERNS, Moment
from service.reports.counting import conditions_at, mains_of
from service.reports.way import days_until_answer, is_answered
from service.settings import settings
from service.tickets.models import IS_OPEN, Assignment, Ticket
from workflows.changes import HoldRole
from workflows.statuses import UNANSWERED, Status
from workflows.tallies import BACKLOG_AFTER, COUNTS

NAMES: tuple[str, ...] = (*COUNTS, *(concern.key for concern in CONCERNS))
"""Every count of a ticket, in the order of the bits. A change of it makes every row be counted anew."""
OPEN_BIT = 1 << NAMES.index("open")
A_TICK = timedelta(microseconds=1)
FARTHEST = 13
"""So many doublings of a day: longer than any term."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One ticket as it is counted. Days are the county's; `turns_at` is the last moment at which this is true.

    A merged wish ends when the one that it ended up in does. `answer_days` are None without an answer.
    """

    ticket_id: int
    bits: int
    area_path: str
    unit_id: int
    category_id: int
    source: str
    created_on: date
    concluded_on: date | None
    answer_days: int | None
    turns_at: datetime | None

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def facts_of(session: Session, several: Iterable[Sequence[int]], at: Moment) -> Iterator[Fact]:
    """The tickets of these ids, counted at `at`; some hundred at once, for they are named one by one."""
    asked, zone = _asked(at), ZoneInfo(settings().time_zone)
    for ids in several:
        yield from (_fact(row, at, zone) for row in session.execute(asked, {"ids": ids}))


def _fact(row: Any, at: Moment, zone: ZoneInfo) -> Fact:
    turns = [moment for moment in _moments(row, at) if moment is not None and moment >= at.now] if row.is_open else []
    return Fact(
        row.id,
        row.bits,
        row.area_path,
        row.lead_unit_id or 0,
        row.category_id or 0,
        str(row.source),
        row.created_at.astimezone(zone).date(),
        row.closed_at.astimezone(zone).date() if row.closed_at and not row.is_open else None,
        row.answer_days,
        min(turns, default=None),
    )


def _asked(at: Moment) -> Any:
    these = col(Ticket.id).in_(bindparam("ids", expanding=True))
    mains = mains_of(these)
    conditions = conditions_at(at.now, mains)
    conditions |= {concern.key: and_(IS_OPEN, concern.condition(at)) for concern in CONCERNS}
    is_merged = col(Ticket.status) == Status.merged
    columns: tuple[Any, ...] = (
        *(Ticket.id, Ticket.area_path, Ticket.lead_unit_id, Ticket.category_id, Ticket.source, Ticket.status),
        Ticket.created_at,
        case((is_merged, mains.c.main_closed_at), else_=col(Ticket.closed_at)).label("closed_at"),
        _bits(conditions),
        conditions["open"].label("is_open"),
        case((is_merged, mains.c.main_due_at), else_=col(Ticket.due_at)).label("due_at"),
        case((is_merged, mains.c.main_first), else_=col(Ticket.original_due_at)).label("first_due_at"),
        case((is_answered(), days_until_answer()), else_=None).label("answer_days"),
        _of_hold(func.min(col(Assignment.started_at)), col(Assignment.role) == HoldRole.lead).label("held_since"),
        _of_hold(func.min(col(Assignment.due_at))).label("hold_due_at"),
    )
    return select(*columns).outerjoin(mains, mains.c.id == col(Ticket.id)).where(these)


def _bits(conditions: dict[str, ColumnElement[bool]]) -> Any:
    parts = (
        case((conditions[name], literal_column(str(1 << place), BigInteger)), else_=0)
        for place, name in enumerate(NAMES)
    )
    return sum(parts, literal_column("0", BigInteger)).label("bits")


def _of_hold(what: Any, *conditions: ColumnElement[bool]) -> Any:
    running = (col(Assignment.ticket_id) == col(Ticket.id), col(Assignment.ended_at).is_(None))
    return select(what).where(*running, *conditions).scalar_subquery()


# Until when it is so


def _moments(row: Any, at: Moment) -> Iterator[datetime | None]:
    """The last moments before something about an open ticket changes by itself."""
    yield row.due_at
    yield row.first_due_at
    yield row.created_at + BACKLOG_AFTER
    yield row.hold_due_at
    if row.status in UNANSWERED - {Status.submitted} and row.due_at > at.now:
        yield _before_it_is_soon_due(row.due_at, at)
    if row.status is Status.assigned and row.held_since is not None:
        yield _before_it_is_unacknowledged(row.held_since, at)


def _before_it_is_soon_due(due: datetime, at: Moment) -> datetime | None:
    term = at.limits.term("due_soon_before")

    def is_soon(moment: datetime) -> bool:
        return at.calendar.add(moment, term) >= due

    if is_soon(at.now):
        return None
    likely = at.calendar.subtract(due, term)
    return _first(is_soon, (likely, *_midnights(likely, at)), at.now, due) - A_TICK


def _before_it_is_unacknowledged(since: datetime, at: Moment) -> datetime | None:
    term = at.limits.term("acknowledge")

    def is_too_long(moment: datetime) -> bool:
        return at.calendar.subtract(moment, term) > since

    if is_too_long(at.now):
        return None
    later = (at.now + timedelta(days=1 << doubled) for doubled in range(FARTHEST))
    end = next((moment for moment in later if is_too_long(moment)), None)
    likely = at.calendar.add(since, term)
    guesses = (likely + A_TICK, *_midnights(likely, at))
    return None if end is None else _first(is_too_long, guesses, at.now, end) - A_TICK


def _midnights(moment: datetime, at: Moment) -> Iterator[datetime]:
    """Terms in working days change at the beginning of a day: of that day, the next, and the next that is worked."""
    day = datetime.combine(moment.astimezone(at.calendar.zone).date(), time(), at.calendar.zone)
    opens = at.calendar.next_opening(moment).astimezone(at.calendar.zone).date()
    yield from (day, day + timedelta(days=1), datetime.combine(opens, time(), at.calendar.zone))


def _first(
    is_so: Callable[[datetime], bool], likely: Iterable[datetime], before: datetime, after: datetime
) -> datetime:
    """The first moment at which it is so, which it is not `before` and is `after`, and from then on all the while."""
    for moment in likely:
        if before < moment <= after and is_so(moment) and not is_so(moment - A_TICK):
            return moment.astimezone(UTC)
    while after - before > A_TICK:
        middle = before + (after - before) // 2
        before, after = (before, middle) if is_so(middle) else (middle, after)
    return after
