"""Wishes that come with their past: every step decided by the rules at its own time, then all of it written at once.

What is written is what `lifecycle.submit` and `lifecycle.perform` would have written step by step, without the notices.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session, SQLModel

from service.directory.models import Category
from service.directory.reference import Reference
from service.tickets import ask_rows, chain, search
from service.tickets.casefile import new_case
from service.tickets.firings import refuse_a_second_time, remembering
from service.tickets.holdings import LEADS_NOW, RELEASED, hold_values
from service.tickets.models import Ask, Assignment, EscalationFiring, Ticket, TicketEvent, TicketEventDetails
from service.tickets.numbers import number_of
from service.tickets.records import THE_TICKET, About, Origin, event_values, ticket_values
from workflows import escalations, follow_ups
from workflows.actors import IMPORTER, Actor, resident_of
from workflows.cases import Case
from workflows.changes import Changes, Hold
from workflows.commands import CommandBase, Submit
from workflows.decide import Decision, began_by, decide, stays
from workflows.sampling import rule_for
from workflows.statuses import Role, Source, Status

Values = dict[str, Any]

DEFAULTS: Values = {
    name: info.get_default() for name, info in Ticket.model_fields.items() if name != "id" and not info.is_required()
}
"""Rows that are written together have the same columns."""

UNDECIDED: Values = {"decided_at": None, "decided_by_id": None, "granted_until": None}

# On SQLite whoever writes is the only one; ids of rows that were taken away are never given again.
LAST_ID = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
NEXT_IDS = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")


@dataclass(frozen=True)
class Step:
    command: CommandBase
    actor: Actor
    at: datetime
    decision: Decision
    about: About = THE_TICKET


@dataclass
class Past:
    """One wish so far. Before its ticket has an id its villager is `NEW_RESIDENT`, and no rule draws it."""

    submission: Submit
    case: Case
    origin: Origin
    known: Reference
    ticket_id: int | None = None
    category: Category | None = None
    steps: list[Step] = field(default_factory=list)

    def tell(self, command: CommandBase, at: datetime, actor: Actor = IMPORTER) -> None:
        """What happened next. Raises Refused and its family; ValueError when it happened before the last step."""
        if self.steps and at < self.steps[-1].at:
            raise ValueError("a past is told in the order of time")
        refuse_a_second_time(self.case, actor)
        self._file_under(getattr(command, "category", None))
        decision = remembering(decide(self.case, command, actor, at), actor)
        self.steps.append(Step(command, actor, at, decision))
        self.case = decision.after

    def note(
        self, command: CommandBase, at: datetime, actor: Actor, role: Role, about: About, changes: Changes
    ) -> None:
        """What happened to something that hangs on it, as `lifecycle.record` writes it down."""
        decision = stays(self.case, command.verb, role, changes, at)
        self.steps.append(Step(command, actor, at, decision, about))
        self.case = decision.after

    def case_at(self, moment: datetime) -> Case:
        """The wish as it was then."""
        then = next(step.decision.after for step in reversed(self.steps) if step.at <= moment)
        return then.changed(id=self.ticket_id)

    @property
    def is_shared(self) -> bool:
        """Neighbours may read it: it came through a link, and not for officials only."""
        return self.submission.source is Source.link and not self.submission.is_private

    @property
    def status(self) -> Status:
        return self.steps[-1].decision.status_to

    @property
    def resident(self) -> Actor:
        """Whoever holds the ticket's secret address."""
        assert self.ticket_id is not None
        return resident_of(self.ticket_id)

    def number(self, ticket_id: int) -> None:
        """It gets the id that was taken for it: its villager can act now, and a rule can draw it."""
        assert self.case.created_at is not None
        self.ticket_id = ticket_id
        self.case = self.case.changed(
            id=ticket_id, number=number_of(ticket_id, self.case.created_at), sampling=self._sampling()
        )

    def _file_under(self, key: str | None) -> None:
        """What a category means for the ticket holds from the command on that names it."""
        category = self.known.categories_by_key.get(key or "")
        if category is None or not self.steps:
            return
        self.category = category
        self.case = self.case.changed(
            urgency=category.urgency,
            needs_review=category.needs_review,
            follow_up_rule=category.follow_up_rule,
            sampling=self._sampling(),
        )

    def _sampling(self) -> Any:
        if self.ticket_id is None or self.case.created_at is None:
            return None
        category_id = self.category.id if self.category else None
        return rule_for(self.known.sampling, self.case.area_path, category_id, self.case.created_at)


def begin(submission: Submit, at: datetime, known: Reference, origin: Origin, actor: Actor = IMPORTER) -> Past:
    """A wish handed in at that time. Raises Refused."""
    category = known.categories_by_key.get(submission.category or "")
    past = Past(submission, new_case(submission, known), origin, known, category=category)
    past.tell(submission, at, actor)
    return past


def write(session: Session, pasts: Sequence[Past], known: Reference) -> list[int]:
    """The new tickets' ids, in order. IntegrityError when one of the source keys is there already."""
    if not pasts:
        return []
    ids = [past.ticket_id for past in pasts if past.ticket_id is not None]
    ids = ids if len(ids) == len(pasts) else list(next_ids(session, Ticket, len(pasts)))
    tickets = [{**_ticket(past, known), "id": ticket_id} for ticket_id, past in zip(ids, pasts, strict=True)]
    _insert(session, Ticket, tickets)
    events = [event for ticket_id, past in zip(ids, pasts, strict=True) for event in _events(ticket_id, past)]
    event_ids = next_ids(session, TicketEvent, len(events))
    numbered = list(zip(event_ids, events, strict=True))
    _insert(session, TicketEvent, [{**event, "id": event_id} for event_id, (event, _words) in numbered])
    _insert(session, TicketEventDetails, [{**words, "event_id": event_id} for event_id, (_event, words) in numbered])
    _insert(session, Assignment, [hold for ticket in zip(ids, pasts, strict=True) for hold in _holds(*ticket)])
    _insert(session, Ask, [ask for ticket in zip(ids, pasts, strict=True) for ask in _asks(*ticket)])
    _insert(session, EscalationFiring, [each for ticket in zip(ids, pasts, strict=True) for each in _firings(*ticket)])
    for ticket in tickets:
        search.index(session, ticket["id"], ticket["public_text"])
    return ids


def _ticket(past: Past, known: Reference) -> Values:
    """All that the steps have changed, the last word counts."""
    columns: Values = {"alarm_at": escalations.next_alarm(past.case), "call_at": follow_ups.next_call(past.case)}
    for step in past.steps:
        columns |= step.decision.changes.columns
    whole = replace(past.steps[-1].decision, changes=Changes(columns))
    actor = past.steps[0].actor
    values = ticket_values(past.submission, actor, whole, known, past.origin, len(past.steps))
    return DEFAULTS | values | {"category_id": past.category.id if past.category else None}


def _events(ticket_id: int, past: Past) -> list[tuple[Values, Values]]:
    found: list[tuple[Values, Values]] = []
    last = chain.START
    for number, step in enumerate(past.steps, 1):
        event, words = event_values(
            ticket_id, step.command, step.actor, step.decision, step.at, (number, last), step.about
        )
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
        running = {"ended_at": None, "ended_how": None}
        round = step.decision.after.round
        found += [hold_values(hold, ticket_id, round, step.at) | running for hold in began_by(changes)]
        _revise(found, changes.revised)
    return found


def _revise(holds: list[Values], revised: Hold | None) -> None:
    for hold in holds:
        if revised is not None and hold["ended_at"] is None and hold["role"] == revised.role:
            hold |= {"due_at": revised.due_at, "is_provisional": revised.is_provisional}


def _asks(ticket_id: int, past: Past) -> list[Values]:
    """Settled first, as in the ledger: what is asked in the same step waits."""
    found: list[Values] = []
    for step in past.steps:
        for settled in step.decision.changes.settled:
            for ask in found:
                if ask["kind"] == settled.kind and ask["decided_at"] is None:
                    ask |= ask_rows.settled_values(settled, step.actor, step.at)
        if (asked := step.decision.changes.asked) is not None:
            found.append(UNDECIDED | ask_rows.values(ticket_id, step.decision.after.round, asked))
    return found


def _firings(ticket_id: int, past: Past) -> list[Values]:
    """What has fired and was not armed again in its round."""
    found: dict[tuple[int, str], Values] = {}
    for step in past.steps:
        round, rule = step.decision.after.round, step.actor.rule
        for rearmed in step.decision.changes.rearmed:
            found.pop((round, rearmed), None)
        if rule in escalations.BY_NAME:
            found[round, rule or ""] = {"ticket_id": ticket_id, "round": round, "rule": rule, "at": step.at}
    return list(found.values())


def _end(hold: Values, changes: Changes) -> str | None:
    if hold["role"] == "lead":
        return changes.ended
    if hold["unit_id"] in changes.released:
        return LEADS_NOW if changes.hold is not None and changes.hold.unit == hold["unit_id"] else RELEASED
    return (changes.ended or "replaced") if changes.supporting is not None else None


def next_ids(session: Session, table: type[SQLModel], count: int) -> Sequence[int]:
    """Taken beforehand: rows whose ids are known go in by one statement, many at a time, without asking back."""
    name = {"name": str(table.__tablename__)}
    if session.get_bind().dialect.name == "sqlite":
        last = session.execute(LAST_ID, name).scalar() or 0
        return range(last + 1, last + count + 1)
    return session.execute(NEXT_IDS, {**name, "count": count}).scalars().all()


def _insert(session: Session, table: Any, rows: Sequence[Values]) -> None:
    if rows:
        session.connection().execute(insert(table.__table__), rows)
