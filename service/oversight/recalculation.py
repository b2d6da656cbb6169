"""Deadlines that reach into a year whose holidays were not announced are counted again once they are."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from service.directory.reference import reference
from service.jobs import Surroundings, Tally, one_by_one
from service.tickets import lifecycle
from service.tickets.models import IS_OPEN, Assignment, Ticket
from workflows.actors import system
from workflows.changes import HoldRole
from workflows.commands import RecalculateDue
from workflows.words import _

COMMAND = RecalculateDue(reason=_("放假安排已经公布，期限按它重新计算。"))


def recalculate_provisional(around: Surroundings) -> Tally:
    """An ordinary event of the ticket, by the rule `calendar`; nothing happens before the year is uploaded."""
    with around.database.reading() as session:
        announced = _announced(session, IS_OPEN)
    return one_by_one(around, announced, lambda session, ticket_id: _recalculate(session, ticket_id, around.now))


def _recalculate(session: Session, ticket_id: int, now: datetime) -> None:
    """Nothing is left to do when another process was quicker."""
    this_one = col(Ticket.id) == ticket_id
    session.exec(select(Ticket.id).where(this_one).with_for_update()).one()
    if _announced(session, this_one):
        lifecycle.perform(session, ticket_id, COMMAND, system("calendar"), now)


def _announced(session: Session, condition: ColumnElement[bool]) -> list[int]:
    """Tickets with a provisional deadline, their own or their holder's, of which the calendar is certain by now."""
    is_running = and_(col(Assignment.ended_at).is_(None), col(Assignment.role) == HoldRole.lead)
    wanted: tuple[Any, ...] = (
        *(Ticket.id, Ticket.round_started_at, Ticket.due_at, Ticket.due_is_provisional),
        *(Assignment.started_at, col(Assignment.due_at).label("term"), Assignment.is_provisional),
    )
    rows = session.execute(
        select(*wanted)
        .join(Assignment, and_(col(Assignment.ticket_id) == col(Ticket.id), is_running))
        .where(condition, or_(col(Ticket.due_is_provisional), col(Assignment.is_provisional)))
    )
    calendar = reference(session).calendar
    return [
        row.id
        for row in rows
        if (row.due_is_provisional and not calendar.is_provisional(row.round_started_at, row.due_at))
        or (row.is_provisional and not calendar.is_provisional(row.started_at, row.term))
    ]
