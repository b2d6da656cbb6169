"""Wishes that come with their past: every step decided by the rules at its own time, then all of it written at once.

What is written is what `lifecycle.submit` and `lifecycle.perform` would have written step by step, without the notices.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session, SQLModel

from service.directory.reference import Reference
from service.tickets import chain, search
from service.tickets.casefile import new_case
from service.tickets.holdings import LEADS_NOW, hold_values
from service.tickets.models import Assignment, Ticket, TicketEvent, TicketEventDetails
from service.tickets.records import Origin, event_values, ticket_values
from workflows import escalations, follow_ups
from workflows.actors import IMPORTER, Actor
from workflows.cases import Case
from workflows.changes import Changes
from workflows.commands import CommandBase, Submit
from workflows.decide import Decision, decide
from workflows.statuses import Status

Values = dict[str, Any]

DEFAULTS: Values = {
    name: info.get_default() for name, info in Ticket.model_fields.items() if name != "id" and not info.is_required()
}
"""Rows that are written together have the same columns."""

# On SQLite whoever writes is the only one; ids of rows that were taken away are never given again.
LAST_ID = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
NEXT_IDS = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")


@dataclass(frozen=True)
class Step:
    command: CommandBase
    actor: Actor
    at: datetime
    decision: Decision


@dataclass
class Past:
    """One wish so far. The villager is `NEW_RESIDENT` here: her ticket has no number yet."""

    submission: Submit
    case: Case
    origin: Origin
    steps: list[Step] = field(default_factory=list)

    def tell(self, command: CommandBase, at: datetime, actor: Actor = IMPORTER) -> None:
        """What happened next. Raises Refused and its family; ValueError when it happened before the last step."""
        if self.steps and at < self.steps[-1].at:
            raise ValueError("a past is told in the order of time")
        decision = decide(self.case, command, actor, at)
        self.steps.append(Step(command, actor, at, decision))
        self.case = decision.after

    @property
    def status(self) -> Status:
        return self.steps[-1].decision.status_to


def begin(submission: Submit, at: datetime, known: Reference, origin: Origin) -> Past:
    """A wish handed in at that time. Raises Refused."""
    past = Past(submission, new_case(submission, known), origin)
    past.tell(submission, at)
    return past


def write(session: Session, pasts: Sequence[Past], known: Reference) -> list[int]:
    """The new tickets' ids, in order. IntegrityError when one of the source keys is there already."""
    if not pasts:
        return []
    ids = _next_ids(session, Ticket, len(pasts))
    tickets = [{**_ticket(past, known), "id": ticket_id} for ticket_id, past in zip(ids, pasts, strict=True)]
    _insert(session, Ticket, tickets)
    events = [event for ticket_id, past in zip(ids, pasts, strict=True) for event in _events(ticket_id, past)]
    event_ids = _next_ids(session, TicketEvent, len(events))
    numbered = list(zip(event_ids, events, strict=True))
    _insert(session, TicketEvent, [{**event, "id": event_id} for event_id, (event, _words) in numbered])
    _insert(session, TicketEventDetails, [{**words, "event_id": event_id} for event_id, (_event, words) in numbered])
    _insert(session, Assignment, [hold for ticket in zip(ids, pasts, strict=True) for hold in _holds(*ticket)])
    for ticket in tickets:
        search.index(session, ticket["id"], ticket["public_text"])
    return list(ids)


def _ticket(past: Past, known: Reference) -> Values:
    """All that the steps have changed, the last word counts."""
    columns: Values = {"alarm_at": escalations.next_alarm(past.case), "call_at": follow_ups.next_call(past.case)}
    for step in past.steps:
        columns |= step.decision.changes.columns
    whole = replace(past.steps[-1].decision, changes=Changes(columns))
    actor = past.steps[0].actor
    return DEFAULTS | ticket_values(past.submission, actor, whole, known, past.origin, len(past.steps))


def _events(ticket_id: int, past: Past) -> list[tuple[Values, Values]]:
    found: list[tuple[Values, Values]] = []
    last = chain.START
    for number, step in enumerate(past.steps, 1):
        event, words = event_values(ticket_id, step.command, step.actor, step.decision, step.at, (number, last))
        found.append((event, words))
        last = event["hash"]
    return found


def _holds(ticket_id: int, past: Past) -> list[Values]:
    """Who had it from when to when: each decision ends the holds before and begins the next."""
    found: list[Values] = []
    for step in past.steps:
        changes = step.decision.changes
        for hold in found:
            if hold["ended_at"] is None and (how := _end(hold, changes)) is not None:
                hold |= {"ended_at": step.at, "ended_how": how}
        began = [hold for hold in (changes.hold, *(changes.supporting or ())) if hold is not None]
        running = {"ended_at": None, "ended_how": None}
        found += [hold_values(hold, ticket_id, step.decision.after.round, step.at) | running for hold in began]
    return found


def _end(hold: Values, changes: Changes) -> str | None:
    if hold["role"] == "lead":
        return changes.ended
    if hold["unit_id"] in changes.released:
        return LEADS_NOW
    return (changes.ended or "replaced") if changes.supporting is not None else None


def _next_ids(session: Session, table: type[SQLModel], count: int) -> Sequence[int]:
    """Taken beforehand: rows whose ids are known go in by one statement, many at a time, without asking back."""
    name = {"name": str(table.__tablename__)}
    if session.get_bind().dialect.name == "sqlite":
        last = session.execute(LAST_ID, name).scalar() or 0
        return range(last + 1, last + count + 1)
    return session.execute(NEXT_IDS, {**name, "count": count}).scalars().all()


def _insert(session: Session, table: Any, rows: Sequence[Values]) -> None:
    session.connection().execute(insert(table.__table__), rows)
