"""Which tickets an actor can see: the accounts' rule, applied to tickets and their holds."""

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from service.accounts import scope
from service.errors import NotFound
from service.tickets.models import Assignment, Ticket
from workflows.actors import Actor


def visible_tickets(actor: Actor) -> ColumnElement[bool]:
    units = scope.units(actor)
    held = select(Assignment.ticket_id).where(col(Assignment.unit_id).in_(units))
    by_unit = (col(Ticket.id).in_(held),) if units else ()
    return scope.visible(actor, col(Ticket.area_path), *by_unit)


def seen_ticket(session: Session, actor: Actor, ticket_id: int | None) -> Ticket:
    """The ticket, if this actor can see it; NotFound otherwise, as if it did not exist."""
    wanted = select(Ticket).where(Ticket.id == (ticket_id or 0), visible_tickets(actor))
    found = session.exec(wanted).one_or_none()
    if found is None:
        raise NotFound()
    return found
