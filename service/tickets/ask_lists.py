"""The lists behind the registers: asks that wait for a decision, what is put off, and dated promises."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_
from sqlmodel import col, select

from service.accounts.visits import Visit
from service.tickets.models import Ask, Assignment, Ticket
from service.tickets.scope import visible_tickets
from workflows.ask_words import AskState, PromiseState
from workflows.pending_asks import SUPERVISION_TOO
from workflows.statuses import Role, Status

MOST = 200
Condition = Callable[[Visit], ColumnElement[bool]]


@dataclass(frozen=True)
class Asked:
    """An ask with the ticket that it is about."""

    ask: Ask
    ticket: Ticket


def waits_for_me(visit: Visit) -> ColumnElement[bool]:
    """What this official may decide: never for a unit of his own, which has the ticket in its hands or asks."""
    own = visit.actor.units
    desks = [post.unit for post in visit.actor.posts_as(Role.dispatcher)]
    by_desk = and_(col(Ask.decider_role) == Role.dispatcher, col(Ask.decider_unit_id).in_(desks))
    supervision = or_(col(Ask.decider_role) == Role.supervisor, col(Ask.kind).in_(SUPERVISION_TOO))
    may = or_(by_desk, supervision if visit.actor.has(Role.supervisor) else false())
    is_outside = and_(
        col(Ask.unit_id).not_in(own), func.coalesce(col(Ticket.lead_unit_id), 0).not_in(own), ~_has_it(own)
    )
    not_asked_by_me = func.coalesce(col(Ask.asked_by_id), 0) != (visit.actor.person or 0)
    return and_(col(Ask.state) == AskState.pending, may, is_outside, not_asked_by_me)


def _has_it(units: frozenset[int]) -> ColumnElement[bool]:
    return exists().where(
        col(Assignment.ticket_id) == col(Ticket.id),
        col(Assignment.unit_id).in_(units),
        col(Assignment.ended_at).is_(None),
    )


def asked_by_us(visit: Visit) -> ColumnElement[bool]:
    return and_(col(Ask.state) == AskState.pending, col(Ask.unit_id).in_(visit.actor.units))


def pending(visit: Visit) -> ColumnElement[bool]:
    return col(Ask.state) == AskState.pending


def settled(visit: Visit) -> ColumnElement[bool]:
    return col(Ask.state) != AskState.pending


def asks(visit: Visit, condition: Condition) -> Sequence[Asked]:
    """Those to be decided first stand first; of the settled ones the latest."""
    order = (col(Ask.decided_at).desc(), col(Ask.due_at), col(Ask.id))
    wanted = select(Ask, Ticket).join(Ticket, col(Ticket.id) == col(Ask.ticket_id))
    found = wanted.where(visible_tickets(visit.actor), condition(visit)).order_by(*order).limit(MOST)
    return [Asked(ask, ticket) for ask, ticket in visit.session.exec(found)]


def count_asks(visit: Visit, condition: Condition) -> int:
    wanted = select(func.count()).select_from(Ask).join(Ticket, col(Ticket.id) == col(Ask.ticket_id))
    return visit.session.exec(wanted.where(visible_tickets(visit.actor), condition(visit))).one()


def is_deferred(visit: Visit) -> ColumnElement[bool]:
    return col(Ticket.status) == Status.deferred


def is_open_promise(visit: Visit) -> ColumnElement[bool]:
    return and_(col(Ticket.promise_state) == PromiseState.open, _is_not_taken_back())


def is_kept_promise(visit: Visit) -> ColumnElement[bool]:
    return col(Ticket.promise_state) == PromiseState.kept


def is_broken_promise(visit: Visit) -> ColumnElement[bool]:
    return col(Ticket.promise_state) == PromiseState.broken


def is_judged_promise(visit: Visit) -> ColumnElement[bool]:
    return and_(col(Ticket.promise_state).is_not(None), col(Ticket.promise_confirmed).is_not(None))


def _is_not_taken_back() -> ColumnElement[bool]:
    return col(Ticket.status).not_in((Status.withdrawn, Status.merged, Status.declined))


def tickets(visit: Visit, condition: Condition, order: Any) -> Sequence[Ticket]:
    wanted = select(Ticket).where(visible_tickets(visit.actor), condition(visit))
    return visit.session.exec(wanted.order_by(order, col(Ticket.id)).limit(MOST)).all()


def count_tickets(visit: Visit, condition: Condition) -> int:
    wanted = select(func.count()).select_from(Ticket).where(visible_tickets(visit.actor), condition(visit))
    return visit.session.exec(wanted).one()
