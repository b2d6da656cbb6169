"""Figures by time and by kind: what came in and what ended in each step, the stock at its end, and how it divides.

A merged wish ends when the one that it ended up in does, here as in the figures. So at every moment stock = collected -
ended, and today's stock is the open ones of the headline. The past is told as the tickets stand now: a wish that is
done again is open all the while.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CTE, and_, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from service.reports.choices import Choice, Condition
from service.reports.counting import conditions_at
from service.reports.kept import kept
from service.reports.periods import Period
from service.reports.way import days_until_answer, is_answered
from service.reports.windows import tallies_by
from service.tickets.models import Ticket
from workflows.answer_days import MEDIAN, NINETY, Days, answers_in, percentile
from workflows.definitions import Window
from workflows.statuses import Status
from workflows.tallies import Tally
from workflows.words import _

IS_MERGED: Condition = col(Ticket.status) == Status.merged
FOREVER = datetime(9000, 1, 1, tzinfo=UTC)


class Line(StrEnum):
    """What a time series counts."""

    collected = "collected"
    ended = "ended"
    stock = "stock"


LINE_WORDS: dict[Line, str] = {Line.collected: _("征集"), Line.ended: _("办结"), Line.stock: _("期末在办")}
LISTED: dict[Line, str] = {
    Line.collected: _("这段时间征集到的"),
    Line.ended: _("这段时间办结的"),
    Line.stock: _("最后一天结束时还在办的"),
}


@dataclass(frozen=True)
class Point:
    """One step: how many came in, how many ended, how many were open at its end (or now, where it is still running),
    and within how many days half, and nine of ten, of those collected and `answered` had their first answer: of a step
    that ended lately the slow ones have none yet."""

    days: Period
    collected: int
    ended: int
    stock: int
    answered: int
    median: int | None
    ninety: int | None


def points(session: Session, choice: Choice, slices: Sequence[Period], now: datetime) -> list[Point]:
    """One for each slice, oldest first; the slices follow each other without a gap."""
    if not slices:
        return []
    there = kept(session, choice)
    if there is None:
        collected, ended, open_now, days = _counted(session, choice, slices, now)
    else:
        days = there.answers_by_slice(slices)
        collected = there.by_slice(Window.creation, "collected", slices)
        ended, open_now = there.by_slice(Window.conclusion, "concluded", slices), there.open()
    stocks = _stocks(open_now, collected, ended)
    return [
        Point(span, collected[n], ended[n], stocks[n], answers_in(days[n]), *_percentiles(days[n]))
        for n, span in enumerate(slices)
    ]


def _percentiles(days: Days) -> tuple[int | None, int | None]:
    return percentile(days, MEDIAN), percentile(days, NINETY)


def _counted(
    session: Session, choice: Choice, slices: Sequence[Period], now: datetime
) -> tuple[list[int], list[int], int, list[Days]]:
    """On the spot: how many came, how many went, how many are open now, and the days until they were answered."""
    edges = [slices[0].moments[0], *(each.moments[1] for each in slices)]
    collected = _by_step(session, choice.condition, col(Ticket.created_at), edges)
    open_now = _open(session, choice, now)
    return collected, _ended(session, choice, edges), open_now, _days(session, choice, edges)


def _stocks(open_now: int, collected: Sequence[int], ended: Sequence[int]) -> list[int]:
    """Backwards from what is open now; the last number of both says what came after the last slice."""
    found = [open_now]
    for came, went in zip(collected[:0:-1], ended[:0:-1], strict=True):
        found.append(found[-1] - came + went)
    return found[:0:-1]


def _open(session: Session, choice: Choice, now: datetime) -> int:
    wanted = select(func.count()).select_from(Ticket).where(choice.condition, conditions_at(now)["open"])
    count: int = session.execute(wanted).scalar_one()
    return count


def _ended(session: Session, choice: Choice, edges: Sequence[datetime]) -> list[int]:
    mains = _mains()
    own = _by_step(session, and_(choice.condition, ~IS_MERGED), col(Ticket.closed_at), edges)
    theirs = _by_step(session, choice.condition, mains.c.ended_at, edges, mains)
    return [one + other for one, other in zip(own, theirs, strict=True)]


def _by_step(
    session: Session, condition: Condition, moment: Any, edges: Sequence[datetime], mains: CTE | None = None
) -> list[int]:
    """How many lie between each edge and the next; and last, how many lie after all of them."""
    step = _step_of(moment, edges).label("step")
    wanted = select(step, func.count().label("many")).select_from(Ticket).where(condition, moment >= edges[0])
    if mains is not None:
        wanted = wanted.join(mains, mains.c.id == col(Ticket.id))
    found: dict[int, int] = {row.step: row.many for row in session.execute(wanted.group_by(step))}
    return [found.get(number, 0) for number in range(len(edges))]


def _step_of(moment: Any, edges: Sequence[datetime]) -> Any:
    return case(*((moment < end, number) for number, end in enumerate(edges[1:])), else_=len(edges) - 1)


def _days(session: Session, choice: Choice, edges: Sequence[datetime]) -> list[Days]:
    moment, days = col(Ticket.created_at), days_until_answer().label("days")
    step = _step_of(moment, edges).label("step")
    wanted = select(step, days, func.count()).where(
        choice.condition, is_answered(), moment >= edges[0], moment < edges[-1]
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for number, day, count in session.execute(wanted.group_by(step, days)):
        found[number][int(day)] = count
    return [found[number] for number in range(len(edges))]


# The tickets behind a point


def behind(line: Line, days: Period, now: datetime) -> Condition:
    """Exactly those that a point counts."""
    begin, end = days.moments
    if line is Line.collected:
        return and_(col(Ticket.created_at) >= begin, col(Ticket.created_at) < end)
    if line is Line.ended:
        return _ended_in(begin, end)
    return and_(col(Ticket.created_at) < end, or_(conditions_at(now)["open"], _ended_in(end)))


def _ended_in(begin: datetime, end: datetime = FOREVER) -> Condition:
    mains, closed_at = _mains(), col(Ticket.closed_at)
    theirs = select(mains.c.id).where(mains.c.ended_at >= begin, mains.c.ended_at < end)
    return or_(and_(~IS_MERGED, closed_at >= begin, closed_at < end), col(Ticket.id).in_(theirs))


def _mains() -> CTE:
    """For each merged ticket when the one that it ended up in was closed; nothing while that one is open."""
    first: Any = select(col(Ticket.id).label("id"), col(Ticket.merged_into_id).label("main")).where(IS_MERGED)
    steps, between, main = first.cte("merged_steps", recursive=True), aliased(Ticket), aliased(Ticket)
    steps = steps.union_all(
        select(steps.c.id, col(between.merged_into_id))
        .join(between, col(between.id) == steps.c.main)
        .where(col(between.status) == Status.merged)
    )
    found: CTE = (
        select(steps.c.id, col(main.closed_at).label("ended_at"))
        .join(main, col(main.id) == steps.c.main)
        .where(col(main.status) != Status.merged)
        .cte("merged_ends")
    )
    return found


# How the collected ones divide

BY_KIND = ("collected", "concluded", "open", "open_overdue")


@dataclass(frozen=True)
class Slice:
    """Of what was collected in the days chosen: the part of one theme, source or place. `key` is that of its row."""

    key: Any
    tally: Tally


def divided(session: Session, choice: Choice, key: Any, now: datetime) -> list[Slice]:
    """The largest first."""
    counted = tallies_by(session, choice, Window.creation, now, key, BY_KIND)
    found = [Slice(each, tally) for each, tally in counted.items() if tally.collected]
    return sorted(found, key=lambda each: -each.tally.collected)
