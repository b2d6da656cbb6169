"""Wishes that come with their past: every step decided by the rules at its own time, then all of it written at once.

What is written is what `lifecycle.submit` and `lifecycle.perform` would have written step by step, without the notices.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from service.directory.reference import Reference
from service.tickets import chain, search
from service.tickets.casefile import new_case
from service.tickets.models import Assignment, Ticket, TicketEvent, TicketEventDetails
from service.tickets.records import LEADS_NOW, Origin, event_values, hold_values, ticket_values
from workflows import escalations
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
    tickets = [_ticket(past, known) for past in pasts]
    ids = _insert_for_ids(session, Ticket, tickets)
    events = [event for ticket_id, past in zip(ids, pasts, strict=True) for event in _events(ticket_id, past)]
    event_ids = _insert_for_ids(session, TicketEvent, [event for event, _words in events])
    words = [{"event_id": event_id, **words} for event_id, (_event, words) in zip(event_ids, events, strict=True)]
    session.connection().execute(_plain(TicketEventDetails), words)
    holds = [hold for ticket_id, past in zip(ids, pasts, strict=True) for hold in _holds(ticket_id, past)]
    session.connection().execute(_plain(Assignment), holds)
    for ticket_id, ticket in zip(ids, tickets, strict=True):
        search.index(session, ticket_id, ticket["public_text"])
    return ids


def _ticket(past: Past, known: Reference) -> Values:
    """All that the steps have changed, the last word counts."""
    columns: Values = {"alarm_at": escalations.next_alarm(past.case)}
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


def _insert_for_ids(session: Session, table: type[SQLModel], rows: Sequence[Values]) -> list[int]:
    wanted = _plain(table).returning(table.__table__.c.id, sort_by_parameter_order=True)  # type: ignore[attr-defined]
    return list(session.connection().execute(wanted, rows).scalars())


def _plain(table: Any) -> Any:
    return insert(table.__table__)
