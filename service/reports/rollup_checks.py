"""What `weiyuan check` asks of the figures: that they are what a recount from the tickets says.

By itself it looks at the newest tickets and at some all over the county, and at its sums; with `--all` at every
ticket and every row. Tickets that have changed since the last fold are not judged: they are marked.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, case, func, literal, select
from sqlmodel import Session, col

from service.directory.reference import reference
from service.reports.differences import EVER, Differences, Dimension, Key
from service.reports.facts import NAMES, Fact
from service.reports.models import Rollup, RollupAnswer, RollupFact
from service.reports.pending import (
    FACTS,
    State,
    counted,
    in_parts,
    kept,
    marks,
    moment_at,
    state_of,
    turned,
    with_merged,
)
from service.tickets.models import Ticket
from workflows.definitions import Window
from workflows.tallies import COUNTS

LOOKED_AT = 2000
BY_NO_LIMIT = (1 << len(COUNTS)) - 1
"""The bits that say the same whatever the limits and the calendar: those changed, and the next fold will see it."""


def rollups_against_tickets(session: Session) -> Iterator[str]:
    """In bounded time: some thousand tickets, and one sum over the county."""
    state = state_of(session)
    if state.as_of is not None:
        yield from _facts_against_tickets(session, state, _some(session))
        yield from _county_against_facts(session)


def all_rollups_against_tickets(session: Session) -> Iterator[str]:
    state = state_of(session)
    if state.as_of is not None:
        every = list(session.execute(select(col(Ticket.id)).order_by(col(Ticket.id))).scalars())
        yield from _facts_against_tickets(session, state, every)
        yield from _rows_against_facts(session)


def _some(session: Session) -> list[int]:
    newest = session.execute(select(func.max(col(Ticket.id)))).scalar() or 0
    step = max(newest // LOOKED_AT, 1)
    return sorted({*range(max(newest - LOOKED_AT, 0) + 1, newest + 1), *range(1, newest + 1, step)})


def _facts_against_tickets(session: Session, state: State, ids: Sequence[int]) -> Iterator[str]:
    moment = state.as_of
    assert moment is not None
    waiting = with_merged(
        session, sorted({*(ticket_id for _mark, ticket_id in marks(session)), *turned(session, moment)})
    )
    at, excused = moment_at(session, moment), set(waiting)
    judged = -1 if state.reference_version == reference(session).version else BY_NO_LIMIT
    for some in in_parts(ids):
        known = kept(session, some)
        for fact in counted(session, some, at):
            if fact.ticket_id not in excused and _told(known.get(fact.ticket_id), judged) != _told(fact, judged):
                yield f"ticket {fact.ticket_id}"


def _told(fact: Fact | None, judged: int) -> object:
    """All but the moment of its next change: that one depends on when it was looked at."""
    return fact and {**fact.columns(), "turns_at": None, "bits": fact.bits & judged}


def _county_against_facts(session: Session) -> Iterator[str]:
    bits = (col(RollupFact.bits).op("&")(literal(1 << place, BigInteger)) for place in range(len(NAMES)))
    places = [func.sum(case((bit != 0, 1), else_=0)) for bit in bits]
    facts = session.execute(select(*places)).one()
    whole = (col(Rollup.window) == Window.standing, col(Rollup.dimension) == Dimension.whole, col(Rollup.day) == EVER)
    sums = (func.max(col(getattr(Rollup, name))) for name in NAMES)
    county = session.execute(select(*sums).where(*whole)).one()
    for name, counted_now, held in zip(NAMES, facts, county, strict=True):
        if (counted_now or 0) != (held or 0):
            yield f"{name} of the county"


def _rows_against_facts(session: Session) -> Iterable[str]:
    expected = Differences()
    for row in session.execute(select(*FACTS).execution_options(yield_per=5000)):
        expected.add(Fact(*row), 1)
    wanted: dict[Key, Sequence[int]] = dict(expected.rows())
    for found in session.execute(select(*_columns(Rollup, (*Key._fields, *NAMES))).execution_options(yield_per=5000)):
        key, counts = Key(*found[:5]), list(found[5:])
        if counts != wanted.pop(key, [0] * len(NAMES)):
            yield f"row {key}"
    yield from (f"row {key}" for key in wanted)
    yield from _answers_against_facts(session, expected)


def _answers_against_facts(session: Session, expected: Differences) -> Iterator[str]:
    wanted = Counter(expected.answers)
    for found in session.execute(select(*_columns(RollupAnswer, (*Key._fields, "days", "answers")))):
        wanted[Key(*found[:5]), found[5]] -= found[6]
    yield from (f"answers {key} after {days} days" for (key, days), many in wanted.items() if many)


def _columns(table: Any, names: Iterable[str]) -> list[Any]:
    return [col(getattr(table, name)) for name in names]
