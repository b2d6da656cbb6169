"""What nobody needs any more is forgotten every night."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from service.jobs import Surroundings, Tally, forget_old_runs, one_by_one
from service.rate_limits import forget_old as forget_old_attempts

Forget = Callable[[Session, datetime], object]

PLATFORM: tuple[Forget, ...] = (forget_old_attempts, forget_old_runs)


def clean_up(around: Surroundings, steps: tuple[Forget, ...] = PLATFORM) -> Tally:
    """Each step in a transaction of its own."""
    return one_by_one(around, steps, lambda session, forget: forget(session, around.now))
