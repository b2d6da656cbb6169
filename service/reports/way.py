"""Counts of how tickets came to where they are, as conditions; and the days until the first answer, by place."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, cast, extract, func, or_, select
from sqlmodel import Session, col

from service.directory.models import AreaLevel
from service.directory.reference import Reference
from service.tickets.models import Assignment, Ticket
from service.tickets.scope import in_area
from workflows.answer_days import SECONDS, added
from workflows.ask_words import PromiseState
from workflows.changes import Duty, HoldRole
from workflows.statuses import Status
from workflows.tallies import BACKLOG_AFTER

Condition = ColumnElement[bool]
MOVED = ("returned", "reassigned", "ruled")
"""How a hold ends that another unit gets because the first one was wrong; a unit that is no more was not wrong."""


def way_counts(is_closed: Condition, is_open: Condition, now: datetime) -> dict[str, Condition]:
    answered, promise = is_answered(), col(Ticket.promise_state)
    return {
        **_dispatches(),
        "answered": answered,
        "redone": and_(answered, col(Ticket.reopen_count) > 0),
        "backlog": and_(is_open, col(Ticket.created_at) < now - BACKLOG_AFTER),
        "promises_due": _is(promise, PromiseState.kept, PromiseState.broken),
        "promises_kept": and_(_is(promise, PromiseState.kept), func.coalesce(col(Ticket.promise_confirmed), True)),
        "promises_open": _is(promise, PromiseState.open),
        "heard": and_(is_closed, col(Ticket.satisfaction).is_not(None)),
    }


def is_dispatched() -> Condition:
    return or_(col(Ticket.lead_unit_id).is_not(None), col(Ticket.return_count) > 0, was_moved())


def was_moved() -> Condition:
    """A unit that was to handle it lost it to another one."""
    held = select(Assignment.id).where(  # type: ignore[call-overload]
        col(Assignment.ticket_id) == col(Ticket.id),
        col(Assignment.role) == HoldRole.lead,
        col(Assignment.duty) == Duty.handle,
        col(Assignment.ended_how).in_(MOVED),
    )
    moved: Condition = held.exists()
    return moved


def is_answered() -> Condition:
    return and_(col(Ticket.answered_at).is_not(None), col(Ticket.status) != Status.merged)


def _dispatches() -> dict[str, Condition]:
    dispatched, acknowledged = is_dispatched(), col(Ticket.acknowledged_at).is_not(None)
    settled = and_(dispatched, or_(acknowledged, was_moved()))
    return {
        "dispatched": dispatched,
        "returned": and_(dispatched, col(Ticket.return_count) > 0),
        "dispatch_settled": settled,
        "right_first": and_(dispatched, acknowledged, ~was_moved()),
    }


def _is(promise: Any, *states: PromiseState) -> Condition:
    """Never unknown, so that its opposite is its opposite."""
    return and_(promise.is_not(None), promise.in_(states))


# Days until the first answer


def days_by_area(session: Session, known: Reference) -> dict[int, dict[int, int]]:
    """For the county and each town, so many wishes were answered after so many days."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    days = days_until_answer()
    wanted = select(col(Ticket.area_id), days, func.count()).where(is_answered()).group_by(col(Ticket.area_id), days)
    for area_id, day, count in session.execute(wanted):
        for area in known.lineage(area_id):
            if area.id is not None and area.level in {AreaLevel.county, AreaLevel.town}:
                found[area.id] = added(found[area.id], {int(day): count})
    return found


def days_of_area(session: Session, area_path: str) -> dict[int, int]:
    days = days_until_answer()
    wanted = select(days, func.count()).where(is_answered(), in_area(area_path)).group_by(days)
    return {int(day): count for day, count in session.execute(wanted)}


def days_until_answer() -> Any:
    """Begun days count whole, and the first one is 1: as `answer_days.days_between`."""
    seconds = cast(extract("epoch", col(Ticket.answered_at)), BigInteger) - cast(
        extract("epoch", col(Ticket.created_at)), BigInteger
    )
    return func.coalesce(func.nullif((seconds + (SECONDS - 1)) // SECONDS, 0), 1)
