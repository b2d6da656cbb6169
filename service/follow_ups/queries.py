"""Reads of the follow-up queue: who is to be called now, who later, and which of them the reader may not call."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, literal, select, tuple_
from sqlmodel import Session, col

from service.tickets.models import Assignment, Ticket, TicketEvent
from service.tickets.scope import in_area, visible_tickets
from workflows.actors import Actor
from workflows.changes import Duty, HoldRole
from workflows.commands import LARGEST_ID, CallResult
from workflows.decide import HANDLING_VERBS
from workflows.refusals import Refused
from workflows.words import _

PAGE, COUNTED_MOST = 50, 1000
COLUMNS: tuple[Any, ...] = (
    *(Ticket.id, Ticket.created_at, Ticket.area_id, Ticket.category_id, Ticket.public_text, Ticket.lead_unit_id),
    *(Ticket.round, Ticket.call_at, Ticket.call_back_at, Ticket.attempted_at, Ticket.attempt_result),
    *(Ticket.follow_up_attempts, Ticket.satisfaction, Ticket.rated_round, Ticket.is_drawn),
    col(Assignment.due_at).label("due_at"),
)


@dataclass(frozen=True)
class Wanted:
    """`is_now`: those whose time has come; else those whose time is still to come. None asks for everything."""

    is_now: bool = True
    area_path: str | None = None
    category: int | None = None
    result: CallResult | None = None


@dataclass(frozen=True)
class Page:
    """`cursor` asks for the rows after these; None when there are no more."""

    rows: Sequence[Row[Any]]
    cursor: str | None


def find_calls(session: Session, actor: Actor, wanted: Wanted, now: datetime, cursor: str | None = None) -> Page:
    """Call-backs whose time has come first, then by the deadline; what is still to come by its time."""
    place, moment = _order(wanted)
    order = (place, moment, col(Ticket.id))
    conditions = _conditions(actor, wanted, now)
    if cursor is not None:
        conditions.append(tuple_(*order) > _read(cursor))
    found = (
        select(*COLUMNS, place.label("place"), moment.label("moment"))
        .join(Assignment, and_(*_is_led()))
        .where(*conditions)
        .order_by(*order)
        .limit(PAGE + 1)
    )
    rows = session.execute(found).all()
    return Page(rows[:PAGE], _cursor(rows[PAGE - 1]) if len(rows) > PAGE else None)


def count_calls(session: Session, actor: Actor, wanted: Wanted, now: datetime) -> int:
    """Counted no further than a thousand."""
    found = select(col(Ticket.id)).where(*_conditions(actor, wanted, now)).limit(COUNTED_MOST)
    counted: int = session.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    return counted


def handled_here(session: Session, actor: Actor, ids: Iterable[int]) -> frozenset[int]:
    """Those of these tickets that the reader, or a unit of his, has handled: somebody else has to call there."""
    wanted = list(ids)
    by_unit = select(col(Assignment.ticket_id)).where(
        col(Assignment.ticket_id).in_(wanted),
        col(Assignment.duty) == Duty.handle,
        col(Assignment.unit_id).in_(actor.units),
    )
    by_hand = select(col(TicketEvent.ticket_id)).where(
        col(TicketEvent.ticket_id).in_(wanted),
        col(TicketEvent.person_id) == actor.person,
        col(TicketEvent.verb).in_(HANDLING_VERBS),
    )
    return frozenset(session.execute(by_unit.union(by_hand)).scalars()) if wanted else frozenset()


def _conditions(actor: Actor, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    time = col(Ticket.call_at)
    found = [visible_tickets(actor), time <= now if wanted.is_now else time > now]
    if wanted.area_path:
        found.append(in_area(wanted.area_path))
    if wanted.category is not None:
        found.append(col(Ticket.category_id) == wanted.category)
    if wanted.result is not None:
        found.append(col(Ticket.attempt_result) == wanted.result)
    return found


def _is_led() -> tuple[ColumnElement[bool], ...]:
    return (
        col(Assignment.ticket_id) == col(Ticket.id),
        col(Assignment.ended_at).is_(None),
        col(Assignment.role) == HoldRole.lead,
    )


def _order(wanted: Wanted) -> tuple[ColumnElement[int], ColumnElement[datetime]]:
    if not wanted.is_now:
        return literal(1), col(Ticket.call_at)  # type: ignore[return-value]
    is_promised = col(Ticket.call_back_at).is_not(None)
    return case((is_promised, 0), else_=1), func.coalesce(col(Ticket.call_back_at), col(Assignment.due_at))


def _cursor(row: Row[Any]) -> str:
    return f"{row.place}~{row.moment.isoformat()}~{row.id}"


def _read(cursor: str) -> tuple[int, datetime, int]:
    """Raise Refused for a cursor that is none of ours."""
    try:
        place, moment, ticket_id = cursor.split("~")
        if not 0 <= int(ticket_id) <= LARGEST_ID or place not in {"0", "1"}:
            raise ValueError(cursor)
        return int(place), datetime.fromisoformat(moment).astimezone(UTC), int(ticket_id)
    except (ValueError, OverflowError):
        raise Refused(_("这一页的地址不对，请从第一页看起。"), field="cursor") from None
