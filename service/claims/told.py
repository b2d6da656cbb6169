"""A claim in words: for those who look after it, for everybody who reads the pool, and for the villager."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from service.accounts.visits import Visit
from service.claims.models import Claim
from service.claims.queries import claims_of
from service.directory.models import AreaLevel
from service.directory.reference import Reference
from service.local_words import LocalWords
from service.masking import mask_text
from service.tickets.models import Ticket, TicketEvent, TicketEventDetails
from service.tickets.numbers import number_of
from service.tickets.panels import Panel
from workflows.cases import Case
from workflows.claim_words import CLAIM_WORDS, POOL_WORDS, ClaimantKind, ClaimState, PoolRank
from workflows.words import _

SOMEBODY: dict[ClaimantKind, str] = {
    ClaimantKind.party_member: _("一位党员"),
    ClaimantKind.organisation: _("一家社会组织"),
    ClaimantKind.company: _("一家企业"),
}
"""Whoever is no unit of the county is not named to everybody."""

HEARD: dict[ClaimState, str] = {
    ClaimState.claimed: _("{who}认领了这件事，{day}前来联系您"),
    ClaimState.contacted: _("{who}和您说好，{day}前兑现"),
    ClaimState.delivered: _("{who}{day}给了您：{given}"),
}
"""What the villager reads of a claim; of one that came to nothing the story below tells."""


@dataclass(frozen=True)
class ClaimLine:
    """`due` is what the claimant owes next: the call, then the gift."""

    id: int
    url: str
    who: str
    state: ClaimState
    state_words: str
    claimed_at: datetime
    contact_due_at: datetime | None
    deliver_by: date | None
    delivered_on: date | None
    is_late: bool


def line_of(claim: Claim, who: str, now: datetime, today: date) -> ClaimLine:
    waits = claim.state is ClaimState.claimed
    owes = claim.state is ClaimState.contacted
    return ClaimLine(
        id=claim.id or 0,
        url=url_of(claim.id),
        who=who,
        state=claim.state,
        state_words=CLAIM_WORDS[claim.state],
        claimed_at=claim.claimed_at,
        contact_due_at=claim.contact_due_at if waits else None,
        deliver_by=claim.deliver_by if owes else None,
        delivered_on=claim.delivered_on,
        is_late=(waits and claim.contact_due_at < now)
        or (owes and claim.deliver_by is not None and claim.deliver_by < today),
    )


def url_of(claim_id: int | None) -> str:
    return f"/desk/claims/{claim_id}"


def pool_url_of(ticket: Ticket) -> str:
    return f"/desk/claims/pool/{number_of(ticket.id or 0, ticket.created_at)}"


def everybodys_name(claim: Claim, known: Reference, local: LocalWords) -> str:
    return known.unit_name(claim.unit_id) if claim.unit_id else local._(SOMEBODY[claim.kind])


def village_of(area_id: int, known: Reference) -> str:
    """The place as the pool tells it: never finer than the village."""
    names = [area.name for area in known.lineage(area_id) if area.level in {AreaLevel.town, AreaLevel.village}]
    return "".join(reversed(names)) or known.county.name


def today_of(known: Reference, now: datetime) -> date:
    return now.astimezone(known.calendar.zone).date()


def beside_ticket(visit: Visit, ticket: Ticket, case: Case, local: LocalWords) -> Panel | None:
    """On the ticket's page in the workbench: whether it stands in the pool, and who has claimed it."""
    claims = claims_of(visit.session, [ticket.id]).get(ticket.id or 0, [])
    if not (ticket.is_claimable or claims):
        return None
    today = today_of(visit.known, visit.now)
    values = {
        "lines": [line_of(each, each.claimant, visit.now, today) for each in claims],
        "words": mask_text(ticket.pool_words or ""),
        "rank_words": POOL_WORDS[PoolRank(ticket.pool_rank)] if ticket.pool_rank else "",
        "pool_url": pool_url_of(ticket) if ticket.pool_rank else "",
    }
    return Panel("claims/_beside.html", values)


def told_to_villager(
    session: Session, ticket: Ticket, known: Reference, local: LocalWords, now: datetime
) -> Panel | None:
    claims = claims_of(session, [ticket.id]).get(ticket.id or 0, [])
    given = given_in(session, claims)
    sentences = [_heard(each, given.get(each.id or 0, ""), known, local) for each in claims if each.state in HEARD]
    if not (sentences or ticket.is_claimable):
        return None
    return Panel("claims/_told.html", {"sentences": sentences, "is_waiting": not sentences}, is_hers=True)


def _heard(claim: Claim, given: str, known: Reference, local: LocalWords) -> str:
    days: dict[ClaimState, Any] = {
        ClaimState.claimed: local.day(claim.contact_due_at),
        ClaimState.contacted: local.day(claim.deliver_by),
        ClaimState.delivered: local.day(claim.delivered_on),
    }
    who = everybodys_name(claim, known, local)
    return local._(HEARD[claim.state]).format(who=who, day=days[claim.state], given=given)


def given_in(session: Session, claims: Sequence[Claim]) -> dict[int, str]:
    """What each delivered claim has given, in the claimant's words and masked; empty once they were erased by law."""
    subjects = {f"claim:{each.id}": each.id or 0 for each in claims if each.state is ClaimState.delivered}
    if not subjects:
        return {}
    rows = session.execute(
        select(TicketEvent.subject, TicketEventDetails)
        .join(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
        .where(col(TicketEvent.subject).in_(subjects), TicketEvent.verb == "deliver_claim")
    )
    return {subjects[subject]: mask_text(words.details.get("words", "")) for subject, words in rows}
