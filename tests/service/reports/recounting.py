"""The rollups counted again, ticket by ticket, by the pure rules and without a word of what folds them."""

from collections import Counter, defaultdict
from datetime import date, datetime
from math import ceil
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from service.tickets.models import Assignment, Ticket
from workflows.changes import Duty, HoldRole
from workflows.facts import Facts
from workflows.statuses import Status
from workflows.tallies import Tally, tally

CHINA = ZoneInfo("Asia/Shanghai")
NO_DAY = date(1970, 1, 1)
Row = tuple[str, int, str, date, str]
Recount = tuple[dict[Row, Tally], dict[Row, dict[int, int]]]


def recounted(session: Session, now: datetime) -> Recount:
    """Every row that must be there, and for each how many were answered after how many days."""
    tickets = {ticket.id: ticket for ticket in session.exec(select(Ticket))}
    moved = units_that_lost_it(session)
    tallies: dict[Row, Tally] = defaultdict(Tally)
    answers: dict[Row, Counter[int]] = defaultdict(Counter)
    for ticket in tickets.values():
        main = main_of(ticket, tickets)
        counted = tally(facts_of(ticket, main, ticket.id in moved), now)
        days = ceil((main.answered_at - ticket.created_at).total_seconds() / 86400) if main.answered_at else 0
        for row in rows_of(ticket, main, bool(counted.open)):
            tallies[row] += counted
            if counted.answered and row[0] in {"standing", "creation"} and (row[2] == "whole" or row[1] == 1):
                answers[row][max(days, 1)] += 1
    return dict(tallies), {row: dict(found) for row, found in answers.items()}


def units_that_lost_it(session: Session) -> set[int]:
    lost = select(Assignment.ticket_id).where(
        Assignment.role == HoldRole.lead,
        Assignment.duty == Duty.handle,
        col(Assignment.ended_how).in_(("returned", "reassigned", "ruled")),
    )
    return set(session.exec(lost))


def main_of(ticket: Ticket, tickets: dict[int | None, Ticket]) -> Ticket:
    while ticket.status is Status.merged:
        ticket = tickets[ticket.merged_into_id]
    return ticket


def facts_of(ticket: Ticket, main: Ticket, was_moved: bool) -> Facts:
    own = {name: getattr(ticket, name) for name in OWN}
    of_main = {name: getattr(main, name) for name in OF_MAIN}
    return Facts(
        **own,
        **of_main,
        main_status=main.status if ticket.status is Status.merged else None,
        is_dispatched=ticket.lead_unit_id is not None or ticket.return_count > 0 or was_moved,
        is_acknowledged=ticket.acknowledged_at is not None,
        was_moved=was_moved,
    )


OF_MAIN = ("due_at", "answered_on_time", "original_due_at", "answered_at")
OWN = (
    *("status", "contacted_at", "was_contacted", "outcome", "is_resolved", "satisfaction", "follow_up_attempts"),
    *("is_excluded", "created_at", "return_count", "reopen_count", "promise_state", "promise_confirmed"),
)


def rows_of(ticket: Ticket, main: Ticket, is_open: bool) -> list[Row]:
    created = ticket.created_at.astimezone(CHINA).date()
    ended = main.closed_at.astimezone(CHINA).date() if main.closed_at else NO_DAY
    last = ("open", created) if is_open else ("conclusion", ended)
    areas = [int(part) for part in ticket.area_path.split("/") if part]
    members = (
        ("whole", ""),
        ("unit", str(ticket.lead_unit_id or 0)),
        ("category", str(ticket.category_id or 0)),
        ("source", ticket.source.value),
    )
    return [
        (window, area, dimension, day, member)
        for window, day in (("standing", NO_DAY), ("creation", created), last)
        for depth, area in enumerate(areas)
        for dimension, member in (members if depth < 2 else members[:1])
    ]
