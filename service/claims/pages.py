"""/desk/claims: what may be claimed, what came back first, and the claims there are, with their counts at the head."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from service.accounts.visits import Looking, Visit
from service.claims import queries
from service.claims.models import Claim
from service.claims.told import ClaimLine, everybodys_name, line_of, pool_url_of, today_of, village_of
from service.directory.models import Area
from service.local_words import LocalWords
from service.masking import mask_text
from service.tickets.desk_words import local_words
from service.tickets.models import Ticket
from service.tickets.panels import Register
from service.web import render
from workflows.claim_words import CLAIM_WORDS, POOL_WORDS, ClaimState, PoolRank
from workflows.words import _

router = APIRouter(prefix="/desk/claims", include_in_schema=False)


@dataclass(frozen=True)
class Show:
    """One way to look at the page: at wishes of the pool, or at claims."""

    name: str
    words: str
    ranks: tuple[PoolRank, ...] = ()
    states: tuple[ClaimState, ...] = ()


SHOWS: tuple[Show, ...] = (
    Show("waiting", _("等人认领"), ranks=queries.WAITING),
    Show("joinable", _("可以一起认领"), ranks=(PoolRank.claimed, PoolRank.delivered)),
    Show("running", _("认领了还没兑现"), states=(ClaimState.claimed, ClaimState.contacted)),
    Show("delivered", _("已兑现"), states=(ClaimState.delivered,)),
    Show("ended", _("退回和放弃"), states=(ClaimState.lapsed, ClaimState.withdrawn)),
)


@dataclass(frozen=True)
class PoolRow:
    """A wish as the whole county may read of it."""

    url: str
    words: str
    place: str
    rank: PoolRank
    rank_words: str
    since: datetime
    claimed_by: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ClaimRow:
    line: ClaimLine
    words: str
    place: str


@router.get("")
def pool(request: Request, visit: Looking, show: str = "", area: str = "", cursor: str = "") -> Response:
    """Values that mean nothing are passed over: an old bookmark still shows a list."""
    chosen = next((each for each in SHOWS if each.name == show), SHOWS[0])
    place = _place(visit, area)
    path, local = place.path if place else None, local_words(request)
    rows, following = _rows(visit, chosen, path, cursor or None, local)
    return render(
        request,
        "claims/pool.html",
        shows=[(each, _url(each.name, place), each is chosen) for each in SHOWS],
        chosen=chosen,
        rows=rows,
        cursor=following,
        towns=visit.known.below(visit.known.county.id or 0),
        area=str(place.id) if place else "",
        figures=queries.figures(visit.session, visit.actor, visit.now, today_of(visit.known, visit.now), path),
        contact=visit.known.limits.term("claim_contact").in_words(local._),
    )


def _place(visit: Visit, area: str) -> Area | None:
    return visit.known.areas.get(int(area)) if area.isascii() and area.isdigit() and len(area) < 10 else None


def _url(show: str, place: Area | None) -> str:
    return f"/desk/claims?{urlencode({'show': show, **({'area': str(place.id)} if place else {})})}"


def _rows(
    visit: Visit, chosen: Show, path: str | None, cursor: str | None, local: LocalWords
) -> tuple[Sequence[PoolRow | ClaimRow], str | None]:
    if chosen.ranks:
        found = queries.find_pool(visit.session, visit.actor, chosen.ranks, path, cursor)
        claims = queries.claims_of(visit.session, [ticket.id for ticket in found.tickets])
        return [_pool_row(visit, ticket, claims, local) for ticket in found.tickets], found.cursor
    made = queries.find_claims(visit.session, visit.actor, chosen.states, path, cursor)
    return [_claim_row(visit, claim, ticket) for claim, ticket in made.rows], made.cursor


def _pool_row(visit: Visit, ticket: Ticket, claims: Mapping[int, Sequence[Claim]], local: LocalWords) -> PoolRow:
    assert ticket.pool_rank is not None and ticket.pooled_at is not None
    rank = PoolRank(ticket.pool_rank)
    return PoolRow(
        url=pool_url_of(ticket),
        words=mask_text(ticket.pool_words or ""),
        place=village_of(ticket.area_id, visit.known),
        rank=rank,
        rank_words=POOL_WORDS[rank],
        since=ticket.pooled_at,
        claimed_by=who_has_claimed(claims.get(ticket.id or 0, ()), visit, local),
    )


def who_has_claimed(claims: Sequence[Claim], visit: Visit, local: LocalWords) -> list[tuple[str, str]]:
    """Whoever is at it or has given something, by the name that everybody may know, and how far he has come."""
    shown = [each for each in claims if each.state not in {ClaimState.lapsed, ClaimState.withdrawn}]
    return [(everybodys_name(each, visit.known, local), CLAIM_WORDS[each.state]) for each in shown]


def _claim_row(visit: Visit, claim: Claim, ticket: Ticket) -> ClaimRow:
    line = line_of(claim, claim.claimant, visit.now, today_of(visit.known, visit.now))
    return ClaimRow(line, said_of(ticket), village_of(ticket.area_id, visit.known))


def said_of(ticket: Ticket) -> str:
    """The sentence of the pool; it is gone once the wish has left it."""
    return mask_text(ticket.pool_words or "")


def _waiting(visit: Visit) -> int:
    return queries.count_waiting(visit.session, visit.actor)


REGISTER = Register(
    "claims",
    "/desk/claims",
    _("认领池"),
    _("群众愿意让大家来帮的心愿：党员、单位、企业都可以认领。七天没联系的退回来，优先给别人。"),
    _waiting,
)
