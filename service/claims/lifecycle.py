"""The only door through which a claim moves: decide, then write the claim and its event in the chain of its wish."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service.claims.models import Claim
from service.directory.reference import Reference, reference
from service.errors import Conflict, NotFound
from service.phones import normalise_phone
from service.tickets import lifecycle
from service.tickets.lifecycle import Performed
from service.tickets.models import Ticket, TicketEvent
from service.tickets.records import About
from workflows.actors import Actor
from workflows.claim_commands import ClaimTerms
from workflows.claim_guards import ClaimCase
from workflows.claim_words import RUNNING
from workflows.claims import CLAIMANTS, ClaimDecision, decide_claim
from workflows.command_fields import CommandBase
from workflows.refusals import Refused
from workflows.statuses import OPEN
from workflows.words import _


def claim(
    session: Session, ticket_id: int, command: ClaimTerms, actor: Actor, now: datetime, version: int | None = None
) -> tuple[int, Performed]:
    """The new claim's id. Raises NotFound, Conflict, Refused and its family; then nothing has been written."""
    ticket = _locked(session, ticket_id, version)
    known = reference(session)
    unit = _claiming_unit(command, actor, known) if command.is_for_own_unit else None
    asked = command.model_copy(update={"unit": unit})
    case = new_claim(session, ticket, known, asked)
    decision = decide_claim(case, asked, actor, now)
    row = Claim(
        ticket_id=ticket_id,
        unit_id=unit,
        kind=asked.kind,
        claimant=asked.name or known.unit_name(unit),
        phone=asked.phone,
        claimed_by_id=actor.person,
        **decision.columns,
    )
    session.add(row)
    session.flush()
    return row.id or 0, _record(session, row, asked, actor, now, decision)


def perform(
    session: Session, claim_id: int, command: CommandBase, actor: Actor, now: datetime, version: int | None = None
) -> Performed:
    """Do what is asked of a claim; `version` is that of its wish, as the asker saw it."""
    found = session.get(Claim, claim_id)
    if found is None:
        raise NotFound()
    ticket = _locked(session, found.ticket_id, version)
    session.refresh(found)
    decision = decide_claim(case_of(session, found, ticket, reference(session)), command, actor, now)
    for name, value in decision.columns.items():
        setattr(found, name, value)
    session.add(found)
    session.flush()
    return _record(session, found, command, actor, now, decision)


def new_claim(session: Session, ticket: Ticket, known: Reference, command: ClaimTerms | None = None) -> ClaimCase:
    """A claim that nobody has made yet."""
    running = running_claims(session, ticket.id or 0)
    is_taken = command is not None and any(_is_same(each, command) for each in running)
    return _case(ticket, known, others=len(running), is_taken=is_taken)


def case_of(session: Session, found: Claim, ticket: Ticket, known: Reference) -> ClaimCase:
    others = [each for each in running_claims(session, found.ticket_id) if each.id != found.id]
    return _case(
        ticket,
        known,
        state=found.state,
        unit_id=found.unit_id,
        entered_by=found.claimed_by_id,
        claimed_at=found.claimed_at,
        contact_due_at=found.contact_due_at,
        contacted_at=found.contacted_at,
        deliver_by=found.deliver_by,
        was_pressed=was_pressed(session, found),
        others=len(others),
    )


def running_claims(session: Session, ticket_id: int) -> list[Claim]:
    wanted = select(Claim).where(Claim.ticket_id == ticket_id, col(Claim.state).in_(RUNNING)).order_by(col(Claim.id))
    return list(session.exec(wanted))


def was_pressed(session: Session, found: Claim) -> bool:
    """Its event is the proof: the clock reminds a claimant of his day once."""
    told = select(TicketEvent.id).where(TicketEvent.subject == f"claim:{found.id}", TicketEvent.verb == "press_claim")
    return found.deliver_by is not None and session.exec(told.limit(1)).first() is not None


def own_units(actor: Actor) -> list[int]:
    """The units for which this person may claim."""
    return list(dict.fromkeys(post.unit for post in actor.posts if post.role in CLAIMANTS))


def _locked(session: Session, ticket_id: int, version: int | None) -> Ticket:
    ticket = lifecycle.locked(session, ticket_id)
    if version is not None and version != ticket.version:
        raise Conflict()
    return ticket


def _case(ticket: Ticket, known: Reference, **values: Any) -> ClaimCase:
    return ClaimCase(
        area_path=ticket.area_path,
        is_claimable=ticket.is_claimable and ticket.status in OPEN,
        limits=known.limits,
        calendar=known.calendar,
        pool_rank=ticket.pool_rank,
        **values,
    )


def _claiming_unit(command: ClaimTerms, actor: Actor, known: Reference) -> int | None:
    """None for somebody without any: the table refuses him in its own words."""
    units = own_units(actor)
    if command.unit is not None and command.unit not in units:
        raise Refused(_("只能代表自己的单位认领。"), field="unit")
    if command.unit is None and len(units) > 1:
        raise Refused(_("您在几个单位任职，请选哪个单位认领。"), field="unit")
    unit = command.unit or next(iter(units), None)
    if unit is not None and not known.units[unit].is_active:
        raise Refused(_("没有这个单位，或者它已经停用，请重新选择。"), field="unit")
    return unit


def _is_same(running: Claim, command: ClaimTerms) -> bool:
    """The same unit; of others, whoever bears the same name or answers the same telephone."""
    if command.is_for_own_unit:
        return running.unit_id is not None and running.unit_id == command.unit
    phone = normalise_phone(command.phone or "")
    has_same_phone = phone is not None and phone == normalise_phone(running.phone or "")
    return running.kind is command.kind and (running.claimant == command.name or has_same_phone)


def _record(
    session: Session, row: Claim, command: CommandBase, actor: Actor, now: datetime, decision: ClaimDecision
) -> Performed:
    about = About(f"claim:{row.id}", decision.state_to)
    return lifecycle.record(session, row.ticket_id, command, actor, decision.role, now, about, decision.changes)
