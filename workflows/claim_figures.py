"""The figures of the claim pool, as pure counting: shared by the head of its page and by whoever reports on it."""

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.claim_words import ClaimState, PoolRank
from workflows.rates import Rate, share


@dataclass(frozen=True)
class PoolCount:
    """So many wishes stand in the pool at this rank."""

    rank: PoolRank
    wishes: int


@dataclass(frozen=True)
class ClaimCount:
    """So many claims are in this state. `is_in_time`: the claimant talked with the villager within his term; None while
    the term still runs, or where he gave the claim up before it was over. `is_on_day`: he gave it by the day that he
    had named; None where he named none, where that day is still to come, or where he gave the claim up."""

    state: ClaimState
    is_in_time: bool | None
    claims: int
    is_on_day: bool | None = None


@dataclass(frozen=True)
class ClaimFigures:
    """`waiting` of the `claimable` wishes have nobody; `claimed` and `delivered` count claims, not wishes."""

    claimable: int
    waiting: int
    returned: int
    claimed: int
    running: int
    delivered: int
    contacted_in_time: Rate
    kept: Rate
    """Delivered, of the claims that have ended."""

    on_day: Rate
    """Delivered by the day that was named, of those that were delivered and those whose day has passed."""


WAITING = frozenset({PoolRank.returned, PoolRank.free})
OVER = frozenset({ClaimState.delivered, ClaimState.lapsed, ClaimState.withdrawn})


def claim_figures(pool: Iterable[PoolCount], claims: Iterable[ClaimCount]) -> ClaimFigures:
    pool, claims = list(pool), list(claims)
    made = sum(each.claims for each in claims)
    over = sum(each.claims for each in claims if each.state in OVER)
    delivered = sum(each.claims for each in claims if each.state is ClaimState.delivered)
    judged = [each for each in claims if each.is_in_time is not None]
    due = [each for each in claims if each.is_on_day is not None]
    return ClaimFigures(
        claimable=sum(each.wishes for each in pool),
        waiting=sum(each.wishes for each in pool if each.rank in WAITING),
        returned=sum(each.wishes for each in pool if each.rank is PoolRank.returned),
        claimed=made,
        running=made - over,
        delivered=delivered,
        contacted_in_time=share(
            sum(each.claims for each in judged if each.is_in_time), sum(each.claims for each in judged)
        ),
        kept=share(delivered, over),
        on_day=share(sum(each.claims for each in due if each.is_on_day), sum(each.claims for each in due)),
    )
