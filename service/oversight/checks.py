"""`weiyuan check`: what must be true of every county's database at any moment. One row a check, one line a breach."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, text
from sqlmodel import Session, col, select

from service.claims.models import Claim
from service.directory.models import Area
from service.directory.reference import reference
from service.outbox.models import Delivery
from service.oversight.ask_checks import (
    asks_miscounted,
    asks_without_decider,
    deferred_without_review,
    promises_without_day,
)
from service.oversight.call_checks import calls_against_tickets
from service.oversight.chains import broken_chains
from service.oversight.endorsement_checks import endorsements_miscounted
from service.oversight.issue_checks import issues_without_main_ticket, tickets_against_memberships
from service.oversight.own_checks import emergencies_twice, rounds_without_inspector, supervision_without_level
from service.oversight.seal_checks import seals_in_another_row
from service.oversight.wall_checks import wall_against_approvals, wall_tells_too_much
from service.oversight.whistle_checks import (
    calls_without_term,
    contests_without_officer,
    milestones_without_holder,
    whistles_against_events,
    whistles_without_holder,
    whistles_without_lead,
)
from service.reports.documents.file_checks import all_files, latest_files
from service.reports.rollup_checks import all_rollups_against_tickets, rollups_against_tickets
from service.tickets.models import IS_OPEN, Assignment, Ticket, TicketEvent
from workflows.changes import HoldRole
from workflows.claim_words import RUNNING, ClaimState
from workflows.statuses import OPEN, STAGE_OF, Status

Finder = Callable[[Session], Iterable[str]]


@dataclass(frozen=True)
class Check:
    """`find` yields what breaks the rule, each as a few words that name the row."""

    name: str
    rule: str
    find: Finder
    find_all: Finder | None = None
    """Where `find` looks at some, so that it takes no longer in a large county: looks at everything."""


@dataclass(frozen=True)
class Breach:
    check: Check
    what: str

    def __str__(self) -> str:
        return f"{self.check.name}: {self.what} ({self.check.rule})"


def breaches(session: Session, looks_at_all: bool = False) -> Iterator[Breach]:
    for check in CHECKS:
        find = check.find_all if looks_at_all and check.find_all else check.find
        yield from (Breach(check, what) for what in find(session))


def open_without_unit_or_deadline(session: Session) -> Iterable[str]:
    return _tickets(session, IS_OPEN, or_(col(Ticket.unit_id).is_(None), col(Ticket.due_at).is_(None)))


def status_against_events(session: Session) -> Iterable[str]:
    last = (
        select(TicketEvent.ticket_id, func.max(TicketEvent.number).label("number"))
        .group_by(col(TicketEvent.ticket_id))
        .subquery()
    )
    told = (
        select(col(Ticket.id))
        .outerjoin(last, last.c.ticket_id == col(Ticket.id))
        .outerjoin(
            TicketEvent, and_(col(TicketEvent.ticket_id) == col(Ticket.id), col(TicketEvent.number) == last.c.number)
        )
        .where(or_(col(TicketEvent.status_to).is_(None), col(TicketEvent.status_to) != col(Ticket.status)))
    )
    return [f"ticket {found}" for found in session.execute(told).scalars()]


def stage_against_status(session: Session) -> Iterable[str]:
    expected = case({status: int(stage) for status, stage in STAGE_OF.items()}, value=col(Ticket.status))
    return _tickets(session, col(Ticket.stage) != expected)


def gaps_in_numbers(session: Session) -> Iterable[str]:
    numbered = (
        select(TicketEvent.ticket_id, func.count().label("events"), func.max(TicketEvent.number).label("last"))
        .group_by(col(TicketEvent.ticket_id))
        .subquery()
    )
    wanted = (
        select(col(Ticket.id))
        .outerjoin(numbered, numbered.c.ticket_id == col(Ticket.id))
        .where(
            or_(
                numbered.c.events.is_(None),
                numbered.c.events != numbered.c.last,
                numbered.c.last != col(Ticket.version),
            )
        )
    )
    return [f"ticket {found}" for found in session.execute(wanted).scalars()]


def holders_against_tickets(session: Session) -> Iterable[str]:
    """An open ticket has exactly one lead hold, of the unit that must act; an ended one has none of any kind."""
    running = col(Assignment.ended_at).is_(None)
    is_lead = case((and_(running, col(Assignment.role) == HoldRole.lead), 1), else_=0)
    is_hers = case(
        (and_(running, col(Assignment.role) == HoldRole.lead, col(Assignment.unit_id) == col(Ticket.unit_id)), 1),
        else_=0,
    )
    counted = (
        select(col(Ticket.id), col(Ticket.status))
        .outerjoin(Assignment, col(Assignment.ticket_id) == col(Ticket.id))
        .group_by(col(Ticket.id), col(Ticket.status))
        .having(
            _disagrees(
                func.sum(is_lead),
                func.sum(is_hers),
                func.sum(case((and_(running, col(Assignment.id).is_not(None)), 1), else_=0)),
            )
        )
    )
    return [f"ticket {row.id}" for row in session.execute(counted)]


def _disagrees(leads: ColumnElement[int], hers: ColumnElement[int], running: ColumnElement[int]) -> ColumnElement[bool]:
    is_open = col(Ticket.status).in_(OPEN)
    return or_(and_(is_open, or_(leads != 1, hers != 1)), and_(~is_open, running != 0))


def ends_of_holds(session: Session) -> Iterable[str]:
    half_ended = col(Assignment.ended_at).is_(None) != col(Assignment.ended_how).is_(None)
    wanted = select(col(Assignment.id)).where(or_(half_ended, col(Assignment.ended_at) < col(Assignment.started_at)))
    return [f"assignment {found}" for found in session.execute(wanted).scalars()]


def notices_planned_twice(session: Session) -> Iterable[str]:
    receiver = (Delivery.person_id, Delivery.unit_id, Delivery.consent_id)
    same: tuple[Any, ...] = (Delivery.event_id, Delivery.channel, *receiver)
    wanted = select(*map(col, same)).group_by(*map(col, same)).having(func.count() > 1)
    return [f"event {row.event_id} by {row.channel}" for row in session.execute(wanted)]


def merged_into_nothing(session: Session) -> Iterable[str]:
    is_merged = col(Ticket.status) == Status.merged
    return _tickets(session, is_merged != col(Ticket.merged_into_id).is_not(None))


def areas_without_desk(session: Session) -> Iterable[str]:
    """Every wish has to land on somebody's desk, wherever it comes from."""
    known = reference(session)
    for area in session.exec(select(Area)):
        desks = known.desks_of(area.id or 0)
        if not desks or any(desk not in known.units for desk in desks):
            yield f"area {area.name}"


def unsearchable(session: Session) -> Iterable[str]:
    key = {"sqlite": "rowid", "postgresql": "ticket_id"}[session.get_bind().dialect.name]
    missing = text(f"SELECT id FROM ticket WHERE id NOT IN (SELECT {key} FROM ticket_search)")
    return [f"ticket {found}" for found in session.execute(missing).scalars()]


def claims_without_term(session: Session) -> Iterable[str]:
    """Who has not called her has a term for it; who has, has said until when he gives it; who is through has ended."""
    waits = and_(col(Claim.state) == ClaimState.contacted, col(Claim.deliver_by).is_(None))
    is_over = col(Claim.ended_at).is_not(None)
    wanted = select(col(Claim.id)).where(or_(waits, col(Claim.state).in_(RUNNING) == is_over))
    return [f"claim {found}" for found in session.execute(wanted).scalars()]


def pool_against_tickets(session: Session) -> Iterable[str]:
    is_in = col(Ticket.pool_rank).is_not(None)
    is_told = and_(col(Ticket.pool_words).is_not(None), col(Ticket.pooled_at).is_not(None))
    return _tickets(
        session, or_(col(Ticket.is_claimable) != is_in, and_(is_in, or_(~is_told, col(Ticket.status).not_in(OPEN))))
    )


def claimed_twice(session: Session) -> Iterable[str]:
    same: tuple[Any, ...] = (Claim.ticket_id, Claim.unit_id)
    running = select(*map(col, same)).where(col(Claim.state).in_(RUNNING), col(Claim.unit_id).is_not(None))
    twice = running.group_by(*map(col, same)).having(func.count() > 1)
    return [f"ticket {row.ticket_id} by unit {row.unit_id}" for row in session.execute(twice)]


def _tickets(session: Session, *conditions: ColumnElement[bool]) -> list[str]:
    return [f"ticket {found}" for found in session.execute(select(col(Ticket.id)).where(*conditions)).scalars()]


CHECKS: tuple[Check, ...] = (
    Check("open_without_unit_or_deadline", "an open ticket has a unit and a deadline", open_without_unit_or_deadline),
    Check("status_against_events", "the status is what the last event says", status_against_events),
    Check("stage_against_status", "the stage is the one of the status", stage_against_status),
    Check("gaps_in_numbers", "events are numbered from 1 without a gap, up to the ticket's version", gaps_in_numbers),
    Check("broken_chains", "each event carries the hash of the one before and of its words", broken_chains),
    Check("seals_in_another_row", "a ticket's sealed words are those that were handed in", seals_in_another_row),
    Check(
        "holders_against_tickets", "an open ticket has one lead holder, an ended one has none", holders_against_tickets
    ),
    Check("ends_of_holds", "a hold ends once, after it began", ends_of_holds),
    Check("notices_planned_twice", "a notice is planned once for each receiver", notices_planned_twice),
    Check("merged_into_nothing", "a merged ticket, and only a merged one, names its main ticket", merged_into_nothing),
    Check("areas_without_desk", "every area has a dispatch desk, its own or one above", areas_without_desk),
    Check("issues_without_main_ticket", "one of its own wishes stands for an open issue", issues_without_main_ticket),
    Check("tickets_against_memberships", "a ticket is in the issue that it names", tickets_against_memberships),
    Check("endorsements_miscounted", "a ticket counts the endorsements that stand", endorsements_miscounted),
    Check("wall_tells_too_much", "no telephone or identity number stands on the wall", wall_tells_too_much),
    Check("wall_against_approvals", "what stands on the wall was approved in these words", wall_against_approvals),
    Check("asks_without_decider", "a pending ask has decider and term, on an open ticket", asks_without_decider),
    Check("asks_miscounted", "a ticket counts the asks that wait", asks_miscounted),
    Check("deferred_without_review", "a deferred ticket, and no other, has a review date", deferred_without_review),
    Check("promises_without_day", "an open promise has its day and is watched", promises_without_day),
    Check("supervision_without_level", "a supervision has a level and a due date", supervision_without_level),
    Check("rounds_without_inspector", "an open round has inspectors, a due date and items", rounds_without_inspector),
    Check("emergencies_twice", "an area is in one emergency at most", emergencies_twice),
    Check("calls_against_tickets", "who must be called, and nobody else, is in the queue", calls_against_tickets),
    Check("unsearchable", "every ticket is found by its words", unsearchable),
    Check("whistles_without_holder", "an open whistle has a unit and a deadline", whistles_without_holder),
    Check("milestones_without_holder", "an open milestone has a unit that takes part", milestones_without_holder),
    Check("calls_without_term", "a call that runs belongs to an open whistle", calls_without_term),
    Check("contests_without_officer", "a contested call is ruled on within a term", contests_without_officer),
    Check("whistles_without_lead", "one called unit leads an open whistle", whistles_without_lead),
    Check("whistles_against_events", "a whistle's status is what its last event says", whistles_against_events),
    Check("claims_without_term", "a running claim has a term, an ended one has its end", claims_without_term),
    Check("pool_against_tickets", "what stands in the claim pool is open and has its sentence", pool_against_tickets),
    Check("claimed_twice", "no unit claims a wish twice at once", claimed_twice),
    Check(
        "rollups_against_tickets",
        "the figures are what a recount from the tickets says",
        rollups_against_tickets,
        all_rollups_against_tickets,
    ),
    Check("bulletins_without_files", "the files of a kept bulletin are as they were made", latest_files, all_files),
)
