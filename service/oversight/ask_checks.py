"""What `weiyuan check` asks of asks, deferrals and promises: nothing waits for nobody, and nothing without a day."""

from collections.abc import Iterable

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from service.tickets.models import Ask, Ticket
from workflows.ask_words import AskState, PromiseState
from workflows.statuses import OPEN, Role, Status

WAITS = col(Ask.state) == AskState.pending


def asks_without_decider(session: Session) -> Iterable[str]:
    """A pending one stands on an open ticket, and its decider is not the unit that asks or leads."""
    nobody = and_(col(Ask.decider_unit_id).is_(None), col(Ask.decider_role) != Role.supervisor)
    itself = or_(col(Ask.decider_unit_id) == col(Ask.unit_id), col(Ask.decider_unit_id) == col(Ticket.lead_unit_id))
    wanted = select(Ask.id).join(Ticket, col(Ticket.id) == col(Ask.ticket_id))
    wrong = or_(nobody, itself, col(Ticket.status).not_in(OPEN), col(Ask.due_at) <= col(Ask.asked_at))
    return [f"ask {found}" for found in session.exec(wanted.where(WAITS, wrong))]


def asks_miscounted(session: Session) -> Iterable[str]:
    waiting = select(func.count()).select_from(Ask).where(col(Ask.ticket_id) == col(Ticket.id), WAITS)
    has_some = select(Ask.ticket_id).where(WAITS)
    wanted = select(Ticket.id).where(
        or_(col(Ticket.pending_asks) != 0, col(Ticket.id).in_(has_some)),
        col(Ticket.pending_asks) != waiting.scalar_subquery(),
    )
    return [f"ticket {found}" for found in session.exec(wanted)]


def deferred_without_review(session: Session) -> Iterable[str]:
    is_deferred = col(Ticket.status) == Status.deferred
    wanted = select(Ticket.id).where(is_deferred != col(Ticket.deferred_until).is_not(None))
    return [f"ticket {found}" for found in session.exec(wanted)]


def promises_without_day(session: Session) -> Iterable[str]:
    """An open one has its day, and the clock that watches it."""
    is_open = col(Ticket.promise_state) == PromiseState.open
    is_watched = and_(col(Ticket.promised_for).is_not(None), col(Ticket.alarm_at).is_not(None))
    over = (Status.withdrawn, Status.merged, Status.declined)
    wanted = select(Ticket.id).where(is_open, col(Ticket.status).not_in(over), ~is_watched)
    return [f"ticket {found}" for found in session.exec(wanted)]
