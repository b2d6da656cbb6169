"""Counts what the county has, one thing after the other and by the pure rules: the figures have to say the same."""

from collections import Counter
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

MOVED = {"returned", "reassigned", "ruled"}


def one_by_one(session: Session, now: datetime) -> Tally:
    """Of the whole county."""
    tickets = {ticket.id: ticket for ticket in session.exec(rows_of(Ticket))}
    holds = session.exec(rows_of(Assignment)).all()
    moved = {
        hold.ticket_id
        for hold in holds
        if hold.role is HoldRole.lead and hold.duty is Duty.handle and hold.ended_how in MOVED
    }
    return total(tally(facts_of(ticket, tickets, ticket.id in moved), now) for ticket in tickets.values())


def facts_of(ticket: Ticket, tickets: dict[int | None, Ticket], was_moved: bool = False) -> Facts:
    main = ticket
    while main.status is Status.merged:
        main = tickets[main.merged_into_id]
    is_merged = ticket.status is Status.merged
    return Facts(
        status=ticket.status,
        due_at=main.due_at,
        answered_on_time=main.answered_on_time,
        contacted_at=ticket.contacted_at,
        was_contacted=ticket.was_contacted,
        outcome=ticket.outcome,
        is_resolved=ticket.is_resolved,
        satisfaction=ticket.satisfaction,
        follow_up_attempts=ticket.follow_up_attempts,
        is_excluded=ticket.is_excluded,
        main_status=main.status if is_merged else None,
        original_due_at=main.original_due_at,
        answered_at=main.answered_at,
        created_at=ticket.created_at,
        is_dispatched=ticket.lead_unit_id is not None or ticket.return_count > 0 or was_moved,
        is_acknowledged=ticket.acknowledged_at is not None,
        was_moved=was_moved,
        return_count=ticket.return_count,
        reopen_count=ticket.reopen_count,
        promise_state=ticket.promise_state,
        promise_confirmed=ticket.promise_confirmed,
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


def _matter_of(ticket: Ticket, tickets: dict[int | None, Ticket]) -> int | None:
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
