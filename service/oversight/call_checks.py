"""What `weiyuan check` asks of follow-ups: whoever must be called stands in the queue, and nobody else does."""

from collections.abc import Iterable

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from service.tickets.models import Ticket
from workflows.commands import Satisfaction
from workflows.statuses import FollowUpRule, Status


def calls_against_tickets(session: Session) -> Iterable[str]:
    is_spared = or_(col(Ticket.follow_up_rule) == FollowUpRule.never, col(Ticket.is_drawn).is_(False))
    has_complained = and_(
        col(Ticket.rated_round).is_not_distinct_from(col(Ticket.round)),
        or_(
            col(Ticket.satisfaction).is_not_distinct_from(Satisfaction.dissatisfied),
            col(Ticket.is_resolved).is_not_distinct_from(False),
        ),
    )
    must_be_called = and_(col(Ticket.status) == Status.follow_up, or_(~is_spared, has_complained))
    stands_there = col(Ticket.call_at).is_not(None)
    wanted = select(col(Ticket.id)).where(or_(and_(must_be_called, ~stands_there), and_(~must_be_called, stands_there)))
    return [f"ticket {found}" for found in session.exec(wanted)]
