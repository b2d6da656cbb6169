"""Which tickets an actor can see: the accounts' rule, applied to tickets and their holds."""

from sqlalchemy import ColumnElement, exists, false, or_, true
from sqlmodel import Session, col, select

from service.accounts import scope
from service.errors import NotFound
from service.tickets.models import Assignment, Ticket
from workflows.actors import Actor


def visible_tickets(actor: Actor) -> ColumnElement[bool]:
    units = scope.units(actor)
    held = exists().where(col(Assignment.ticket_id) == col(Ticket.id), col(Assignment.unit_id).in_(units))
    return or_(*(in_area(path) for path in sorted(scope.area_paths(actor))), *((held,) if units else (false(),)))


def in_area(path: str) -> ColumnElement[bool]:
    """Tickets of an area and all below it, said so that an index serves every list: the county is everything."""
    parts = path.strip("/").split("/")
    if len(parts) == 1:
        return true()
    if len(parts) == 2:
        return col(Ticket.town_id) == int(parts[1])
    return scope.in_areas(col(Ticket.area_path), [path])


def seen_ticket(session: Session, actor: Actor, ticket_id: int | None) -> Ticket:
    """The ticket, if this actor can see it; NotFound otherwise, as if it did not exist."""
    wanted = select(Ticket).where(Ticket.id == (ticket_id or 0), visible_tickets(actor))
    found = session.exec(wanted).one_or_none()
    if found is None:
        raise NotFound()
    return found
