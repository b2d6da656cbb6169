"""The clock's work on claims: who has not called in time gives the wish back; who let his day pass is reminded.

Two sweeps at once do no harm: the wish's row is held while its claim is looked at, and a claim ends once.
"""

from datetime import date, datetime

from sqlalchemy import String, cast, exists, literal
from sqlmodel import Session, col, select

from service.claims import lifecycle
from service.claims.models import Claim
from service.directory.models import Unit
from service.directory.reference import reference
from service.jobs import Surroundings, Tally, one_by_one
from service.tickets.lifecycle import locked
from service.tickets.models import Ticket, TicketEvent
from workflows.actors import system
from workflows.claim_commands import LapseClaim, PressClaim, WithdrawClaim
from workflows.claim_words import RUNNING, ClaimState
from workflows.command_fields import CommandBase
from workflows.statuses import Status
from workflows.words import _

BATCH = 500
NOBODY_WAITS = (Status.withdrawn, Status.declined)
"""She wants it no more, or it was none of the county's: a claim of such a wish is over, too."""
WISH_IS_OVER = WithdrawClaim(reason=_("这件心愿已经撤回，或者没有受理，不用再兑现了。"))

UNIT_IS_NO_MORE = WithdrawClaim(reason=_("认领的单位已经撤销，心愿退回认领池，先给别人认领。"))


def sweep_claims(around: Surroundings) -> Tally:
    """What one run leaves, the next one finds."""
    with around.database.reading() as session:
        due = _overdue(session, around.now)
        late = _undelivered(session, _today(session, around.now))
        over = _of_ended_wishes(session)
        orphaned = _of_dissolved_units(session)
    lapsed = one_by_one(around, due, lambda session, claim_id: _lapse(session, claim_id, around.now))
    pressed = one_by_one(around, late, lambda session, claim_id: _press(session, claim_id, around.now))
    ended = one_by_one(around, over, lambda session, claim_id: _end(session, claim_id, around.now))
    returned = one_by_one(around, orphaned, lambda session, claim_id: _give_back(session, claim_id, around.now))
    tallies = (lapsed, pressed, ended, returned)
    error = next((each.error for each in tallies if each.error), None)
    return Tally(sum(each.done for each in tallies), sum(each.failed for each in tallies), error)


def _overdue(session: Session, now: datetime) -> list[int]:
    """By the index of claims that wait for a call: the cost follows what is due."""
    waits = (col(Claim.state) == ClaimState.claimed, col(Claim.contact_due_at) <= now)
    wanted = select(Claim.id).where(*waits).order_by(col(Claim.contact_due_at)).limit(BATCH)
    return [found for found in session.exec(wanted) if found is not None]


def _undelivered(session: Session, today: date) -> list[int]:
    """Of the running ones those whose day has passed, and of which nobody was reminded yet."""
    subject = literal("claim:").concat(cast(col(Claim.id), String))
    was_told = exists().where(col(TicketEvent.subject) == subject, col(TicketEvent.verb) == "press_claim")
    waits = (col(Claim.state) == ClaimState.contacted, col(Claim.deliver_by) < today, ~was_told)
    wanted = select(Claim.id).where(*waits).order_by(col(Claim.deliver_by)).limit(BATCH)
    return [found for found in session.exec(wanted) if found is not None]


def _of_ended_wishes(session: Session) -> list[int]:
    """By the index of running claims, of which there are few."""
    wanted = (
        select(Claim.id)
        .join(Ticket, col(Ticket.id) == col(Claim.ticket_id))
        .where(col(Claim.state).in_(RUNNING), col(Ticket.status).in_(NOBODY_WAITS))
        .limit(BATCH)
    )
    return [found for found in session.exec(wanted) if found is not None]


def _of_dissolved_units(session: Session) -> list[int]:
    """Nobody is left there who would keep his word."""
    wanted = select(Claim.id).join(Unit, col(Unit.id) == col(Claim.unit_id))
    is_left = (col(Claim.state).in_(RUNNING), ~col(Unit.is_active))
    return [found for found in session.exec(wanted.where(*is_left).limit(BATCH)) if found is not None]


def _lapse(session: Session, claim_id: int, now: datetime) -> None:
    found = _held(session, claim_id)
    if found.state is ClaimState.claimed and found.contact_due_at <= now:
        _say(session, found, LapseClaim(unit=found.unit_id, recorder=found.claimed_by_id), "claim_contact", now)


def _press(session: Session, claim_id: int, now: datetime) -> None:
    """She waits for that day, too: the claimant's unit, who entered it and the town hear of it once."""
    found = _held(session, claim_id)
    is_late = found.deliver_by is not None and found.deliver_by < _today(session, now)
    if found.state is ClaimState.contacted and is_late and not lifecycle.was_pressed(session, found):
        _say(session, found, PressClaim(unit=found.unit_id, recorder=found.claimed_by_id), "claim_delivery", now)


def _today(session: Session, now: datetime) -> date:
    return now.astimezone(reference(session).calendar.zone).date()


def _end(session: Session, claim_id: int, now: datetime) -> None:
    found = _held(session, claim_id)
    if found.state in RUNNING and session.get_one(Ticket, found.ticket_id).status in NOBODY_WAITS:
        _say(session, found, WISH_IS_OVER, "wish_is_over", now)


def _give_back(session: Session, claim_id: int, now: datetime) -> None:
    found = _held(session, claim_id)
    unit = reference(session).units.get(found.unit_id or 0)
    if found.state in RUNNING and unit is not None and not unit.is_active:
        _say(session, found, UNIT_IS_NO_MORE, "unit_dissolved", now)


def _held(session: Session, claim_id: int) -> Claim:
    """As it is once nobody else can change it."""
    found = session.get_one(Claim, claim_id)
    locked(session, found.ticket_id)
    session.refresh(found)
    return found


def _say(session: Session, found: Claim, command: CommandBase, rule: str, now: datetime) -> None:
    lifecycle.perform(session, found.id or 0, command, system(rule), now)
