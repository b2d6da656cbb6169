"""The job that keeps the figures: what has changed since is counted anew, and the rollups get the difference.

Marks instead of sums in the transaction of the event: every wish handed in touches the county's one row, and there all
villagers would wait for each other. A mark waits for nobody, and the fold takes some hundred of them together.

Each step reads and counts without holding anybody up, and then writes in a short transaction, if nobody else has folded
in between: whoever comes second finds another number than he read, writes nothing and begins anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, literal, select, update
from sqlmodel import Session, col

from service.database import Database
from service.directory.reference import reference
from service.inserts import insert_into
from service.jobs import Surroundings, Tally
from service.reports.differences import Differences, Key, differences_between
from service.reports.facts import NAMES, OPEN_BIT, Fact
from service.reports.models import Rollup, RollupAnswer, RollupFact, RollupMark, RollupState
from service.reports.pending import (
    AT_ONCE,
    State,
    counted,
    form,
    in_parts,
    kept,
    marks,
    moment_at,
    state_of,
    turned,
    with_merged,
)
from service.tickets.models import Ticket

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
WITHOUT_TICKETS = delete(Rollup.__table__).where(  # type: ignore[attr-defined]
    col(Rollup.collected) == 0, *(getattr(Rollup, name) == bindparam(f"its_{name}") for name in Key._fields)
)


@dataclass(frozen=True)
class Step:
    """What was read: the marks that it settles, the facts that are new, and what they add. `is_last`: no more waits."""

    state: State
    moment: datetime
    marks: list[int]
    facts: list[Fact]
    differences: Differences
    is_last: bool


def fold(around: Surroundings) -> Tally:
    """Job: bring the rollups up to now; a long way in many short steps."""
    return Tally(done=fold_up_to(around.database, around.now, around.goes_on))


def fold_up_to(
    database: Database, now: datetime, goes_on: Callable[[], bool] = lambda: True, most: int = AT_ONCE
) -> int:
    """How many tickets were counted otherwise than before. Never goes back before what was folded already."""
    done, is_over = 0, False
    while not is_over and goes_on():
        _prepare(database)
        with database.reading() as session:
            step = _read(session, now, most)
        with database.writing() as session:
            is_ours = _is_first(session, step.state)
            if is_ours:
                _write(session, step)
        is_over = is_ours and step.is_last
        done += len(step.facts) if is_ours else 0
    return done


def _read(session: Session, now: datetime, most: int) -> Step:
    state = state_of(session)
    moment = max(now, state.as_of or now)
    found = marks(session, most)
    late = turned(session, moment, most - len(found)) if len(found) < most else []
    ids = with_merged(session, [*(ticket_id for _mark, ticket_id in found), *late])
    before = kept(session, ids)
    facts = [fact for fact in counted(session, ids, moment_at(session, moment)) if before.get(fact.ticket_id) != fact]
    is_last = len(found) + len(late) < most
    return Step(state, moment, [mark for mark, _id in found], facts, differences_between(before, facts), is_last)


def _is_first(session: Session, state: State) -> bool:
    """Holds off everybody else who folds until this is committed; False when somebody has folded since."""
    same = (col(RollupState.id) == 1, col(RollupState.number) == state.number)
    found = session.execute(update(RollupState).where(*same).values(number=state.number + 1))
    return bool(found.rowcount == 1)  # type: ignore[attr-defined]


def _write(session: Session, step: Step) -> None:
    for some in in_parts(step.marks):
        session.execute(delete(RollupMark).where(col(RollupMark.id).in_(some)))
    _add_up(session, step.differences)
    if step.facts:
        session.connection().execute(_remembering(session), [fact.columns() for fact in step.facts])
    if step.is_last:
        session.execute(update(RollupState).values(as_of=step.moment))


def _add_up(session: Session, differences: Differences) -> None:
    rows = [{**key._asdict(), **dict(zip(NAMES, counts, strict=True))} for key, counts in differences.rows()]
    if rows:
        session.connection().execute(_adding(session, Rollup, NAMES, Key._fields), rows)
    if empty := [{f"its_{name}": row[name] for name in Key._fields} for row in rows if row["collected"] < 0]:
        session.connection().execute(WITHOUT_TICKETS, empty)
    answers = [{**key._asdict(), "days": days, "answers": many} for key, days, many in differences.answer_rows()]
    if answers:
        session.connection().execute(_adding(session, RollupAnswer, ("answers",), (*Key._fields, "days")), answers)


def _adding(session: Session, table: Any, names: tuple[str, ...], keys: tuple[str, ...]) -> Any:
    """Add to the row that is there, or begin it."""
    row = insert_into(session, table)
    more = {name: getattr(table, name) + row.excluded[name] for name in names}
    return row.on_conflict_do_update(index_elements=keys, set_=more)


def _remembering(session: Session) -> Any:
    row = insert_into(session, RollupFact)
    names = [name for name in Fact.__slots__ if name != "ticket_id"]
    return row.on_conflict_do_update(index_elements=["ticket_id"], set_={name: row.excluded[name] for name in names})


# Counting anew


def _prepare(database: Database) -> None:
    """Where the rows were counted in another form, or by other limits, have them counted anew."""
    with database.reading() as session:
        state, known = state_of(session), reference(session)
    if not state.is_current:
        _begin_anew(database, state, known.version)
    elif state.reference_version != known.version:
        _look_at_the_open_ones(database, state, known.version)


def _begin_anew(database: Database, state: State, reference_version: int) -> None:
    values = {"as_of": None, "form": form(), "reference_version": reference_version}
    with database.writing() as session:
        first = insert_into(session, RollupState).values(id=1, number=state.number, **values)
        session.execute(first.on_conflict_do_nothing())
        if _is_first(session, state):
            for table in (RollupMark, RollupFact, RollupAnswer, Rollup):
                session.execute(delete(table))
            session.execute(insert(RollupMark).from_select(["ticket_id"], select(col(Ticket.id))))
            session.execute(update(RollupState).values(values))


def _look_at_the_open_ones(database: Database, state: State, reference_version: int) -> None:
    """What is soon due, or not acknowledged, depends on the limits and the calendar."""
    is_open = col(RollupFact.bits).op("&")(literal(OPEN_BIT)) != 0
    with database.writing() as session:
        if _is_first(session, state):
            session.execute(update(RollupFact).where(is_open).values(turns_at=LONG_AGO))
            session.execute(update(RollupState).values(reference_version=reference_version))
