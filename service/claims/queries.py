"""Reads of the claim pool: what may be claimed in the order of the pool, the claims there are, and their counts.

Handlers and dispatchers see the whole county's pool, but only its sentences and villages: the wish itself is seen by
those who see its ticket.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, false, func, or_, true, tuple_
from sqlmodel import Session, col, select

from service.claims.models import Claim
from service.errors import NotFound
from service.tickets.models import Ticket
from service.tickets.scope import in_area, visible_tickets
from workflows.actors import Actor
from workflows.claim_figures import ClaimCount, ClaimFigures, PoolCount, claim_figures
from workflows.claim_words import ClaimState, PoolRank
from workflows.claims import CLAIMANTS
from workflows.commands import LARGEST_ID
from workflows.refusals import Refused
from workflows.words import _

PAGE = 50
WAITING = (PoolRank.returned, PoolRank.free)
WRONG_CURSOR = _("这一页的地址不对，请从第一页看起。")


@dataclass(frozen=True)
class Pool:
    """`cursor` asks for the rows after these; None when there are no more."""

    tickets: Sequence[Ticket]
    cursor: str | None


@dataclass(frozen=True)
class Claims:
    rows: Sequence[tuple[Claim, Ticket]]
    cursor: str | None


def find_pool(
    session: Session,
    actor: Actor,
    ranks: Iterable[PoolRank] = PoolRank,
    area_path: str | None = None,
    cursor: str | None = None,
    most: int = PAGE,
) -> Pool:
    """What came back first, then what nobody has claimed, the longest waiting at the head."""
    order = (col(Ticket.pool_rank), col(Ticket.pooled_at), col(Ticket.id))
    wanted = select(Ticket).where(_pool_seen(actor), col(Ticket.pool_rank).in_(tuple(ranks)))
    if area_path:
        wanted = wanted.where(in_area(area_path))
    if cursor is not None:
        wanted = wanted.where(tuple_(*order) > _place_in(cursor))
    found = session.exec(wanted.order_by(*order).limit(most + 1)).all()
    return Pool(found[:most], _cursor(found[most - 1]) if len(found) > most else None)


def find_claims(
    session: Session,
    actor: Actor,
    states: Iterable[ClaimState] = ClaimState,
    area_path: str | None = None,
    cursor: str | None = None,
    most: int = PAGE,
) -> Claims:
    """Those that this person may know of, the newest first."""
    wanted = (
        select(Claim, Ticket)
        .join(Ticket, col(Ticket.id) == col(Claim.ticket_id))
        .where(seen_claims(actor), col(Claim.state).in_(tuple(states)))
    )
    if area_path:
        wanted = wanted.where(in_area(area_path))
    if cursor is not None:
        wanted = wanted.where(col(Claim.id) < _number_in(cursor))
    found = session.exec(wanted.order_by(col(Claim.id).desc()).limit(most + 1)).all()
    return Claims(found[:most], str(found[most - 1][0].id) if len(found) > most else None)


def pooled_ticket(session: Session, actor: Actor, ticket_id: int | None) -> Ticket:
    """One of the pool. Raises NotFound for what is not in it, or is in none that this person sees."""
    wanted = select(Ticket).where(Ticket.id == (ticket_id or 0), _pool_seen(actor), col(Ticket.pool_rank).is_not(None))
    found = session.exec(wanted).one_or_none()
    if found is None:
        raise NotFound()
    return found


def seen_claim(session: Session, actor: Actor, claim_id: int) -> tuple[Claim, Ticket]:
    """Raises NotFound for one that is nobody's business of his, as if it did not exist."""
    wanted = (
        select(Claim, Ticket)
        .join(Ticket, col(Ticket.id) == col(Claim.ticket_id))
        .where(Claim.id == min(claim_id, LARGEST_ID), seen_claims(actor))
    )
    found = session.exec(wanted).one_or_none()
    if found is None:
        raise NotFound()
    return found


def claims_of(session: Session, ticket_ids: Iterable[int | None]) -> dict[int, list[Claim]]:
    """All claims of these wishes, the oldest first, in one query."""
    wanted = select(Claim).where(col(Claim.ticket_id).in_(list(ticket_ids))).order_by(col(Claim.id))
    found: dict[int, list[Claim]] = {}
    for each in session.exec(wanted):
        found.setdefault(each.ticket_id, []).append(each)
    return found


def count_waiting(session: Session, actor: Actor) -> int:
    waiting = select(func.count()).where(_pool_seen(actor), col(Ticket.pool_rank).in_(WAITING))
    return session.exec(waiting).one()


def figures(session: Session, actor: Actor, now: datetime, today: date, area_path: str | None = None) -> ClaimFigures:
    """Of the pool that this person sees, as it is now; `today` is the county's."""
    place: ColumnElement[bool] = in_area(area_path) if area_path else true()
    ranks: Any = select(col(Ticket.pool_rank), func.count()).where(
        _pool_seen(actor), place, col(Ticket.pool_rank).is_not(None)
    )
    pool = [PoolCount(PoolRank(rank), count) for rank, count in session.execute(ranks.group_by(col(Ticket.pool_rank)))]
    parts = (col(Claim.state), _is_in_time(now).label("in_time"), _is_on_day(today).label("on_day"))
    states: Any = select(*parts, func.count()).join(Ticket, col(Ticket.id) == col(Claim.ticket_id))
    rows = session.execute(states.where(_pool_seen(actor), place).group_by(*parts))
    return claim_figures(pool, [ClaimCount(state, JUDGED[found], n, JUDGED[day]) for state, found, day, n in rows])


JUDGED = {1: True, 0: False, None: None}


def _is_in_time(now: datetime) -> ColumnElement[int | None]:
    """1: called within the term. 0: late or not at all. NULL: the term still runs, or the claim was given up."""
    called, due = col(Claim.contacted_at), col(Claim.contact_due_at)
    return case(
        (called <= due, 1),
        (called.is_not(None), 0),
        (col(Claim.state) == ClaimState.lapsed, 0),
        ((col(Claim.state) == ClaimState.claimed) & (due <= now), 0),
        else_=None,
    )


def _is_on_day(today: date) -> ColumnElement[int | None]:
    """1: given by the day that was named. 0: later, or not yet though it has passed. NULL: to come, or given up."""
    given, named = col(Claim.delivered_on), col(Claim.deliver_by)
    return case(
        (given <= named, 1),
        (given > named, 0),
        ((col(Claim.state) == ClaimState.contacted) & (named < today), 0),
        else_=None,
    )


def _pool_seen(actor: Actor) -> ColumnElement[bool]:
    return true() if any(actor.has(role) for role in CLAIMANTS) else visible_tickets(actor)


def seen_claims(actor: Actor) -> ColumnElement[bool]:
    """Of wishes that he sees, of his own unit, and those that he entered for others."""
    own = frozenset(post.unit for post in actor.posts if post.role in CLAIMANTS)
    entered = col(Claim.claimed_by_id) == actor.person if actor.person is not None else false()
    return or_(visible_tickets(actor), col(Claim.unit_id).in_(own), entered)


def _cursor(ticket: Ticket) -> str:
    assert ticket.pooled_at is not None
    return f"{ticket.pool_rank}~{ticket.pooled_at.isoformat()}~{ticket.id}"


def _place_in(cursor: str) -> tuple[int, datetime, int]:
    """Raise Refused for a cursor that is none of ours."""
    rank, _first, rest = cursor.partition("~")
    at, _second, ticket_id = rest.partition("~")
    try:
        return int(PoolRank(int(rank))), datetime.fromisoformat(at).astimezone(UTC), _id_in(ticket_id)
    except (ValueError, OverflowError):
        raise Refused(WRONG_CURSOR, field="cursor") from None


def _number_in(cursor: str) -> int:
    try:
        return _id_in(cursor)
    except (ValueError, OverflowError):
        raise Refused(WRONG_CURSOR, field="cursor") from None


def _id_in(typed: str) -> int:
    found = int(typed)
    if not 0 <= found <= LARGEST_ID:
        raise OverflowError(typed)
    return found
