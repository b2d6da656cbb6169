"""Lays a ticket's rows out as the case that the rules decide on."""

from dataclasses import fields
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.directory.reference import Reference
from service.tickets import ask_rows
from service.tickets.models import Assignment, EscalationFiring, Ticket, TicketEvent
from service.tickets.numbers import number_of
from workflows.ask_words import AskKind
from workflows.cases import Case
from workflows.changes import Duty, HoldRole
from workflows.commands import Submit
from workflows.decide import HANDLING_VERBS
from workflows.pending_asks import of_kind
from workflows.sampling import rule_for
from workflows.whistle_cases import town_of
from workflows.whistle_words import OPEN_WHISTLE

SAME_NAMES = tuple({field.name for field in fields(Case)} & set(Ticket.model_fields))


def new_case(command: Submit, reference: Reference) -> Case:
    """A wish that has not been handed in yet: where it belongs, and how long its category may wait."""
    area = reference.areas[command.area]
    category = reference.categories_by_key.get(command.category or "")
    case = Case(area.path, reference.desks_of(command.area), reference.limits_in(command.area), reference.calendar)
    if category is None:
        return case
    return case.changed(
        urgency=category.urgency, needs_review=category.needs_review, follow_up_rule=category.follow_up_rule
    )


def case_of(session: Session, ticket: Ticket, reference: Reference) -> Case:
    """Everything the rules want to know of this ticket, as this transaction sees it."""
    assert ticket.id is not None
    holds = session.exec(select(Assignment).where(Assignment.ticket_id == ticket.id)).all()
    held = _held(holds)
    asks = ask_rows.pending(session, ticket.id) if ticket.pending_asks else ()
    is_asked_off = of_kind(asks, AskKind.deferral) is not None or bool(held["supporting"])
    return Case(
        **{name: getattr(ticket, name) for name in SAME_NAMES},
        desks=reference.desks_of(ticket.area_id),
        limits=reference.limits_in(ticket.area_id),
        limits_of_hold=reference.limits_in(ticket.area_id, held["hold_since"]),
        calendar=reference.calendar,
        number=number_of(ticket.id, ticket.created_at),
        town_desk=town_desk_of(ticket.area_path, reference),
        sampling=rule_for(reference.sampling, ticket.area_path, ticket.category_id, ticket.created_at),
        handled_by=_handlers(session, ticket.id),
        fired=_fired(session, ticket.id, ticket.round),
        asks=asks,
        whistle_runs=is_asked_off and whistle_runs(session, ticket),
        **held,
    )


def whistle_runs(session: Session, ticket: Ticket) -> bool:
    """Whether the last thing that happened to some whistle of this wish, or of its issue, has left it open."""
    same_matter = (
        [ticket.id] if ticket.issue_id is None else select(Ticket.id).where(Ticket.issue_id == ticket.issue_id)
    )
    of_it = col(TicketEvent.ticket_id).in_(same_matter)
    named = select(TicketEvent.subject).where(of_it, col(TicketEvent.subject).startswith("whistle:")).distinct()
    subjects = session.exec(named).all()
    last = select(func.max(TicketEvent.id)).where(col(TicketEvent.subject).in_(subjects)).group_by(TicketEvent.subject)
    wanted = select(TicketEvent.id).where(
        col(TicketEvent.id).in_(last), of_it, col(TicketEvent.subject_to).in_(OPEN_WHISTLE)
    )
    return bool(subjects) and session.exec(wanted.limit(1)).first() is not None


def town_desk_of(area_path: str, reference: Reference) -> int | None:
    """The town's own desk, else the one that is responsible for the town."""
    town = town_of(area_path)
    return None if town is None else reference.desks_of(int(town.rstrip("/").rpartition("/")[2]))[0]


def _held(holds: Any) -> dict[str, Any]:
    lead = next((hold for hold in holds if hold.ended_at is None and hold.role is HoldRole.lead), None)
    supporting = {hold.unit_id for hold in holds if hold.ended_at is None and hold.role is HoldRole.supporting}
    return {
        "hold_since": lead.started_at if lead else None,
        "hold_due": lead.due_at if lead else None,
        "hold_is_provisional": bool(lead and lead.is_provisional),
        "supporting": frozenset(supporting),
        "handling_units": frozenset(hold.unit_id for hold in holds if hold.duty is Duty.handle),
    }


def _handlers(session: Session, ticket_id: int) -> frozenset[int]:
    wanted = select(TicketEvent.person_id).where(
        TicketEvent.ticket_id == ticket_id, col(TicketEvent.verb).in_(HANDLING_VERBS)
    )
    return frozenset(person for person in session.exec(wanted) if person is not None)


def _fired(session: Session, ticket_id: int, round: int) -> frozenset[str]:
    wanted = select(EscalationFiring.rule).where(
        EscalationFiring.ticket_id == ticket_id, EscalationFiring.round == round
    )
    return frozenset(session.exec(wanted))
