"""Reads of the hub: the queue in the order of time left, one ticket with its story, tickets like it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, false, func, tuple_
from sqlmodel import Session, col, select

from service.tickets import search
from service.tickets.models import (
    IS_OPEN,
    Assignment,
    Attachment,
    PictureState,
    Ticket,
    TicketEvent,
    TicketEventDetails,
)
from service.tickets.numbers import id_of
from service.tickets.records import phone_index
from service.tickets.scope import in_area, visible_tickets
from workflows.actors import Actor
from workflows.commands import LARGEST_ID
from workflows.refusals import Refused
from workflows.statuses import UNANSWERED, Stage, Status
from workflows.words import _

PAGE = 50
NUMBER_LIKE = re.compile(r"^\+?[0-9][0-9 \-]{5,18}[0-9]$")
SUMMARY_COLUMNS = (
    Ticket.id,
    Ticket.version,
    Ticket.created_at,
    Ticket.source,
    Ticket.kind,
    Ticket.category_id,
    Ticket.area_id,
    Ticket.public_text,
    Ticket.status,
    Ticket.stage,
    Ticket.round,
    Ticket.urgency,
    Ticket.unit_id,
    Ticket.lead_unit_id,
    Ticket.due_at,
    Ticket.due_is_provisional,
    Ticket.overdue_at,
    Ticket.supervised_at,
    Ticket.expedited_at,
    Ticket.answered_at,
    Ticket.closed_at,
    Ticket.satisfaction,
)


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for; None asks for everything. `unit` is the unit that must act now; `late_at` is the moment
    by which an answer was promised and is still owing."""

    status: Status | None = None
    statuses: frozenset[Status] | None = None
    stage: Stage | None = None
    unit: int | None = None
    area_path: str | None = None
    category: int | None = None
    is_open: bool | None = None
    late_at: datetime | None = None
    is_mine: bool = False
    text: str = ""


@dataclass(frozen=True)
class Page:
    """`cursor` asks for the rows after these; None when there are no more."""

    rows: Sequence[Row[Any]]
    cursor: str | None


def find_tickets(session: Session, actor: Actor, wanted: Wanted, cursor: str | None = None, most: int = PAGE) -> Page:
    """Tickets this actor can see: open ones in the order of time left, otherwise the newest first."""
    by_time_left = wanted.is_open is True
    conditions = [visible_tickets(actor), *_conditions(session, actor, wanted)]
    if cursor is not None:
        conditions.append(_after(cursor, by_time_left))
    order = (col(Ticket.due_at), col(Ticket.id)) if by_time_left else (col(Ticket.id).desc(),)
    rows = session.execute(select(*SUMMARY_COLUMNS).where(*conditions).order_by(*order).limit(most + 1)).all()  # type: ignore[call-overload]
    return Page(rows[:most], _cursor(rows[most - 1], by_time_left) if len(rows) > most else None)


def count_tickets(session: Session, actor: Actor, wanted: Wanted, most: int = 1000) -> int:
    """How many of them, counted no further than `most`."""
    found = select(col(Ticket.id)).where(visible_tickets(actor), *_conditions(session, actor, wanted)).limit(most)
    counted: int = session.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    return counted


def _conditions(session: Session, actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    pairs: list[tuple[Any, ColumnElement[bool]]] = [
        (wanted.status, col(Ticket.status) == wanted.status),
        (wanted.statuses, col(Ticket.status).in_(wanted.statuses or ())),
        (wanted.stage, col(Ticket.stage) == wanted.stage),
        (wanted.unit, col(Ticket.unit_id) == wanted.unit),
        (wanted.category, col(Ticket.category_id) == wanted.category),
        (wanted.is_mine or None, col(Ticket.unit_id).in_(actor.units)),
        (wanted.is_open or None, IS_OPEN),
    ]
    found = [condition for asked, condition in pairs if asked is not None]
    if wanted.late_at is not None:
        found.append(and_(col(Ticket.status).in_(UNANSWERED), col(Ticket.due_at) < wanted.late_at))
    if wanted.area_path:
        found.append(in_area(wanted.area_path))
    if wanted.text.strip():
        found.append(_mentions(session, wanted.text.strip()))
    return found


def _mentions(session: Session, asked: str) -> ColumnElement[bool]:
    """A ticket number, a villager's telephone number, or words of the wish."""
    if (ticket_id := id_of(asked)) is not None:
        return col(Ticket.id) == ticket_id
    if NUMBER_LIKE.match(asked):
        sought = phone_sought(asked)
        return col(Ticket.phone_index) == sought if sought else false()
    words = search.matches(session, asked)
    return false() if words is None else words


def phone_sought(asked: str) -> str | None:
    """The blind index under which a search looks for a telephone number; None when it looks for something else."""
    return phone_index(asked) if NUMBER_LIKE.match(asked) and id_of(asked) is None else None


def _cursor(row: Row[Any], by_time_left: bool) -> str:
    return f"{row.due_at.isoformat()}~{row.id}" if by_time_left else str(row.id)


def _after(cursor: str, by_time_left: bool) -> ColumnElement[bool]:
    """Raise Refused for a cursor that is none of ours."""
    due_at, _tilde, ticket_id = cursor.rpartition("~")
    try:
        if not by_time_left:
            return col(Ticket.id) < _id_in(cursor)
        return tuple_(col(Ticket.due_at), col(Ticket.id)) > (_moment_in(due_at), _id_in(ticket_id))
    except (ValueError, OverflowError):
        raise Refused(_("这一页的地址不对，请从第一页看起。"), field="cursor") from None


def _id_in(typed: str) -> int:
    found = int(typed)
    if not 0 <= found <= LARGEST_ID:
        raise OverflowError(typed)
    return found


def _moment_in(typed: str) -> datetime:
    """In UTC, as it is stored; a time at the end of all times has none."""
    return datetime.fromisoformat(typed).astimezone(UTC)


@dataclass(frozen=True)
class Story:
    """One event with its words; `details` leaves out what is usual, and is empty where they were erased by law."""

    event: TicketEvent
    details: dict[str, Any]
    photos: Sequence[Attachment] = ()
    is_erased: bool = False


def story_of(session: Session, ticket_id: int) -> list[Story]:
    """All that happened to a ticket, oldest first, with the pictures of each event."""
    rows = session.execute(
        select(TicketEvent, TicketEventDetails)
        .outerjoin(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
        .where(TicketEvent.ticket_id == ticket_id)
        .order_by(col(TicketEvent.number))
    )
    photos = photos_of(session, ticket_id)
    return [
        Story(event, words.details if words else {}, [each for each in photos if each.event_id == event.id], not words)
        for event, words in rows
    ]


def photos_of(session: Session, ticket_id: int) -> Sequence[Attachment]:
    wanted = select(Attachment).where(Attachment.ticket_id == ticket_id, Attachment.state != PictureState.refused)
    return session.exec(wanted.order_by(col(Attachment.id))).all()


def holds_of(session: Session, ticket_id: int) -> Sequence[Assignment]:
    return session.exec(select(Assignment).where(Assignment.ticket_id == ticket_id).order_by(col(Assignment.id))).all()
