"""A unit that is no more holds nothing: its tickets go back to the desk of their area, which assigns them again."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from service.directory.models import Unit
from service.jobs import Surroundings, Tally
from service.tickets import lifecycle
from service.tickets.models import Assignment, Ticket
from service.tickets.records import THE_TICKET
from workflows.actors import system
from workflows.changes import Changes, HoldRole
from workflows.commands import Note, ReturnToDesk
from workflows.statuses import WITH_UNIT, Role, Status
from workflows.words import _

BY_RULE = system("dissolved_unit")
GONE = ReturnToDesk(reason=_("承办单位已经撤销，交回受理台重新派单。"))
SUPPORT_GONE = Note(words=_("协办单位已经撤销，不再协办。"))
IN_ITS_HANDS = WITH_UNIT | {Status.deferred}


def give_back(session: Session, unit_id: int, now: datetime) -> int:
    """All that this unit works on returns to the desks, and it supports nothing any more; how many tickets."""
    led = select(Ticket.id).where(Ticket.lead_unit_id == unit_id, col(Ticket.status).in_(IN_ITS_HANDS))
    tickets = _ids(session.exec(led.order_by(col(Ticket.id))).all())
    for ticket_id in tickets:
        lifecycle.perform(session, ticket_id, GONE, BY_RULE, now)
    supported = select(Assignment.ticket_id).where(
        Assignment.unit_id == unit_id, Assignment.role == HoldRole.supporting, col(Assignment.ended_at).is_(None)
    )
    for ticket_id in session.exec(supported.order_by(col(Assignment.ticket_id))).all():
        released = Changes(released=frozenset({unit_id}))
        lifecycle.record(session, ticket_id, SUPPORT_GONE, BY_RULE, Role.system, now, THE_TICKET, released)
    return len(tickets)


def return_from_dissolved_units(around: Surroundings) -> Tally:
    """Job: what came into the hands of a unit after it was dissolved, as when a villager has it done again."""
    with around.database.reading() as session:
        held = select(Ticket.lead_unit_id).join(Unit, col(Unit.id) == col(Ticket.lead_unit_id))
        gone = held.where(~col(Unit.is_active), col(Ticket.status).in_(IN_ITS_HANDS)).distinct()
        units = _ids(session.exec(gone).all())
    done = 0
    for unit_id in units:
        with around.database.writing() as session:
            done += give_back(session, unit_id, around.now)
    return Tally(done)


def _ids(rows: Sequence[int | None]) -> list[int]:
    return [each for each in rows if each is not None]
