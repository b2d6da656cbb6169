"""The escalation sweep: asks the database whose alarm has gone off, and lets the rules of the clock act there.

Two sweeps at once do no harm: the ticket's row is held while it is looked at, and a rule that fired leaves its proof.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

import structlog
from sqlalchemy import ColumnElement, and_, func, tuple_, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from service.database import Database
from service.directory.reference import reference
from service.errors import Busy
from service.jobs import Surroundings, Tally, told
from service.tickets import lifecycle
from service.tickets.casefile import case_of
from service.tickets.lifecycle import Performed
from service.tickets.models import IS_OPEN, Ticket
from workflows.actors import system
from workflows.ask_words import PromiseState
from workflows.escalations import ESCALATIONS, due_rules, next_alarm
from workflows.statuses import OPEN

log = structlog.get_logger()

BATCH = 500
LOT, BREATH = 50, 0.02
"""So many alarms are set anew at a time, with so many seconds between two lots: whoever waits for a page goes first."""
LATER = timedelta(hours=1)
"""When a ticket on which a rule has failed is looked at again."""
WATCHED = (IS_OPEN, and_(col(Ticket.status).not_in(OPEN), col(Ticket.promise_state) == PromiseState.open))
"""What may have an alarm: what is open, and what is closed with a promise still to be kept; each has its own index."""


@dataclass
class Count:
    """What became of the tickets so far."""

    done: int = 0
    failed: int = 0
    error: str | None = None

    def fail(self, ticket_id: int, problem: Exception) -> None:
        self.failed += 1
        self.error = f"ticket {ticket_id}: {told(problem)}"[:500]

    @property
    def tally(self) -> Tally:
        return Tally(self.done, self.failed, self.error)


def sweep_escalations(around: Surroundings) -> Tally:
    """`done` counts the rules that fired. A ticket on which one fails waits an hour; the others go on."""
    count = Count()
    for ticket_id in _alarmed(around.database, around.now):
        if not around.goes_on():
            break
        try:
            count.done += _sweep(around.database, ticket_id, around.now)
        except (Busy, OperationalError):
            raise
        except Exception as problem:
            log.exception("a rule of the clock failed", ticket_id=ticket_id)
            count.fail(ticket_id, problem)
            _look_again(around.database, ticket_id, around.now + LATER)
    return count.tally


def _alarmed(database: Database, now: datetime) -> Iterator[int]:
    """The cost follows what is due, not what is open: only the index of alarms is read."""
    order = (col(Ticket.alarm_at), col(Ticket.id))
    due = select(Ticket.id, Ticket.alarm_at).where(col(Ticket.alarm_at) <= now).order_by(*order).limit(BATCH)
    wanted = due
    while True:
        with database.reading() as session:
            rows = session.execute(wanted).all()
        yield from (row.id for row in rows)
        if len(rows) < BATCH:
            return
        wanted = due.where(tuple_(*order) > (rows[-1].alarm_at, rows[-1].id))


def _sweep(database: Database, ticket_id: int, now: datetime) -> int:
    """Each rule in a transaction of its own, so that one that fails does not undo the one before."""
    fired = 0
    for _rule in ESCALATIONS:
        with database.writing() as session:
            performed = fire_next(session, ticket_id, now)
        if performed is None:
            break
        fired += 1
        if not _is_due(performed, now):
            break
    return fired


def fire_next(session: Session, ticket_id: int, now: datetime) -> Performed | None:
    """Perform the first rule that is due; where none is, only the alarm was wrong, and it is set anew."""
    wanted = select(Ticket).where(Ticket.id == ticket_id, col(Ticket.alarm_at) <= now)
    ticket = session.exec(wanted.with_for_update()).one_or_none()
    if ticket is None:
        return None
    case = case_of(session, ticket, reference(session))
    rule = next(iter(due_rules(case, now)), None)
    if rule is None:
        ticket.alarm_at = next_alarm(case)
        return None
    return lifecycle.perform(session, ticket_id, rule.command, system(rule.name), now)


def _is_due(performed: Performed, now: datetime) -> bool:
    """Another rule waits for the same ticket: whoever performs a command sets the alarm."""
    alarm_at = performed.decision.changes.columns.get("alarm_at") if performed.decision else None
    return alarm_at is not None and alarm_at <= now


def _look_again(database: Database, ticket_id: int, at: datetime) -> None:
    with database.writing() as session:
        session.execute(update(Ticket).where(col(Ticket.id) == ticket_id).values(alarm_at=at))


def rearm(around: Surroundings) -> Tally:
    """Set every alarm anew that may be set, as the escalation table and the limits are now; `done` counts what moved.

    What somebody changes or hands in meanwhile is left alone: whoever performs a command sets the alarm himself.
    """
    count = Count()
    for ticket_ids in _watched_in_batches(around.database):
        if not around.goes_on():
            break
        moved = list(_wrong_alarms(around.database, ticket_ids, count))
        with around.database.writing() as session:
            for ticket_id, version, alarm_at in moved:
                same = (col(Ticket.id) == ticket_id, col(Ticket.version) == version)
                session.execute(update(Ticket).where(*same).values(alarm_at=alarm_at))
        count.done += len(moved)
        time.sleep(BREATH)
    return count.tally


def _watched_in_batches(database: Database) -> Iterator[list[int]]:
    return chain.from_iterable(_in_batches(database, watched) for watched in WATCHED)


def _in_batches(database: Database, watched: ColumnElement[bool]) -> Iterator[list[int]]:
    last = 0
    with database.reading() as session:
        newest = session.exec(select(func.max(Ticket.id))).one() or 0
    while True:
        lot = select(Ticket.id).where(watched, col(Ticket.id) > last, col(Ticket.id) <= newest)
        wanted = lot.order_by(col(Ticket.id)).limit(LOT)
        with database.reading() as session:
            found = [each for each in session.exec(wanted) if each is not None]
        if not found:
            return
        yield found
        last = found[-1]


def _wrong_alarms(
    database: Database, ticket_ids: list[int], count: Count
) -> Iterator[tuple[int, int, datetime | None]]:
    with database.reading() as session:
        known = reference(session)
        for ticket in session.exec(select(Ticket).where(col(Ticket.id).in_(ticket_ids))):
            assert ticket.id is not None
            try:
                alarm_at = next_alarm(case_of(session, ticket, known))
            except Exception as problem:
                log.exception("an alarm cannot be set", ticket_id=ticket.id)
                count.fail(ticket.id, problem)
                continue
            if alarm_at != ticket.alarm_at:
                yield ticket.id, ticket.version, alarm_at
