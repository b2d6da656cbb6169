"""Counts what the county has, one thing after the other and by the pure rules: the figures have to say the same."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from service.tickets.models import Assignment, Ticket
from service.whistles.models import Whistle, WhistleCall
from workflows.answer_days import days_between
from workflows.changes import Duty, HoldRole
from workflows.facts import Facts
from workflows.statuses import OPEN, Status
from workflows.tallies import Tally, tally, total
from workflows.whistle_figures import CallFacts, Punctuality, punctuality

Tickets = dict[int | None, Ticket]

OF_MAIN = ("due_at", "answered_on_time", "original_due_at", "answered_at")
OWN = (
    *("status", "contacted_at", "was_contacted", "outcome", "is_resolved", "satisfaction", "follow_up_attempts"),
    *("is_excluded", "created_at", "return_count", "reopen_count", "promise_state", "promise_confirmed"),
)


def one_by_one(session: Session, now: datetime) -> Tally:
    """Of the whole county."""
    return total(tally(facts, now) for _ticket, _main, facts in every_fact(session))


def every_fact(session: Session) -> Iterator[tuple[Ticket, Ticket, Facts]]:
    """Each ticket with the one that answers for it, and what the rules have to know of it."""
    tickets: Tickets = {ticket.id: ticket for ticket in session.exec(rows_of(Ticket))}
    moved = _units_lost_it(session)
    for ticket in tickets.values():
        main = _main_of(ticket, tickets)
        yield ticket, main, _facts_of(ticket, main, ticket.id in moved)


def _units_lost_it(session: Session) -> set[int]:
    lost = rows_of(Assignment.ticket_id).where(
        Assignment.role == HoldRole.lead,
        Assignment.duty == Duty.handle,
        col(Assignment.ended_how).in_(("returned", "reassigned", "ruled")),
    )
    return set(session.exec(lost))


def _main_of(ticket: Ticket, tickets: Tickets) -> Ticket:
    while ticket.status is Status.merged:
        ticket = tickets[ticket.merged_into_id]
    return ticket


def _facts_of(ticket: Ticket, main: Ticket, was_moved: bool) -> Facts:
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


def members(session: Session) -> dict[int, tuple[int, int, int]]:
    """By issue: how many wishes say it, how many of them are open, and how many people stand behind them."""
    tickets = {ticket.id: ticket for ticket in session.exec(rows_of(Ticket))}
    said: dict[int, list[Ticket]] = {}
    for ticket in tickets.values():
        issue = _matter_of(ticket, tickets)
        if issue is not None:
            said.setdefault(issue, []).append(ticket)
    return {
        issue: (len(theirs), sum(each.status in OPEN for each in theirs), _people(theirs))
        for issue, theirs in said.items()
    }


def _matter_of(ticket: Ticket, tickets: Tickets) -> int | None:
    """Its own issue, else that of the first one which it was merged into and which has one."""
    while ticket.issue_id is None and ticket.status is Status.merged:
        ticket = tickets[ticket.merged_into_id]
    return ticket.issue_id


def _people(said: list[Ticket]) -> int:
    writers = {ticket.phone_index or ticket.id for ticket in said}
    return len(writers) + sum(ticket.endorsements for ticket in said)


def report_ins(session: Session, now: datetime) -> Punctuality:
    rows = session.exec(rows_of(WhistleCall, Whistle).join(Whistle, col(Whistle.id) == col(WhistleCall.whistle_id)))
    return punctuality((_call(call, whistle) for call, whistle in rows), now)


def _call(call: WhistleCall, whistle: Whistle) -> CallFacts:
    when = (call.report_due_at, call.reported_at, call.was_late)
    return CallFacts(call.unit_id, call.state, *when, was_blown=whistle.blown_at is not None)


def how_many(session: Session, ids: Select[int]) -> int:
    """As a part of a figure selects the ticket of everything it counts."""
    counted: int = session.execute(select(func.count()).select_from(ids.subquery())).scalar_one()
    return counted


def days_to_answer(session: Session) -> dict[int, int]:
    """So many wishes of the county were answered after so many days."""
    tickets = [each for each in session.exec(rows_of(Ticket)) if each.status is not Status.merged]
    spent = [each.answered_at - each.created_at for each in tickets if each.answered_at is not None]
    return dict(Counter(days_between(int(each.total_seconds())) for each in spent))
