"""The clock's work on looking back: a round that is not through by its date is told to its inspectors, once."""

from datetime import datetime

from sqlalchemy import String, cast, exists, literal
from sqlmodel import Session, col, func, select

from service.jobs import Surroundings, Tally, one_by_one
from service.oversight.models import InspectionItem, InspectionRound
from service.tickets import lifecycle
from service.tickets.models import TicketEvent
from service.tickets.records import About
from workflows.actors import system
from workflows.inspections import PressInspection
from workflows.statuses import Role

PRESSED = system("inspection_late")
SUBJECT = "inspection_round:"


def remind_late_rounds(around: Surroundings) -> Tally:
    """Job: `done` counts the rounds of which somebody was told."""
    subject = literal(SUBJECT).concat(cast(col(InspectionRound.id), String))
    was_told = exists().where(col(TicketEvent.subject) == subject)
    late = select(InspectionRound.id).where(
        col(InspectionRound.ended_at).is_(None), col(InspectionRound.due_at) < around.now, ~was_told
    )
    with around.database.reading() as session:
        found = session.exec(late.order_by(col(InspectionRound.id))).all()
    return one_by_one(around, found, lambda session, round_id: _press(session, round_id or 0, around.now))


def _press(session: Session, round_id: int, now: datetime) -> None:
    """It stands in the chain of the first ticket that nobody has looked at; whoever comes second finds it there."""
    waits = (InspectionItem.round_id == round_id, col(InspectionItem.finding).is_(None))
    first, left = session.execute(select(func.min(InspectionItem.ticket_id), func.count()).where(*waits)).one()
    if first is None:
        return
    lifecycle.locked(session, first)
    round = session.get_one(InspectionRound, round_id)
    session.refresh(round)
    told = select(TicketEvent.id).where(TicketEvent.subject == f"{SUBJECT}{round_id}")
    if round.ended_at is not None or session.exec(told.limit(1)).first() is not None:
        return
    command = PressInspection(unit=round.inspector_unit_id, left=left)
    lifecycle.record(session, first, command, PRESSED, Role.system, now, About(f"{SUBJECT}{round_id}", "late"))
