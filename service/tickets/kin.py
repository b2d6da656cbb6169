"""Tickets of one origin: what was split off (拆单) and from what, and the wishes that follow another (并单)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session, col, select

from service.accounts.visits import Visit
from service.directory.reference import Reference
from service.local_words import LocalWords
from service.sealing import tracking_token
from service.tickets import queue
from service.tickets.models import Ticket, TicketEvent
from service.tickets.numbers import number_of
from service.tickets.panels import Panel
from service.tickets.scope import visible_tickets
from workflows.cases import Case
from workflows.statuses import Status

SHOWN_MOST = 20


@dataclass(frozen=True)
class Kin:
    """One of them, with the address under which its reader finds it; empty where she would find nothing there."""

    number: str
    url: str
    words: str
    status: Status


def beside_ticket(visit: Visit, ticket: Ticket, case: Case, local: LocalWords) -> Panel | None:
    """The parts of a split, and who follows this ticket and hears its answer: a unit may have this one in its hands and
    never see those. What was said for officials only is read by those who see it."""
    rows = parts_of(visit.session, ticket.id or 0), _followers(visit.session, ticket.id or 0)
    if not any(rows):
        return None
    ids = [row.id for found in rows for row in found]
    visible = select(Ticket.id).where(col(Ticket.id).in_(ids), visible_tickets(visit.actor))
    seen = frozenset(visit.session.exec(visible))
    parts, followers = ([_in_workbench(row, is_seen=row.id in seen) for row in found] for found in rows)
    return Panel("tickets/_kin.html", {"parts": parts, "followers": followers, "most": SHOWN_MOST})


def told_to_villager(
    session: Session, ticket: Ticket, known: Reference, local: LocalWords, now: datetime
) -> Panel | None:
    """To her whose wish was split: its parts, or what it is a part of. All of them are her own."""
    parts = [_on_her_page(row) for row in parts_of(session, ticket.id or 0)]
    whole = [_on_her_page(row) for row in _whole_of(session, ticket)]
    if not (parts or whole):
        return None
    return Panel("tickets/_her_kin.html", {"parts": parts, "whole": whole}, is_hers=True)


def parts_of(session: Session, ticket_id: int) -> Sequence[Row[Any]]:
    """Only what a split made, for a ticket may have come of another for other reasons: both happen at one moment."""
    split_at = select(TicketEvent.at).where(TicketEvent.ticket_id == ticket_id, TicketEvent.verb == "split")
    wanted = _columns().where(col(Ticket.parent_id) == ticket_id, col(Ticket.created_at).in_(split_at))
    return session.execute(wanted.order_by(col(Ticket.id))).all()


def _whole_of(session: Session, ticket: Ticket) -> Sequence[Row[Any]]:
    """The wish that this one was split off from, if a split made it."""
    if ticket.parent_id is None or ticket.id not in {row.id for row in parts_of(session, ticket.parent_id)}:
        return ()
    return session.execute(_columns().where(col(Ticket.id) == ticket.parent_id)).all()


def _followers(session: Session, ticket_id: int) -> Sequence[Row[Any]]:
    wanted = _columns().where(col(Ticket.merged_into_id) == ticket_id)
    return session.execute(wanted.order_by(col(Ticket.id)).limit(SHOWN_MOST)).all()


def _columns() -> Any:
    return select(Ticket.id, Ticket.created_at, Ticket.status, Ticket.public_text, Ticket.is_private)  # type: ignore[call-overload]


def _in_workbench(row: Row[Any], *, is_seen: bool) -> Kin:
    number = number_of(row.id, row.created_at)
    words = row.public_text if is_seen or not row.is_private else ""
    return Kin(number, queue.url_of(number) if is_seen else "", words, row.status)


def _on_her_page(row: Row[Any]) -> Kin:
    return Kin(number_of(row.id, row.created_at), f"/t/{tracking_token(row.id)}", row.public_text, row.status)
