"""What `weiyuan check` asks of endorsements (附议)."""

from collections.abc import Iterable

from sqlmodel import Session, col, func, select

from service.endorsements.models import Endorsement
from service.tickets.models import Ticket
from workflows.endorsements import EndorsementState


def endorsements_miscounted(session: Session) -> Iterable[str]:
    given = (
        select(Endorsement.ticket_id, func.count().label("given"))
        .where(Endorsement.state == EndorsementState.given)
        .group_by(col(Endorsement.ticket_id))
        .subquery()
    )
    counted = select(col(Ticket.id)).outerjoin(given, given.c.ticket_id == col(Ticket.id))
    wrong = counted.where(col(Ticket.endorsements) != func.coalesce(given.c.given, 0))
    return [f"ticket {found}" for found in session.execute(wrong).scalars()]
