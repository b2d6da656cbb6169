"""Early warning: looks at what has changed since it last looked, and tells supervisors once of each warning."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session, col, select

from service.jobs import Surroundings, Tally, one_by_one
from service.models import JobRun
from service.tickets import lifecycle
from service.tickets.models import IS_OPEN, EscalationFiring, Ticket, TicketEvent
from workflows.actors import system
from workflows.commands import Warn
from workflows.statuses import OPEN
from workflows.warnings import HOUSEHOLD_SPAN, WARNINGS, Facts, due_warnings

NAME = "raise_warnings"
BATCH = 500
OVERLAP = timedelta(minutes=10)
"""What was being written while it last looked is looked at again; no warning is given twice."""

RULES = tuple(row.rule for row in WARNINGS)
COLUMNS: tuple[Any, ...] = (
    *(Ticket.id, Ticket.public_text, Ticket.return_count, Ticket.reopen_count, Ticket.overdue_count),
    *(Ticket.phone_index, Ticket.parent_id, Ticket.created_at),
)


def raise_warnings(around: Surroundings) -> Tally:
    """`done` counts the tickets of which somebody was told. The cost follows what has changed, not what is open."""
    with around.database.reading() as session:
        changed = _changed(session)
        batches = (changed[at : at + BATCH] for at in range(0, len(changed), BATCH))
        found = [row for ids in batches for row in _warned_of(session, ids)]
    return one_by_one(around, found, lambda session, row: _warn(session, *row, around.now))


def _changed(session: Session) -> Sequence[int]:
    """Open tickets to which anything has happened since; all open ones the first time."""
    since = _last_look(session)
    wanted = select(Ticket.id).where(IS_OPEN).order_by(col(Ticket.id))
    if since is not None:
        touched = select(TicketEvent.ticket_id).where(col(TicketEvent.at) > since - OVERLAP)
        wanted = wanted.where(col(Ticket.id).in_(touched))
    return [ticket_id for ticket_id in session.exec(wanted) if ticket_id is not None]


def _last_look(session: Session) -> datetime | None:
    """A run in which something failed does not count: what it left out is looked for again."""
    wanted = select(JobRun.finished_at).where(JobRun.name == NAME, JobRun.failed == 0)
    return session.exec(wanted.order_by(col(JobRun.id).desc()).limit(1)).first()


def _warned_of(session: Session, ids: Sequence[int]) -> list[tuple[int, int]]:
    """Tickets of which somebody is to be told, each with the wishes of its household: they were all there before it."""
    rows = _rows(session, ids)
    households, given = _households(session, rows), given_to(session, ids)
    counted = [(row, _of_the_household(row, households)) for row in rows]
    return [(row.id, wishes) for row, wishes in counted if due_warnings(_facts(row, wishes), given.get(row.id, ()))]


def _rows(session: Session, ids: Sequence[int]) -> Sequence[Row[Any]]:
    return session.execute(select(*COLUMNS).where(col(Ticket.id).in_(ids))).all()


def _facts(row: Row[Any], household_wishes: int) -> Facts:
    return Facts(
        text=row.public_text,
        return_count=row.return_count,
        reopen_count=row.reopen_count,
        overdue_count=row.overdue_count,
        household_wishes=household_wishes,
    )


def _of_the_household(row: Row[Any], households: dict[str, list[datetime]]) -> int:
    """A part that was split off is no wish of its own: it was said once."""
    if row.phone_index is None or row.parent_id is not None:
        return 1
    moments = households[row.phone_index]
    return bisect_right(moments, row.created_at) - bisect_right(moments, row.created_at - HOUSEHOLD_SPAN)


def _households(session: Session, rows: Iterable[Row[Any]]) -> dict[str, list[datetime]]:
    """When the same telephone handed in a wish, in this order, for all telephones of these tickets, in one query."""
    phones: dict[str, list[datetime]] = {row.phone_index: [] for row in rows if row.phone_index is not None}
    wanted = select(Ticket.phone_index, Ticket.created_at).where(
        col(Ticket.phone_index).in_(phones), col(Ticket.parent_id).is_(None)
    )
    for phone, created_at in session.exec(wanted.order_by(col(Ticket.created_at))) if phones else ():
        phones[phone or ""].append(created_at)
    return phones


def given_to(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """The rules of the warnings that were given, by ticket."""
    wanted = select(EscalationFiring.ticket_id, EscalationFiring.rule).where(
        col(EscalationFiring.ticket_id).in_(ids), col(EscalationFiring.rule).in_(RULES)
    )
    found: dict[int, list[str]] = {}
    for ticket_id, rule in session.exec(wanted):
        found.setdefault(ticket_id, []).append(rule)
    return found


def _warn(session: Session, ticket_id: int, household_wishes: int, now: datetime) -> None:
    """The ticket is held while it is looked at: another process finds the proof and says nothing."""
    ticket = lifecycle.locked(session, ticket_id)
    round, is_open = ticket.round, ticket.status in OPEN
    facts, given = _facts(_rows(session, [ticket_id])[0], household_wishes), given_to(session, [ticket_id])
    for warning in due_warnings(facts, given.get(ticket_id, ())) if is_open else ():
        lifecycle.perform(session, ticket_id, Warn(note=warning.explained), system(warning.rule), now)
        session.add(EscalationFiring(ticket_id=ticket_id, round=round, rule=warning.rule, at=now))
        session.flush()
