"""What the rollups do not hold yet: tickets marked since they were counted, and those whose time has come meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import select
from sqlmodel import Session, col

from service.directory.reference import reference
from service.reports.attention import Moment
from service.reports.differences import Differences, differences_between
from service.reports.facts import NAMES, Fact, facts_of
from service.reports.models import RollupFact, RollupMark, RollupState
from service.settings import settings
from service.tickets.models import Ticket
from workflows.statuses import Status

T = TypeVar("T")

AT_ONCE = 500
"""So many tickets are named in one question."""
FACTS = tuple(col(getattr(RollupFact, name)) for name in Fact.__slots__)


@dataclass(frozen=True)
class State:
    """`as_of` is None as long as not everything has been counted, in the form that this program counts in."""

    number: int
    as_of: datetime | None
    is_current: bool
    reference_version: int


def form() -> str:
    """Another list of counts, another clock: then every ticket is counted anew."""
    return sha256(" ".join((settings().time_zone, *NAMES)).encode()).hexdigest()


def state_of(session: Session) -> State:
    row = session.get(RollupState, 1, populate_existing=True)
    if row is None or row.form != form():
        return State(row.number if row else 0, None, False, 0)
    return State(row.number, row.as_of, True, row.reference_version)


def moment_at(session: Session, now: datetime) -> Moment:
    known = reference(session)
    return Moment(now, known.limits, known.calendar)


def marks(session: Session, most: int | None = None) -> list[tuple[int, int]]:
    """The oldest ones: their own id, and that of the ticket."""
    wanted = select(col(RollupMark.id), col(RollupMark.ticket_id)).order_by(col(RollupMark.id)).limit(most)
    return [(row[0], row[1]) for row in session.execute(wanted)]


def turned(session: Session, now: datetime, most: int | None = None) -> list[int]:
    """Tickets of which something has changed by itself."""
    wanted = select(col(RollupFact.ticket_id)).where(col(RollupFact.turns_at) < now)
    return list(session.execute(wanted.order_by(col(RollupFact.turns_at)).limit(most)).scalars())


def with_merged(session: Session, ids: Sequence[int]) -> list[int]:
    """These, and all that were merged into them: they stand where those stand."""
    found, last = set(ids), list(set(ids))
    while last:
        last = [each for some in in_parts(last) for each in _merged_into(session, some) if each not in found]
        found.update(last)
    return sorted(found)


def _merged_into(session: Session, ids: Sequence[int]) -> list[int]:
    is_merged = (col(Ticket.merged_into_id).in_(ids), col(Ticket.status) == Status.merged)
    return list(session.execute(select(col(Ticket.id)).where(*is_merged)).scalars())


def kept(session: Session, ids: Sequence[int]) -> dict[int, Fact]:
    """As they were last counted."""
    found: dict[int, Fact] = {}
    for some in in_parts(ids):
        rows = session.execute(select(*FACTS).where(col(RollupFact.ticket_id).in_(some)))
        found.update((row.ticket_id, Fact(*row)) for row in rows)
    return found


def counted(session: Session, ids: Sequence[int], at: Moment) -> list[Fact]:
    """As they are now."""
    return list(facts_of(session, in_parts(ids), at)) if ids else []


def outstanding(session: Session, state: State, now: datetime) -> Differences:
    """What has to be added to the rollups to have the figures of this very moment; everything, where there are none."""
    at = moment_at(session, now)
    if state.as_of is None:
        everything = list(session.execute(select(col(Ticket.id)).order_by(col(Ticket.id))).scalars())
        return differences_between({}, counted(session, everything, at))
    changed = {ticket_id for _mark, ticket_id in marks(session)} | set(turned(session, now))
    ids = with_merged(session, sorted(changed))
    return differences_between(kept(session, ids), counted(session, ids, at))


def in_parts(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    yield from (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
