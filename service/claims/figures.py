"""Claims for the figures: the ticket of every claim that was delivered, that is over, and that still runs.

Counted as `workflows/claim_figures.py` counts, which a test holds it to.
"""

from datetime import datetime

from sqlalchemy import Select, select
from sqlmodel import col

from service.claims.models import Claim
from workflows.claim_figures import OVER
from workflows.claim_words import ClaimState


def delivered(now: datetime) -> Select[int]:
    return _tickets(frozenset({ClaimState.delivered}))


def over(now: datetime) -> Select[int]:
    return _tickets(OVER)


def running(now: datetime) -> Select[int]:
    return _tickets(frozenset(ClaimState) - OVER)


def _tickets(states: frozenset[ClaimState]) -> Select[int]:
    return select(col(Claim.ticket_id)).where(col(Claim.state).in_(states))
