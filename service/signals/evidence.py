"""What happened in the last month, read for the finders of `workflows/signals.py`."""

import hashlib
import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select
from sqlmodel import Session, col

from service.tickets.models import Assignment, Attachment, RatingMark, Ticket, TicketEvent, TicketEventDetails
from workflows.changes import HoldRole
from workflows.commands import Satisfaction
from workflows.signal_evidence import Evidence, Pictured, Rated, Reopened, Replied
from workflows.signals import SPAN
from workflows.statuses import Role, Status

IN_TOUCH = frozenset({"contact", "verify"})
SATISFIED = frozenset({Satisfaction.satisfied, Satisfaction.basically_satisfied})
NOT_WORDS = re.compile(r"[\W\d_]+")
SHORTEST = 10
"""“已办结，谢谢” is what anybody writes."""


def evidence(session: Session, now: datetime) -> Evidence:
    since = now - SPAN
    return Evidence(
        replied=list(_replied(session, since)),
        rated=list(_rated(session, since)),
        reopened=list(_reopened(session, since)),
        pictured=list(_pictured(session)),
    )


def _replied(session: Session, since: datetime) -> Iterator[Replied]:
    held_then = and_(
        col(Assignment.ticket_id) == col(TicketEvent.ticket_id),
        col(Assignment.unit_id) == col(TicketEvent.unit_id),
        col(Assignment.round) == col(TicketEvent.round),
        col(Assignment.role) == HoldRole.lead,
    )
    wanted = (
        select(
            col(TicketEvent.id),
            col(TicketEvent.ticket_id),
            col(TicketEvent.round),
            col(TicketEvent.unit_id),
            col(TicketEvent.at),
            col(Assignment.due_at),
            col(Ticket.issue_id),
            TicketEventDetails,
        )
        .join(Ticket, col(Ticket.id) == col(TicketEvent.ticket_id))
        .outerjoin(Assignment, held_then)
        .outerjoin(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
        .where(col(TicketEvent.at) > since, col(TicketEvent.verb) == "reply", col(TicketEvent.unit_id).is_not(None))
        .order_by(col(TicketEvent.id), col(Assignment.id))
    )
    last = {row.id: row for row in session.execute(wanted)}
    touched = _in_touch(session, {row.ticket_id for row in last.values()})
    for row in last.values():
        words = row.TicketEventDetails.details.get("words", "") if row.TicketEventDetails else ""
        mark = None if row.issue_id is not None else _mark_of(str(words))
        is_known = (row.ticket_id, row.round) in touched
        yield Replied(row.ticket_id, row.unit_id, row.at, row.due_at, mark, is_known)


def _mark_of(words: str) -> str | None:
    """Dates, numbers and punctuation do not make two answers different."""
    plain = NOT_WORDS.sub("", words)
    return hashlib.sha256(plain.encode()).hexdigest()[:16] if len(plain) >= SHORTEST else None


def _in_touch(session: Session, tickets: Collection[int]) -> set[tuple[int, int]]:
    """Tickets and rounds in which somebody reached her, or went to see; a call that nobody took is none."""
    found: set[tuple[int, int]] = set()
    ids = sorted(tickets)
    for at in range(0, len(ids), 500):
        wanted = (
            select(col(TicketEvent.ticket_id), col(TicketEvent.round), TicketEventDetails)
            .outerjoin(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
            .where(col(TicketEvent.ticket_id).in_(ids[at : at + 500]), col(TicketEvent.verb).in_(IN_TOUCH))
        )
        for row in session.execute(wanted):
            if row.TicketEventDetails is None or row.TicketEventDetails.details.get("is_reached", True):
                found.add((row.ticket_id, row.round))
    return found


_OF_TICKET = (col(TicketEvent.ticket_id), col(Ticket.lead_unit_id), col(TicketEvent.at))


def _rated(session: Session, since: datetime) -> Iterator[Rated]:
    wanted = (
        select(*_OF_TICKET, col(Ticket.phone_index), RatingMark, TicketEventDetails)
        .join(Ticket, col(Ticket.id) == col(TicketEvent.ticket_id))
        .outerjoin(RatingMark, col(RatingMark.event_id) == col(TicketEvent.id))
        .outerjoin(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
        .where(*_hers("rate", since))
    )
    for row in session.execute(wanted):
        mark: RatingMark | None = row.RatingMark
        said = row.TicketEventDetails.details.get("satisfaction") if row.TicketEventDetails else None
        yield Rated(
            row.ticket_id,
            row.lead_unit_id,
            row.at,
            said in SATISFIED,
            mark.device if mark else None,
            row.phone_index,
            bool(mark and mark.was_signed_in),
        )


def _hers(verb: str, since: datetime) -> tuple[Any, ...]:
    return (
        col(TicketEvent.at) > since,
        col(TicketEvent.verb) == verb,
        col(TicketEvent.role) == Role.resident,
        col(Ticket.lead_unit_id).is_not(None),
    )


def _reopened(session: Session, since: datetime) -> Iterator[Reopened]:
    """A new round, whoever asked for it."""
    wanted = (
        select(col(TicketEvent.ticket_id), col(Ticket.lead_unit_id))
        .join(Ticket, col(Ticket.id) == col(TicketEvent.ticket_id))
        .where(
            col(TicketEvent.at) > since,
            col(TicketEvent.verb).in_(("reopen", "rate", "follow_up")),
            col(TicketEvent.status_to) == Status.in_progress,
            col(TicketEvent.status_from) != Status.in_progress,
            col(Ticket.lead_unit_id).is_not(None),
        )
        .distinct()
    )
    rows: list[Row[Any]] = list(session.execute(wanted))
    return (Reopened(row.ticket_id, row.lead_unit_id) for row in rows)


def _pictured(session: Session) -> Iterator[Pictured]:
    """Of all times: an old picture is taken out again."""
    wanted = (
        select(col(TicketEvent.ticket_id), col(TicketEvent.unit_id), col(Attachment.fingerprint))
        .join(TicketEvent, col(TicketEvent.id) == col(Attachment.event_id))
        .where(
            col(Attachment.fingerprint).is_not(None),
            col(TicketEvent.verb).in_(("reply", "report_progress", "verify")),
            col(TicketEvent.unit_id).is_not(None),
        )
        .order_by(col(Attachment.id))
    )
    rows: list[Row[Any]] = list(session.execute(wanted))
    return (Pictured(row.ticket_id, row.unit_id, int(row.fingerprint, 16)) for row in rows)
