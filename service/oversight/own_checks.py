"""What must be true of supervision, of emergencies and of rounds of inspection; rows of `weiyuan check`."""

from collections.abc import Iterable

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from service.directory.models import EmergencyMode, Unit
from service.oversight.models import InspectionItem, InspectionRound
from service.tickets.models import Ticket


def supervision_without_level(session: Session) -> Iterable[str]:
    """Who is to answer knows at which level and until when, or has answered; nobody has answered what was not asked."""
    has_level, has_due = col(Ticket.supervision_level).is_not(None), col(Ticket.supervision_due_at).is_not(None)
    is_answered = col(Ticket.supervision_answered_at).is_not(None)
    wanted = select(col(Ticket.id)).where(or_(has_level != has_due, and_(is_answered, ~has_level)))
    return [f"ticket {found}" for found in session.execute(wanted).scalars()]


def rounds_without_inspector(session: Session) -> Iterable[str]:
    """An open round has inspectors, a date by which it is through, and something to look at. Where the inspectors were
    dissolved a moment ago, the clock passes it on."""
    items = select(InspectionItem.round_id)
    wanted = (
        select(col(InspectionRound.id))
        .outerjoin(Unit, col(Unit.id) == col(InspectionRound.inspector_unit_id))
        .where(
            col(InspectionRound.ended_at).is_(None),
            or_(
                col(Unit.id).is_(None),
                col(InspectionRound.due_at) <= col(InspectionRound.created_at),
                col(InspectionRound.id).not_in(items),
            ),
        )
    )
    return [f"round {found}" for found in session.execute(wanted).scalars()]


def emergencies_twice(session: Session) -> Iterable[str]:
    running = select(col(EmergencyMode.area_id)).where(col(EmergencyMode.ended_at).is_(None))
    twice = running.group_by(col(EmergencyMode.area_id)).having(func.count() > 1)
    return [f"area {found}" for found in session.execute(twice).scalars()]
