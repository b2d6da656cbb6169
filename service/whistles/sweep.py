"""What the clock does to whistles: the ladder's steps, units that are no more, tickets that ended or were merged.

Two sweeps at once do no harm: ticket and whistle are held while they are looked at, and what fired leaves its proof.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import tuple_, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from service.directory.models import Unit
from service.directory.reference import reference
from service.errors import Busy
from service.jobs import Surroundings, Tally, told
from service.whistles import lifecycle
from service.whistles.beneath import (
    follow_ticket,
    held_by_no_desk,
    hold_anew,
    ids,
    of_ended_tickets,
    of_wishes_taken_apart,
)
from service.whistles.casefile import whistle_case_of
from service.whistles.models import IS_OPEN, Whistle, WhistleCall
from workflows.actors import system
from workflows.whistle_cases import WhistleCase
from workflows.whistle_commands import ContestCall, ContestGround, RecalculateWhistle
from workflows.whistle_duties import held
from workflows.whistle_ladder import due_steps, next_alarm
from workflows.whistle_terms import recalculate
from workflows.whistle_words import CallState, WhistleStatus
from workflows.words import _

log = structlog.get_logger()

BATCH = 500
LATER = timedelta(hours=1)
"""When a whistle at which a step has failed is looked at again."""
A_WRITE = timedelta(minutes=1)
"""An edit is said to be as old as when it was begun, and is seen when it is through."""

UNIT_IS_NO_MORE = _("这个单位已经撤销，请裁定由谁来。")
CALENDAR_IS_THERE = _("放假安排已经公布，期限按它重新计算。")


@dataclass
class Count:
    """What became of the whistles so far."""

    done: int = 0
    failed: int = 0
    error: str | None = None

    @property
    def tally(self) -> Tally:
        return Tally(self.done, self.failed, self.error)


Act = Callable[[Session, int, datetime], bool | None]
"""Does one thing and says whether to look again; None when there was nothing to do."""


def sweep_whistles(around: Surroundings) -> Tally:
    """`done` counts what fired. A whistle at which something fails waits an hour; the others go on."""
    count = Count()
    look_at_all_again(around)
    for found, act in SWEPT:
        for whistle_id in found(around):
            if not around.goes_on():
                return count.tally
            _until_nothing_is_due(around, whistle_id, act, count)
    return count.tally


def look_at_all_again(around: Surroundings) -> None:
    """Somebody has changed the ladder since the last look: every open whistle is due to be looked at, once.

    One statement; whoever finds nothing due there sets its alarm as the ladder is now.
    """
    with around.database.reading() as session:
        changed = reference(session).whistles.ladder_since
    if changed is None or (around.since is not None and changed < around.since - A_WRITE):
        return
    with around.database.writing() as session:
        session.execute(update(Whistle).where(IS_OPEN).values(alarm_at=around.now))


def recalculate_whistles(around: Surroundings) -> Tally:
    """Terms that hung on a calendar that was not published are counted again once it is."""
    count = Count()
    wanted = select(Whistle.id).where(IS_OPEN, col(Whistle.is_provisional)).order_by(col(Whistle.id))
    with around.database.reading() as session:
        found = [each for each in session.exec(wanted) if each is not None]
    for whistle_id in found:
        if not around.goes_on():
            break
        _until_nothing_is_due(around, whistle_id, count_again, count)
    return count.tally


def rearm_whistles(around: Surroundings) -> Tally:
    """Set every open whistle's alarm anew, as the ladder is now, and follow what no minute has seen; `done` counts."""
    with around.database.reading() as session:
        found = [each for each in session.exec(select(Whistle.id).where(IS_OPEN)) if each is not None]
    count = Count()
    for whistle_id in found:
        if not around.goes_on():
            break
        with around.database.writing() as session:
            count.done += _rearmed(session, whistle_id)
    whenever = replace(around, since=None)
    for whistle_id in {*of_ended_tickets(whenever), *of_wishes_taken_apart(whenever)}:
        _until_nothing_is_due(around, whistle_id, follow_ticket, count)
    return count.tally


def _until_nothing_is_due(around: Surroundings, whistle_id: int, act: Act, count: Count) -> None:
    """Each act in a transaction of its own, so that one that fails does not undo the one before."""
    try:
        looks_again: bool | None = True
        while looks_again:
            with around.database.writing() as session:
                looks_again = act(session, whistle_id, around.now)
            count.done += looks_again is not None
    except (Busy, OperationalError):
        raise
    except Exception as problem:
        log.exception("the clock failed at a whistle", whistle_id=whistle_id)
        count.failed += 1
        count.error = f"whistle {whistle_id}: {told(problem)}"[:500]
        with around.database.writing() as session:
            later = update(Whistle).where(col(Whistle.id) == whistle_id, col(Whistle.alarm_at) <= around.now)
            session.execute(later.values(alarm_at=around.now + LATER))


def fire_next(session: Session, whistle_id: int, now: datetime) -> bool | None:
    """Take the first step that is due; where none is, only the alarm was wrong, and it is set anew."""
    whistle = lifecycle.locked_whistle(session, whistle_id)
    if whistle.alarm_at is None or whistle.alarm_at > now:
        return None
    case = whistle_case_of(session, whistle, reference(session))
    due = due_steps(case, now)
    if not due:
        whistle.alarm_at = next_alarm(case)
        return None
    lifecycle.perform(session, whistle_id, due[0].command(), system(due[0].step.rule), now)
    return len(due) > 1


def refer_to_ruling(session: Session, whistle_id: int, now: datetime) -> bool | None:
    """A called unit was dissolved: who comes instead is for the ruling officer to say."""
    whistle = lifecycle.locked_whistle(session, whistle_id)
    case = whistle_case_of(session, whistle, reference(session))
    gone = next((call for call in case.calls if call.unit_id in case.dissolved and call.state in STILL_OWING), None)
    if gone is None or case.status not in RUNNING:
        return None
    ground = ContestGround.unit_dissolved
    command = ContestCall(ground=ground, words=UNIT_IS_NO_MORE, unit=gone.unit_id)
    lifecycle.perform(session, whistle_id, command, system("whistle_unit_dissolved"), now)
    return True


def count_again(session: Session, whistle_id: int, now: datetime) -> bool | None:
    whistle = lifecycle.locked_whistle(session, whistle_id)
    case = whistle_case_of(session, whistle, reference(session))
    if not case.is_provisional or _is_still_a_guess(case, now):
        return None
    command = RecalculateWhistle(reason=CALENDAR_IS_THERE)
    lifecycle.perform(session, whistle_id, command, system("whistle_calendar"), now)
    return False


def _is_still_a_guess(case: WhistleCase, now: datetime) -> bool:
    return held(recalculate(case, None, system("whistle_calendar"), now)).is_provisional


def _rearmed(session: Session, whistle_id: int) -> bool:
    whistle = lifecycle.locked_whistle(session, whistle_id)
    before = whistle.alarm_at
    whistle.alarm_at = next_alarm(whistle_case_of(session, whistle, reference(session)))
    return whistle.alarm_at != before


def _alarmed(around: Surroundings) -> Iterator[int]:
    """The cost follows what is due, not what is open: only the index of alarms is read."""
    order = (col(Whistle.alarm_at), col(Whistle.id))
    due = select(Whistle.id, Whistle.alarm_at).where(col(Whistle.alarm_at) <= around.now).order_by(*order).limit(BATCH)
    wanted = due
    while True:
        with around.database.reading() as session:
            rows = session.execute(wanted).all()
        yield from (row.id for row in rows)
        if len(rows) < BATCH:
            return
        wanted = due.where(tuple_(*order) > (rows[-1].alarm_at, rows[-1].id))


def _with_dissolved_units(around: Surroundings) -> list[int]:
    """Found from the units that are out of service, of which there are few."""
    wanted = (
        select(WhistleCall.whistle_id)
        .join(Unit, col(Unit.id) == col(WhistleCall.unit_id))
        .join(Whistle, col(Whistle.id) == col(WhistleCall.whistle_id))
        .where(~col(Unit.is_active), col(WhistleCall.state).in_(STILL_OWING), col(Whistle.status).in_(RUNNING))
    )
    return ids(around.database, wanted)


STILL_OWING = frozenset({CallState.called, CallState.reported})
RUNNING = frozenset({WhistleStatus.blown, WhistleStatus.at_work})

SWEPT: tuple[tuple[Callable[[Surroundings], Iterator[int] | list[int]], Act], ...] = (
    (_alarmed, fire_next),
    (_with_dissolved_units, refer_to_ruling),
    (held_by_no_desk, hold_anew),
    (of_ended_tickets, follow_ticket),
    (of_wishes_taken_apart, follow_ticket),
)
