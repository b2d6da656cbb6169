"""The clock's work on claims: who has not called the villager in time gives the wish back, with priority.

Two sweeps at once do no harm: the wish's row is held while its claim is looked at, and a claim ends once.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from service.claims import lifecycle
from service.claims.models import Claim
from service.jobs import Surroundings, Tally, one_by_one
from service.tickets.lifecycle import locked
from service.tickets.models import Ticket
from workflows.actors import system
from workflows.claim_commands import LapseClaim, WithdrawClaim
from workflows.claim_words import RUNNING, ClaimState
from workflows.command_fields import CommandBase
from workflows.statuses import Status
from workflows.words import _

BATCH = 500
NOBODY_WAITS = (Status.withdrawn, Status.declined)
"""She wants it no more, or it was none of the county's: a claim of such a wish is over, too."""
WISH_IS_OVER = WithdrawClaim(reason=_("这件心愿已经撤回，或者没有受理，不用再兑现了。"))


def sweep_claims(around: Surroundings) -> Tally:
    """What one run leaves, the next one finds."""
    with around.database.reading() as session:
        due = _overdue(session, around.now)
        over = _of_ended_wishes(session)
    lapsed = one_by_one(around, due, lambda session, claim_id: _lapse(session, claim_id, around.now))
    ended = one_by_one(around, over, lambda session, claim_id: _end(session, claim_id, around.now))
    return Tally(lapsed.done + ended.done, lapsed.failed + ended.failed, lapsed.error or ended.error)


def _overdue(session: Session, now: datetime) -> list[int]:
    """By the index of claims that wait for a call: the cost follows what is due."""
    waits = (col(Claim.state) == ClaimState.claimed, col(Claim.contact_due_at) <= now)
    wanted = select(Claim.id).where(*waits).order_by(col(Claim.contact_due_at)).limit(BATCH)
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


def _lapse(session: Session, claim_id: int, now: datetime) -> None:
    found = _held(session, claim_id)
    if found.state is ClaimState.claimed and found.contact_due_at <= now:
        _say(session, found, LapseClaim(unit=found.unit_id), "claim_contact", now)


def _end(session: Session, claim_id: int, now: datetime) -> None:
    found = _held(session, claim_id)
    if found.state in RUNNING and session.get_one(Ticket, found.ticket_id).status in NOBODY_WAITS:
        _say(session, found, WISH_IS_OVER, "wish_is_over", now)


def _held(session: Session, claim_id: int) -> Claim:
    """As it is once nobody else can change it."""
    found = session.get_one(Claim, claim_id)
    locked(session, found.ticket_id)
    session.refresh(found)
    return found


def _say(session: Session, found: Claim, command: CommandBase, rule: str, now: datetime) -> None:
    lifecycle.perform(session, found.id or 0, command, system(rule), now)
